"""The store's tables in a database: made by the Alembic history in this package, version table `gateway_version`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from gateway.errors import OperatorMistake

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

HEAD = "0010"
"""Version of the tables that this code reads and writes; a test holds it equal to the newest migration."""

VERSION_TABLE = "gateway_version"


def _scripts() -> tuple[Config, ScriptDirectory]:
    # Alembic is imported only where tables are to be made or changed: every command checks their version.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def version(connection: Connection) -> str:
    """Revision of the tables, "" where there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")  # noqa: S608 - our own name


def upgrade(connection: Connection) -> bool:
    """Bring the tables to the newest version inside the caller's database transaction; False: they were."""
    if version(connection) == HEAD:
        return False
    from alembic.runtime.environment import EnvironmentContext

    config, scripts = _scripts()

    def steps(revision: str, _context: MigrationContext) -> object:
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(config, scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(
            connection=connection,
            version_table=VERSION_TABLE,
            transactional_ddl=False,
            transaction_per_migration=False,
        )
        environment.run_migrations()
    if connection.dialect.name == "sqlite":
        # An append-only table needs no statistics of ours, but the planner must know that partial indices are small.
        connection.execute(text("PRAGMA optimize"))
    return True


def check(connection: Connection) -> None:
    """Refuse tables of another version. Raises OperatorMistake naming the mend."""
    found = version(connection)
    if found != HEAD:
        known = {script.revision for script in _scripts()[1].walk_revisions()}
        mend = "run crossdock db upgrade" if not found or found in known else "use the newer Crossdock that made it"
        raise OperatorMistake(
            f"the database has gateway tables {found or 'missing'}, this program needs {HEAD}", mend=mend
        )
