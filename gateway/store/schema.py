"""The store's tables in a database: made by the Alembic history in this package, version table `gateway_version`."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gateway.errors import OperatorMistake

VERSION_TABLE = "gateway_version"


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def version(connection: Connection) -> str:
    """Revision of the tables, "" where there are none."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision() or ""


def newest_version() -> str:
    return _scripts()[1].get_current_head() or ""


def upgrade(connection: Connection) -> bool:
    """Bring the tables to the newest version inside the caller's database transaction; False: they were."""
    config, scripts = _scripts()
    if version(connection) == scripts.get_current_head():
        return False

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
    found, wanted = version(connection), newest_version()
    if found != wanted:
        known = {script.revision for script in _scripts()[1].walk_revisions()}
        mend = "run crossdock db upgrade" if not found or found in known else "use the newer Crossdock that made it"
        raise OperatorMistake(
            f"the database has gateway tables {found or 'missing'}, this program needs {wanted}", mend=mend
        )
