"""Which revision goods must have to be set apart, issued, built in or released, and what lets another one pass.

Goods of the right revision are taken first; others only as far as a ruling in force allows them, and that is noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from ledger.events import StockLine, SubstitutionApproved
from ledger.handling.counting import time_of
from ledger.handling.picking import Picked, Standing, pick
from ledger.handling.rules import Rule
from ledger.masterdata import Occasion
from ledger.masterdata.revisions import is_valid
from ledger.matching.deciding.allowances import Allowance, Stage, allowances_for, room, substitution_left, use
from ledger.matching.receiving.holds import REVISION
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, moment
from ledger.matching.workset import Workset
from ledger.stock.bucket import MILLION


class Choice(msgspec.Struct, gc=False):
    """The goods for a line, or why there are none; and what of which rulings they use, by revision."""

    picked: Picked | None = None
    reason: str = ""
    uses: list[tuple[list[Allowance], int, str]] = []

    def note(
        self, workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, stage: Stage
    ) -> None:
        """Note the uses; call it when the line posts."""
        for allowed, quantity, revision in self.uses:
            use(
                workset, resolved, line.line, allowed, quantity, stage=stage, part=line.part, revision=revision,
                demand=said.demand or said.vin,
            )  # fmt: skip


def choose(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule, now_us: int
) -> Choice:
    """Goods of the right revision for what the line needs: as it names it, else as it is in force on the occasion."""
    if line.control is None and not line.revision:
        return Choice(pick(workset, resolved, line, said, rule))
    on = occasion_of(workset, resolved, line, said, rule, now_us)
    there = {bucket.revision for bucket in workset.stock_of.get((resolved.book, resolved.site, line.part), ())}
    revisions = {
        revision: standing
        for revision in sorted(there)
        if (standing := _standing(workset, resolved, line, rule, revision, on)) is not None
    }
    picked = pick(workset, resolved, line, said, rule, revisions)
    if picked is not None:
        return Choice(picked, uses=_uses(picked, revisions))
    anyhow = pick(workset, resolved, line, said, rule, dict.fromkeys(there, Standing(0, None, [])))
    if anyhow is None:
        return Choice()
    return Choice(reason=_wrong(line, said, on, anyhow, revisions))


def occasion_of(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule, now_us: int
) -> Occasion:
    """When and of how many goods are used: what is issued follows what was built in and what stands at the line."""
    gone = workset.gone_before.get((resolved.book, resolved.site, line.part))
    before = None
    if gone is not None:
        before = gone[0] if rule.stage == "consumption" else sum(gone)
    return Occasion(resolved.site, _day(resolved, now_us), line.quantity, before, said.serials, said.vin, said.demand)


def _day(resolved: ResolvedEvent, now_us: int) -> date:
    return moment(time_of(resolved, now_us)).date()


def _stage(rule: Rule) -> Stage:
    """What is set apart for a demand uses of a ruling what its issue will."""
    return "consumption" if rule.stage == "consumption" else "issue"


def release(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, picked: Picked, now_us: int
) -> Choice:
    """Whether goods held for their revision may be released: once it is in force, or under a deviation."""
    choice = Choice(picked)
    wanted: dict[str, int] = {}
    for one in picked:
        if one.bucket.hold_reason == REVISION:
            wanted[one.bucket.revision] = wanted.get(one.bucket.revision, 0) + one.quantity
    on = Occasion(resolved.site, _day(resolved, now_us), serials=said.serials, demand=said.demand)
    for revision, quantity in sorted(wanted.items()):
        if line.control is not None and line.control.is_effective(revision, on):
            continue
        allowed = (
            allowances_for(workset, resolved.book, line.control, revision, on, "receipt") if line.control else []
        )
        left = room(allowed)
        if left is not None and left < quantity:
            named = f"Revision {revision}" if revision else "Goods without a revision"
            return Choice(
                reason=f"{named} of {line.part} came in while not in force: accept its case, or have a deviation "
                f"approved for {quantity / MILLION:g} {line.unit} ({left / MILLION:g} are left of those in force)."
            )
        choice.uses.append((allowed, quantity, revision))
    return choice


def choose_substitute(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule, now_us: int
) -> Choice:
    """Goods of another part, under the first substitution in force that has room for all of the line."""
    if not line.replaces:
        return Choice(reason=f"There is no part {said.instead_of} to be replaced; name it by our number.")
    on = occasion_of(workset, resolved, line, said, rule, now_us)
    for ruling in line.rulings:
        if not isinstance(ruling, SubstitutionApproved) or not _is_about(ruling, line, said, on):
            continue
        allowance = substitution_left(workset, resolved.book, ruling, _stage(rule))
        if allowance.left is None or allowance.left >= line.quantity:
            line.revision = ruling.substitute_revision or line.revision
            choice = choose(workset, resolved, line, said, rule, now_us)
            if choice.picked is not None:
                choice.uses.append(([allowance], line.quantity, line.revision))
            return choice
    return Choice(
        reason=f"No substitution in force lets {line.quantity / MILLION:g} {line.unit} of {line.part} stand in for "
        f"{line.replaces} here: have one approved (SubstitutionApproved), or look at its limit, days and demand."
    )


def _is_about(ruling: SubstitutionApproved, line: ResolvedLine, said: StockLine, on: Occasion) -> bool:
    return (
        ruling.substitute == line.part
        and said.reference in ("", ruling.number)
        and line.revision in ("", ruling.substitute_revision or line.revision)
        and (not ruling.sites or on.site in ruling.sites)
        and on.is_for(ruling.demand)
        and is_valid(ruling.valid_from, ruling.valid_to, on.day)
    )


def _standing(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, rule: Rule, revision: str, on: Occasion
) -> Standing | None:
    """How goods of the revision stand to what the line needs; None where they may not be used."""
    named, control = line.revision, line.control
    right = revision == named or not named
    if control is not None:
        untold = not revision and control.part.revision_policy == "current" and named == control.current(on)
        right = (right or untold) and control.is_effective(revision, on)
    if right:
        return Standing(0, None, [])
    if control is None:
        return None
    allowed = allowances_for(workset, resolved.book, control, revision, on, _stage(rule))
    return Standing(1, room(allowed), allowed) if allowed else None


def _uses(picked: Picked, revisions: Mapping[str, Standing]) -> list[tuple[list[Allowance], int, str]]:
    taken: dict[str, int] = {}
    for one in picked:
        if revisions[one.bucket.revision].allowed:
            taken[one.bucket.revision] = taken.get(one.bucket.revision, 0) + one.quantity
    return [(revisions[revision].allowed, quantity, revision) for revision, quantity in taken.items()]


def _wrong(
    line: ResolvedLine, said: StockLine, on: Occasion, anyhow: Picked, revisions: Mapping[str, Standing]
) -> str:
    """In words: what stands there, what is needed, and what to do."""
    there = sorted({one.bucket.revision or "none named" for one in anyhow})
    needed = line.revision or (line.control.current(on) if line.control else "") or "one in force"
    demand = said.demand or said.vin
    left = [
        f"{one.number} has {one.left / MILLION:g} left"
        for standing in revisions.values()
        for one in standing.allowed
        if one.left is not None
    ]
    limited = f" ({', '.join(left)})" if left else ""
    return (
        f"Not enough of the right revision: {line.part} stands there in revision {', '.join(there)}, and "
        f"{demand or 'this'} needs {needed}. Use that one, or have a deviation approved{limited}."
    )
