"""The tree of locations: levels, what stands within what, and master data that goes round in a circle."""

from __future__ import annotations

import pytest

from ledger.masterdata import Location
from ledger.masterdata.places import LEVELS, Level, Places, circles

WAREHOUSE = [
    Location(site="P1", location="WH1"),
    Location(site="P1", location="Z1", parent="WH1"),
    Location(site="P1", location="B1", parent="Z1"),
    Location(site="P1", location="SHELF", parent="B1"),
    Location(site="P2", location="WH1"),
    Location(site="P2", location="B1", parent="WH1"),
]


def tree(*more: Location) -> Places:
    return Places([*WAREHOUSE, *more])


@pytest.mark.parametrize(
    ("site", "location", "rolled"),
    [
        ("P1", "SHELF", ["", "", "WH1", "Z1", "SHELF"]),
        ("P1", "B1", ["", "", "WH1", "Z1", "B1"]),
        ("P1", "WH1", ["", "", "WH1", "WH1", "WH1"]),
        ("P2", "B1", ["", "", "WH1", "B1", "B1"]),
        ("P1", "NOWHERE", ["", "", "NOWHERE", "NOWHERE", "NOWHERE"]),
        ("P1", "", ["", "", "", "", ""]),
    ],
)
def test_a_location_is_rolled_up_to_every_level(site: str, location: str, rolled: list[str]) -> None:
    levels: tuple[Level, ...] = LEVELS
    assert [tree().at_level(site, location, level) for level in levels] == rolled


def test_within_is_the_location_and_all_below_it_at_the_sites_asked_for() -> None:
    places = tree()

    assert places.within("WH1", ["P1"]) == (("P1", "B1"), ("P1", "SHELF"), ("P1", "WH1"), ("P1", "Z1"))
    assert places.within("B1", ["P1", "P2"]) == (("P1", "B1"), ("P1", "SHELF"), ("P2", "B1"))
    assert places.within("NOWHERE", ["P1"]) == (("P1", "NOWHERE"),)


def test_a_circle_stands_by_itself_and_what_hangs_on_it_on_the_one_it_names() -> None:
    places = tree(
        Location(site="P1", location="X", parent="Y"),
        Location(site="P1", location="Y", parent="Z"),
        Location(site="P1", location="Z", parent="X"),
        Location(site="P1", location="SELF", parent="SELF"),
        Location(site="P1", location="IN-Y", parent="Y"),
        Location(site="P1", location="DEEP", parent="IN-Y"),
    )

    assert {name: places.path("P1", name) for name in ("X", "Y", "Z", "SELF", "IN-Y", "DEEP")} == {
        "X": ("X",), "Y": ("Y",), "Z": ("Z",), "SELF": ("SELF",), "IN-Y": ("Y", "IN-Y"),
        "DEEP": ("Y", "IN-Y", "DEEP"),
    }  # fmt: skip
    assert circles({("P1", "X"): "Y", ("P1", "Y"): "X", ("P1", "IN"): "X", ("P1", "SELF"): "SELF"}) == {
        ("P1", "X"), ("P1", "Y"), ("P1", "SELF"),
    }  # fmt: skip


def test_a_parent_that_does_not_exist_leaves_its_child_on_top() -> None:
    places = tree(
        Location(site="P1", location="LOST", parent="GONE"), Location(site="P1", location="L2", parent="LOST")
    )

    assert (places.path("P1", "LOST"), places.path("P1", "L2")) == (("LOST",), ("LOST", "L2"))
