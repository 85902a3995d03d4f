"""Notice lines whose goods are held on arrival since a rule says `hold` of what is wrong with their notice.

The reason of the hold is the class. It ends with the case: by its decision, or when it no longer holds. Revisions
have their own rules (`ledger.matching.holds`). Nothing here says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.events import Resolution
from ledger.matching.deciding.fates import LET_IN, REVISIONS, Fate, decide_links
from ledger.matching.deciding.review import live_links
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import (
    CLASSES,
    d13_window,
    d33_papers,
    d34_weight,
    d36_reference,
    d37_origin,
)
from ledger.matching.notices.checks import Verdict
from ledger.matching.receiving.rematch import rematch
from ledger.matching.records.documents import Case, NoticeLine, ShipmentKey
from ledger.matching.tolerances import allowed
from ledger.matching.workset import Workset
from ledger.policy import Policy

HOLDING = {
    kind.code: kind
    for kind in (d13_window.CLASS, d33_papers.CLASS, d34_weight.CLASS, d36_reference.CLASS, d37_origin.CLASS)
}
"""Classes about a notice that hold its goods where a rule says so; by themselves they only warn."""
CAN_HOLD = tuple(kind.code for kind in CLASSES if kind.action == "hold" or kind.code in HOLDING)
"""Classes of which a rule may say `hold`: of the others nothing is there to be held."""


def hold_reason_of(policy: Policy, findings: Iterable[Finding | Case | None]) -> str:
    """The class that holds goods of these findings, "" where none does; of several the first by its code."""
    return min((one.code for one in findings if one is not None and _holds(policy, one)), default="")


def put_holds(policy: Policy, verdicts: Iterable[Verdict], whole: Sequence[Finding]) -> None:
    """Note with each line whether what was found of it, or of its notice as a `whole`, holds its goods."""
    for verdict in verdicts:
        if not verdict.hold_reason and (whole or verdict.findings):
            verdict.hold_reason = hold_reason_of(policy, (*verdict.findings, *whole))


def _holds(policy: Policy, found: Finding | Case) -> bool:
    kind = HOLDING.get(found.code)
    if kind is None or (isinstance(found, Finding) and found.settles):
        return False
    passes = allowed(
        policy, kind, site=found.site, supplier=found.supplier, part=found.part,
        order_number=found.order_number, order_line=found.order_line,
    )  # fmt: skip
    return passes.action == "hold"


def hold_again(
    workset: Workset, decision: Decision, policy: Policy, now_us: int, line: NoticeLine,
    found: Sequence[Finding | None],
) -> None:  # fmt: skip
    """Hold a line's goods, or let them in, where what was found of it says otherwise now: those that came, too."""
    codes = {one.code for one in found if one is not None}
    reason = hold_reason_of(policy, found)
    if not reason and line.hold_reason in codes:
        reason = _next_reason(workset, policy, line, codes)
    elif not reason or line.hold_reason:
        return
    line.hold_reason, line.touched = reason, True
    if line.received or line.over:
        rematch(workset, decision, policy, now_us, (line,), (), line.line)


def _next_reason(workset: Workset, policy: Policy, line: NoticeLine, but: set[str]) -> str:
    """What else holds the line once the classes `but` no longer do: another open case about it or its notice."""
    cases = [
        case
        for case in workset.cases_about(line.key.book, line.key.shipment_id)
        if case.code not in but and case.notice_line in ("", line.line) and case.supplier == line.key.supplier
    ]
    return hold_reason_of(policy, cases)


def decide_held(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """A case whose class holds goods: they are let in or sent away; what is still to come is no longer held where
    they are let in."""
    key = ShipmentKey(case.book, case.site, case.supplier, case.shipment_id)
    lines = [
        line
        for name, line in sorted(workset.lines_of_shipment.get(key, {}).items())
        if line.hold_reason == case.code and case.notice_line in ("", name)
    ]
    if not lines:
        return ""
    if asked != case.quantity:
        return f"Case {case.case} is decided as a whole: leave the quantity out."
    for line in lines:
        fates: dict[Resolution, Fate] = {**REVISIONS, **LET_IN}
        if resolution in ("accept", "waive"):
            line.hold_reason, line.touched = _next_reason(workset, policy, line, {case.code}), True
            if line.hold_reason:
                fates[resolution] = Fate(None, "quality_hold", line.hold_reason)
        links = live_links(workset.links_of_notice.get((line.key, line.line)))
        held = [link for link in links if link.state == "quality_hold" and link.hold_reason == case.code]
        quantity = sum(link.quantity for link in held)
        if reason := decide_links(workset, decision, case, held, fates, resolution, quantity):
            return reason
    return ""
