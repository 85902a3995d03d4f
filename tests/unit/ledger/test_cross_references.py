"""What we call things, as one partner knows them; and what is written alike, which is only ever a suggestion."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.events import (
    CrossReferenceDefined,
    PartDefined,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
    cross_reference_number,
)
from ledger.masterdata import MasterData, number_told
from ledger.masterdata.alike import Alike, plain

DAY = date(2026, 11, 23)


def reference(of: Any, identifier: str, means: str, **said: Any) -> CrossReferenceDefined:
    named = {name: said[name] for name in ("sender", "within", "valid_from") if name in said}
    number = cross_reference_number(of, identifier, **named)
    return CrossReferenceDefined(number=number, of=of, identifier=identifier, means=means, **said)


KNOWN = MasterData().changed_by(
    [
        PartDefined(number="P-1", base_unit="EA", aliases=("VP:ALL", "acme/VP:OURS", "BP:0 815")),
        PartDefined(number="P-2", base_unit="EA", aliases=("VP:TWO",)),
        PartDefined(number="OLD-1", base_unit="EA", aliases=("VP:0815",), active=False),
        UnitFactorDefined(number="P-1/XBX", part="P-1", unit="XBX", numerator=10),
        SiteDefined(number="PLT07", identifiers=("92:0007", "1:123456789")),
        SupplierDefined(number="acme", identifiers=("92:A-1",)),
        reference("part", "VP:NOW", "P-1", sender="bolt"),
        reference("part", "VP:NEXT", "P-1", sender="bolt", valid_from=date(2026, 12, 1)),
        reference("part", "VP:GONE", "P-1", sender="zinc", withdrawn=True),
        reference("part", "VP:MOVED", "P-2", sender="iron"),
        reference("part", "VP:MOVED", "P-1", sender="iron", valid_from=date(2026, 11, 1)),
        reference("site", "92:DOCK-A", "PLT07", sender="acme"),
        reference("unit", "PCE", "EA", sender="acme"),
        reference("unit", "BOX", "EA", sender="acme", numerator=24),
        reference("location", "7", "RACK", within="PLT07"),
    ]
)


@pytest.mark.parametrize(
    ("partner", "part", "day", "number"),
    [
        ("acme", "P-1", DAY, "OURS"),
        ("bolt", "P-1", DAY, "NOW"),
        ("bolt", "P-1", date(2026, 12, 1), "NEXT"),
        ("zinc", "P-1", DAY, "ALL"),
        ("iron", "P-1", DAY, "MOVED"),
        ("iron", "P-2", DAY, "TWO"),
        ("iron", "P-2", date(2026, 10, 31), "MOVED"),
        ("acme", "P-3", DAY, ""),
    ],
)
def test_a_part_goes_out_by_the_number_of_the_partner_on_the_day(
    partner: str, part: str, day: date, number: str
) -> None:
    assert number_told(KNOWN, part, partner, day) == number


@pytest.mark.parametrize(
    ("of", "identifiers", "within", "candidates"),
    [
        ("part", ("BP:0-815",), "", [("P-1", "written like BP:0 815")]),
        ("part", ("BP:x", "VP:p1"), "", [("P-1", "written like P-1")]),
        ("part", ("BP:9",), "", []),
        ("site", ("91:7",), "", [("PLT07", "written like 92:0007")]),
        ("party", ("1:a1",), "", [("acme", "written like 92:A-1")]),
        ("unit", ("ZZ",), "P-1", [("EA", "its base unit"), ("XBX", "has a factor")]),
        ("unit", ("ZZ",), "P-9", []),
    ],
)
def test_what_is_written_alike_is_found_without_signs_case_and_leading_zeros(
    of: str, identifiers: tuple[str, ...], within: str, candidates: list[tuple[str, str]]
) -> None:
    assert Alike(KNOWN).candidates(of, identifiers, within) == candidates


def test_a_plain_spelling_keeps_letters_and_digits_alone() -> None:
    assert [plain(name) for name in ("acme/VP:00-12.a", "", "BP:000")] == ["12A", "", ""]
