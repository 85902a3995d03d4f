"""The street that bad input is sent through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.book import verify
from tests.unit.pipeline.world import Town, order


def _open(home: Path) -> Iterator[Town]:
    """An order is placed and has left as an 850; in the end the books hold every law."""
    one = Town(home)
    one.bring(order(quantity=100_000), "erp")
    yield one
    with one.street.read() as connection:
        assert verify(connection) == []
    one.street.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A street of its own, for a test that edits partners or records."""
    yield from _open(tmp_path / "home")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One street for every row of the tables: bad input leaves nothing behind that the next could meet."""
    yield from _open(tmp_path_factory.mktemp("shared") / "home")
