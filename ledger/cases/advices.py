"""What we tell a partner about the inside of its document (824): what is wrong in it, or that nothing is.

One advice per document and decision; only what is new is told. What the dock found is told by
`ledger.cases.receiving`.
"""

from __future__ import annotations

from ledger.advices import AdvisedFault, AdvisedItem, ApplicationAdvice
from ledger.events import (
    Event,
    GoodsReceived,
    Line,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ReceiptShortConfirmed,
    ScheduleReleased,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    SupplierInvoiceReceived,
)
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import BY_CODE
from ledger.matching.resolved import ResolvedEvent, document_of, line_identities, moment
from ledger.policy import Policy

Told = list[tuple[Finding, int]]
"""What is new of an event, each with the quantity that its partner had been told before, in millionths."""

ANSWERED: tuple[type[Event], ...] = (
    OrderPlaced,
    OrderChanged,
    OrderCancelled,
    OrderAcknowledged,
    ScheduleReleased,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentCancelled,
    SupplierInvoiceReceived,
)
"""Documents that get a verdict although nothing is wrong inside, where that is agreed."""


def number_of(decision: Decision, prefix: str, count: int = 0) -> str:
    """Ours and stable: prefix, book, sequence of the event that brought it, and a count within it.

    What one event lets go on may be several others, each with its advice: theirs name the event too.
    """
    resolved = decision.resolved
    test = "T" if resolved.book == "test" else ""
    again = f".{resolved.seq}" if resolved.cause else ""
    tail = f"-{count}" if count else ""
    return f"{test}{prefix}{resolved.effective_seq}{again}{tail}"


def application_advice(decision: Decision, told: Told, now_us: int) -> ApplicationAdvice | None:
    """The verdict on the document and on each of its lines that has a fault; None when nothing is wrong inside."""
    faults = [finding for finding, _ in told if _is_told(finding)]
    if not faults:
        return None
    fatal = any(finding.grade == "fatal" for finding in faults)
    refused_all = bool(decision.lines) and all(line.status == "refused" for line in decision.lines)
    whole = [finding for finding in faults if not finding.line or finding.grade == "fatal"]
    items = [AdvisedItem(verdict="TR" if fatal or refused_all else "TE", faults=_faults(whole))]
    by_line: dict[str, list[Finding]] = {}
    for finding in faults:
        if finding.line and finding.grade != "fatal":
            by_line.setdefault(finding.line, []).append(finding)
    said = _lines_said(decision.resolved.event) if by_line else {}
    for line, mine in by_line.items():
        verdict = "IR" if any(finding.grade == "line" for finding in mine) else "IE"
        items.append(
            AdvisedItem(
                verdict=verdict,  # type: ignore[arg-type]
                line=line,
                part_number=mine[0].part_number or (said[line].part_number if line in said else ""),
                order_number=_order_named(decision.resolved, mine[0]),
                faults=_faults(mine),
            )
        )
    return _about(decision, now_us, tuple(items), shipment_id=faults[0].shipment_id)


def clean_advice(decision: Decision, policy: Policy, now_us: int) -> ApplicationAdvice | None:
    """The verdict on a document in which nothing is wrong, where the agreement asks for it; else None.

    The whole is accepted where all of it was decided at once. Of one that waits in part each line is accepted as it
    gets into the books.
    """
    event = decision.resolved.event
    if event.partner not in policy.advises_documents or not isinstance(event, ANSWERED):
        return None
    if any(_is_told(finding) and not finding.settles for finding in decision.findings):
        return None
    posted = [line.line for line in decision.lines if line.status == "posted"]
    if not posted or any(line.status in ("refused", "conflict") for line in decision.lines):
        return None
    lines = _lines_said(event)
    if len(posted) == len(decision.lines) and len(decision.resolved.lines) >= len(lines):
        items = [AdvisedItem(verdict="TA")]
    else:
        items = [
            AdvisedItem(
                verdict="IA",
                line=name,
                part_number=lines[name].part_number,
                order_number=getattr(lines[name], "order_number", ""),
            )
            for name in posted
            if name in lines
        ]
    shipment_id = event.number if isinstance(event, ShipmentNotified | ShipmentReplaced | ShipmentCancelled) else ""
    return _about(decision, now_us, tuple(items), shipment_id=shipment_id) if items else None


def _about(decision: Decision, now_us: int, items: tuple[AdvisedItem, ...], *, shipment_id: str) -> ApplicationAdvice:
    resolved = decision.resolved
    event = resolved.event
    message, document = document_of(event)
    return ApplicationAdvice(
        number=number_of(decision, "AA"),
        partner=event.partner,
        book=event.book,
        site=resolved.site,
        created_at=moment(now_us),
        supplier=getattr(event, "supplier", ""),
        ship_to=getattr(event, "ship_to", ""),
        shipment_id=shipment_id,
        causation=str(resolved.effective_seq),
        original_set=_set_of(event),
        original_number=event.number,
        original_created_at=event.created_at,
        original_message=message,
        original_document=document,
        items=items,
    )


def _lines_said(event: Event) -> dict[str, Line]:
    lines = getattr(event, "lines", ())
    return dict(zip(line_identities(lines), lines, strict=True))


def _is_told(finding: Finding) -> bool:
    """Whether it is content and has a code for the partner: some content is only the house's own concern."""
    return bool(finding.grade and (finding.error_codes or BY_CODE[finding.code].error_code))


def _set_of(event: object) -> str:
    if isinstance(event, OrderPlaced):
        return "850"
    if isinstance(event, OrderChanged | OrderCancelled):
        return "860"
    if isinstance(event, OrderAcknowledged):
        return "855"
    if isinstance(event, ScheduleReleased):
        return {"planning": "830", "shipping": "862", "sequence": "866"}[event.schedule]
    if isinstance(event, SupplierInvoiceReceived):
        return "810"
    return "861" if isinstance(event, GoodsReceived | ReceiptShortConfirmed) else "856"


def _order_named(resolved: ResolvedEvent, finding: Finding) -> str:
    """The order that a line speaks of; a finding about an invoice's line is filed under the invoice itself."""
    event = resolved.event
    if not isinstance(event, SupplierInvoiceReceived) or finding.order_number != event.number:
        return finding.order_number
    named = (getattr(line.said, "order_number", "") for line in resolved.lines if line.line == finding.line)
    return next(named, "") or event.order_number


def _faults(findings: list[Finding]) -> tuple[AdvisedFault, ...]:
    return tuple(fault for finding in findings for fault in _faults_of(finding))


def _faults_of(finding: Finding) -> list[AdvisedFault]:
    evidence = finding.evidence
    return [
        AdvisedFault(
            code=code,
            text=finding.text,
            discrepancy=finding.code,
            field=field,
            line=finding.line,
            segment=evidence[0].segment if evidence else 0,
            value=finding.value if field == finding.field else "",
        )
        for code, field in finding.error_codes or ((BY_CODE[finding.code].error_code, finding.field),)
    ]
