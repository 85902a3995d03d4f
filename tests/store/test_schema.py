"""The ledger's tables: made from nothing, never touched at another version, and column for field of the records."""

from __future__ import annotations

import json

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Text, create_engine, inspect
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from ledger.book import HEAD, VersionMismatch, check_version, upgrade, version
from ledger.book.schema import MIGRATIONS
from ledger.book.storage import tables
from ledger.book.storage.codecs import CODECS, LINK, UNSTORED


def test_upgrade_makes_an_empty_database_a_ledger(empty_engine: Engine) -> None:
    with empty_engine.begin() as conn:
        before = version(conn)
        upgrade(conn)
        upgrade(conn)

    with empty_engine.connect() as conn:
        check_version(conn)
        assert (before, version(conn)) == ("", HEAD)
        assert set(tables.metadata.tables) <= set(inspect(conn).get_table_names())


def test_migrations_make_the_tables_that_the_code_uses(empty_engine: Engine) -> None:
    with empty_engine.begin() as conn:
        upgrade(conn)
        options = {"version_table": "ledger_version", "include_object": is_on_both_engines}
        context = MigrationContext.configure(conn, opts=options)
        differences = compare_metadata(context, tables.metadata)

    assert differences == []


def is_on_both_engines(_: object, name: str, kind: str, *_rest: object) -> bool:
    return kind != "index" or name not in tables.ON_SQLITE_ALONE


def test_migrated_tables_are_spelled_as_the_code_spells_them() -> None:
    # Alembic's comparison sees neither CHECKs nor STRICT, WITHOUT ROWID and the condition of a partial index.
    migrated, made = create_engine("sqlite://"), create_engine("sqlite://")
    with migrated.begin() as conn:
        upgrade(conn)
    tables.metadata.create_all(made)

    assert spelled(migrated) - {"ledger_version"} == spelled(made)


def spelled(engine: Engine) -> set[str]:
    """Every statement of the schema, its clauses sorted; the version table by its name alone."""
    with engine.connect() as conn:
        statements = conn.execute(sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).fetchall()
    engine.dispose()
    return {
        name if name == "ledger_version" else " | ".join(sorted(clause.strip() for clause in text.splitlines()))
        for name, text in ((name, text.replace(",", "").replace('"', "")) for name, text in statements)
    }


def test_sqlite_tables_are_strict(empty_engine: Engine) -> None:
    with empty_engine.begin() as conn:
        if conn.dialect.name != "sqlite":
            pytest.skip("only SQLite has tables that are not strict")
        upgrade(conn)
        loose = conn.execute(sql("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0")).scalars()

        # Alembic makes its own table.
        assert {name for name in loose if not name.startswith("sqlite_")} == {"ledger_version"}


@pytest.mark.parametrize("found", ["0000", "9999"])
def test_tables_of_another_version_are_refused_naming_the_mend(empty_engine: Engine, found: str) -> None:
    with empty_engine.begin() as conn:
        upgrade(conn)
        conn.execute(sql(f"UPDATE ledger_version SET version_num = '{found}'"))

        with pytest.raises(VersionMismatch, match="db upgrade"):
            check_version(conn)


def test_newer_tables_are_not_touched(empty_engine: Engine) -> None:
    with empty_engine.begin() as conn:
        upgrade(conn)
        conn.execute(sql("UPDATE ledger_version SET version_num = '9999'"))

        with pytest.raises(VersionMismatch):
            upgrade(conn)

        assert version(conn) == "9999"


def test_an_empty_database_is_refused_by_the_check(empty_engine: Engine) -> None:
    with empty_engine.connect() as conn, pytest.raises(VersionMismatch, match="db upgrade"):
        check_version(conn)


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


@pytest.mark.parametrize(
    "codec", [codec for codec in CODECS if codec is not LINK], ids=lambda codec: codec.table.name
)
def test_tables_stand_column_for_field_of_their_records(codec: object) -> None:
    names = [name for name in codec.record.__match_args__ if name not in UNSTORED]  # type: ignore[attr-defined]
    columns = list(codec.columns)  # type: ignore[attr-defined]

    assert columns[-len(names) :] == names
    assert len(columns) - len(names) == (4 if codec.key else 0)  # type: ignore[attr-defined]


def test_links_are_read_as_they_are_written() -> None:
    named = {*LINK.record.__match_args__} - UNSTORED

    assert len(LINK.columns) == len(named) - len({"receipt", "shipment", "order"}) + 4 + 2 + 2


def test_rows_of_lines_are_kept_by_exception_after_the_upgrade(empty_engine: Engine) -> None:
    lines = ["L1", "L2"]
    with empty_engine.begin() as conn:
        migrate(conn, "0015")
        for seq, (number, instalment, result, status) in enumerate(
            [
                ("A", 0, "posted", ("posted", "posted")),
                ("A", 1, "posted", ("posted",)),
                ("B", 0, "partly", ("posted", "refused")),
                ("C", 0, "waiting", ("posted", "posted")),
            ],
            1,
        ):
            said = ["waiting" if result == "waiting" else one for one in status]
            told = json.dumps([{"outcome": one, "line": line} for line, one in zip(lines, said, strict=False)])
            run(conn, "event", "live", "P1", "wms", "StockScrapped", number, 0, instalment, seq, b"d", None, 0, seq,
                "", "", "", "{}", b"c", seq)  # fmt: skip
            run(conn, "outcome", "live", "P1", seq, seq, 0, result, 1, told)
            for n, (line, one) in enumerate(zip(lines, status, strict=False)):
                run(conn, "event_line", "live", "P1", seq, line, n, b"d", one)
        upgrade(conn)

        whole = conn.execute(sql("SELECT seq, whole FROM event ORDER BY seq")).fetchall()
        kept = conn.execute(sql("SELECT seq, line, status FROM event_line ORDER BY seq, line")).fetchall()

        assert [tuple(row) for row in whole] == [(1, 1), (2, 0), (3, 1), (4, 1)]
        assert [tuple(row) for row in kept] == [
            (2, "L1", "posted"), (3, "L2", "refused"), (4, "L1", "posted"), (4, "L2", "posted"),
        ]  # fmt: skip
        with pytest.raises(DBAPIError, match="event is append-only"):
            conn.execute(sql("UPDATE event SET whole = 1"))


def test_older_books_learn_the_day_of_their_prices_and_the_hours_of_signals(empty_engine: Engine) -> None:
    with empty_engine.begin() as conn:
        migrate(conn, "0025")
        bodies = {
            1: {"kind": "OrderPlaced", "created_at": "2026-11-20T08:00:00+01:00"},
            2: {"kind": "OrderChanged"},
            3: {"kind": "ExceptionRaised", "answer_hours": "2.5"},
            4: {"kind": "ExceptionRaised"},
        }
        for seq, body in bodies.items():
            run(conn, "event", "live", "P1", "erp", body["kind"], f"N{seq}", 0, 0, seq, b"d", None, 0, 1_000 + seq,
                "", "", "", json.dumps(body), b"c", seq, 1)  # fmt: skip
        for seq in (1, 2):
            run(conn, "order_price", "live", "P1", "acme", "PO1", "1", seq, seq, "USD", "2.50", 1_000_000)
        blank = inspect(conn).get_columns("cases")
        for seq in (3, 4):
            case = {"book": "live", "site": "P1", "case": f"C{seq}", "code": "D47", "opened_seq": seq}
            empty = {one["name"]: "" if isinstance(one["type"], Text) else 0 for one in blank}
            run(conn, "cases", *(empty | case).values())
        upgrade(conn)

        days = conn.execute(sql("SELECT since FROM order_price ORDER BY seq")).scalars().all()
        hours = conn.execute(sql('SELECT answer_hours FROM cases ORDER BY "case"')).scalars().all()

        assert days == [1_795_158_000_000_000, 1_002]
        assert hours == ["2.5", ""]


def migrate(conn: Connection, to: str) -> None:
    """Bring an empty database to an earlier version of the tables."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, to)


def run(conn: Connection, table: str, *values: object) -> None:
    """Insert one row."""
    names = [f"v{n}" for n, _ in enumerate(values)]
    marks = ", ".join(f":{name}" for name in names)
    conn.execute(sql(f"INSERT INTO {table} VALUES ({marks})"), dict(zip(names, values, strict=True)))
