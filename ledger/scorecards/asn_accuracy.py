"""ASN accuracy: did the notice say what came?

A line is bad with any supplier-fault finding of reference, quantity, identity or unit; it counts once, however
many it has. A received part that its notice did not name is a bad line of that notice. A shipment without any
notice costs timeliness and not this: one physical cause, one penalty.

    AA = 1 - bad lines / (advised lines + received lines that their notice did not name)
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import Deduction, Measure, measure

NAME = "asn_accuracy"

ELSEWHERE = frozenset({"D11", "D12", "D13", "D14"})
"""Classes that cumulative agreement and timeliness already count."""


def measure_asn_accuracy(facts: Facts, rules: ScoreRules) -> Measure:
    """Percent of lines without a finding; None when no line was advised or received."""
    deductions = []
    possible = len(facts.lines)
    for line in facts.lines:
        classes = [code for code in line.bad if code not in ELSEWHERE]
        if classes:
            deductions.append(
                Deduction(
                    text=f"part {line.part}: {', '.join(classes)}",
                    behind=line.behind,
                    shipment_id=line.shipment_id,
                    line=line.line,
                )
            )
    for unadvised in facts.unadvised:
        if unadvised.shipment_id:
            possible += 1
            deductions.append(
                Deduction(
                    text=f"part {unadvised.part} came and was not on the notice",
                    behind=unadvised.behind,
                    shipment_id=unadvised.shipment_id,
                )
            )
    return measure(NAME, possible - len(deductions), possible, deductions)
