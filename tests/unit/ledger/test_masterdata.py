"""Master data: found as partners name things, changed only by making the next snapshot, converted exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import LocationDefined, PartDefined, SiteDefined, SupplierDefined, UnitFactorDefined
from ledger.masterdata import Factor, InexactConversion, MasterData, to_base, to_decimal

KNOWN = MasterData().changed_by(
    [
        PartDefined(number="0047", base_unit="EA", aliases=("acme/VP:V-1", "VP:V-2", "BP:OLD-47")),
        PartDefined(number="PAINT", base_unit="KGM", aliases=("bravo/VP:V-1",)),
        UnitFactorDefined(
            number="PAINT/LBR", part="PAINT", unit="LBR", numerator=45_359_237, denominator=100_000_000
        ),
        SiteDefined(number="P1", identifiers=("92:PLT07", "1:001234567")),
        SupplierDefined(number="acme", identifiers=("92:A123",)),
        LocationDefined(number="P1/DOCK2", location="DOCK2", location_kind="dock"),
    ]
)


@pytest.mark.parametrize(
    ("number", "supplier_number", "partner", "part"),
    [
        ("0047", "", "acme", "0047"),
        ("47", "", "acme", None),
        ("OLD-47", "", "erp", "0047"),
        ("unknown", "V-1", "acme", "0047"),
        ("unknown", "V-1", "bravo", "PAINT"),
        ("unknown", "V-1", "other", None),
        ("", "V-2", "other", "0047"),
    ],
)
def test_part_is_found_as_the_partner_names_it(
    number: str, supplier_number: str, partner: str, part: str | None
) -> None:
    assert KNOWN.part_id(number, supplier_number, partner) == part


@pytest.mark.parametrize(
    ("party", "site"),
    [("92:PLT07", "P1"), ("1:001234567", "P1"), ("1:1234567", None), ("92:P1", "P1"), ("1:P1", None)],
)
def test_site_is_found_by_qualifier_and_value_leading_zeros_kept(party: str, site: str | None) -> None:
    assert KNOWN.site_id(party) == site


def test_a_changed_row_takes_the_place_of_the_one_before() -> None:
    changed = KNOWN.changed_by([PartDefined(number="0047", base_unit="EA", aliases=("VP:V-3",))])

    assert (changed.part_id("", "V-3"), changed.part_id("", "V-2")) == ("0047", None)
    assert KNOWN.part_id("", "V-2") == "0047"


def test_a_unit_without_a_factor_is_not_known() -> None:
    assert KNOWN.factor("0047", "EA") == Factor(1, 1)
    assert KNOWN.factor("0047", "XBX") is None
    assert KNOWN.factor("PAINT", "LBR") == Factor(45_359_237, 100_000_000)


def test_hundred_pounds_are_exactly_so_many_kilograms() -> None:
    assert to_base(Decimal(100), Factor(45_359_237, 100_000_000)) == 45_359_237


def test_what_does_not_fit_a_millionth_is_not_rounded() -> None:
    assert to_base(Decimal(1), Factor(1, 3)) == InexactConversion(1_000_000, 3)


@given(st.integers(-(10**15), 10**15))
def test_quantities_survive_the_way_out_and_back(quantity: int) -> None:
    shown = to_decimal(quantity)

    assert "E" not in str(shown)
    assert to_base(Decimal(str(shown))) == quantity
