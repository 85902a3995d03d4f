"""Label compliance: could every container be told by its label?

A container is bad when its label was missing, unreadable or a duplicate, or is none that the notice names. Containers
that the dock did not scan are not counted.

    labels = 1 - containers with a bad label / containers received
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, is_suspended
from ledger.scorecards.measure import ONE, Measure, Tally

NAME = "labels"


def measure_labels(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of containers with a good label; None when none was scanned."""
    tally = Tally(NAME, every=every)
    if good := facts.plain.containers:
        tally.add(good * ONE, good * ONE, entries=good)
    for one in facts.containers:
        if not one.fault and not every:
            tally.add(ONE, ONE)
            continue
        tally.note(
            0 if one.fault and not is_suspended(one.against) else ONE, ONE,
            f"container {one.unit_id or 'without a label'}: {one.fault or 'good'}",
            one.behind, site=one.site, part=one.part, receipt_id=one.receipt_id, shipment_id=one.shipment_id,
            line=one.unit_id, against=one.against,
        )  # fmt: skip
    return tally.measure()
