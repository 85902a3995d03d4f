"""Signals of the books: found with the event that shows them, from records alone, so that a rebuild finds them again.

What is done about one is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.events import InspectionFailed, StockLine
from ledger.masterdata import to_decimal
from ledger.matching.discrepancies.definition import amount
from ledger.matching.records import Case
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.outcomes import AnyOutcome, CaseOpened, Posted, Signalled
from ledger.signals.kinds import BY_CLASS


def signals_of(workset: Workset, resolved: ResolvedEvent, outcomes: Sequence[AnyOutcome]) -> tuple[Signalled, ...]:
    """The signals of one decided event, in the order of its outcomes."""
    opened = [one for one in outcomes if isinstance(one, CaseOpened)]
    if isinstance(resolved.event, InspectionFailed):
        posted = {one.line for one in outcomes if isinstance(one, Posted)}
        cases = {one.line: one.case for one in opened}
        return tuple(
            _failed(resolved, line, cases.get(line.line, "")) for line in resolved.lines if line.line in posted
        )
    return tuple(_of_case(one.line, workset.cases[resolved.book, one.case]) for one in opened if one.code in BY_CLASS)


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


def _failed(resolved: ResolvedEvent, line: ResolvedLine, case: str) -> Signalled:
    event, said = resolved.event, line.said
    assert isinstance(said, StockLine)  # noqa: S101  lines of an event about stock
    why = f" ({said.reason})" if said.reason else ""
    return Signalled(
        line=line.line,
        signal="inspection_failed",
        cause=f"inspection:{event.partner}/{event.number}/{line.line}",
        site=resolved.site,
        partner=event.partner,
        part=line.part,
        lot=said.lot,
        location=said.location,
        number=said.reference or event.number,
        quantity=to_decimal(line.quantity),
        unit=line.unit,
        case=case,
        text=f"{amount(line.quantity)} {line.unit} of {line.part} failed inspection{why}.",
    )
