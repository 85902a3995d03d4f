"""Rules of the ledger's tables that no database enforces for us."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, UniqueConstraint

from ledger.book.storage import tables

# Small and read everywhere, so they would be copied to each machine instead of spread over them.
REFERENCE = {"book", "containment", "masterdata", "policy"}
FACTS = sorted(set(tables.metadata.tables) - REFERENCE)


def unique_keys(table: Table) -> list[list[str]]:
    constraints = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    keys = [table.primary_key, *constraints, *(index for index in table.indexes if index.unique)]
    return [[column.name for column in key.columns] for key in keys]


@pytest.mark.parametrize("name", FACTS)
def test_unique_keys_of_facts_begin_with_book_and_site(name: str) -> None:
    # Only so can the tables be distributed over machines by site without losing what makes a fact unique.
    keys = unique_keys(tables.metadata.tables[name])

    assert keys
    assert [key for key in keys if key[:2] != ["book", "site"]] == []


def test_reference_tables_are_named_and_few() -> None:
    assert set(tables.metadata.tables) >= REFERENCE


def test_no_column_is_nullable_inside_a_key() -> None:
    # '' stands for absence: NULL in a key makes two rows for one bucket.
    nullable = [
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for key in unique_keys(table)
        for column in table.columns
        if column.name in key and column.nullable
    ]

    assert nullable == []
