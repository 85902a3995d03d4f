"""Cumulative agreement: does the supplier count the same as we do?

Over the parts that were advised in the period, where the agreement keeps cumulatives. A part counts once, however
many notices repeated the difference, and ASN accuracy does not count it again: one physical cause, one penalty.

    CA = parts whose cumulative agreed all the time / parts advised
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, is_suspended
from ledger.scorecards.measure import ONE, Measure, Tally

NAME = "cumulative_agreement"


def measure_cumulative_agreement(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of parts without a disagreement; None where no cumulatives are kept or nothing was advised."""
    tally = Tally(NAME, every=every)
    for part in facts.cumulatives:
        if part.agrees and not every:
            tally.add(ONE, ONE)
            continue
        tally.note(
            ONE if part.agrees or is_suspended(part.against) else 0, ONE,
            f"part {part.part}: {part.text or 'agrees'}", part.behind, site=part.site,
            part=part.part, shipment_id=part.shipment_id, against=part.against,
        )  # fmt: skip
    return tally.measure()
