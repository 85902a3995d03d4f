"""Goods-receipt lines that answer no notice although they name one: another product, or received before.

From records alone, so that it is the same whichever document came first.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.receiving.ladder import Reference, named_shipments, reference_of
from ledger.matching.records.documents import NoticeLine, ReceiptLine
from ledger.matching.workset import Workset

APART: dict[str, str] = {"D19": "quarantine", "D28": "quality_hold"}
"""Class -> the state in which such goods stand until a person decides. They come out of clearing: nobody advised
them."""

FOUND: dict[str, tuple[str, str]] = {
    "04": ("quality_hold", "D21"), "05": ("quarantine", "D19"), "08": ("quarantine", "D21"),
}  # fmt: skip
"""Receiving condition (X12 data element 412) -> state and class of what the dock says it of: of the pieces damaged or
rejected where it counts any, else of all."""


OF_THE_DOCK = frozenset(code for _, code in FOUND.values())
"""Classes of what the dock says in that way."""

IN_FORCE = ("open", "closed")


def set_apart(workset: Workset, line: ReceiptLine) -> str:
    """The class for which the line answers none of the notices that it names; "" where it does."""
    how = reference_of(line)
    if how is None or line.answers or line.status == "reversed":
        return ""
    if other_product(workset, line, how) is not None:
        return "D19"
    return "D28" if received_before(workset, line, how) is not None else ""


def other_product(workset: Workset, line: ReceiptLine, how: Reference) -> NoticeLine | None:
    """The line of the named notice that says another part is in the handling unit, or stands on that order line."""
    own: list[NoticeLine] = []
    others: list[NoticeLine] = []
    for notice in _advised(workset, line, how):
        (own if notice.part == line.part else others).append(notice)
    unit = line.handling_unit
    if unit and not any(unit in notice.handling_units for notice in own):
        for notice in others:
            if unit in notice.handling_units:
                return notice
    if own or not line.order_line:
        return None
    for notice in others:
        if (notice.order_number, notice.order_line) == (line.order_number, line.order_line):
            return notice
    return None


def received_before(workset: Workset, line: ReceiptLine, how: Reference) -> ReceiptLine | None:
    """The line of another goods receipt that brought the same handling unit of the notice; None where it is new."""
    if not line.handling_unit:
        return None
    same = workset.lines_of_unit.get((line.key.book, line.key.site, line.part, line.handling_unit), ())
    if len(same) < 2:
        return None
    labelled = {
        (notice.key, notice.line)
        for notice in _advised(workset, line, how)
        if notice.part == line.part and line.handling_unit in notice.handling_units
    }
    if not labelled:
        return None
    mine = _arrival(line)
    for other in sorted(same, key=_arrival):
        if other.key != line.key and other.status != "reversed" and _arrival(other) < mine:
            links = workset.links_of_receipt.get((other.key, other.line), ())
            linked = any((link.shipment, link.notice_line) in labelled for link in links if not link.reversed)
            if linked or getattr(other, how) == getattr(line, how):
                return other
    return None


def _advised(workset: Workset, line: ReceiptLine, how: Reference) -> Iterable[NoticeLine]:
    for shipment in named_shipments(workset, line, how):
        for _, notice in sorted(workset.lines_of_shipment.get(shipment.key, {}).items()):
            if notice.status in IN_FORCE:
                yield notice


def _arrival(line: ReceiptLine) -> tuple[int, tuple[str, ...], str]:
    return line.received_at, tuple(line.key), line.line
