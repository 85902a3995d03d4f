"""What failed its inspection: whose goods they were, and the shipment that they came with (D21)."""

from __future__ import annotations

from ledger.events import InspectionFailed, StockLine
from ledger.handling.returning import whose
from ledger.matching.decision import Finding
from ledger.matching.discrepancies import d21_quality
from ledger.matching.records.documents import NoticeLine, ShipmentKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset


def find_failed(workset: Workset, resolved: ResolvedEvent, line: ResolvedLine) -> Finding:
    """The finding about one line, with the notice line where its shipment has one of the part."""
    event, said = resolved.event, line.said
    assert isinstance(event, InspectionFailed) and isinstance(said, StockLine)  # noqa: S101, PT018
    supplier, _ = whose(workset, resolved, line)
    place = f"inspection:{event.partner}/{event.number}/{line.line}"
    finding = d21_quality.find_failed(resolved, line, place, said.reason)
    finding.supplier = supplier
    notice = _notice_of(workset, resolved, line, supplier, event.shipment_id)
    if notice is not None:
        finding.shipment_id, finding.notice_line = event.shipment_id, notice.line
        finding.order_number, finding.order_line = notice.order_number, notice.order_line
    return finding


def _notice_of(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, supplier: str, shipment_id: str
) -> NoticeLine | None:
    """The line of the shipment that advised the part, and the lot where it says one."""
    if not (supplier and shipment_id):
        return None
    key = ShipmentKey(resolved.book, resolved.site, supplier, shipment_id)
    found = [
        one for one in workset.notice_lines_of_part.get((key, line.part), ()) if one.status in ("open", "closed")
    ]
    of_lot = [one for one in found if line.said.lot and one.lot == line.said.lot]
    return min(of_lot or found, key=lambda one: (one.segment, one.line), default=None)
