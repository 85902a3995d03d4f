"""What was compiled is used again where the files it came of are the same, and only there."""

from __future__ import annotations

import pytest

from gateway.mapping import compile_alike, load_configuration
from gateway.mapping.configuration import Configuration
from gateway.resources import search_roots

FILES = dict(load_configuration(search_roots(None)).files)
GUIDE = "mappings/x12/004010/856/guide.xml"
MAP = "mappings/x12/004010/856/map.yaml"


def edited(path: str, old: bytes, new: bytes) -> Configuration:
    assert old in FILES[path]
    return Configuration.from_files({**FILES, path: FILES[path].replace(old, new, 1)})


def test_edit_of_a_partner_compiles_nothing_anew() -> None:
    before = Configuration.from_files(FILES)

    after = Configuration.from_files({**FILES, "partners/acme/partner.yaml": b"partner: acme\n"})

    assert after.guides is before.guides
    assert after.map_at(MAP) is before.map_at(MAP)
    assert after.hash != before.hash


def test_edit_of_a_guide_compiles_guides_anew_and_no_map() -> None:
    before = Configuration.from_files(FILES)

    after = edited(GUIDE, b"base guide", b"our base guide")

    assert after.guides is not before.guides
    assert after.map_at(MAP) is before.map_at(MAP)


def test_edit_of_a_map_compiles_maps_anew_and_no_guide() -> None:
    before = Configuration.from_files(FILES)

    after = edited(MAP, b"note:", b"note: Edited.")

    assert after.guides is before.guides
    assert after.map_at(MAP) is not before.map_at(MAP)


def test_edit_of_a_partner_leaves_what_was_checked_checked() -> None:
    assert compile_alike({**FILES, "partners/acme/partner.yaml": b"partner: acme\n"}, FILES)


@pytest.mark.parametrize(
    "path", [GUIDE, MAP, "mappings/codes/units.yaml", "mappings/x12/004010/_release/dataele.xml"]
)
def test_what_compiles_is_checked_again_when_it_is_edited_new_or_gone(path: str) -> None:
    edited = {**FILES, path: b"other"}
    without = {other: content for other, content in FILES.items() if other != path}

    assert not compile_alike(edited, FILES)
    assert not compile_alike(edited, without)
    assert not compile_alike(without, edited)
