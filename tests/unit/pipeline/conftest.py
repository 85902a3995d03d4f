from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
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


TownWith = Callable[[str], Town]


@pytest.fixture
def town_with(tmp_path: Path) -> Iterator[TownWith]:
    """Opens such a street with these rules for its signals; "" lays none."""
    with ExitStack() as opened:

        def open_town(rules: str) -> Town:
            home = tmp_path / "home"
            home.mkdir()
            if rules:
                (home / "signals.yaml").write_text(rules)
            town = Town(home)
            opened.callback(town.street.close)
            return town

        yield open_town
