"""Resolves an event against the master data in force: identifiers to ours, quantities to the part's base unit.

It never guesses. What is not known is named in `missing`, and the decision lets the line wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from ledger.events import (
    COUNTS,
    EXCEPTIONS,
    OF_THE_HOUSE,
    OWNERSHIP,
    PERIODS,
    REPLENISHMENT,
    STOCK,
    DisruptionReported,
    Event,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReceived,
    GoodsReturned,
    InspectionFailed,
    Line,
    NoticeLine,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    OwnershipLine,
    PlaceLine,
    ReceiptLine,
    ReceiptShortConfirmed,
    ReturnDisposed,
    ScheduleLine,
    ScheduleReleased,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentStatusReported,
    ShortLine,
    StockLine,
    SupplierInvoiceReceived,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from ledger.masterdata import AsSent, InexactConversion, Occasion, control_of, to_base
from ledger.masterdata.units import Factor
from ledger.matching.records.transfers import party_of
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, Standing, microseconds
from ledger.policy import Policy
from ledger.stock.bucket import MILLION, QUANTITY_MAX

_BEYOND = QUANTITY_MAX + MILLION
_WITH_SUPPLIER = (
    OrderPlaced,
    OrderChanged,
    OrderCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentCancelled,
    OrderAcknowledged,
    ScheduleReleased,
    SupplierInvoiceReceived,
)
_OF_TRANSFERS = (TransferShipped, TransferCancelled, TransferReceived)
_OF_ORDERS = (OrderAcknowledged, SupplierInvoiceReceived)
_MAY_NAME_SUPPLIER = (GoodsReceived, GoodsReceiptMatched, ReceiptShortConfirmed, ShipmentStatusReported)
_BY_PLACE = (*STOCK, *COUNTS, *OWNERSHIP, *PERIODS, *EXCEPTIONS, *REPLENISHMENT)
_WITH_SITE = (*_WITH_SUPPLIER, GoodsReceived, GoodsReceiptMatched, GoodsReceiptReversed, ReceiptShortConfirmed)


def lines_of(event: Event) -> tuple[Line, ...]:
    """The event's lines; kinds without lines have none."""
    lines: tuple[Line, ...] = getattr(event, "lines", ())
    return lines


def site_of(event: Event, sent: AsSent) -> tuple[str, str]:
    """Our site id, and what is missing (`site:<as sent>`) where it is unknown; ("", "") for kinds without a site."""
    if isinstance(event, (*_BY_PLACE, DisruptionReported)) and not is_nowhere(event):
        said = getattr(event, "place", "")
        if not said:
            return (event.site, "") if event.site in sent.masterdata.sites else ("", f"site:{event.site}")
        found = sent.place_id(said)
        return found or "", "" if found else f"site:{said}"
    elif isinstance(event, _OF_TRANSFERS):
        found = sent.place_id(_place_of_half(event))
        return found or "", "" if found else f"site:{_place_of_half(event)}"
    elif isinstance(event, _WITH_SITE):
        said = event.ship_to
        if isinstance(event, ScheduleReleased) and event.direction == "demand":
            return _shipping_site(event, sent)
        if names_its_order(event) and event.site not in sent.masterdata.sites:
            return "", f"order:{order_named(event)}"
    else:
        return "", ""
    if not said:
        for line in lines_of(event):
            if isinstance(line, OrderLine) and line.ship_to:
                said = line.ship_to
                break
    if not said and event.site in sent.masterdata.sites:
        return event.site, ""
    site = sent.site_id(said) if said else None
    return (site, "") if site is not None else ("", f"site:{said}")


def is_nowhere(event: Event) -> bool:
    """Whether it is about no place of ours: a certificate that ends, an answer that does not come."""
    return isinstance(event, EXCEPTIONS) and not event.place and not event.site  # type: ignore[attr-defined]


def _place_of_half(event: TransferShipped | TransferCancelled | TransferReceived) -> str:
    return event.place or getattr(event, "from_place", "")


def ends_of(event: Event, sent: AsSent) -> tuple[str, str, str]:
    """Our sites between which goods are transferred, and what is missing; empty for every other kind."""
    if not isinstance(event, _OF_TRANSFERS):
        return "", "", ""
    to_place = event.place if isinstance(event, TransferReceived) else event.to_place
    origin, destination = sent.place_id(event.from_place), sent.place_id(to_place)
    missing = "" if origin else f"site:{event.from_place}"
    return origin or "", destination or "", missing or ("" if destination else f"site:{to_place}")


def _shipping_site(event: ScheduleReleased, sent: AsSent) -> tuple[str, str]:
    """Where a customer's requirements are met: the ship-to is its own place, so ours is where it ships from."""
    for said in (event.ship_from, event.supplier, event.site):
        site = sent.site_id(said) if said else None
        if site is not None:
            return site, ""
    return "", f"site:{event.ship_from or event.supplier}"


def order_named(event: Event) -> str:
    """The order that an acknowledgment or invoice speaks of first, "" when it names none."""
    if isinstance(event, OrderAcknowledged):
        return event.number
    if not isinstance(event, SupplierInvoiceReceived):
        return ""
    return event.order_number or next((line.order_number for line in event.lines if line.order_number), "")


def names_its_order(event: Event) -> bool:
    """Whether the event names no place of its own, so that it belongs where its order stands."""
    return isinstance(event, _OF_ORDERS) and not event.ship_to and bool(order_named(event))


def directed(event: Event, policy: Policy) -> Event:
    """A schedule that does not say whose requirements it speaks of, with what was agreed with its sender."""
    if not isinstance(event, ScheduleReleased) or event.direction:
        return event
    terms = policy.terms.get(event.partner, policy.default_terms)
    return msgspec.structs.replace(event, direction=terms.schedules)


def by_site(event: Event) -> list[Event]:
    """The event as one per place: an order may name another ship-to per line, and an event has one site.

    Lines that name no place go with the header's; a transfer becomes one event for each of its sites. An event for
    one place, and the half of a transfer that a rebuild reads or that is taken back, is given back as it is.
    """
    if isinstance(event, TransferShipped | TransferCancelled):
        if event.place and (event.recorded_at is not None or event.retracted):
            return [event]
        ends = dict.fromkeys((event.from_place, event.to_place))
        return [msgspec.structs.replace(event, place=place) for place in ends]
    places: dict[str, list[OrderLine]] = {}
    if not isinstance(event, (OrderPlaced, OrderChanged)):
        return [event]
    for line in event.lines:
        places.setdefault(line.ship_to or event.ship_to, []).append(line)
    if len(places) < 2:
        return [event]
    return [msgspec.structs.replace(event, ship_to=place, lines=tuple(lines)) for place, lines in places.items()]


def supplier_of(event: Event, sent: AsSent) -> tuple[str, str]:
    """Our supplier id: N1 SU, else SF, else the sender of the envelope; and what is missing where it is not known.

    A goods receipt or a carrier's report need not name a supplier: the notice that it answers does.
    """
    if type(event) in OF_THE_HOUSE:
        return "", ""
    if isinstance(event, _OF_TRANSFERS):
        return party_of(sent.place_id(event.from_place) or ""), ""
    if isinstance(event, _MAY_NAME_SUPPLIER):
        found = (sent.supplier_id(event.supplier) or "") if event.supplier else ""
        lost = event.supplier and not found and isinstance(event, ShipmentStatusReported)
        return found, f"supplier:{event.supplier}" if lost else ""
    if isinstance(event, ScheduleReleased) and event.direction == "demand":
        return "", ""
    if isinstance(event, GoodsReturned | InspectionFailed | ReturnDisposed):
        known = sent.supplier_id(event.supplier) if event.supplier else ""
        return (known, "") if known is not None else ("", f"supplier:{event.supplier}")
    if not isinstance(event, (*_WITH_SUPPLIER, DisruptionReported)):
        return "", ""
    said = event.supplier or getattr(event, "ship_from", "") or event.partner
    supplier = sent.supplier_id(said)
    if supplier is None and said != event.partner and not event.supplier:
        supplier = sent.supplier_id(event.partner)
    return (supplier, "") if supplier is not None else ("", f"supplier:{said}")


def resolve(
    event: Event,
    sent: AsSent,
    *,
    book: str,
    seq: int = 0,
    identities: Iterable[str],
    standings: Iterable[Standing],
    lines: Iterable[Line],
    site: str,
    repeats: bool = False,
    cause: int = 0,
) -> ResolvedEvent:
    """The event in our terms, with the given lines only."""
    missing = site_of(event, sent)[1] if not site else ""
    origin, destination, unknown_end = ends_of(event, sent)
    supplier, unknown_supplier = supplier_of(event, sent)
    place = sent.masterdata.sites.get(site)
    on = getattr(event, "shipped_at", None) or event.occurred_at
    if not sent.is_plain:
        lines = [_placed(line, site, sent) for line in lines]
    resolved = tuple(
        _resolve_line(line, identity, standing, supplier, sent, on, site)
        for line, identity, standing in zip(lines, identities, standings, strict=True)
    )
    return ResolvedEvent(
        event=event,
        book=book,
        seq=seq,
        site=site,
        supplier=supplier,
        missing=missing or unknown_end or unknown_supplier,
        origin=origin,
        destination=destination,
        zone=place.time_zone if place else "UTC",
        calendars=sent.masterdata.calendars,
        dock_known=_is_dock_known(event, site, sent),
        receiving_location=place.receiving_location if place else "DOCK",
        lines=resolved,
        repeats=repeats,
        cause=cause,
        occurred_at=microseconds(event.occurred_at) or 0,
    )


def _is_dock_known(event: Event, site: str, sent: AsSent) -> bool:
    """Whether the dock that a notice names is one of its site's, as far as any are known."""
    dock: str = getattr(event, "dock", "")
    if not dock:
        return True
    known = sent.masterdata.locations
    if (site, sent.location(site, dock)) in known:
        return True
    return not any(place.site == site and place.kind == "dock" for place in known.values())


def _resolve_line(
    line: Line,
    identity: str,
    standing: Standing,
    supplier: str,
    sent: AsSent,
    on: datetime | None,
    site: str,
) -> ResolvedLine:
    masterdata = sent.masterdata
    resolved = ResolvedLine(line=identity, said=line, supplier=supplier, standing=standing)
    if sent.is_plain:
        part_id = masterdata.part_id(line.part_number, line.supplier_part_number, sent.sender)
    else:
        part_id = sent.part_id(line.part_number, line.supplier_part_number)
    if part_id is None:
        resolved.missing = f"part:{line.part_number or line.supplier_part_number}"
        return resolved
    part = masterdata.parts[part_id]
    resolved.part, resolved.unit = part_id, part.base_unit
    resolved.revision = line.part_revision
    resolved.lot_controlled, resolved.serial_controlled = part.lot_controlled, part.serial_controlled
    resolved.control = control_of(part, masterdata.rulings.get(part_id, ()))
    factor = (masterdata if sent.is_plain else sent).factor(part_id, line.unit)
    if factor is None:
        resolved.missing = f"unit:{part_id}/{line.unit}"
        return resolved
    resolved.numerator, resolved.denominator = factor
    resolved.quantity = _base(line.quantity, factor, resolved)
    if isinstance(line, StockLine):
        if line.instead_of:
            resolved.replaces = sent.part_id(line.instead_of) or ""
            resolved.rulings = masterdata.rulings.get(resolved.replaces, ())
        if isinstance(line, OwnershipLine):
            _resolve_owners(line, resolved, sent)
    elif isinstance(line, ReceiptLine):
        _resolve_receipt(line, factor, resolved, sent, site)
    elif isinstance(line, NoticeLine):
        resolved.weight, resolved.origins = part.weight, part.origins
        if line.cum_shipped is not None:
            resolved.cum = _base(line.cum_shipped, factor, resolved)
        if line.units_per_load is not None:
            resolved.units_per_load = _base(line.units_per_load, factor, resolved)
        if resolved.control is not None:
            resolved.shipped = _shipped(line, resolved, site, on)
            resolved.revision_effective = resolved.control.is_effective(line.part_revision, resolved.shipped)
    elif isinstance(line, PlaceLine):
        place = masterdata.locations.get((site, line.location))
        resolved.at_line = place is not None and place.kind == "line_side"
    elif isinstance(line, OrderLine) and line.schedule:
        _resolve_schedule(line, factor, resolved, sent)
    elif isinstance(line, ScheduleLine):
        resolved.amounts = tuple([_base(amount, factor, resolved) for amount in line.amounts()])
    elif isinstance(line, ShortLine) and line.supplier:
        resolved.supplier = sent.supplier_id(line.supplier) or resolved.supplier
    if part.whole_units_only and resolved.quantity % 1_000_000:
        resolved.inexact = True
    return resolved


def _resolve_schedule(line: OrderLine, factor: Factor, resolved: ResolvedLine, sent: AsSent) -> None:
    resolved.schedule = tuple(
        (
            _base(delivery.quantity, sent.factor(resolved.part, delivery.unit or line.unit) or factor, resolved),
            microseconds(delivery.due_at),
        )
        for delivery in line.schedule
    )


def _placed(line: Line, site: str, sent: AsSent) -> Line:
    """The line with our names of the locations that it names."""
    if not isinstance(line, StockLine | ReceiptLine | PlaceLine):
        return line
    ours = {"location": sent.location(site, line.location)}
    if isinstance(line, StockLine):
        ours["to_location"] = sent.location(site, line.to_location)
    if all(getattr(line, name) == location for name, location in ours.items()):
        return line
    return msgspec.structs.replace(line, **ours)


def _resolve_owners(line: OwnershipLine, resolved: ResolvedLine, sent: AsSent) -> None:
    owners = {said: sent.supplier_id(said) if said else "" for said in (line.owner, line.to_owner)}
    resolved.missing = next((f"supplier:{said}" for said, known in owners.items() if known is None), "")
    resolved.said = msgspec.structs.replace(
        line, owner=owners[line.owner] or line.owner, to_owner=owners[line.to_owner] or line.to_owner
    )


def _shipped(line: NoticeLine, resolved: ResolvedLine, site: str, on: datetime | None) -> Occasion:
    """The shipping of a notice line; the supplier's own cumulative says what went before it."""
    inside = tuple(serial for unit in line.handling_units for serial in unit.serials)
    before = None if resolved.cum is None else resolved.cum - resolved.quantity
    day = on.astimezone(UTC).date() if on else date.max
    return Occasion(site, day, resolved.quantity, before, tuple(dict.fromkeys((*line.serials, *inside))))


def _resolve_receipt(line: ReceiptLine, factor: Factor, resolved: ResolvedLine, sent: AsSent, site: str) -> None:
    location = sent.masterdata.locations.get((site, line.location)) if line.location else None
    resolved.at_line = location is not None and location.kind == "line_side"
    if line.quantity_damaged:
        resolved.damaged = _base(line.quantity_damaged, factor, resolved)
    if line.quantity_rejected:
        resolved.rejected = _base(line.quantity_rejected, factor, resolved)
    if line.quantity_expected is not None:
        resolved.expected = _base(line.quantity_expected, factor, resolved)
    if line.supplier:
        resolved.supplier = sent.supplier_id(line.supplier) or resolved.supplier


def _base(quantity: Decimal, factor: Factor, resolved: ResolvedLine) -> int:
    """The quantity in millionths of the base unit; where it does not fit, what remains below it, marked inexact.

    What nobody can have is cut to one unit beyond the bound, so that matching refuses the line and nothing overflows.
    """
    converted = to_base(quantity, factor)
    if isinstance(converted, InexactConversion):
        resolved.inexact = True
        converted = converted.numerator // converted.denominator
    return converted if -_BEYOND < converted < _BEYOND else _BEYOND if converted > 0 else -_BEYOND
