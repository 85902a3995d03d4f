"""Signals of the books: found with the event that shows them, from records alone, so that a rebuild finds them again.

What is done about one is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.events import Event, InspectionFailed, StockLine, TimePassed
from ledger.masterdata import to_decimal
from ledger.matching.decision import Decision, Overdue
from ledger.matching.discrepancies.definition import amount
from ledger.matching.ordering.calls import SIGNAL, cause_of
from ledger.matching.records.calls import LineCall
from ledger.matching.records.documents import Case
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, moment
from ledger.matching.workset import Workset
from ledger.outcomes import AnyOutcome, CaseChanged, CaseOpened, Posted, Signalled
from ledger.signals.kinds import BY_CLASS, BY_NAME

SHOWN_BY: tuple[type[Event], ...] = (InspectionFailed, TimePassed)
"""Kinds of events that may show a signal without a case of their own."""


def signals_of(workset: Workset, decision: Decision, outcomes: Sequence[AnyOutcome]) -> tuple[Signalled, ...]:
    """The signals of one decided event, in the order of its outcomes."""
    resolved = decision.resolved
    opened = [one for one in outcomes if isinstance(one, CaseOpened)]
    if isinstance(resolved.event, InspectionFailed):
        posted = {one.line for one in outcomes if isinstance(one, Posted)}
        # One that was open about the place before takes what failed now as well.
        named = {
            one.line: workset.cases[resolved.book, one.case]
            for one in outcomes
            if isinstance(one, CaseOpened | CaseChanged) and one.code in BY_NAME["inspection_failed"].classes
        }
        return tuple(_failed(resolved, line, named.get(line.line)) for line in resolved.lines if line.line in posted)
    cases_of = [(one.line, workset.cases[resolved.book, one.case]) for one in opened if one.code in BY_CLASS]
    clock = (*map(_late, decision.overdue), *map(_missed, decision.missed))
    return (*clock, *(_of_case(line, case) for line, case in cases_of))


def _late(one: Overdue) -> Signalled:
    line, at = one.line, moment(one.at)
    key = line.key
    came = f"{amount(line.received)} of {amount(one.due)} {line.unit} of {line.part}"
    of = f"order {key.order_number} line {line.order_line or line.line}"
    return Signalled(
        signal="receipt_late",
        cause=f"order:{key.supplier}/{key.order_number}/{line.line}@{at:%Y-%m-%dT%H:%MZ}",
        site=key.site,
        supplier=key.supplier,
        part=line.part,
        number=key.order_number,
        number_line=line.line,
        quantity=to_decimal(one.due - line.received),
        unit=line.unit,
        text=f"{came} of {of} came by {at:%Y-%m-%d %H:%M} UTC, the end of their grace.",
    )


def _missed(call: LineCall) -> Signalled:
    came = f"{amount(call.served)} of {amount(call.quantity)} {call.unit} of {call.part} came to {call.location}"
    return Signalled(
        signal=SIGNAL,
        cause=cause_of(call),
        site=call.key.site,
        partner=call.key.partner,
        part=call.part,
        location=call.location,
        number=call.key.number,
        quantity=to_decimal(call.quantity - call.served),
        unit=call.unit,
        text=f"{came} by {moment(call.due_at):%Y-%m-%d %H:%M} UTC for call {call.key.number}.",
    )


def _of_case(line: str, case: Case) -> Signalled:
    return Signalled(
        line=line,
        signal=BY_CLASS[case.code].name,
        cause=f"case:{case.case}",
        site=case.site,
        partner=case.partner,
        supplier=case.supplier,
        part=case.part,
        number=case.shipment_id or case.order_number or case.receipt_id,
        quantity=to_decimal(case.quantity),
        unit=case.unit,
        case=case.case,
        text=case.text,
    )


def _failed(resolved: ResolvedEvent, line: ResolvedLine, case: Case | None) -> Signalled:
    event, said = resolved.event, line.said
    assert isinstance(said, StockLine)  # noqa: S101  lines of an event about stock
    why = f" ({said.reason})" if said.reason else ""
    return Signalled(
        line=line.line,
        signal="inspection_failed",
        cause=f"inspection:{event.partner}/{event.number}/{line.line}",
        site=resolved.site,
        partner=event.partner if case is None or not case.supplier else "",
        supplier="" if case is None else case.supplier,
        part=line.part,
        lot=said.lot,
        location=said.location,
        number=said.reference or event.number,
        quantity=to_decimal(line.quantity),
        unit=line.unit,
        case="" if case is None else case.case,
        text=f"{amount(line.quantity)} {line.unit} of {line.part} failed inspection{why}.",
    )
