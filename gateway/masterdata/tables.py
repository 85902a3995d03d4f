"""Master data as CSV: one table per noun, read into events and written back with the same columns.

Reads and writes values only; no file, no ledger. Every fault of a file is found and located before anything is used.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from gateway.masterdata.cells import (
    LIST_SEPARATOR,
    read_countries,
    read_dates,
    read_flag,
    read_id,
    read_identifiers,
    read_list,
    read_number,
    read_one_of,
    read_revisions,
    read_text,
    read_weekdays,
    read_weight,
    read_zone,
)
from gateway.resources import did_you_mean
from ledger.events import (
    AnyEvent,
    CalendarDefined,
    LocationDefined,
    PartDefined,
    PartRevision,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
)
from ledger.masterdata import MasterData


class RowFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong with a file. `line` counts lines of the file, the header being 1."""

    line: int
    text: str
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}" + (f" {self.column}" if self.column else "")
        return f"{where}: {self.text}" + (f' ("{self.value}")' if self.value else "")


class Column(NamedTuple):
    """One column: how its text is read, and whether it must be there. An empty cell takes the event's default."""

    name: str
    read: Callable[[str], Any]
    help: str
    required: bool = False
    is_shown_only: bool = False
    """Written for people; not read, so that what was written can be read back."""


class Table(NamedTuple):
    """One noun: its columns, the event that a row makes, and the rows of what is in force."""

    noun: str
    columns: tuple[Column, ...]
    build: Callable[[dict[str, Any]], AnyEvent]
    rows: Callable[[MasterData], Iterator[dict[str, str]]]
    refers_to: tuple[str, Callable[[MasterData], Collection[str]]] | None = None
    """A column whose value must exist already, and where."""
    claims: tuple[str, Callable[[MasterData], Mapping[str, str]]] | None = None
    """A column of names that belong to one row only, and who has them now."""
    mistakes: Callable[[AnyEvent, MasterData], Iterable[tuple[str, str]]] | None = None
    """What else is wrong with a row that can be read: (column, words that follow its value)."""


def read_table(table: Table, data: bytes, known: MasterData) -> tuple[list[AnyEvent], list[RowFault]]:
    """All events of a file, or all that is wrong with it. With any fault the events are to be thrown away."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], [RowFault(line=line, text="not UTF-8 text; save the file as CSV UTF-8")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return _read_rows(table, reader, known)
    except csv.Error as error:
        return [], [RowFault(line=reader.line_num, text=f"not readable as CSV: {error}")]


def write_table(table: Table, known: MasterData) -> str:
    """What is in force, as CSV that `read_table` takes back without a change."""
    return write_rows(table, table.rows(known))


def write_rows(table: Table, rows: Iterable[dict[str, str]]) -> str:
    """These rows of the table as CSV, with its header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [column.name for column in table.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _read_rows(table: Table, reader: Any, known: MasterData) -> tuple[list[AnyEvent], list[RowFault]]:
    names = [name.strip() for name in next(reader, [])]
    if faults := _check_header(table, names):
        return [], faults
    events: list[AnyEvent] = []
    first_seen: dict[str, int] = {}
    holders = dict(table.claims[1](known)) if table.claims else {}
    for cells in reader:
        line: int = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        event, row_faults = _read_row(table, names, cells, line, known)
        faults += row_faults
        if event is None:
            continue
        if (earlier := first_seen.setdefault(event.number, line)) != line:
            faults.append(RowFault(line=line, text=f"the same {table.noun} as in line {earlier}", value=event.number))
        faults += _check_claims(table, event, line, holders)
        events.append(event)
    if not events and not faults:
        faults.append(RowFault(line=1, text="the file has no rows"))
    return events, faults


def _check_header(table: Table, names: list[str]) -> list[RowFault]:
    known = [column.name for column in table.columns]
    if not any(names):
        return [RowFault(line=1, text="the file is empty; its first line must name columns: " + ", ".join(known))]
    faults = [
        RowFault(line=1, column=name, text=f"unknown column ({did_you_mean(name, known)})")
        for name in names
        if name not in known
    ]
    faults += [
        RowFault(line=1, column=column.name, text="this column is missing")
        for column in table.columns
        if column.required and column.name not in names
    ]
    faults += [
        RowFault(line=1, column=name, text="this column is there twice")
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    return faults


def _read_row(
    table: Table, names: list[str], cells: list[str], line: int, known: MasterData
) -> tuple[AnyEvent | None, list[RowFault]]:
    if len(cells) != len(names):
        return None, [RowFault(line=line, text=f"{len(cells)} cells where the header names {len(names)}")]
    given = dict(zip(names, (cell.strip() for cell in cells), strict=True))
    faults, values = [], {}
    for column in table.columns:
        cell = given.get(column.name, "")
        if not cell or column.is_shown_only:
            if column.required:
                faults.append(RowFault(line=line, column=column.name, text="must not be empty"))
            continue
        try:
            values[column.name] = column.read(cell)
        except ValueError as error:
            faults.append(RowFault(line=line, column=column.name, text=str(error), value=cell))
    if table.refers_to is not None:
        name, existing = table.refers_to
        if name in values and values[name] not in existing(known):
            faults.append(RowFault(line=line, column=name, text="is not known; import it first", value=values[name]))
    if faults:
        return None, faults
    event = _leave_out_defaults(table.build(values))
    found = table.mistakes(event, known) if table.mistakes is not None else ()
    return event, [
        RowFault(line=line, column=column, text=text, value=given.get(column, "")) for column, text in found
    ]


def _check_claims(table: Table, event: AnyEvent, line: int, holders: dict[str, str]) -> list[RowFault]:
    """Names that another row has: documents that use them would find whichever came last."""
    if table.claims is None:
        return []
    column = table.claims[0]
    return [
        RowFault(line=line, column=column, text=f"belongs to {table.noun} {holder}", value=name)
        for name in getattr(event, column)
        if (holder := holders.setdefault(name, event.number)) != event.number
    ]


def _leave_out_defaults(event: AnyEvent) -> AnyEvent:
    """The same event, whose values equal to a default are that default itself.

    Such values are left out of its JSON, and so out of its digest, by identity: a site whose receiving location is
    spelt out as DOCK must be the same fact as one that leaves it out.
    """
    fields = msgspec.structs.fields(event)
    return msgspec.structs.replace(
        event, **{field.name: field.default for field in fields if getattr(event, field.name) == field.default}
    )


def _join(values: Iterable[object]) -> str:
    return LIST_SEPARATOR.join(map(str, values))


def _write_revision(known: PartRevision) -> str:
    if known.effective_from is None and known.effective_to is None:
        return known.revision
    return f"{known.revision}@{known.effective_from or ''}..{known.effective_to or ''}"


def _part_rows(known: MasterData) -> Iterator[dict[str, str]]:
    for part in sorted(known.parts.values(), key=lambda part: part.id):
        yield {
            "part_number": part.id,
            "base_unit": part.base_unit,
            "description": part.description,
            "whole_units_only": "Y" if part.whole_units_only else "N",
            "lot_controlled": "Y" if part.lot_controlled else "N",
            "serial_controlled": "Y" if part.serial_controlled else "N",
            "revisions": _join(map(_write_revision, part.revisions)),
            "revision_policy": part.revision_policy,
            "aliases": _join(part.aliases),
            "active": "Y" if part.active else "N",
            "weight_kg": "" if part.weight is None else f"{part.weight:f}",
            "origins": _join(part.origins),
        }


def _unit_rows(known: MasterData) -> Iterator[dict[str, str]]:
    for (part, unit), factor in sorted(known.factors.items()):
        yield {
            "part_number": part,
            "unit": unit,
            "numerator": str(factor.numerator),
            "denominator": str(factor.denominator),
        }


def _site_rows(known: MasterData) -> Iterator[dict[str, str]]:
    for site in sorted(known.sites.values(), key=lambda site: site.id):
        yield {
            "site": site.id,
            "name": site.name,
            "time_zone": site.time_zone,
            "identifiers": _join(site.identifiers),
            "receiving_location": site.receiving_location,
        }


def _location_rows(known: MasterData) -> Iterator[dict[str, str]]:
    for (site, name), location in sorted(known.locations.items()):
        yield {"site": site, "location": name, "kind": location.kind, "parent": location.parent}


def _supplier_rows(known: MasterData) -> Iterator[dict[str, str]]:
    for supplier in sorted(known.suppliers.values(), key=lambda supplier: supplier.id):
        yield {
            "supplier": supplier.id,
            "name": supplier.name,
            "time_zone": supplier.time_zone,
            "identifiers": _join(supplier.identifiers),
            "roles": _join(supplier.roles),
        }


def _calendar_rows(known: MasterData) -> Iterator[dict[str, str]]:
    for calendar in sorted(known.calendars.values(), key=lambda calendar: calendar.id):
        yield {
            "calendar": calendar.id,
            "weekdays": _join(calendar.weekdays),
            "holidays": _join(calendar.holidays),
        }


def _part_event(row: dict[str, Any]) -> AnyEvent:
    return PartDefined(number=row.pop("part_number"), weight=row.pop("weight_kg", None), **row)


def _unit_event(row: dict[str, Any]) -> AnyEvent:
    part = row.pop("part_number")
    return UnitFactorDefined(number=f"{part}/{row['unit']}", part=part, **row)


def _location_event(row: dict[str, Any]) -> AnyEvent:
    site, kind = row.pop("site"), row.pop("kind", "storage")
    return LocationDefined(number=f"{site}/{row['location']}", location_kind=kind, **row)


PARTS = Table(
    "part",
    (
        Column("part_number", read_id, "our part number", required=True),
        Column("base_unit", read_id, "UN/ECE Rec 20 code in which it is kept", required=True),
        Column("description", read_text, "words for people"),
        Column("whole_units_only", read_flag, "Y: no fractions"),
        Column("lot_controlled", read_flag, "Y: every quantity has a lot"),
        Column("serial_controlled", read_flag, "Y: every piece has a serial number"),
        Column("revisions", read_revisions, "A@2025-01-01..2026-06-30;B@2026-07-01.."),
        Column("revision_policy", read_one_of("accept", "current"), "accept any effective one, or the current only"),
        Column("aliases", read_identifiers, "VP:77;acme/VP:77"),
        Column("active", read_flag, "N: no longer used"),
        Column("weight_kg", read_weight, "kilograms of one base unit, without packing"),
        Column("origins", read_countries, "DE;US: countries it may come from, ISO 3166-1"),
    ),
    _part_event,
    _part_rows,
    claims=("aliases", lambda known: known.part_ids),
)
UNITS = Table(
    "unit",
    (
        Column("part_number", read_id, "our part number", required=True),
        Column("unit", read_id, "the other unit", required=True),
        Column("numerator", read_number, "one unit is numerator/denominator base units", required=True),
        Column("denominator", read_number, "1 if empty"),
    ),
    _unit_event,
    _unit_rows,
    ("part_number", lambda known: known.parts.keys()),
)
SITES = Table(
    "site",
    (
        Column("site", read_id, "our site id", required=True),
        Column("name", read_text, "words for people"),
        Column("time_zone", read_zone, "IANA name"),
        Column("identifiers", read_identifiers, "92:PLT07;1:123456789"),
        Column("receiving_location", read_id, "DOCK if empty"),
    ),
    lambda row: SiteDefined(number=row.pop("site"), **row),
    _site_rows,
    claims=("identifiers", lambda known: known.site_ids),
)
LOCATIONS = Table(
    "location",
    (
        Column("site", read_id, "our site id", required=True),
        Column("location", read_id, "its name within the site", required=True),
        Column(
            "kind",
            read_one_of(
                "dock", "receiving", "storage", "inspection", "mrb", "staging", "line_side", "transit", "external",
                "virtual",
            ),
            "what the place is for",
        ),
        Column("parent", read_id, "the location it lies in"),
    ),
    _location_event,
    _location_rows,
    ("site", lambda known: known.sites.keys()),
)  # fmt: skip
SUPPLIERS = Table(
    "supplier",
    (
        Column("supplier", read_id, "our id for it", required=True),
        Column("name", read_text, "words for people"),
        Column("time_zone", read_zone, "IANA name"),
        Column("identifiers", read_identifiers, "92:A123;1:123456789"),
        Column("roles", read_list, "supplier if empty; several with semicolons"),
    ),
    lambda row: SupplierDefined(number=row.pop("supplier"), **row),
    _supplier_rows,
    claims=("identifiers", lambda known: known.supplier_ids),
)
CALENDARS = Table(
    "calendar",
    (
        Column("calendar", read_id, "its name", required=True),
        Column("weekdays", read_weekdays, "1;2;3;4;5 is Monday to Friday"),
        Column("holidays", read_dates, "2026-12-25;2026-12-26"),
    ),
    lambda row: CalendarDefined(number=row.pop("calendar"), **row),
    _calendar_rows,
)

TABLES: tuple[Table, ...] = (PARTS, UNITS, SITES, LOCATIONS, SUPPLIERS, CALENDARS)
