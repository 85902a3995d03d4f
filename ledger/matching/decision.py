"""What `decide` gives back: what becomes of each line, the movements, the findings, and what was waited for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from ledger.matching.records.calls import LineCall
from ledger.matching.records.documents import Case, CumulativeKey, Evidence, OrderLine
from ledger.matching.resolved import ResolvedEvent
from ledger.outcomes import Contained, Fault, Grade, Verdict
from ledger.stock.bucket import Movement

OWN_CASE = "case:"
"""What a line needs that waits for the decision of the case that its own finding opens."""

LineStatus = Literal["posted", "waiting", "refused", "conflict"]


class LineDecision(msgspec.Struct, gc=False):
    """What becomes of one line. `line` "" speaks for an event without lines, or for the whole event."""

    line: str
    status: LineStatus
    movements: int = 0
    needs: str = ""
    """While waiting: `order:PO1`, `part:X`, `unit:X/BX`, `site:92:P1`, `supplier:92:S1`, `receipt:R1`,
    `shipment:S1`, `case:C1`; `case:` alone is the case that the line's own finding opens."""
    until: int | None = None
    """End of the wait in microseconds; None waits until it comes."""
    code: str = ""
    reason: str = ""


@dataclass(slots=True)
class Finding:
    """One discrepancy as it stands now. What it is about makes it the same finding (`case_identity`).

    `quantity` 0 with `settles` says that it no longer holds.
    """

    code: str
    site: str
    supplier: str = ""
    partner: str = ""
    part: str = ""
    unit: str = ""
    quantity: int = 0
    expected: int = 0
    actual: int = 0
    shipment_id: str = ""
    notice_line: str = ""
    receipt_provider: str = ""
    receipt_id: str = ""
    receipt_line: str = ""
    order_number: str = ""
    order_line: str = ""
    grade: Grade = ""
    fault: Fault = "unknown"
    cause: str = ""
    rule: str = ""
    text: str = ""
    clearing: int = 0
    settles: bool = False
    """It no longer holds: an open case closes by itself; without one there is nothing to do."""
    informs: bool = False
    """Nothing is to be decided about it: the case is closed as it opens, and counts in the score."""
    line: str = ""
    """Line of the deciding event that it is about, for outcomes and advices."""
    condition: str = ""
    """Receiving condition of the 861 where it is not that of the class."""
    news: Literal["", "keep", "tell"] = ""
    """`keep`: the partner is not told yet; `tell`: it is told now, though the case is no new one."""
    part_number: str = ""
    """As sent."""
    field: str = ""
    """Canonical field that is wrong, and its value as sent (824)."""
    value: str = ""
    owner: str = ""
    """Who works on its case; "" leaves it to the class, as None leaves its hours."""
    answer_hours: Decimal | None = None
    error_codes: tuple[tuple[str, str], ...] = ()
    """(TED01, canonical field) of each fault that it tells; () tells one, by its class and `field`."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(slots=True)
class Comparison:
    """What a line said of a place beside what the books had there, in millionths; becomes the outcome `Compared`."""

    line: str
    part: str
    location: str
    unit: str
    expected: int
    said: int
    verdict: Verdict
    rule: str = ""
    explained_by: int = 0
    finding: Finding | None = None
    """The finding that it gave rise to; names the case."""


class Overdue(NamedTuple):
    """An order line of which `due` millionths were to have come by `at`, grace included, and did not."""

    line: OrderLine
    at: int
    due: int


class Decision(msgspec.Struct):
    """All that follows from one event, but for its cases."""

    resolved: ResolvedEvent
    by_bucket: bool = False
    """It is about goods as they stand in the house, not about matched documents: their buckets say what they are."""
    lines: list[LineDecision] = []
    movements: list[Movement] = []
    earlier: int = 0
    """So many of them, the first, are an earlier event's: what a document moved as it was read before is taken back,
    or a notice is put in force again."""
    earlier_event: int = 0
    """Its sequence."""
    findings: list[Finding] = []
    comparisons: list[Comparison] = []
    contained: list[Contained] = []
    overdue: list[Overdue] = []
    missed: list[LineCall] = []
    """Calls from the line that were not served in time."""
    withdrawn: list[Case] = []
    """Open cases about documents that this event puts right (a line posts after all, a notice is sent again)."""
    resolved_cases: list[tuple[Case, str, int]] = []
    """(case, resolution, quantity in millionths) as a person decided."""
    worked_on: list[Case] = []
    """Cases of which something else changed than what is in question; those with nothing left to do close."""
    released: list[str] = []
    """What waiting lines of the same book may now go on: `order:PO1`, `receipt:R1`, `shipment:S1`, `case:C1`. The
    book finds the event lines that wait for it and decides them again (standing `again`, `cause` set), as it does
    at a tick with lines whose `until` has passed: the decision then sees that the wait is over."""
    counted: dict[CumulativeKey, None] = {}
    """Cumulative agreements of which this event changed a side: they are compared when the rest is decided."""
    compares: dict[tuple[int, str], None] = {}
    """(event, part): earlier notices whose cumulative this event puts in another light; the book decides it again."""
    compares_at: dict[str, int] = {}
    """Part -> end of the wait, in microseconds: the cumulative of this notice waits for one that it may have
    overtaken. Its goods do not."""
    fatal: str = ""
    """Class that refuses the whole document; "" when none."""
