"""When a notice line is closed, and what its closing leaves in the clearing account."""

from __future__ import annotations

from ledger.matching.deciding.review import action_beyond, live_links, short_class
from ledger.matching.records.documents import NoticeLine
from ledger.matching.workset import Workset
from ledger.policy import Policy


def close_or_open(workset: Workset, policy: Policy, line: NoticeLine, now_us: int) -> None:
    """Set status, `cleared` and `settled` from what came and what was said; the same facts give the same answer.

    A line is closed when it is fully received, when the receiver says that no more comes, or past its close time.
    What is then short stands in clearing (`cleared` - `settled`), unless a tolerance lets it pass.
    """
    short = max(0, line.quantity - line.received)
    line.settled = min(line.settled, short)
    closed = short == line.settled or is_past(line, now_us) or _is_complete(workset, line)
    if closed:
        if short > line.settled:
            action, _ = action_beyond(policy, short_class(line), line, short, line.quantity)
            if action == "ignore":
                line.settled = short
        line.cleared = short
        if line.status != "closed":
            line.status, line.closed_at = "closed", now_us
    else:
        line.cleared = line.settled
        line.status, line.closed_at = "open", None
    line.touched = True


def is_past(line: NoticeLine, now_us: int) -> bool:
    """Whether its close time has come."""
    return line.closes_at is not None and line.closes_at <= now_us


def _is_complete(workset: Workset, line: NoticeLine) -> bool:
    """Whether a receiver said that no more comes for the line."""
    for link in live_links(workset.links_of_notice.get((line.key, line.line))):
        receipt_line = workset.receipt_lines.get((link.receipt, link.receipt_line))
        if receipt_line is not None and receipt_line.complete:
            return True
    return False
