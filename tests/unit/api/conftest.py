"""The house that the tests of the interface talk to, one per test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.api.house import House, open_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("api") / "home") as house:
        yield house
