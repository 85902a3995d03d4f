"""Which goods a line means: those that fit all that it names, state by state, in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.events import StockLine
from ledger.handling.rules import Rule
from ledger.matching.containments.deciding import is_contained
from ledger.matching.deciding.allowances import Allowance
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.stock.bucket import MILLION, Bucket


class Pick(NamedTuple):
    """So many of the goods in a bucket. `serial` is the one that they are named by from now on, "" leaves it."""

    bucket: Bucket
    quantity: int
    serial: str = ""


Picked = list[Pick]


class Standing(NamedTuple):
    """How goods of a revision may be taken: those of the lowest rank first, and no more than is left of what allows
    them (None sets no limit)."""

    rank: int
    left: int | None
    allowed: list[Allowance]


def pick(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule,
    revisions: Mapping[str, Standing] | None = None,
) -> Picked | None:  # fmt: skip
    """Goods for the whole quantity; None where there are not enough of them (then nothing of the line moves).

    With `revisions` only goods of those are taken, as they stand; without, goods of the one that the line names.
    """
    balances, named = workset.balances, line.revision
    fitting = [
        bucket
        for bucket in workset.stock_of.get((resolved.book, resolved.site, line.part), ())
        if _fits(bucket, said, rule)
        and balances[bucket] > 0
        and (bucket.revision in revisions if revisions is not None else not named or bucket.revision == named)
        and not (rule.frees and is_contained(workset, bucket) and bucket.hold_reason != said.hold_reason)
    ]
    if line.kept_back:
        fitting = [one for one in fitting if one.segment not in line.kept_back or one.state != "available"]
    if said.serials:
        found = _each(workset, fitting, said.serials)
        return found if found is None or revisions is None or _is_allowed(found, revisions) else None
    picked: Picked = []
    left = line.quantity
    limits = {name: one.left for name, one in revisions.items() if one.left is not None} if revisions else {}
    if len(fitting) > 1:
        ranks = {name: one.rank for name, one in revisions.items()} if revisions else {}
        fitting.sort(key=lambda one: (ranks.get(one.revision, 0), _turn(one, rule), one))
    for bucket in fitting:
        quantity = min(left, balances[bucket])
        if limits:
            quantity = min(quantity, limits.get(bucket.revision, quantity))
        if not quantity:
            continue
        if bucket.revision in limits:
            limits[bucket.revision] -= quantity
        picked.append(Pick(bucket, quantity))
        left -= quantity
        if not left:
            return picked
    return None


def contained_instead(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule
) -> str:
    """Why goods were not taken that are there: a containment holds them, and the line does not name it."""
    reasons = {
        bucket.hold_reason
        for bucket in workset.stock_of.get((resolved.book, resolved.site, line.part), ())
        if workset.balances[bucket] > 0
        and is_contained(workset, bucket)
        and line.revision in ("", bucket.revision)
        and _fits(bucket, said, rule)
    } - {said.hold_reason}
    if not reasons or not rule.frees:
        return ""
    named = " or ".join(f'"{reason}"' for reason in sorted(reasons))
    return f"Goods of {line.part} are contained: to release them by the piece, name `hold_reason` {named}."


def _each(workset: Workset, fitting: list[Bucket], serials: tuple[str, ...]) -> Picked | None:
    """Each serial where it stands; one that was received without being told apart is taken from such goods."""
    standing = {bucket.serial: bucket for bucket in fitting if bucket.serial and workset.balances[bucket] >= MILLION}
    untold: list[tuple[Bucket, list[int]]] = [
        (bucket, [workset.balances[bucket]]) for bucket in sorted(fitting) if not bucket.serial
    ]
    picked: Picked = []
    for serial in serials:
        bucket = standing.get(serial)
        if bucket is None:
            found = next((pair for pair in untold if pair[1][0] >= MILLION), None)
            if found is None:
                return None
            bucket, left = found
            left[0] -= MILLION
        picked.append(Pick(bucket, MILLION, serial))
    return picked


def _is_allowed(picked: Picked, revisions: Mapping[str, Standing]) -> bool:
    """Whether no revision was taken more often than is left for it."""
    taken: dict[str, int] = {}
    for one in picked:
        taken[one.bucket.revision] = taken.get(one.bucket.revision, 0) + one.quantity
    limits = {name: revisions[name].left for name in taken}
    return all(limit is None or taken[name] <= limit for name, limit in limits.items())


def _fits(bucket: Bucket, said: StockLine, rule: Rule) -> bool:
    """Asked of every bucket of the part, and so without a step too many."""
    state = bucket.state
    if state not in rule.sources or (said.state and state != said.state):
        return False
    if (
        (said.location and bucket.location != said.location)
        or (said.lot and bucket.lot != said.lot)
        or (said.handling_unit and bucket.handling_unit != said.handling_unit)
        or ((said.owner or rule.exact_owner) and bucket.owner != said.owner)
        or (said.stock_segment and not rule.comes_in and bucket.segment != said.stock_segment)
        or (said.hold_reason and rule.targets[:1] != ("quality_hold",) and bucket.hold_reason != said.hold_reason)
    ):
        return False
    if state == "allocated" and not rule.any_demand:
        # Goods set apart for one demand are never taken for another, nor for none.
        return bucket.demand == said.demand
    return True


def _turn(bucket: Bucket, rule: Rule) -> int:
    return rule.sources.index(bucket.state)
