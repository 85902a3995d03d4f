"""Homes to begin with: tables made, and what ships checked once for the process instead of in every test.

The first one is made by the real thing; a test that is about opening itself takes an empty folder.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from gateway.pipeline import Street
from gateway.store.home import Home


def lay(home: Path) -> Path:
    """Put an opened and closed home's database into `home`, which may hold partners and maps already."""
    home.mkdir(parents=True, exist_ok=True)
    if not Home(home).database.exists():
        shutil.copy(_opened_once(), Home(home).database)
    return home


@cache
def _opened_once() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crossdock-home-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Street.open(folder).close()
    return Home(folder).database
