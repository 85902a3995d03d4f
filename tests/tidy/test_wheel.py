"""What the wheel carries: both packages, the data, and nobody's secrets."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.tidy.tree import ROOT, files, files_under

# In two pieces, since tests/tidy/test_words.py refuses a file that holds such a block.
KEY = "-----BEGIN PRIVATE" + " KEY-----\nMIIE\n-----END PRIVATE" + " KEY-----\n"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    """The file list of a wheel built from a copy of the tree, in which somebody left a partner with a key."""
    copy = tmp_path_factory.mktemp("wheel") / "crossdock"
    for path in files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, copy / path)
    for place in ("partners/acme/certs", "mappings/../crossdock-home/keys"):
        (copy / place).mkdir(parents=True)
        (copy / place / "as2.key").write_text(KEY)

    (wheel,) = WheelBuilder(str(copy)).build(directory=str(copy / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        yield set(archive.namelist())


def test_wheel_holds_the_packages_and_the_data_and_nothing_else(names: set[str]) -> None:
    packages = {str(path) for path in files_under("gateway", "ledger")}
    mappings = {f"gateway/_defaults/{path}" for path in files_under("mappings")}
    example = {f"gateway/_defaults/{path}" for path in files_under("partners") if path.parts[1] == "_example"}

    carried = {name for name in names if ".dist-info/" not in name}

    assert carried == packages | mappings | example


def test_wheel_leaves_every_other_partner_at_home(names: set[str]) -> None:
    partners = {Path(name).parts[3] for name in names if "_defaults/partners/" in name}

    assert partners == {"_example"}
    assert not [name for name in names if name.endswith((".key", ".pem", ".p12", ".db"))]


def test_wheel_offers_the_command_and_its_licence(names: set[str]) -> None:
    described = {name.split(".dist-info/")[1] for name in names if ".dist-info/" in name}

    assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"} <= described
