"""By when order lines are to have come, and which of them did not: they are looked at when their time is over.

Another clock than that of what is to be advised (`ledger.matching.ordering.required`), and not to be one with it.
This one runs for every supplier, by the moment promised and a grace in hours, and tells each moment once and forgets
it: a signal. That one runs only where an agreement holds to days, by the end of the working day of shipping that was
asked for, and keeps its deliveries: a case (D09) stands as long as they are behind, and windows (D13, D26) read them.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.decision import Decision, Overdue
from ledger.matching.records.documents import Arrival, OrderLine
from ledger.matching.workset import Workset
from ledger.policy import Terms

HOUR = 3_600_000_000


def watch(line: OrderLine, due: Iterable[tuple[int | None, int]], terms: Terms) -> None:
    """From now on these hold: (moment, quantity that comes then). Without a moment the line is never late."""
    grace = int(terms.receipt_grace_hours * HOUR)
    named = sorted((at, quantity) for at, quantity in due if at is not None)
    line.late_at, line.arrivals = (named[0][0] + grace if named and not line.blanket else 0), ()
    if len({at for at, _ in named}) > 1 and not line.blanket:
        total, arrivals = 0, {}
        for at, quantity in named:
            total += quantity
            arrivals[at + grace] = total
        line.arrivals = tuple(Arrival(at, quantity) for at, quantity in arrivals.items())
    line.touched = True


def find_overdue(workset: Workset, decision: Decision, now_us: int) -> None:
    """Every order line of the book whose time is over by now: told where something of it is missing."""
    book = decision.resolved.book
    for line in sorted(workset.order_lines.values(), key=_order):
        if line.key.book == book and 0 < line.late_at <= now_us and line.status == "open":
            _look_at(decision, line, now_us)


def _look_at(decision: Decision, line: OrderLine, now_us: int) -> None:
    """Of several moments that went by at once the last tells all that is missing."""
    over = [one for one in line.arrivals if one.at <= now_us]
    at, due = over[-1] if over else (line.late_at, line.quantity)
    due = min(due, line.quantity)
    if line.received < due:
        decision.overdue.append(Overdue(line, at, due))
    line.arrivals = line.arrivals[len(over) :]
    line.late_at, line.touched = (line.arrivals[0].at if line.arrivals else 0), True


def _order(line: OrderLine) -> tuple[tuple[str, ...], str]:
    return tuple(line.key), line.line
