"""InventorySnapshotReported: balances told by a warehouse beside the books as of the same time. It moves nothing.

Lists and books are never written at one instant: a difference passes when the books had the told quantity at some
moment of the time window about the snapshot. While the window is open a difference is pending, and the line waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.events import InventorySnapshotReported
from ledger.handling.counting import time_of
from ledger.handling.places import Place, goods_at, place_of
from ledger.matching.decision import Comparison, Decision, LineDecision
from ledger.matching.discrepancies import d38_snapshot
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.waiting import MINUTE
from ledger.matching.workset import Workset
from ledger.outcomes import Verdict
from ledger.policy import Policy
from ledger.policy.tolerance import NO_TOLERANCE, Tolerance
from ledger.stock.bucket import QUANTITY_MAX

CODE = d38_snapshot.CLASS.code
WINDOW = "window:"
"""What a line needs while its difference may still be one of time."""


class Window(NamedTuple):
    """The snapshot's time and the moments, in microseconds, between which goods may have been under way."""

    since: int
    at: int
    until: int

    def is_open(self, now_us: int) -> bool:
        return self.until > now_us


class Told(NamedTuple):
    """What a snapshot says of one place: the lines that speak of it, and their sum in millionths."""

    place: Place
    lines: tuple[ResolvedLine, ...]
    quantity: int


def window_of(resolved: ResolvedEvent, policy: Policy, now_us: int) -> Window:
    """The time window of a snapshot."""
    at, width = time_of(resolved, now_us), policy.counts.window_minutes * MINUTE
    return Window(at - width, at, at + width)


def decide_snapshot(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Compare place by place; lines that speak of the same place are added up."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, InventorySnapshotReported)  # noqa: S101  the dispatch table says so
    window = window_of(resolved, policy, now_us)
    if event.complete and window.is_open(now_us):
        # Only the whole list says what it leaves out: all of it is compared at once, when the window is closed.
        names = [line.line for line in resolved.lines] or [""]
        if any(line.standing == "other" for line in resolved.lines):
            reason = f"Snapshot {event.number} was recorded with other content."
            decision.lines += [LineDecision(name, "conflict", reason=reason) for name in names]
        else:
            decision.lines += [LineDecision(name, "waiting", needs=WINDOW, until=window.until) for name in names]
        return
    for told in _told(decision):
        needs = next((line.missing for line in told.lines if line.missing), "")
        decision.lines += (
            [LineDecision(line.line, "waiting", needs=needs) for line in told.lines]
            if needs
            else _compare(workset, decision, policy, told, window, now_us)
        )
    if event.complete and not resolved.came:
        for place in _unnamed(workset, resolved, window):
            _compare(workset, decision, policy, Told(place, (), 0), window, now_us)
        if not resolved.lines:
            decision.lines.append(LineDecision("", "posted"))


def _told(decision: Decision) -> list[Told]:
    """The places that the lines speak of; lines that cannot be compared are decided here."""
    places: dict[Place, list[ResolvedLine]] = {}
    for line in decision.resolved.lines:
        reason = _mistake(line)
        if line.standing == "other":
            reason = f"Line {line.line} was recorded with other content."
            decision.lines.append(LineDecision(line.line, "conflict", reason=reason))
        elif not line.part:
            decision.lines.append(LineDecision(line.line, "waiting", needs=line.missing))
        elif reason:
            decision.lines.append(LineDecision(line.line, "refused", reason=reason))
        else:
            places.setdefault(place_of(line), []).append(line)
    return [Told(place, tuple(lines), sum(one.quantity for one in lines)) for place, lines in places.items()]


def _mistake(line: ResolvedLine) -> str:
    said = line.said
    if line.inexact:
        return f"{said.quantity} {said.unit} is no whole quantity of {line.unit}."
    if not 0 <= line.quantity <= QUANTITY_MAX:
        return f"A quantity of {said.quantity} cannot stand anywhere."
    return ""


def _compare(
    workset: Workset, decision: Decision, policy: Policy, told: Told, window: Window, now_us: int
) -> list[LineDecision]:
    """Compare one place; gives back what becomes of its lines, and leaves what was found in the decision."""
    resolved, place = decision.resolved, told.place
    expected = sum(goods_at(workset, resolved, place, window.at).values())
    tolerance, rule = _tolerance(policy, resolved, place.part)
    first = told.lines[0] if told.lines else None
    unit = first.unit if first else workset.units.get(place.part, "")
    finding = d38_snapshot.find(
        resolved, place.part, unit, place.identity, place.where, expected, told.quantity,
        first.said.segment if first else 0,
    )  # fmt: skip
    finding.line, finding.rule = first.line if first else "", rule
    explained_by = 0
    verdict: Verdict = "case"
    if told.quantity == expected:
        verdict = "agrees"
    elif tolerance.allows(abs(told.quantity - expected), expected):
        verdict = "tolerated"
    elif explained_by := _explained_by(workset, place, tolerance, expected, told.quantity, window):
        verdict = "timing"
    elif window.is_open(now_us):
        verdict = "pending"
    if verdict != "pending":
        finding.settles = verdict != "case"
        decision.findings.append(finding)
    decision.comparisons.append(
        Comparison(
            line=finding.line, part=place.part, location=place.location, unit=unit, expected=expected,
            said=told.quantity, verdict=verdict, rule=rule, explained_by=explained_by,
            finding=finding if verdict == "case" else None,
        )
    )  # fmt: skip
    if verdict == "pending":
        needs = f"{WINDOW}{place.part}"
        return [LineDecision(line.line, "waiting", needs=needs, until=window.until) for line in told.lines]
    return [LineDecision(line.line, "posted") for line in told.lines]


def _tolerance(policy: Policy, resolved: ResolvedEvent, part: str) -> tuple[Tolerance, str]:
    named, rule = policy.tolerance(CODE, site=resolved.site, part=part)
    return (policy.counts.snapshot_tolerance, "default") if named is NO_TOLERANCE else (named, rule)


def _explained_by(
    workset: Workset, place: Place, tolerance: Tolerance, expected: int, said: int, window: Window
) -> int:
    """The event that one list already knew and the other did not yet; 0 where no moment of the window fits.

    Walks from the snapshot's time backward and forward, change by change.
    """
    about = [change for change in workset.past.get(place.part, ()) if place.has(change.bucket)]
    later = sorted(change for change in about if window.at < change.at <= window.until)
    earlier = sorted((change for change in about if window.since < change.at <= window.at), reverse=True)
    for changes, sign in ((later, 1), (earlier, -1)):
        had = expected
        for change in changes:
            had += sign * change.delta
            if tolerance.allows(abs(said - had), had):
                return change.event
    return 0


def _unnamed(workset: Workset, resolved: ResolvedEvent, window: Window) -> Iterable[Place]:
    """Places (part and location) where the books had goods that no line names."""
    named: dict[str, list[Place]] = {}
    for line in resolved.lines:
        named.setdefault(line.part, []).append(place_of(line))
    parts = sorted({part for book, site, part in workset.stock_of if (book, site) == (resolved.book, resolved.site)})
    for part in parts:
        goods = goods_at(workset, resolved, Place(part), window.at)
        left = {bucket for bucket in goods if not any(place.has(bucket) for place in named.get(part, ()))}
        for location in sorted({bucket.location for bucket in left}):
            yield Place(part, location)
