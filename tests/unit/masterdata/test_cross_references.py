"""Cross-references as CSV: read back as written, and every slip located before anything is recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gateway.masterdata.cross_references import CROSS_REFERENCES, build, table
from gateway.masterdata.tables import read_table, write_table
from ledger.events import (
    Actor,
    Event,
    LocationDefined,
    PartDefined,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
)
from ledger.masterdata import MasterData

BOUGHT = build(
    of="part", sender="acme", identifier="VP:77/A", means="P-1", valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31), note="drawing 12, sheet 3",
)  # fmt: skip
BOX = build(of="unit", identifier="x12:ZZ", means="EA", within="P-1", numerator=24, denominator=1, withdrawn=True)
KNOWN = MasterData().changed_by(
    [
        PartDefined(number="P-1", base_unit="EA"),
        UnitFactorDefined(number="P-1/XBX", part="P-1", unit="XBX", numerator=10),
        SiteDefined(number="PLT07"),
        LocationDefined(number="PLT07/A-01", location="A-01"),
        SupplierDefined(number="acme"),
    ]
)


def stamped(event: Event) -> Event:
    at = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    return type(event)(
        **{name: getattr(event, name) for name in event.__struct_fields__}
        | {"actor": Actor(kind="user", id="lisa"), "recorded_at": at}
    )


def test_what_is_written_reads_back_the_same_and_says_who_and_when() -> None:
    text = write_table(CROSS_REFERENCES, KNOWN.changed_by([stamped(BOUGHT), stamped(BOX)]))

    events, faults = read_table(CROSS_REFERENCES, text.encode(), KNOWN)

    assert text.splitlines()[1:] == [
        'part,acme,VP:77/A,P-1,,1,1,2026-01-01,2026-12-31,N,"drawing 12, sheet 3",lisa,2026-11-23T08:30:00+00:00',
        "unit,,x12:ZZ,EA,P-1,24,1,,,Y,,lisa,2026-11-23T08:30:00+00:00",
    ]
    assert (events, faults) == ([BOUGHT, BOX], [])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("part,acme,BP:1,P-2,", "means: is no part that we know; import it first (P-2)"),
        ("site,,92:1,PLT08,", "means: is no site that we know; import it first (PLT08)"),
        ("party,,92:1,bravo,", "means: is no supplier that we know; import it first (bravo)"),
        ("location,,7,A-02,PLT07", "means: is no location that we know; import it first (A-02)"),
        ("location,,7,A-01,PLT08", "within: is no site that we know; import it first (PLT08)"),
        ("unit,,ZZ,XCT,P-1", "means: is no unit that we know; import it first (XCT)"),
        ("part,bravo,BP:1,P-1,", "sender: is no partner (known: acme) (bravo)"),
        ("parts,,BP:1,P-1,", "of: must be one of part, unit, site, location, party (parts)"),
        (
            "part,,1,P-1,",
            "identifier: a part is named as BP:number (the buyer's) or VP:number (the supplier's own), not 1 (1)",
        ),
    ],
)  # fmt: skip
def test_a_slip_is_found_where_it_stands(row: str, fault: str) -> None:
    data = f"of,sender,identifier,means,within\n{row}\n".encode()

    (found,) = read_table(table(["acme"]), data, KNOWN)[1]

    assert (found.line, f"{found.column}: {found.text} ({found.value})") == (2, fault)


@pytest.mark.parametrize(
    "row", ["part,acme,BP:1,P-1,", "unit,,ZZ,XBX,P-1", "unit,,ZZ,XCT,", "location,,7,A-01,", "location,,7,A-01,PLT07"]
)
def test_what_is_right_is_taken(row: str) -> None:
    data = f"of,sender,identifier,means,within\n{row}\n".encode()

    events, faults = read_table(table(["acme"]), data, KNOWN)

    assert (len(events), faults) == (1, [])
