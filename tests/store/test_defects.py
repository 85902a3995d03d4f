"""Defects of master data: each kind is found, what is right is not, and what waits is told with its age."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.events import (
    CrossReferenceDefined,
    Event,
    LocationDefined,
    OrderLine,
    PartDefined,
    PartRevision,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
)
from tests.store.world import NOW, Books, notice, order, receipt


def defects(conn: Connection, **asked: Any) -> queries.DefectReport:
    return queries.defects(conn, now=NOW + timedelta(hours=10), **asked)


def revision(name: str, since: int, until: int | None) -> PartRevision:
    ends = None if until is None else date(2026, until, 1)
    return PartRevision(revision=name, effective_from=date(2026, since, 1), effective_to=ends)


def shelf(location: str, parent: str = "", site: str = "P1") -> LocationDefined:
    return LocationDefined(number=f"{site}/{location}", site=site, location=location, parent=parent)


FAULTS: list[tuple[str, tuple[Event, ...], list[tuple[str, str]]]] = [
    (
        "revisions that overlap",
        (
            PartDefined(number="X", base_unit="EA", revisions=(revision("A", 1, 6), revision("B", 5, None))),
            PartDefined(number="Y", base_unit="EA", revisions=(revision("A", 1, 5), revision("B", 6, None))),
        ),
        [("revisions_overlap", "X")],
    ),
    (
        "an alias of a part that is not active",
        (PartDefined(number="X", base_unit="EA", active=False, aliases=("VP:OLD",)),),
        [("alias_of_inactive_part", "X")],
    ),
    (
        "an alias that two parts claim",
        (
            PartDefined(number="X", base_unit="EA", aliases=("VP:7", "acme/VP:8")),
            PartDefined(number="Y", base_unit="EA", aliases=("VP:7", "bravo/VP:8")),
        ),
        [("alias_ambiguous", "VP:7")],
    ),
    (
        "an alias that is another part's number",
        (PartDefined(number="X", base_unit="EA", aliases=("BP:PLATE", "BP:FREE")),),
        [("alias_ambiguous", "X")],
    ),
    (
        "identifiers that two claim",
        (
            SiteDefined(number="P2", identifiers=("92:PLT07",)),
            SupplierDefined(number="zeta", identifiers=("92:A123", "1:9")),
        ),
        [("site_identifier_ambiguous", "92:PLT07"), ("supplier_identifier_ambiguous", "92:A123")],
    ),
    (
        "factors that are none",
        (
            UnitFactorDefined(number="PLATE/EA", part="PLATE", unit="EA", numerator=2),
            UnitFactorDefined(number="GHOST/BX", part="GHOST", unit="BX", numerator=2),
        ),
        [("factor_without_part", "GHOST/BX"), ("unit_conflict", "PLATE/EA")],
    ),
    (
        "locations that stand nowhere",
        (shelf("A", "B"), shelf("B", "A"), shelf("C", "GONE"), shelf("D"), shelf("E", "D"), shelf("F", site="P9")),
        [
            ("location_circle", "P1/A"), ("location_circle", "P1/B"), ("location_parent_unknown", "P1/C"),
            ("location_without_site", "P9/F"),
        ],
    ),
    ("a supplier that nobody can name", (SupplierDefined(number="mute"),), [("supplier_without_identifier", "mute")]),
    (
        "cross-references that lead nowhere, to what is not active, or that are never used",
        (
            PartDefined(number="OLD", base_unit="EA", active=False),
            CrossReferenceDefined(number="part/acme/BP:1", of="part", sender="acme", identifier="BP:1", means="X"),
            CrossReferenceDefined(number="party//1:7", of="party", identifier="1:7", means="ghost", withdrawn=True),
            CrossReferenceDefined(number="part//BP:2", of="part", identifier="BP:2", means="OLD"),
            CrossReferenceDefined(number="part//BP:PLATE", of="part", identifier="BP:PLATE", means="BOLT"),
            CrossReferenceDefined(number="site//92:PLT07", of="site", identifier="92:PLT07", means="P1"),
            CrossReferenceDefined(number="unit//ZZ", of="unit", identifier="ZZ", means="EA"),
        ),
        [
            ("cross_reference_leads_nowhere", "part/acme/BP:1"),
            ("cross_reference_not_used", "part//BP:PLATE"),
            ("cross_reference_of_inactive_part", "part//BP:2"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "found"), [(events, found) for _, events, found in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_each_fault_is_found_and_its_sound_neighbour_is_not(
    conn: Connection, events: tuple[Event, ...], found: list[tuple[str, str]]
) -> None:
    books = Books(conn)
    assert defects(conn).defects == ()
    books.record(*events)

    assert [(one.kind, one.subject) for one in defects(conn).defects] == found
    assert all(one.text for one in defects(conn).defects)


def test_open_orders_in_another_base_unit_are_a_conflict(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}), PartDefined(number="PLATE", base_unit="KGM"))

    (found,) = defects(conn).defects
    assert (found.kind, found.subject) == ("unit_conflict", "PLATE")


def test_what_waits_for_master_data_is_told_with_its_age_until_it_comes(conn: Connection) -> None:
    books = Books(conn)
    lines = tuple(
        OrderLine(part_number=part, order_line=part, quantity=Decimal(1), unit=unit)
        for part, unit in (("GASKET", "EA"), ("PLATE", "BX"))
    )
    books.record(order("PO1", {}, lines=lines), order("PO2", {"GASKET": 4}))
    books.record(
        receipt("R1", "S9", "", {"PLATE": 1}, ship_to="92:NOWHERE"), notice("S8", "PO1", {}, supplier="92:ZZ")
    )

    report = defects(conn)

    told = {(one.kind, one.id): (one.lines, one.events, str(one.age_hours)) for one in report.unmapped}
    assert told[("part", "GASKET")] == (2, 2, "10.0")
    assert told[("unit", "PLATE/BX")] == (1, 1, "10.0")
    assert {kind for kind, _ in told} == {"part", "unit", "site", "supplier"}
    assert report.counts == {f"unmapped_{kind}": 1 for kind in ("part", "site", "supplier", "unit")}
    books.record(PartDefined(number="GASKET", base_unit="EA"))
    assert ("part", "GASKET") not in {(one.kind, one.id) for one in defects(conn).unmapped}


def test_the_trend_counts_what_began_to_wait_on_each_day(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"GASKET": 1, "RING": 2}))
    books.now = NOW + timedelta(days=1)
    books.record(order("PO2", {"GASKET": 1}), PartDefined(number="GASKET", base_unit="EA"))

    trend = queries.defects(conn, now=NOW + timedelta(days=2), days=4).trend

    assert [(one.day.day, one.part, one.unit) for one in trend] == [(19, 0, 0), (20, 2, 0), (21, 1, 0), (22, 0, 0)]
