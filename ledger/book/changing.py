"""Engineering changes as they become effective: a wait for each part until then, and a case for what is left (D45).

A change waits under `change:<number>/<part>`: for its day, or for the use that reaches its serial or cumulative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from ledger import cases
from ledger.book.bringing import rulings
from ledger.book.saving.waits import Wait
from ledger.events import (
    ChangedPart,
    DiscrepancyResolved,
    EngineeringChangeReleased,
    Event,
    StockLine,
    StockObsoleted,
)
from ledger.masterdata import Occasion
from ledger.masterdata.revisions import is_reached
from ledger.matching.deciding.allowances import use_up_key
from ledger.matching.deciding.case_identity import identity_of
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies.d45_superseded import CHANGE as CHANGE
from ledger.matching.receiving.superseded import find_superseded
from ledger.matching.records.documents import GroupKey
from ledger.matching.resolved import ResolvedEvent, microseconds
from ledger.matching.workset import Needs, StockQuery

if TYPE_CHECKING:
    from ledger.book.batch import Batch

CODE = "D45"


def plan(batch: Batch, event: Event, seq: int) -> None:
    """Let each part of a change wait until it is effective, or ask at once where it is."""
    if not isinstance(event, EngineeringChangeReleased):
        return
    for changed in event.parts:
        start = changed.effective_from
        until = None if start is None else microseconds(datetime.combine(start, time(), UTC))
        hangs_on_use = bool(changed.serial_from) or changed.cum_from is not None
        batch.waits.add(Wait("", seq, _line(changed)), [_need(event, changed)], None if hangs_on_use else until)
    due = [Wait("", seq, _line(changed)) for changed in event.parts if _is_reached(batch, event, changed)]
    if due:
        propose(batch, due, seq)


def propose(batch: Batch, waits: Sequence[Wait], cause: int) -> list[str]:
    """Ask, site by site, what is to become of the old revisions of the parts whose wait is over."""
    event = batch.log.event(waits[0].event)
    assert isinstance(event, EngineeringChangeReleased)  # noqa: S101  nothing else waits so
    parts = {changed.part: changed for changed in event.parts}
    in_force = batch.masterdata.ruled.get((EngineeringChangeReleased.__name__, event.number))
    for wait in waits:
        batch.waits.end(wait)
        changed = parts[wait.line.removeprefix(CHANGE)]
        # A later paper under the same number took its place: that one asks for itself.
        if in_force is None or in_force.digest != event.digest or changed.part not in batch.masterdata.parts:
            continue
        for site in sorted(event.sites or batch.masterdata.sites):
            resolved = ResolvedEvent(event=event, book=batch.head.book, seq=wait.event, site=site, cause=cause)
            decision = Decision(resolved)
            _load(batch, event, changed, site)
            decision.findings.append(_finding(batch, event, changed, site))
            outcomes = cases.apply(batch.loader.workset, decision, batch.policy, batch.log.now_us)
            if outcomes:
                batch.released.append(
                    batch.log.put_outcomes(
                        event, wait.event, outcomes, result="posted", found_at=cause, site=site
                    )
                )  # fmt: skip
    return []


def reached_by(batch: Batch, resolved: ResolvedEvent) -> list[str]:
    """The changes that the use of goods by this event has made effective; those that wait for nothing are none."""
    needs: dict[str, None] = {}
    for line in resolved.lines:
        said = line.said
        if line.control is None or not isinstance(said, StockLine):
            continue
        for change, changed in line.control.changes(resolved.site):
            if not changed.serial_from and changed.cum_from is None:
                continue
            rulings.bring_counts(batch, resolved.site, line.part)
            built, _ = batch.loader.workset.gone_before[resolved.book, resolved.site, line.part]
            on = Occasion(resolved.site, batch.log.now.date(), 0, built, said.serials, said.vin)
            if is_reached(changed, on) and batch.waits.waiting_for(_need(change, changed)):
                needs[_need(change, changed)] = None
    return list(needs)


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Bring in what the decision about superseded stock looks at: about its case, or putting it aside without."""
    work, event = batch.loader.workset, resolved.event
    if isinstance(event, StockObsoleted):
        for one, changed in _changes(resolved):
            _load(batch, one, changed, resolved.site)
    case = work.cases.get((resolved.book, event.number)) if isinstance(event, DiscrepancyResolved) else None
    if case is None or case.code != CODE:
        return
    batch.load_stock({StockQuery(case.book, case.site, case.part)})
    change = batch.masterdata.ruled.get((EngineeringChangeReleased.__name__, case.cause.removeprefix(CHANGE)))
    if isinstance(change, EngineeringChangeReleased):
        revisions = [changed.old_revisions for changed in change.parts if changed.part == case.part]
        work.superseded[case.book, case.case] = revisions[0] if revisions else ()


def review(batch: Batch, decision: Decision) -> None:
    """Stock put aside by an event of its own is no longer asked about."""
    resolved = decision.resolved
    if not isinstance(resolved.event, StockObsoleted) or not decision.movements:
        return
    for one, changed in _changes(resolved):
        finding = _finding(batch, one, changed, resolved.site)
        if identity_of(resolved.book, finding) in batch.loader.workset.open_cases:
            decision.findings.append(finding)


def _changes(resolved: ResolvedEvent) -> Iterator[tuple[EngineeringChangeReleased, ChangedPart]]:
    """The engineering changes, line by line, that speak of a part of the event at its site."""
    for line in resolved.lines:
        if line.control is not None:
            yield from line.control.changes(resolved.site)


def _finding(batch: Batch, change: EngineeringChangeReleased, changed: ChangedPart, site: str) -> Finding:
    unit = batch.masterdata.parts[changed.part].base_unit
    return find_superseded(batch.loader.workset, batch.head.book, site, change, changed, unit)


def _load(batch: Batch, change: EngineeringChangeReleased, changed: ChangedPart, site: str) -> None:
    book = batch.head.book
    batch.load_stock({StockQuery(book, site, changed.part)})
    batch.loader.load(Needs(counted={GroupKey(book, site, changed.part)}), book, ())
    rulings.bring_uses(batch, [(EngineeringChangeReleased.__name__, use_up_key(change, changed.part, site))])


def _is_reached(batch: Batch, event: EngineeringChangeReleased, changed: ChangedPart) -> bool:
    before = None
    if changed.cum_from is not None and changed.part in batch.masterdata.parts:
        rulings.bring_counts(batch, event.sites[0], changed.part)
        before = batch.loader.workset.gone_before[batch.head.book, event.sites[0], changed.part][0]
    return is_reached(changed, Occasion("", batch.log.now.date(), 0, before)) is True


def _need(event: EngineeringChangeReleased, changed: ChangedPart) -> str:
    return f"{CHANGE}{event.number}/{changed.part}"


def _line(changed: ChangedPart) -> str:
    return f"{CHANGE}{changed.part}"
