"""What decisions about requirements need besides documents: releases of the parts, and what carriers said.

Brought in event by event, only where an agreement asks for it or a shipment is looked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from ledger.book.bringing.carriage import Header, carriage_of
from ledger.book.bringing.places import by_place
from ledger.book.bringing.shipping import answers_about, shipped_with
from ledger.book.resolution import lines_of, resolve
from ledger.book.saving.filing import SCHEDULED_LINE
from ledger.book.storage import bulk, filed_tables, tables
from ledger.events import (
    CustomerReceiptReported,
    Event,
    GoodsReceived,
    GoodsShipped,
    OrderChanged,
    OrderPlaced,
    ScheduleReleased,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentStatusReported,
    SupplierInvoiceReceived,
    TimePassed,
)
from ledger.matching.answered import open_about
from ledger.matching.discrepancies import d13_window, d36_reference
from ledger.matching.papers.filed import Carried, InvoicedLine, OrderPrice, ScheduledLine
from ledger.matching.records.documents import CumulativeKey, GroupKey, OrderKey, Shipment, ShipmentKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, line_identities, microseconds
from ledger.matching.workset import Needs

if TYPE_CHECKING:
    from ledger.book.batch import Batch

RELEASES_MAX = 64
"""Of one part on one supplier: what was issued before the newest of them is not looked at."""

INVOICES_MAX = 64
"""Of one part of one order: what was invoiced before the newest of them keeps the price that it was held to."""


REQUIRED = (d13_window.CLASS.code, d36_reference.CLASS.code)
"""Classes of which a notice is looked at again when other things are required."""


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put into the working set what the decision about this event reads beyond what was loaded for the batch."""
    event, work = resolved.event, batch.loader.workset
    if batch.policy.reads_schedules:
        held = isinstance(event, ShipmentNotified | ShipmentReplaced | ScheduleReleased | GoodsReceived)
        work.scheduled = _scheduled(batch, resolved) if held else {}
        if resolved.compare and isinstance(event, ShipmentNotified | ShipmentReplaced):
            _bring_decided(batch, resolved)
        elif isinstance(event, ScheduleReleased | OrderPlaced | OrderChanged):
            lines = (line for line in resolved.lines if line.part and _is_held(batch, resolved, line))
            batch.loader.load_decided({GroupKey(resolved.book, resolved.site, line.part) for line in lines})
    if isinstance(event, SupplierInvoiceReceived):
        work.prices = _prices(batch, resolved)
    elif isinstance(event, OrderPlaced | OrderChanged):
        work.billed = _billed(batch, resolved)
        order = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
        work.prices = _prices_of(batch, {order}) if work.billed else {}
    elif isinstance(event, CustomerReceiptReported):
        work.shipped = {} if event.shipped_from and not resolved.compare else shipped_with(batch, event.number)
    elif isinstance(event, GoodsShipped):
        work.answers = answers_about(batch, event.number) if open_about(work, resolved) else []
    elif isinstance(event, TimePassed):
        now_us = batch.log.now_us
        _bring_carriage(batch, [one for one in work.shipments.values() if 0 < one.overdue_at <= now_us])
    elif isinstance(event, ShipmentStatusReported) and any(one.expected_at for one in event.statuses):
        named = {event.shipment_id, event.bill_of_lading} - {""}
        references = {(resolved.book, site, one) for site in batch.masterdata.sites for one in named}
        batch.loader.load(Needs(references=references), resolved.book, ())
        found = [one for reference in sorted(references) for one in work.shipments_called(*reference)]
        _bring_carriage(batch, {one.key: one for one in found}.values())


def _bring_decided(batch: Batch, resolved: ResolvedEvent) -> None:
    """The cases that the notice opened by what was required of it, decided ones too."""
    at, work = tables.outcome.c, batch.loader.workset
    told = select(at.body).where(at.book == resolved.book, at.site == resolved.event.site, at.event == resolved.seq)
    opened = {
        (resolved.book, one["case"])
        for body in batch.conn.execute(told).scalars()
        for one in json.loads(body)
        if one["outcome"] == "case_opened" and one["code"] in REQUIRED
    }
    batch.loader.load(Needs(cases=opened - work.cases.keys()), resolved.book, ())


def _is_held(batch: Batch, resolved: ResolvedEvent, line: ResolvedLine) -> bool:
    """Whether its supplier is held to what is required."""
    supplier = line.supplier or resolved.supplier
    return batch.policy.terms_for(supplier, resolved.event.partner).requirements is not None


def resolve_again(batch: Batch, event: Event, seq: int, site: str, parts: Sequence[str], cause: int) -> ResolvedEvent:
    """An earlier event of which these parts are looked at once more; of a notice the lines only where schedules speak
    of them."""
    told = isinstance(event, ShipmentNotified | ShipmentReplaced) and not batch.policy.reads_schedules
    lines = () if told else lines_of(event)
    resolved = resolve(
        event, batch.sent(event), book=batch.head.book, seq=seq, site=site, cause=cause,
        identities=line_identities(lines), lines=lines, standings=["again"] * len(lines),
    )  # fmt: skip
    resolved.compare = tuple(parts)
    return resolved


def _scheduled(batch: Batch, resolved: ResolvedEvent) -> dict[CumulativeKey, list[ScheduledLine]]:
    """Releases of the parts that the event names on their supplier, those of this batch included."""
    found: dict[CumulativeKey, list[ScheduledLine]] = {}
    for line in resolved.lines:
        supplier = line.supplier or resolved.supplier
        key = CumulativeKey(resolved.book, resolved.site, line.part, supplier)
        if not line.part or not supplier or key in found:
            continue
        terms = batch.policy.terms_for(supplier, resolved.event.partner)
        if terms.requirements is not None or "reference" in terms.notice_requires:
            found[key] = _releases(batch, key)
    return found


def _releases(batch: Batch, key: CumulativeKey) -> list[ScheduledLine]:
    table, work = filed_tables.schedule_line, batch.loader.workset
    at = table.c
    rows = batch.conn.execute(
        select(table)
        .where(at.book == key.book, at.site == key.site, at.part == key.part, at.direction == "supply")
        .where(at.counterparty == key.supplier)
        .order_by(at.issued_at.desc(), at.seq.desc())
        .limit(RELEASES_MAX)
    ).fetchall()
    stored: list[ScheduledLine] = [SCHEDULED_LINE.read(row) for row in rows]
    filed = [one for one in work.filed if isinstance(one, ScheduledLine) and _is_of(one, key)]
    return [one for one in (*stored, *filed) if one.seq not in work.unfiled]


def _is_of(line: ScheduledLine, key: CumulativeKey) -> bool:
    return (line.book, line.site, line.part, line.counterparty) == key and line.direction == "supply"


def _prices(batch: Batch, resolved: ResolvedEvent) -> dict[tuple[OrderKey, str], list[OrderPrice]]:
    """The prices of each order line that the invoice may bill, those of this batch included, by their days."""
    work = batch.loader.workset
    numbers = {(line.said.order_number or resolved.event.order_number) for line in resolved.lines} - {""}  # type: ignore[attr-defined]
    keys = {OrderKey(resolved.book, resolved.site, resolved.supplier, number) for number in numbers}
    keys |= {
        OrderKey(line.key.book, line.key.site, line.key.supplier, line.order_number)
        for line in work.notice_lines.values()
        if line.key.supplier == resolved.supplier and line.key.site == resolved.site and line.order_number
    }
    return _prices_of(batch, keys)


def _prices_of(batch: Batch, keys: set[OrderKey]) -> dict[tuple[OrderKey, str], list[OrderPrice]]:
    work, table = batch.loader.workset, filed_tables.order_price
    columns = tuple(column.name for column in table.columns)
    stored = [
        OrderPrice(*row)
        for place, wanted in by_place(keys)
        for row in bulk.select(batch.conn, table, columns, place, ("supplier", "order_number"), wanted)
    ]
    stored = [one for one in stored if one.event not in work.unfiled]
    found: dict[tuple[OrderKey, str], list[OrderPrice]] = {}
    filed = [one for one in work.filed if isinstance(one, OrderPrice)]
    for price in (*stored, *filed):
        key = OrderKey(price.book, price.site, price.supplier, price.order_number)
        if key in keys:
            found.setdefault((key, price.line), []).append(price)
    for prices in found.values():
        prices.sort(key=lambda one: (one.since, one.seq, one.event))
    return found


def _billed(batch: Batch, resolved: ResolvedEvent) -> dict[str, list[tuple[int, str]]]:
    """The newest lines of invoices that ask to be paid for parts of the order; nothing where none was invoiced."""
    work, table = batch.loader.workset, filed_tables.invoice_line
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, resolved.event.number)
    parts = sorted({line.part for line in work.lines_of_order.get(key, ()) if line.bills_due_at})
    found: dict[str, list[tuple[int, str]]] = {}
    if not parts:
        return found
    at = table.c
    mine = [
        (one.part, one.seq, one.line)
        for one in work.filed
        if isinstance(one, InvoicedLine)
        and (one.book, one.site, one.supplier) == key[:3]
        and one.order_number in ("", key.order_number)
    ]
    for part in parts:
        rows = batch.conn.execute(
            select(at.seq, at.line)
            .where(at.book == key.book, at.site == key.site, at.part == part, at.supplier == key.supplier)
            .where(at.order_number.in_(("", key.order_number)), at.seq.not_in(work.unfiled))
            .order_by(at.seq.desc(), at.line)
            .limit(INVOICES_MAX)
        ).fetchall()
        own = [(seq, line) for of, seq, line in mine if of == part]
        found[part] = list(dict.fromkeys(((seq, line) for seq, line in (*own, *rows))))
    return found


def _bring_carriage(batch: Batch, shipments: Iterable[Shipment]) -> None:
    work = batch.loader.workset
    rows = [Header.of(one) for one in shipments]
    if not rows:
        return
    for key, known in carriage_of(batch.conn, rows).items():
        reported = microseconds(known.reported_at)
        if reported is not None:
            work.carriage[ShipmentKey(*key)] = Carried(reported, microseconds(known.expected_at))
