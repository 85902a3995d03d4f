"""StockCounted: a blind count beside what the books had at its time.

Within tolerance the books are put right at once. Beyond it a case asks for approval, nothing moves, and the line
waits for the decision; a later count of the same place takes the earlier one's turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.events import PlaceLine, StockCounted
from ledger.handling.permissions import unknown_segment
from ledger.handling.places import (
    Goods,
    Place,
    found_at,
    goods_at,
    goods_now,
    movements_for_found,
    movements_for_loss,
    place_of,
    serials_of,
    take,
)
from ledger.matching.booking import book_movements
from ledger.matching.decision import OWN_CASE, Comparison, Decision, LineDecision
from ledger.matching.discrepancies import d40_backflush, d43_count
from ledger.matching.receiving.identities import stands_at
from ledger.matching.records.documents import Case
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.waiting import cannot_post
from ledger.matching.workset import StockQuery, Workset
from ledger.outcomes import Verdict
from ledger.policy import Policy
from ledger.policy.tolerance import NO_TOLERANCE, Tolerance
from ledger.stock.bucket import MILLION, QUANTITY_MAX, Bucket, Movement

CODES = (d40_backflush.CLASS.code, d43_count.CLASS.code)


@dataclass(slots=True)
class Variance:
    """How a count differs from the books, in millionths: goods that are missing and goods that were found."""

    expected: int
    missing: int = 0
    found: int = 0
    missing_serials: tuple[str, ...] = ()
    found_serials: tuple[str, ...] = ()
    goods: Goods = field(default_factory=dict)
    """What the books had there."""

    @property
    def differing(self) -> int:
        """Two serials that took each other's place differ twice, though their number is right."""
        return self.missing + self.found + MILLION * (len(self.missing_serials) + len(self.found_serials))


def decide_counted(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Decide the lines of one count; each names a place, and no place twice."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, StockCounted)  # noqa: S101  the dispatch table says so
    places = [place_of(line) for line in resolved.lines]
    for line, place in zip(resolved.lines, places, strict=True):
        twice = bool(line.part) and places.count(place) > 1
        decision.lines.append(_decide_line(workset, decision, policy, line, place, time_of(resolved, now_us), twice))


def time_of(resolved: ResolvedEvent, now_us: int) -> int:
    """When it was counted: as the event says, else when it was recorded; never later than now."""
    recorded = microseconds(resolved.event.recorded_at)
    return min(resolved.occurred_at or recorded or now_us, now_us)


def queries_of(resolved: ResolvedEvent, line: ResolvedLine) -> set[StockQuery]:
    """The goods to be loaded for a line: those at its place, and where it names serials, wherever they stand."""
    location = "" if line.said.serials else getattr(line.said, "location", "")
    return {StockQuery(resolved.book, resolved.site, line.part, location)}


def _decide_line(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, place: Place, at: int, twice: bool
) -> LineDecision:
    resolved, said = decision.resolved, line.said
    assert isinstance(said, PlaceLine)  # noqa: S101  lines of a count
    if (held_back := cannot_post(line)) is not None:
        return held_back
    reason = "A place is counted twice; add the counts up, or name what tells them apart." if twice else ""
    standing = workset.stock_of.get((resolved.book, resolved.site, line.part), ())
    reason = reason or _mistake(resolved, line, said) or unknown_segment(policy, said.stock_segment, standing)
    if reason:
        return LineDecision(line.line, "refused", reason=reason)
    case = workset.cases.get((resolved.book, resolved.came.removeprefix(OWN_CASE)))
    variance = _variance(line, goods_at(workset, resolved, place, at))
    if resolved.came.startswith(OWN_CASE) and case is not None:
        return _approved(workset, decision, policy, line, place, variance, case)
    reason = (
        _superseded(workset, place, at)
        or _lacks_serials(line, variance)
        or _at_another_site(workset, resolved, line, variance)
    )
    if reason:
        return LineDecision(line.line, "refused", reason=reason)
    _replace_open_case(workset, decision, place)
    return _compare(workset, decision, policy, line, place, variance)


def _compare(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, place: Place, variance: Variance
) -> LineDecision:
    """Post within tolerance; beyond it, or where the goods are no longer there, ask."""
    tolerance, rule = _tolerance(policy, decision.resolved, line, place, variance)
    movements: list[Movement] | None = None
    if tolerance.allows(variance.differing, variance.expected):
        movements = _movements(workset, decision.resolved, line, place, variance)
    if movements is None:
        return _ask(decision, line, place, variance, rule)
    verdict: Verdict = "tolerated" if variance.differing else "agrees"
    _tell(decision, line, place, variance, verdict, rule)
    book_movements(workset, decision, movements)
    return LineDecision(line.line, "posted", len(movements))


def _approved(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, place: Place, variance: Variance,
    case: Case,
) -> LineDecision:  # fmt: skip
    """What becomes of the line now that its case is decided."""
    if case.resolution == "recount":
        return LineDecision(line.line, "refused", code=case.code, reason=f"It was counted again, {place.where}.")
    if case.resolution != "accept":
        return LineDecision(line.line, "refused", code=case.code, reason=f"Case {case.case}: {case.resolution}.")
    if not line.said.serials:
        # What was approved is what the case said, whatever became known about its time since then.
        difference = case.actual - case.expected
        variance.missing, variance.found = max(0, -difference), max(0, difference)
        variance.expected = case.expected
    movements = _movements(workset, decision.resolved, line, place, variance)
    if movements is None:
        why = f"Case {case.case} was accepted, but the goods have moved on since. "
        return _ask(decision, line, place, variance, case.rule, why)
    book_movements(workset, decision, movements)
    return LineDecision(line.line, "posted", len(movements))


def _mistake(resolved: ResolvedEvent, line: ResolvedLine, said: PlaceLine) -> str:
    """What is wrong with the line itself, "" when nothing is."""
    actor = resolved.event.actor
    if actor is not None and actor.sites and resolved.site not in actor.sites:
        return f"{actor.id} does not work for site {resolved.site}."
    if not said.location:
        return "A count needs `location`; send the line again with it."
    if len(set(said.serials)) != len(said.serials):
        return "A serial is named twice."
    if said.serials and not line.quantity:
        line.quantity = len(said.serials) * MILLION
    if said.serials and line.quantity != len(said.serials) * MILLION:
        return f"{len(said.serials)} serials are named, and a quantity of {said.quantity}."
    if line.inexact:
        return f"{said.quantity} {said.unit} is no whole quantity of {line.unit}."
    if not 0 <= line.quantity <= QUANTITY_MAX:
        return f"A quantity of {said.quantity} cannot be counted."
    return ""


def _variance(line: ResolvedLine, goods: Goods) -> Variance:
    """By serial where the line names them and the books keep none of these goods without; else by quantity."""
    expected = sum(goods.values())
    if line.said.serials and all(bucket.serial for bucket in goods):
        known, seen = serials_of(goods), line.said.serials
        missing = tuple(sorted(known.keys() - set(seen)))
        return Variance(expected, 0, 0, missing, tuple(s for s in sorted(seen) if s not in known), goods)
    difference = line.quantity - expected
    return Variance(expected, max(0, -difference), max(0, difference), goods=goods)


def _lacks_serials(line: ResolvedLine, variance: Variance) -> str:
    by_serial = any(bucket.serial for bucket in variance.goods)
    if by_serial and line.quantity and variance.missing + variance.found:
        return f"{line.part} stands there by serial: count again and name each of them."
    return ""


def _at_another_site(workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, variance: Variance) -> str:
    for serial in variance.found_serials:
        known = stands_at(workset, resolved.book, line.part, serial)
        if known is not None and known.site != resolved.site:
            return f"Serial {serial} stands at {known.site} in the books: record how it came (TransferShipped) first."
    return ""


def _superseded(workset: Workset, place: Place, at: int) -> str:
    """A count that comes after one of a later time says nothing any more."""
    if any(
        change.counted and change.at > at and place.has(change.bucket) for change in workset.past.get(place.part, ())
    ):
        return "The books were put right by a later count of the place already."
    return ""


def _replace_open_case(workset: Workset, decision: Decision, place: Place) -> None:
    """An earlier count of the place that is not decided yet is so by being repeated."""
    resolved = decision.resolved
    for code in CODES:
        case = workset.open_cases.get((resolved.book, code, resolved.site, place.part, place.identity))
        if case is not None:
            decision.resolved_cases.append((case, "recount", case.quantity))
            decision.released.append(f"{OWN_CASE}{case.case}")


def is_at_line(line: ResolvedLine, place: Place, variance: Variance) -> bool:
    """Whether what differs there is between backflush and what was really built in."""
    at_line = [bucket.state == "line_side" for bucket in variance.goods]
    return line.at_line or place.state == "line_side" or (bool(at_line) and all(at_line))


def _tolerance(
    policy: Policy, resolved: ResolvedEvent, line: ResolvedLine, place: Place, variance: Variance
) -> tuple[Tolerance, str]:
    """The strictest of the segments that stand there, else what the cascade names, else the usual; and the rule."""
    limits = policy.limits_of(kinds_of(place, variance.goods))
    strictest, rule = min(limits, key=lambda one: (one[0].tolerance.most(variance.expected), one[1]))
    if strictest is policy.counts.usual:
        code = (d40_backflush if is_at_line(line, place, variance) else d43_count).CLASS.code
        named, place_named = policy.tolerance(code, site=resolved.site, part=place.part)
        if named is not NO_TOLERANCE:
            return named, place_named
    return strictest.tolerance, rule


def kinds_of(place: Place, goods: Goods) -> list[tuple[str, str, str]]:
    """(segment, state, owner) of all goods that stand there, and of what the place names where nothing does."""
    standing = {(place.segment or one.segment, one.state, one.owner) for one in goods}
    return sorted(standing or {(place.segment, place.state, place.owner)})


def _movements(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, place: Place, variance: Variance
) -> list[Movement] | None:
    """What puts the books right; None where goods that are missing have moved on since."""
    now = goods_now(workset, resolved, place)
    here = serials_of(now)
    if any(serial not in here for serial in variance.missing_serials):
        return None
    taken = take(now, variance.missing)
    if taken is None:
        return None
    taken += [(here[serial], MILLION) for serial in variance.missing_serials]
    found: list[tuple[Bucket, int]] = [(found_at(resolved, place, variance.goods), variance.found)]
    elsewhere = serials_of(goods_now(workset, resolved, Place(place.part)))
    for serial in variance.found_serials:
        if serial in here:
            continue
        if serial in elsewhere:
            # A piece stands at one place: what is found here was mislaid there.
            taken.append((elsewhere[serial], MILLION))
        found.append((found_at(resolved, place, variance.goods, serial), MILLION))
    movements = movements_for_loss(resolved, taken, line.line)
    for target, quantity in found:
        movements += movements_for_found(resolved, target, quantity, line.line)
    return movements


def _ask(
    decision: Decision, line: ResolvedLine, place: Place, variance: Variance, rule: str, why: str = ""
) -> LineDecision:
    kind = d40_backflush if is_at_line(line, place, variance) else d43_count
    finding = kind.find(
        decision.resolved, line, place.identity, place.where, variance.expected, variance.differing, why
    )
    finding.rule = rule
    decision.findings.append(finding)
    _tell(decision, line, place, variance, "case", rule)
    decision.comparisons[-1].finding = finding
    return LineDecision(line.line, "waiting", needs=OWN_CASE)


def _tell(
    decision: Decision, line: ResolvedLine, place: Place, variance: Variance, verdict: Verdict, rule: str
) -> None:
    decision.comparisons.append(
        Comparison(
            line=line.line, part=line.part, location=place.location, unit=line.unit, expected=variance.expected,
            said=line.quantity, verdict=verdict, rule=rule,
        )
    )  # fmt: skip
