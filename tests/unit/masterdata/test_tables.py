"""Master data CSV: every fault located, nothing half read, and what is written reads back the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gateway.masterdata.tables import (
    CALENDARS,
    LOCATIONS,
    PARTS,
    SITES,
    SUPPLIERS,
    TABLES,
    UNITS,
    RowFault,
    Table,
    read_table,
    write_table,
)
from ledger.events import (
    CalendarDefined,
    Event,
    LocationDefined,
    PartDefined,
    PartRevision,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
)
from ledger.masterdata import MasterData

KNOWN = MasterData().changed_by(
    [PartDefined(number="P-1", base_unit="EA"), SiteDefined(number="PLT07", time_zone="America/Detroit")]
)

FULL_ROWS: list[tuple[Table, str, Event]] = [
    (
        PARTS,
        "part_number,base_unit,description,whole_units_only,lot_controlled,serial_controlled,revisions,"
        "revision_policy,aliases,active,weight_kg,origins\n"
        '0012,EA,"Bracket, left",Y,N,y,A@2025-01-01..2026-06-30;B@2026-07-01..,current,VP:77;acme/VP:78,N,'
        "0.85,DE;US\n",
        PartDefined(
            number="0012",
            base_unit="EA",
            description="Bracket, left",
            whole_units_only=True,
            lot_controlled=False,
            serial_controlled=True,
            revisions=(
                PartRevision(revision="A", effective_from=date(2025, 1, 1), effective_to=date(2026, 6, 30)),
                PartRevision(revision="B", effective_from=date(2026, 7, 1)),
            ),
            revision_policy="current",
            aliases=("VP:77", "acme/VP:78"),
            active=False,
            weight=Decimal("0.85"),
            origins=("DE", "US"),
        ),
    ),
    (
        UNITS,
        "part_number,unit,numerator,denominator\nP-1,BX,12,1\n",
        UnitFactorDefined(number="P-1/BX", part="P-1", unit="BX", numerator=12, denominator=1),
    ),
    (
        SITES,
        "site,name,time_zone,identifiers,receiving_location\nPLT07,Plant 7,America/Detroit,92:PLT07;1:123,DOCK2\n",
        SiteDefined(
            number="PLT07", name="Plant 7", time_zone="America/Detroit", identifiers=("92:PLT07", "1:123"),
            receiving_location="DOCK2",
        ),
    ),
    (
        LOCATIONS,
        "site,location,kind,parent\nPLT07,A-01,line_side,A\n",
        LocationDefined(number="PLT07/A-01", location="A-01", location_kind="line_side", parent="A"),
    ),
    (
        SUPPLIERS,
        "supplier,name,time_zone,identifiers,roles\nacme,Acme,UTC,92:A123,supplier;carrier\n",
        SupplierDefined(
            number="acme", name="Acme", time_zone="UTC", identifiers=("92:A123",), roles=("supplier", "carrier")
        ),
    ),
    (
        CALENDARS,
        "calendar,weekdays,holidays\nplant,1;2;3;4,2026-12-25;2026-12-26\n",
        CalendarDefined(number="plant", weekdays=(1, 2, 3, 4), holidays=(date(2026, 12, 25), date(2026, 12, 26))),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "text", "event"), FULL_ROWS, ids=lambda value: getattr(value, "noun", ""))
def test_every_column_reaches_its_field(table: Table, text: str, event: Event) -> None:
    assert read_table(table, text.encode(), KNOWN) == ([event], [])


@pytest.mark.parametrize(("table", "text", "event"), FULL_ROWS, ids=lambda value: getattr(value, "noun", ""))
def test_what_is_listed_imports_back_the_same(table: Table, text: str, event: Event) -> None:
    known = KNOWN.changed_by([event])
    written = write_table(table, known)
    events, faults = read_table(table, written.encode(), known)
    assert faults == []
    assert known.changed_by(events) == known


def test_every_table_has_a_full_row_here() -> None:
    assert [table.noun for table, _, _ in FULL_ROWS] == [table.noun for table in TABLES]


def test_empty_cells_take_the_default_of_the_event() -> None:
    events, faults = read_table(PARTS, b"part_number,base_unit,aliases\nP-2,EA,\n", KNOWN)
    assert (events, faults) == ([PartDefined(number="P-2", base_unit="EA")], [])


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    events, faults = read_table(PARTS, "\ufeffpart_number,base_unit\r\nP-2,EA\r\n\r\n".encode(), KNOWN)
    assert (events, faults) == ([PartDefined(number="P-2", base_unit="EA")], [])


def test_all_faults_are_found_at_once_and_located() -> None:
    text = (
        "part_number,base_unit,active,revisions\n"
        ",EA,Y,\n"
        "P-2,,maybe,\n"
        "P-3,EA,Y,A@soon..\n"
        "P-4,EA,Y\n"
        "P-5,EA,Y,\n"
        "P-5,EA,Y,\n"
    )
    _, faults = read_table(PARTS, text.encode(), KNOWN)
    assert faults == [
        RowFault(line=2, column="part_number", text="must not be empty"),
        RowFault(line=3, column="base_unit", text="must not be empty"),
        RowFault(line=3, column="active", text="must be Y or N", value="maybe"),
        RowFault(line=4, column="revisions", text="must be a date like 2026-11-22", value="A@soon.."),
        RowFault(line=5, text="3 cells where the header names 4"),
        RowFault(line=7, text="the same part as in line 6", value="P-5"),
    ]


def test_a_fault_tells_its_place_in_words() -> None:
    fault = RowFault(line=3, column="active", text="must be Y or N", value="maybe")
    assert str(fault) == 'line 3 active: must be Y or N ("maybe")'


@pytest.mark.parametrize(
    ("table", "text", "fault"),
    [
        (PARTS, "part_number,base_unti\n", RowFault(line=1, column="base_unti", text="unknown column (did you mean "
         '"base_unit"?)')),
        (PARTS, "", RowFault(line=1, text="the file is empty; its first line must name columns: part_number, "
         "base_unit, description, whole_units_only, lot_controlled, serial_controlled, revisions, revision_policy, "
         "aliases, active, weight_kg, origins")),
        (PARTS, "part_number,base_unit\n", RowFault(line=1, text="the file has no rows")),
        (UNITS, "part_number,unit,numerator\nP-9,BX,12\n", RowFault(line=2, column="part_number",
         text="is not known; import it first", value="P-9")),
        (UNITS, "part_number,unit,numerator\nP-1,BX,0\n", RowFault(line=2, column="numerator",
         text="must be a whole number above zero", value="0")),
        (LOCATIONS, "site,location\nPLT99,A\n", RowFault(line=2, column="site",
         text="is not known; import it first", value="PLT99")),
        (LOCATIONS, "site,location,kind\nPLT07,A,attic\n", RowFault(line=2, column="kind", text="must be one of "
         "dock, receiving, storage, inspection, mrb, staging, line_side, transit, external, virtual", value="attic")),
        (SITES, "site,time_zone\nPLT08,Mars/Base\n", RowFault(line=2, column="time_zone",
         text="is no IANA time zone such as America/Detroit", value="Mars/Base")),
        (SUPPLIERS, "supplier,identifiers\nacme,A123\n", RowFault(line=2, column="identifiers",
         text="A123 is not qualifier:value such as 92:PLT07", value="A123")),
        (CALENDARS, "calendar,weekdays\nplant,1;8\n", RowFault(line=2, column="weekdays",
         text="must be numbers 1 (Monday) to 7, separated by semicolons", value="1;8")),
        (PARTS, 'part_number,base_unit\n"P-2,EA\n', RowFault(line=2, text="not readable as CSV: "
         "unexpected end of data")),
    ],
)  # fmt: skip
def test_each_fault_names_row_and_column(table: Table, text: str, fault: RowFault) -> None:
    _, faults = read_table(table, text.encode(), KNOWN)
    assert fault in faults


def test_a_name_that_another_row_has_is_refused() -> None:
    known = MasterData().changed_by([SupplierDefined(number="acme", identifiers=("92:A1",))])
    text = b"supplier,identifiers\nacme,92:A1\nbolt,92:A1;92:B1\ncork,92:B1\n"
    _, faults = read_table(SUPPLIERS, text, known)
    assert faults == [
        RowFault(line=3, column="identifiers", text="belongs to supplier acme", value="92:A1"),
        RowFault(line=4, column="identifiers", text="belongs to supplier bolt", value="92:B1"),
    ]


def test_bytes_that_are_no_text_name_the_line() -> None:
    events, faults = read_table(PARTS, b"part_number,base_unit\nP-2,\xff\n", KNOWN)
    assert events == []
    assert faults == [RowFault(line=2, text="not UTF-8 text; save the file as CSV UTF-8")]
