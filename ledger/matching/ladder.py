"""The match ladder: which notice lines a goods-receipt line may answer, strongest key first.

handling unit or serial; shipment id + order line + part (+ lot); packing slip; bill of lading + part;
order + line + part; supplier + ship-to + part, oldest first, flagged `assumed`.

What the receiver named decides the rung: a receipt that names a shipment never falls through to another one, it
waits for its own notice. Otherwise the answer would depend on which documents happened to come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ledger.matching.records import GroupKey, NoticeLine, ReceiptLine, Shipment, ShipmentKey
from ledger.matching.workset import Workset

Rung = Literal["handling_unit", "shipment", "packing_slip", "bill_of_lading", "order", "assumed", ""]

RANK: dict[str, int] = {
    "handling_unit": 0, "shipment": 1, "packing_slip": 2, "bill_of_lading": 3, "order": 4, "assumed": 5, "": 6,
}  # fmt: skip

NAMED = frozenset({"handling_unit", "shipment", "packing_slip", "bill_of_lading"})
"""Rungs on which the receipt says which shipment it belongs to: what does not fit is over (D17), not unadvised."""


def candidates(workset: Workset, line: ReceiptLine) -> tuple[Rung, list[NoticeLine]]:
    """The rung that the receipt line stands on, and its notice lines in the order in which they are filled.

    On the named rungs closed lines are candidates too: more may come than was advised, or what was short after all.
    """
    if line.shipment_id:
        shipments = _named(workset, line, line.shipment_id, "shipment_id")
        rung: Rung = "shipment"
    elif line.packing_slip:
        shipments = _named(workset, line, line.packing_slip, "packing_slip")
        rung = "packing_slip"
    elif line.bill_of_lading:
        shipments = _named(workset, line, line.bill_of_lading, "bill_of_lading")
        rung = "bill_of_lading"
    else:
        return _unnamed(workset, line)
    lines = [
        notice_line
        for shipment in shipments
        for notice_line in workset.notice_lines_of_part.get((shipment.key, line.part), ())
        if notice_line.status in ("open", "closed")
    ]
    if len(lines) == 1:
        return ("handling_unit" if _is_inside(line, lines[0]) else rung), lines
    inside = [notice_line for notice_line in lines if _is_inside(line, notice_line)]
    if inside:
        return "handling_unit", _oldest_first(workset, inside)
    return rung, _oldest_first(workset, _narrow(lines, line))


def _unnamed(workset: Workset, line: ReceiptLine) -> tuple[Rung, list[NoticeLine]]:
    """Rungs for a receipt that names no shipment: only open lines, since nothing says which one it means."""
    group = workset.notice_lines_of_group.get(GroupKey(line.key.book, line.key.site, line.part), ())
    lines = [
        notice_line
        for notice_line in group
        if notice_line.status == "open" and (not line.supplier or notice_line.key.supplier == line.supplier)
    ]
    inside = [notice_line for notice_line in lines if _is_inside(line, notice_line)]
    if inside:
        return "handling_unit", _oldest_first(workset, inside)
    if line.order_number:
        ordered = [notice_line for notice_line in lines if notice_line.order_number == line.order_number]
        return "order", _oldest_first(workset, _narrow(ordered, line))
    return "assumed", _oldest_first(workset, lines)


def _named(
    workset: Workset,
    line: ReceiptLine,
    reference: str,
    how: Literal["shipment_id", "packing_slip", "bill_of_lading"],
) -> list[Shipment]:
    """Shipments in force that carry the reference; some partners print the shipment id as packing slip."""
    book, site = line.key.book, line.key.site
    if how == "shipment_id" and line.supplier:
        shipment = workset.shipments.get(ShipmentKey(book, site, line.supplier, reference))
        return [shipment] if shipment is not None and shipment.status == "advised" else []
    found = []
    for shipment in workset.shipments_called(book, site, reference):
        carried = {
            "shipment_id": (shipment.key.shipment_id,),
            "packing_slip": (shipment.packing_slip, shipment.key.shipment_id),
            "bill_of_lading": (shipment.bill_of_lading,),
        }[how]
        of_supplier = not line.supplier or shipment.key.supplier == line.supplier
        if shipment.status == "advised" and of_supplier and reference in carried:
            found.append(shipment)
    return found


def _is_inside(line: ReceiptLine, notice_line: NoticeLine) -> bool:
    if line.handling_unit and line.handling_unit in notice_line.handling_units:
        return True
    return bool(line.serials) and not set(line.serials).isdisjoint(notice_line.serials)


def _narrow(lines: list[NoticeLine], line: ReceiptLine) -> list[NoticeLine]:
    """Keep the lines of the order, order line and lot that the receipt names, each where there are any."""
    for name in ("order_number", "order_line", "lot"):
        said = getattr(line, name)
        if said and len(lines) > 1:
            lines = [notice_line for notice_line in lines if getattr(notice_line, name) == said] or lines
    return lines


def _oldest_first(workset: Workset, lines: Iterable[NoticeLine]) -> list[NoticeLine]:
    def age(line: NoticeLine) -> tuple[int, str, str, int, str]:
        shipment = workset.shipments.get(line.key)
        shipped_at = 0 if shipment is None else shipment.shipped_at or shipment.notified_at
        return shipped_at, line.key.shipment_id, line.key.supplier, line.segment, line.line

    return sorted(lines, key=age)
