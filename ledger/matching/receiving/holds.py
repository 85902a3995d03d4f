"""What holds goods on arrival: the notice that speaks for them, or their own receipt's revision."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.matching.records.documents import Link, NoticeLine, ReceiptLine
from ledger.matching.workset import Workset
from ledger.stock.bucket import STATES

REVISION = "D05"
"""Hold reason of goods whose revision is not in force; they leave hold by approval or deviation only."""


def governing_hold(line: ReceiptLine, notice: NoticeLine | None) -> str:
    """Why goods of the line are held on arrival, "" when they are not.

    A notice of the same revision, or one whose receipt names none, was judged by its day of shipping and speaks for
    its goods; else the receipt's own revision is held against them. So it is the same whichever came first.
    """
    if notice is not None and (speaks_for(notice, line) or notice.hold_reason not in ("", REVISION)):
        return notice.hold_reason
    return line.hold_reason


def speaks_for(notice: NoticeLine, line: ReceiptLine) -> bool:
    """Whether what was judged of the notice line's revision holds for goods of the receipt line."""
    return line.part_revision in ("", notice.part_revision)


def held_by_receipt(workset: Workset, line: ReceiptLine, links: Sequence[Link]) -> int:
    """How much of the line is here in a revision that nothing but its receipt tells, in millionths."""
    if line.hold_reason != REVISION:
        return 0
    held = 0
    for link in links:
        notice = None if link.shipment is None else workset.notice_lines.get((link.shipment, link.notice_line))
        if link.state in STATES and (notice is None or not speaks_for(notice, line)):
            held += link.quantity
    return held
