"""What rulings still allow, and the uses of them: counted where it happens, never kept as a second number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from ledger.events import DeviationApproved, EngineeringChangeReleased, Event, SubstitutionApproved, kind_of
from ledger.masterdata import Control, Occasion
from ledger.masterdata.revisions import is_reached, millionths
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Use, Workset

Stage = Literal["notice", "receipt", "issue", "consumption"]
"""Where pieces meet a ruling; the same ones go through all of them, so each stage is counted by itself."""


class Allowance(NamedTuple):
    """One ruling and how much of it is left at a stage, in millionths; None where it sets no limit."""

    kind: str
    number: str
    left: int | None


def allowances_for(
    workset: Workset, book: str, control: Control, revision: str, on: Occasion, stage: Stage
) -> list[Allowance]:
    """What allows goods of a revision that is not the right one: what may be used up, then deviations, as ruled."""
    found: list[Allowance] = []
    if stage in ("issue", "consumption"):
        for change, changed in control.changes(on.site):
            if revision in changed.old_revisions and changed.use_up and is_reached(changed, on):
                key = use_up_key(change, changed.part, on.site)
                found.append(_left(workset, book, kind_of(change), key, millionths(changed.use_up), stage))
    for deviation in control.deviations(revision, on):
        limit = None if deviation.quantity is None else millionths(deviation.quantity)
        found.append(_left(workset, book, kind_of(deviation), deviation.number, limit, stage))
    return [one for one in found if one.left is None or one.left > 0]


def substitution_left(workset: Workset, book: str, substitution: SubstitutionApproved, stage: Stage) -> Allowance:
    """How much of a substitution is left at the stage."""
    limit = None if substitution.quantity is None else millionths(substitution.quantity)
    return _left(workset, book, kind_of(substitution), substitution.number, limit, stage)


def room(allowances: Iterable[Allowance]) -> int | None:
    """How much they allow together; None without limit, 0 where there is none of them."""
    total = 0
    for one in allowances:
        if one.left is None:
            return None
        total += one.left
    return total


def use(
    workset: Workset, resolved: ResolvedEvent, line: str, allowances: Iterable[Allowance], quantity: int,
    *, stage: Stage, part: str, revision: str, demand: str = "",
) -> None:  # fmt: skip
    """Note the use of as much, from the first ruling on; there must be room for it."""
    for one in allowances:
        portion = quantity if one.left is None else min(quantity, one.left)
        if portion <= 0:
            continue
        key = (resolved.book, one.kind, one.number, stage)
        workset.used[key] = workset.used.get(key, 0) + portion
        workset.uses.append(
            Use(
                resolved.book, resolved.site, one.kind, one.number, resolved.effective_seq, resolved.seq, line, stage,
                part, revision, demand, portion,
            )
        )  # fmt: skip
        quantity -= portion
    assert not quantity, "more was used than was allowed"  # noqa: S101


def give_back(workset: Workset, resolved: ResolvedEvent, line: str | None = None) -> None:
    """What a document used of rulings as it was read before is free again: of one line of it, or of all."""
    kept = []
    for one in workset.used_before:
        if line not in (None, one.line):
            kept.append(one)
            continue
        key = (one.book, one.kind, one.number, one.stage)
        workset.used[key] = workset.used.get(key, 0) - one.quantity
        workset.uses.append(one._replace(seq=resolved.effective_seq, quantity=-one.quantity))
    workset.used_before = kept


def use_up_key(change: EngineeringChangeReleased, part: str, site: str) -> str:
    """What is used up is counted for each part and site of a change."""
    return f"{change.number}/{part}/{site}"


def rulings_named(control: Control | None, others: Iterable[Event], site: str) -> list[tuple[str, str]]:
    """(kind, number) of everything whose uses a decision about the line may look at."""
    named = [
        (kind_of(one), one.number)
        for one in (*(control.rulings if control else ()), *others)
        if isinstance(one, DeviationApproved | SubstitutionApproved)
    ]
    changes = control.changes(site) if control else []
    return named + [(kind_of(change), use_up_key(change, changed.part, site)) for change, changed in changes]


def _left(workset: Workset, book: str, kind: str, number: str, limit: int | None, stage: str) -> Allowance:
    if limit is None:
        return Allowance(kind, number, None)
    return Allowance(kind, number, max(0, limit - workset.used.get((book, kind, number, stage), 0)))
