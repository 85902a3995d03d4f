"""Quantity accuracy: did as much come as was advised?

Over closed lines only, each in its own part's base unit and none netted against another; 1 when all is equal, 0
when nothing agrees.

    QA = 1 - sum |received - advised| / sum max(received, advised)

Pieces and kilograms cannot be added: each base unit has its own value, weighted by its closed lines.
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, LineFact
from ledger.scorecards.measure import Deduction, Measure, measure
from ledger.stock.bucket import MILLION

NAME = "quantity_accuracy"


def measure_quantity_accuracy(facts: Facts, rules: ScoreRules) -> Measure:
    """Percent of advised or received quantity that agrees; None when no line is closed.

    Lines of one base unit are summed as the formula says; where a supplier delivers in several units, the units'
    values are weighted by their closed lines.
    """
    by_unit: dict[str, list[LineFact]] = {}
    for line in facts.lines:
        if line.closed_at is not None and max(line.received, line.advised) > 0:
            by_unit.setdefault(line.unit, []).append(line)
    achieved = 0.0
    deductions = []
    for lines in by_unit.values():
        greater = sum(max(line.received, line.advised) for line in lines)
        differing = sum(abs(line.received - line.advised) for line in lines)
        achieved += len(lines) * (1 - differing / greater)
        deductions += [_deduction(line) for line in lines if line.received != line.advised]
    return measure(NAME, achieved, sum(map(len, by_unit.values())), deductions)


def _deduction(line: LineFact) -> Deduction:
    received, advised = line.received / MILLION, line.advised / MILLION
    return Deduction(
        text=f"part {line.part}: {received:g} {line.unit} received, {advised:g} advised",
        behind=line.behind,
        shipment_id=line.shipment_id,
        line=line.line,
    )
