"""Quantity accuracy: did as much come as was advised?

Over closed lines only, each in its own part's base unit and none netted against another; 1 when all is equal, 0
when nothing agrees.

    QA = 1 - sum |received - advised| / sum max(received, advised)

Pieces and kilograms cannot be added: each base unit has its own value, weighted by its closed lines.
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, is_suspended
from ledger.scorecards.measure import Measure, Tally, amount

NAME = "quantity_accuracy"


def measure_quantity_accuracy(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of advised or received quantity that agrees; None when no line is closed."""
    tally = Tally(NAME, every=every)
    for unit, (lines, quantity) in facts.plain.agreeing.items():
        tally.add(quantity, quantity, unit, lines)
    for line in facts.lines:
        if line.closed_at is None:
            continue
        advised, received = line.advised, line.received
        if advised == received and not every:
            if advised:
                tally.add(advised, advised, line.unit)
            continue
        if line.excused:
            continue
        against = tuple(one for one in line.against if one.code in ("D16", "D17"))
        greater = max(advised, received)
        tally.note(
            greater if is_suspended(against) else min(advised, received), greater,
            f"part {line.part}: {amount(received)} {line.unit} received, {amount(advised)} advised", line.behind,
            unit=line.unit, site=line.site, part=line.part, shipment_id=line.shipment_id, line=line.line,
            against=against,
        )  # fmt: skip
    return tally.measure()
