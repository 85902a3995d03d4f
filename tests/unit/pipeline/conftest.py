from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.pipeline.world import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A street with partners and master data, and nothing received yet."""
    one = Town(tmp_path / "home")
    yield one
    one.street.close()
