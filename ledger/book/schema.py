"""Makes and upgrades the ledger's tables by Alembic, and refuses tables of another version.

The migrations are part of the package; their version stands in the table `ledger_version`, apart from the
gateway's own. Alembic is imported only when something is to be upgraded.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy import text as sql

from ledger.book.errors import VersionMismatch

HEAD = "0029"
"""Version of the tables that this code reads and writes; a test holds it equal to the newest migration."""

VERSION_TABLE = "ledger_version"
MIGRATIONS = Path(__file__).with_name("migrations")


def version(conn: Connection) -> str:
    """Version of the ledger's tables; "" when there are none."""
    if not inspect(conn).has_table(VERSION_TABLE):
        return ""
    return str(conn.execute(sql(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")  # noqa: S608 - our own name


def check_version(conn: Connection) -> None:
    """Raises `VersionMismatch` unless the tables are of exactly the version of this code."""
    found = version(conn)
    if found != HEAD:
        raise VersionMismatch(found, HEAD)


def upgrade(conn: Connection) -> None:
    """Bring the tables to this code's version, an empty database included, inside the caller's database transaction.

    Raises `VersionMismatch` when the tables are newer than this code: they are left as they are.
    """
    found = version(conn)
    if found == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found and found not in known:
        raise VersionMismatch(found, HEAD)
    command.upgrade(config, "head")
