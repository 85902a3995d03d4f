from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.unit.pipeline.world import Town


@pytest.fixture(autouse=True)
def plain_tracebacks() -> Iterator[None]:
    """Nothing sets the logs up here, and the library's own look at every variable of a frame takes seconds."""
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])
    yield
    structlog.reset_defaults()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A street with partners and master data, and nothing received yet."""
    one = Town(tmp_path / "home")
    yield one
    one.street.close()
