"""ContainmentOpened and ContainmentClosed: what is held where, and whose demands lost their goods.

Goods in transit stay there, marked by the containment alone, and are held on arrival. Nothing here reads a database:
the book says how much of what stands where may be meant (`Workset.suspects`).
"""

from __future__ import annotations

from ledger.events import ContainmentClosed, ContainmentOpened
from ledger.masterdata import to_decimal
from ledger.matching.booking import book_movements
from ledger.matching.containments.scope import CONTAINABLE, LABEL, Containment, Demand, released
from ledger.matching.containments.sheets import under_sheets
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.waiting import refuse_whole, wait_whole
from ledger.matching.workset import Workset
from ledger.outcomes import Contained
from ledger.policy import Policy
from ledger.stock.bucket import STATES, Bucket, Movement

OPENERS = frozenset({"inspector", "quality_manager"})
CLOSERS = frozenset({"quality_manager"})
"""People who may open and close; systems and partners are bound by their agreements."""

Group = tuple[str, str, str, str, str]
"""Site, part, state, notice line, demand."""
Groups = dict[Group, tuple[int, int]]
"""How much of each is meant, and how much of that certainly."""


def decide_opened(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Hold what is on hand, and note what is in transit."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ContainmentOpened)  # noqa: S101  the dispatch table says so
    if resolved.missing:
        wait_whole(decision, resolved.missing)
        return
    criteria = workset.criteria
    assert criteria is not None  # noqa: S101  the book brings it
    known = workset.containments.get(event.number)
    reason = _forbidden(resolved, OPENERS, criteria.sites)
    if known is not None:
        text = f"Containment {event.number} was opened already, at event {known.seq}; take another number."
        decision.lines.append(LineDecision("", "conflict", reason=text))
        return
    if not criteria.names_something:
        reason = "It names nothing: say at least one of supplier, parts, lots, serials, since and until."
    elif criteria.since is not None and criteria.until is not None and criteria.since >= criteria.until:
        reason = "`since` is not before `until`."
    if reason:
        refuse_whole(decision, "", reason)
        return
    containment = Containment(
        book=resolved.book, number=event.number, status="open", seq=resolved.effective_seq, opened_at=now_us,
        criteria=criteria, touched=True, new=True,
    )  # fmt: skip
    groups: Groups = {}
    movements = []
    for bucket, suspect in sorted(workset.suspects.get(event.number, {}).items()):
        quantity = min(suspect, workset.balances[bucket])
        if quantity <= 0:
            continue
        sure = min(quantity, workset.sure.get(bucket, 0))
        if bucket.state in CONTAINABLE:
            movements.append(Movement(bucket, containment.held(bucket), quantity, ""))
        group = (bucket.site, bucket.part, bucket.state, bucket.asn_line, bucket.demand)
        _add(groups, group, quantity, sure)
    book_movements(workset, decision, movements)
    containment.demands = tuple(
        Demand(site=site, part=part, demand=demand, quantity=quantity)
        for (site, part, _, _, demand), (quantity, _) in sorted(groups.items())
        if demand
    )
    workset.add_containment(containment)
    decision.contained += [_told(workset, event.number, *entry) for entry in sorted(groups.items())]
    decision.lines.append(LineDecision("", "posted", movements=len(movements)))
    decision.released.append(f"{LABEL}{event.number}")


def decide_closed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Hold nothing more, and give back what is held where that is said."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ContainmentClosed)  # noqa: S101  the dispatch table says so
    containment = workset.containments.get(event.number)
    if containment is None:
        decision.lines.append(LineDecision("", "waiting", needs=f"{LABEL}{event.number}"))
        return
    reason = _forbidden(resolved, CLOSERS, containment.criteria.sites)
    if containment.status == "closed":
        reason = f"Containment {event.number} is closed already, by event {containment.closed_seq}."
    elif event.disposition == "release" and containment.criteria.to_state == "quarantine" and not event.reason:
        reason = "Goods leave quarantine only with a reason; send it again with `reason`."
    if reason:
        refuse_whole(decision, "", reason)
        return
    containment.status, containment.touched = "closed", True
    containment.closed_seq, containment.closed_at = resolved.effective_seq, now_us
    containment.disposition = event.disposition
    workset.add_containment(containment)
    movements: list[Movement] = []
    if event.disposition == "release":
        movements = [
            Movement(bucket, released(bucket), workset.balances[bucket], "")
            for bucket in sorted(workset.suspects.get(event.number, {}))
            if workset.balances[bucket] > 0
        ]
        movements = under_sheets(workset, movements)
        book_movements(workset, decision, movements)
    decision.lines.append(LineDecision("", "posted", movements=len(movements)))


def is_contained(workset: Workset, bucket: Bucket) -> bool:
    """Whether an open containment holds the goods of a bucket: they are released by its name only."""
    return bucket.hold_reason.startswith(LABEL) and any(
        bucket.hold_reason == containment.label for containment in workset.containing
    )


def tell_of_arrivals(workset: Workset, decision: Decision) -> None:
    """What an event brought that a containment held on the way in."""
    groups: dict[str, Groups] = {}
    for source, target, quantity, _ in decision.movements:
        comes = source.state not in CONTAINABLE and source.hold_reason != target.hold_reason
        if comes and is_contained(workset, target):
            number = target.hold_reason.removeprefix(LABEL)
            group = (target.site, target.part, source.state, source.asn_line, "")
            sure = quantity if workset.containments[number].criteria.fits_bucket(target) == "yes" else 0
            _add(groups.setdefault(number, {}), group, quantity, sure)
    if groups:
        workset.units.update({line.part: line.unit for line in decision.resolved.lines if line.unit})
    for number, of in sorted(groups.items()):
        decision.contained += [_told(workset, number, *entry) for entry in sorted(of.items())]


def _add(groups: Groups, group: Group, quantity: int, sure: int) -> None:
    all_of, sure_of = groups.get(group, (0, 0))
    groups[group] = all_of + quantity, sure_of + sure


def _told(workset: Workset, number: str, group: Group, quantities: tuple[int, int]) -> Contained:
    site, part, state, asn_line, demand = group
    quantity, sure = quantities
    return Contained(
        containment=number, site=site, part=part, state=state, asn_line=asn_line, demand=demand,
        quantity=to_decimal(quantity), certain=to_decimal(sure), unit=workset.units.get(part, ""),
    )  # fmt: skip


def _forbidden(resolved: ResolvedEvent, roles: frozenset[str], sites: tuple[str, ...]) -> str:
    """Why this person may not; "" where they may."""
    actor = resolved.event.actor
    if actor is None:
        return ""
    if actor.kind == "user" and not roles & set(actor.roles):
        return f"{type(resolved.event).__name__} is decided by: {', '.join(sorted(roles))}."
    foreign = sorted(set(sites) - set(actor.sites)) if sites else ["every site"]
    if actor.sites and foreign:
        return f"{actor.id} does not work for {', '.join(foreign)}; name sites of your own."
    return ""


assert set(STATES) > CONTAINABLE  # noqa: S101  the states that it speaks of exist
