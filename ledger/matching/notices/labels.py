"""Labels and serials that stand on more than one notice (D23), where the agreement wants each to be used once.

The notice that was shipped later is the one in question, whichever came first. Nothing is held for it.
"""

from __future__ import annotations

from ledger.matching.decision import Decision
from ledger.matching.discrepancies import d23_label
from ledger.matching.records.documents import Evidence, NoticeLine, ShipmentKey
from ledger.matching.tolerances import allowed
from ledger.matching.workset import Workset
from ledger.policy import Policy

IN_FORCE = ("open", "closed")


def labels_of(line: NoticeLine) -> set[str]:
    """What pieces and handling units of the line are told by."""
    return {*line.handling_units, *line.serials}


def review_labels(workset: Workset, decision: Decision, policy: Policy, key: ShipmentKey) -> None:
    """Judge the notice, and all that share a label with it or did, as they stand; nothing where nobody looks."""
    if workset.labelled is None:
        return
    own = [line for _, line in sorted(workset.lines_of_shipment.get(key, {}).items())]
    shared = {(one.key, one.line): one for lines in workset.labelled.values() for one in lines}
    by_label: dict[str, list[NoticeLine]] = {}
    for line in (*own, *shared.values()):
        if line.status in IN_FORCE:
            for label in labels_of(line):
                by_label.setdefault(label, []).append(line)
    # Of the others only those that share a label with it are known with all their twins.
    mine = set().union(*(labels_of(line) for line in own), workset.labels_before)
    for line in (*own, *(one for one in shared.values() if labels_of(one) & mine)):
        if line.status in IN_FORCE:
            _review(workset, decision, policy, line, by_label)


def _review(
    workset: Workset, decision: Decision, policy: Policy, line: NoticeLine, by_label: dict[str, list[NoticeLine]]
) -> None:
    twice: dict[str, None] = {}
    others: dict[str, None] = {}
    for label in sorted(labels_of(line)):
        for other in by_label.get(label, ()):
            if other.key != line.key and _age(workset, other) < _age(workset, line):
                twice[label] = others[other.key.shipment_id] = None
    passes = allowed(
        policy, d23_label.CLASS, site=line.key.site, supplier=line.key.supplier, part=line.part,
        order_number=line.order_number, order_line=line.order_line,
    )  # fmt: skip
    quantity = line.quantity if twice and passes.action != "ignore" else 0
    finding = d23_label.find_twice(line, quantity, tuple(twice), tuple(sorted(others)), passes.rule)
    shipment = workset.shipments.get(line.key)
    if shipment is not None:
        finding.partner = shipment.partner
        if shipment.message and quantity:
            finding.evidence = (Evidence(shipment.message, shipment.document, line.segment),)
    decision.findings.append(finding)


def _age(workset: Workset, line: NoticeLine) -> tuple[int, str, str]:
    shipment = workset.shipments.get(line.key)
    shipped_at = 0 if shipment is None else shipment.shipped_at or shipment.notified_at
    return shipped_at, line.key.shipment_id, line.key.supplier
