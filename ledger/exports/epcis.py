"""What goods did, as GS1 EPCIS 2.0 events in JSON-LD: what, when, where and why.

EPCIS knows physical facts; reservations, ownership and the nine states go along as fields of our own (`crossdock:`).
It is an export: nothing in Crossdock is kept in this form. Every event has an identity that never changes, so that
one exported twice is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from ledger.book.resolution import lines_of
from ledger.events import KINDS, Event, Line, NoticeLine
from ledger.exports.correspondences import CORRESPONDENCES, DISPOSITIONS, Correspondence
from ledger.exports.names import Names
from ledger.exports.recordings import Recording
from ledger.masterdata import AsSent, InexactConversion, to_base, to_decimal
from ledger.masterdata.vin import is_shaped_as_vin
from ledger.matching.resolved import line_identities
from ledger.queries import End, MovementMade
from ledger.stock.bucket import EXTERNAL

EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
PREFIX = "crossdock"

PIECES = frozenset({"EA", "C62", "H87", "PCE", "PC"})
"""Units that count instances: EPCIS leaves the unit of those out."""

Json = dict[str, Any]

epcis_json = msgspec.json.Encoder(decimal_format="number").encode
"""A document or an event of it as JSON: quantities are numbers there."""


def epcis_document(events: Sequence[Json], names: Names, now: datetime) -> bytes:
    """An EPCISDocument with these events, as JSON-LD."""
    document = {
        "@context": [EPCIS_CONTEXT, {PREFIX: names.own("terms", "")}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": now,
        "epcisBody": {"eventList": events},
    }
    return epcis_json(document)


def epcis_events(recording: Recording, names: Names) -> list[Json]:
    """The EPCIS events of one recording; none where it concerns no goods."""
    row = CORRESPONDENCES[KINDS[recording.kept.kind]]
    match row.shape:
        case None:
            return []
        case "advised":
            return _advised(recording, row, names)
        case "consumed":
            return _consumed(recording, row, names)
        case "withdrawn":
            return _declared(recording.earlier, names, recording.recorded_at, "did_not_occur", [])
        case "replaced":
            right = _advised(recording, row, names)
            return [*_declared(recording.earlier, names, recording.recorded_at, "incorrect_data", right), *right]
        case "reversed":
            return _reversed(recording, names)
        case "goods":
            return _goods(recording, row, names, recording.movements)


# --- goods that went from here to there ----------------------------------------------------------------------


def _goods(
    recording: Recording, row: Correspondence, names: Names, movements: Iterable[MovementMade], start: int = 1
) -> list[Json]:
    """One ObjectEvent per way that goods went; what only one account owes another is no matter of goods."""
    ways: dict[tuple[str, ...], list[MovementMade]] = {}
    for made in movements:
        source, target = made.source, made.target
        if source.state in EXTERNAL and target.state in EXTERNAL:
            continue
        if {source.state, target.state} == {"transfer", "in_transit"}:
            continue  # the site that sent it, or has it back, tells it
        way = (
            made.site, source.state, source.location, source.owner, target.state, target.location, target.owner,
            target.hold_reason, target.demand,
        )  # fmt: skip
        ways.setdefault(way, []).append(made)
    found = []
    for n, made_so in enumerate(ways.values(), start):
        source, target = made_so[0].source, made_so[0].target
        event = _begin(recording, row, names, n, "ObjectEvent")
        event |= {"action": row.action, **_goods_list(made_so, names)}
        event |= {"bizStep": row.step, "disposition": row.disposition or DISPOSITIONS[target.state]}
        event |= _where(made_so[0].site, source, target, names)
        event |= _transactions(recording.kept.body, {made.line for made in made_so}, row, names)
        event |= _parties(source, target, names)
        event |= _own_terms(source, target)
        found.append(event)
    return found


def _consumed(recording: Recording, row: Correspondence, names: Names) -> list[Json]:
    """Parts that went into a vehicle are associated with it; into anything else, they are inputs of its order. What
    else moved (to the line first, or free again) is told as any goods are."""
    by_demand: dict[tuple[str, str], list[MovementMade]] = {}
    for made in recording.movements:
        if made.target.state == "production":
            by_demand.setdefault((made.site, made.target.demand), []).append(made)
    found = []
    for n, ((site, demand), made_so) in enumerate(by_demand.items(), 1):
        source, target = made_so[0].source, made_so[0].target
        goods = _goods_list(made_so, names)
        if is_shaped_as_vin(demand):
            event = _begin(recording, row, names, n, "AssociationEvent")
            event |= {"action": "ADD", "parentID": names.vehicle(demand)}
            event |= _renamed(goods, {"epcList": "childEPCs", "quantityList": "childQuantityList"})
        else:
            event = _begin(recording, row, names, n, "TransformationEvent")
            event |= _renamed(goods, {"epcList": "inputEPCList", "quantityList": "inputQuantityList"})
            event["transformationID"] = names.document("prodorder", demand) if demand else event["eventID"]
        event |= {"bizStep": row.step, "disposition": row.disposition}
        event |= _where(site, source, target, names)
        event |= _own_terms(source, target)
        found.append(event)
    others = [made for made in recording.movements if made.target.state != "production"]
    return found + _goods(recording, row._replace(disposition=""), names, others, start=len(found) + 1)


def _goods_list(movements: Iterable[MovementMade], names: Names) -> Json:
    """Pieces by serial, all else by part and lot with its quantity."""
    pieces: dict[str, None] = {}
    quantities: dict[tuple[str, str], Decimal] = {}
    for made in movements:
        serial, lot = made.target.serial or made.source.serial, made.source.lot or made.target.lot
        if serial:
            pieces[names.part(made.part, lot=lot, serial=serial)] = None
            continue
        key = (names.part(made.part, lot=lot), made.unit)
        quantities[key] = quantities.get(key, Decimal(0)) + made.quantity
    found: Json = {}
    if pieces:
        found["epcList"] = list(pieces)
    if quantities:
        found["quantityList"] = [_quantity(name, amount, unit) for (name, unit), amount in quantities.items()]
    return found


def _where(site: str, source: End, target: End, names: Names) -> Json:
    """Where it happened, and where the goods are from then on. What is under way stands nowhere."""
    found: Json = {}
    inside = [end for end in (source, target) if end.state not in EXTERNAL]
    found["readPoint"] = {"id": names.place(site, inside[0].location or inside[-1].location)}
    if target.state not in EXTERNAL and target.state != "in_transit":
        found["bizLocation"] = {"id": names.place(site, target.location)}
    return found


def _parties(source: End, target: End, names: Names) -> Json:
    if source.owner == target.owner or source.state in EXTERNAL or target.state in EXTERNAL:
        return {}
    return {
        "sourceList": [{"type": "owning_party", "source": names.party(source.owner)}],
        "destinationList": [{"type": "owning_party", "destination": names.party(target.owner)}],
    }


def _own_terms(source: End, target: End) -> Json:
    said = {
        "from": source.state, "to": target.state, "holdReason": target.hold_reason, "segment": target.segment,
        "demand": target.demand,
    }  # fmt: skip
    return {f"{PREFIX}:{name}": value for name, value in said.items() if value}


# --- what a ship notice says ---------------------------------------------------------------------------------


def _advised(recording: Recording, row: Correspondence, names: Names) -> list[Json]:
    """What was sent, and how it is packed: one ObjectEvent, and one AggregationEvent per handling unit."""
    notice = recording.kept.body
    lines = [line for line in _lines(notice, recording.posted) if isinstance(line, NoticeLine)]
    if not lines:
        return []
    event = _begin(recording, row, names, 1, "ObjectEvent", at=getattr(notice, "shipped_at", None))
    event["action"] = row.action
    serials = [_piece(line, recording, names, serial) for line in lines for serial in line.serials]
    quantities = [_line_quantity(line, line.quantity, recording, names) for line in lines if not line.serials]
    event |= {"epcList": serials} if serials else {}
    event |= {"quantityList": quantities} if quantities else {}
    event |= {"bizStep": row.step, "disposition": row.disposition}
    event |= _transactions(notice, recording.posted, row, names)
    supplier = _sent(recording, names).supplier_id(getattr(notice, "supplier", "")) or recording.kept.partner
    event["sourceList"] = [{"type": "possessing_party", "source": names.party(supplier)}]
    event["destinationList"] = [{"type": "location", "destination": names.place(recording.kept.site)}]
    return [event, *_packed(recording, row, names, lines, event)]


def _packed(
    recording: Recording, row: Correspondence, names: Names, lines: Sequence[NoticeLine], shipped: Json
) -> Iterator[Json]:
    inside: dict[str, tuple[list[str], list[Json]]] = {}
    for line in lines:
        for unit in line.handling_units:
            if not unit.id:
                continue
            children, quantities = inside.setdefault(unit.id, ([], []))
            children.extend(_piece(line, recording, names, serial) for serial in unit.serials)
            if not unit.serials:
                quantities.append(_line_quantity(line, unit.quantity, recording, names))
            if unit.parent:
                within = inside.setdefault(unit.parent, ([], []))[0]
                if (name := names.handling_unit(unit.id)) not in within:
                    within.append(name)
    for n, (label, (children, quantities)) in enumerate(sorted(inside.items()), 2):
        event = _begin(recording, row, names, n, "AggregationEvent")
        event["eventTime"], event["eventTimeZoneOffset"] = shipped["eventTime"], shipped["eventTimeZoneOffset"]
        event |= {"action": "ADD", "parentID": names.handling_unit(label), "bizStep": "packing"}
        event |= {"childEPCs": children} if children else {}
        event |= {"childQuantityList": quantities} if quantities else {}
        yield event


def _piece(line: NoticeLine, recording: Recording, names: Names, serial: str) -> str:
    return names.part(_part(line, recording, names), lot=line.lot, serial=serial)


def _part(line: NoticeLine, recording: Recording, names: Names) -> str:
    known = _sent(recording, names).part_id(line.part_number, line.supplier_part_number)
    return known or line.part_number


def _sent(recording: Recording, names: Names) -> AsSent:
    assert recording.kept.body is not None  # noqa: S101  recordings come with their bodies
    return AsSent(names.masterdata, recording.kept.body, recording.recorded_at)


def _line_quantity(line: NoticeLine, quantity: Decimal | None, recording: Recording, names: Names) -> Json:
    """The quantity in the part's base unit; left out where it was not said or does not convert."""
    part = _part(line, recording, names)
    name = names.part(part, lot=line.lot)
    known = names.masterdata.parts.get(part)
    factor = _sent(recording, names).factor(part, line.unit) if known else None
    if quantity is None or known is None or factor is None:
        return {"epcClass": name}
    converted = to_base(quantity, factor)
    if isinstance(converted, InexactConversion):
        return {"epcClass": name}
    return _quantity(name, to_decimal(converted), known.base_unit)


# --- what was said in error ----------------------------------------------------------------------------------


def _declared(
    earlier: Sequence[Recording], names: Names, at: datetime, reason: str, right: Sequence[Json]
) -> list[Json]:
    """The earlier events as they were told, each declared to be in error (EPCIS 2.0, 7.4.1.4)."""
    declaration: Json = {"declarationTime": at, "reason": reason}
    if right:
        declaration["correctiveEventIDs"] = [event["eventID"] for event in right]
    return [
        event | {"recordTime": at, "errorDeclaration": declaration}
        for recording in earlier
        for event in epcis_events(recording._replace(earlier=()), names)
    ]


def _reversed(recording: Recording, names: Names) -> list[Json]:
    """The receipt did not happen; where some of its lines stand, those are told anew."""
    taken = set(getattr(recording.kept.body, "receipt_lines", ()))
    row = CORRESPONDENCES[KINDS["GoodsReceived"]]
    right: list[Json] = []
    for before in recording.earlier if taken else ():
        left = [made for made in before.movements if made.line not in taken]
        anew = before._replace(seq=recording.seq, recorded_at=recording.recorded_at)
        right += _goods(anew, row, names, left, start=len(right) + 1)
    reason = "incorrect_data" if right else "did_not_occur"
    return [*_declared(recording.earlier, names, recording.recorded_at, reason, right), *right]


# --- what every event has ------------------------------------------------------------------------------------


def _begin(
    recording: Recording, row: Correspondence, names: Names, n: int, type_: str, at: datetime | None = None
) -> Json:
    kept = recording.kept
    assert kept.body is not None  # noqa: S101  recordings have bodies
    when = at or kept.body.occurred_at or kept.recorded_at
    return {
        "type": type_,
        "eventID": names.own("event", kept.book, str(kept.seq), str(recording.seq), str(n)),
        "eventTime": when.astimezone(UTC),
        "eventTimeZoneOffset": _offset(when),
        "recordTime": recording.recorded_at,
        f"{PREFIX}:kind": kept.kind,
    }


def _offset(when: datetime) -> str:
    minutes = int((when.utcoffset() or timedelta()).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _quantity(name: str, amount: Decimal, unit: str) -> Json:
    found: Json = {"epcClass": name, "quantity": amount}
    if unit not in PIECES:
        found["uom"] = unit
    return found


def _transactions(event: Event | None, posted: AbstractSet[str], row: Correspondence, names: Names) -> Json:
    """The business documents behind it: of the event, and of the lines concerned."""
    lines = _lines(event, posted)
    found: dict[tuple[str, str], None] = {}
    for type_, path in row.transactions:
        field = path.removeprefix("lines.")
        for holder in lines if field != path else [event]:
            if number := getattr(holder, field, ""):
                found[type_, names.document(type_, number)] = None
    if not found:
        return {}
    return {"bizTransactionList": [{"type": type_, "bizTransaction": name} for type_, name in found]}


def _lines(event: Event | None, identities: AbstractSet[str]) -> list[Line]:
    """The event's lines of these identities."""
    assert event is not None  # noqa: S101  recordings have bodies
    said = lines_of(event)
    return [line for identity, line in zip(line_identities(said), said, strict=True) if identity in identities]


def _renamed(goods: Json, names: dict[str, str]) -> Json:
    return {names[name]: value for name, value in goods.items()}
