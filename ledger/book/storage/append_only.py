"""Facts may be added and never changed: triggers that refuse every UPDATE and DELETE, on both engines.

The statements are part of the schema: whoever makes the tables makes them, and the first migration spells the same.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from ledger.book.storage import tables

APPEND_ONLY: tuple[Table, ...] = (tables.event, tables.outcome, tables.movement)

POSTGRES_FUNCTION = (
    "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
)


def sqlite_triggers(name: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
        f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def postgres_triggers(name: str) -> list[str]:
    return [
        POSTGRES_FUNCTION,
        f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
    ]


for _table in APPEND_ONLY:
    for _statement in sqlite_triggers(_table.name):
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
    for _statement in postgres_triggers(_table.name):
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
