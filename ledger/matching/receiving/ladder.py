"""The match ladder: which notice lines a goods-receipt line may answer, strongest key first, and how sure that is.

handling unit or serial; shipment id + order line + part (+ lot); packing slip; bill of lading or carrier's number +
part; order + line + part (+ release); release authorisation number or kanban + part; supplier + ship-to + part,
oldest first, flagged `assumed`. Above all of them stands what a person said (`GoodsReceiptMatched`).

What the receiver named decides the rung: a receipt that names a shipment never falls through to another one, it
waits for its own notice. Otherwise the answer would depend on which documents happened to come first. The one
exception is a label: a handling unit that stands on another open notice belongs there, whatever the paper says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ledger.matching.records.documents import GroupKey, NoticeLine, ReceiptLine, Shipment, ShipmentKey
from ledger.matching.workset import Workset

Rung = Literal[
    "manual", "handling_unit", "shipment", "packing_slip", "bill_of_lading", "order", "reference", "assumed", ""
]

RANK: dict[str, int] = {
    "manual": 0, "handling_unit": 1, "shipment": 2, "packing_slip": 3, "bill_of_lading": 4, "order": 5,
    "reference": 6, "assumed": 7, "": 8,
}  # fmt: skip

CONFIDENCE: dict[str, int] = {
    "manual": 100, "handling_unit": 100, "shipment": 95, "packing_slip": 90, "bill_of_lading": 80, "order": 70,
    "reference": 60, "assumed": 30, "": 0,
}  # fmt: skip
"""How sure a match on a rung is, of 100. It is the rung's alone: which documents are there does not change it."""

NAMED = frozenset({"manual", "handling_unit", "shipment", "packing_slip", "bill_of_lading"})
"""Rungs on which the receipt says which shipment it belongs to: what does not fit is over (D17), not unadvised."""

NONE = ("",)
"""What a person said who knows that no notice announced the goods."""

Reference = Literal["shipment_id", "packing_slip", "bill_of_lading", "pro_number"]
RUNG_OF: dict[Reference, Rung] = {
    "shipment_id": "shipment", "packing_slip": "packing_slip", "bill_of_lading": "bill_of_lading",
    "pro_number": "bill_of_lading",
}  # fmt: skip


def candidates(workset: Workset, line: ReceiptLine) -> tuple[Rung, list[NoticeLine]]:
    """The rung that the receipt line stands on, and its notice lines in the order in which they are filled.

    On the named rungs closed lines are candidates too: more may come than was advised, or what was short after all.
    """
    if line.answers:
        return "manual", _said(workset, line)
    how = reference_of(line)
    if how is None:
        return _unnamed(workset, line)
    lines = [
        notice_line
        for shipment in named_shipments(workset, line, how)
        for notice_line in workset.notice_lines_of_part.get((shipment.key, line.part), ())
        if notice_line.status in ("open", "closed")
    ]
    rung = RUNG_OF[how]
    if len(lines) == 1 and not line.handling_unit:
        return ("handling_unit" if _is_inside(line, lines[0]) else rung), lines
    inside = [notice_line for notice_line in lines if _is_inside(line, notice_line)]
    if inside:
        return "handling_unit", _oldest_first(workset, inside) if len(inside) > 1 else inside
    if line.handling_unit:
        elsewhere = _labelled_so(workset, line)
        if elsewhere:
            return "handling_unit", elsewhere
    return rung, _oldest_first(workset, _narrow(lines, line)) if len(lines) > 1 else lines


def reference_of(line: ReceiptLine) -> Reference | None:
    """Which reference of the receipt line says what shipment it belongs to; None where none does."""
    if line.shipment_id:
        return "shipment_id"
    if line.packing_slip:
        return "packing_slip"
    if line.bill_of_lading:
        return "bill_of_lading"
    return "pro_number" if line.pro_number else None


def is_labelled(lines: Iterable[NoticeLine]) -> bool:
    """Whether the sender named the handling units of the lines at all."""
    return any(line.handling_units for line in lines)


def _said(workset: Workset, line: ReceiptLine) -> list[NoticeLine]:
    """The notice line that a person named; none where they said that there is none, or it is not in force."""
    if line.answers == NONE:
        return []
    supplier, shipment_id, name = line.answers
    key = ShipmentKey(line.key.book, line.key.site, supplier, shipment_id)
    found = workset.notice_lines.get((key, name))
    return [found] if found is not None and found.status in ("open", "closed") and found.part == line.part else []


def _labelled_so(workset: Workset, line: ReceiptLine) -> list[NoticeLine]:
    """Open lines of other notices of the supplier that have the handling unit."""
    group = workset.notice_lines_of_group.get(GroupKey(line.key.book, line.key.site, line.part), ())
    return _oldest_first(
        workset,
        [
            other
            for other in group
            if line.handling_unit in other.handling_units
            and (other.status == "open" or _is_linked(workset, line, other))
            and (not line.supplier or other.key.supplier == line.supplier)
        ],
    )


def _is_linked(workset: Workset, line: ReceiptLine, notice: NoticeLine) -> bool:
    """Whether the receipt line answers the closed notice line already: it stays with it."""
    if notice.status != "closed":
        return False
    links = workset.links_of_receipt.get((line.key, line.line), ())
    return any(link.shipment == notice.key and link.notice_line == notice.line for link in links)


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
    if line.reference:
        called = [notice_line for notice_line in lines if notice_line.reference == line.reference]
        return "reference", _oldest_first(workset, _narrow(called, line))
    return "assumed", _oldest_first(workset, lines)


def named_shipments(workset: Workset, line: ReceiptLine, how: Reference) -> list[Shipment]:
    """Shipments in force that carry the reference; some partners print the shipment id as packing slip."""
    book, site = line.key.book, line.key.site
    reference = getattr(line, how)
    if how == "shipment_id" and line.supplier:
        shipment = workset.shipments.get(ShipmentKey(book, site, line.supplier, reference))
        return [shipment] if shipment is not None and shipment.status == "advised" else []
    found = []
    for shipment in workset.shipments_called(book, site, reference):
        carried = {
            "shipment_id": (shipment.key.shipment_id,),
            "packing_slip": (shipment.packing_slip, shipment.key.shipment_id),
            "bill_of_lading": (shipment.bill_of_lading,),
            "pro_number": (shipment.pro_number,),
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
    """Keep the lines of what the receipt names, each where there are any: order, order line, release, what called
    for the goods, and lot."""
    for name in ("order_number", "order_line", "release", "reference", "lot"):
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
