"""Premium freight: how often had goods to be rushed, and who is to answer for it?

All are shown with their cost; only those of the supplier count.

    premium = 100 x shipments with premium freight by the supplier's fault / shipments
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally

NAME = "premium_freight"
SUPPLIER = "supplier"


def measure_premium_freight(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Per hundred shipments; None when none left."""
    tally = Tally(NAME, every=every, unit="per 100 shipments")
    premium = {(one.site, one.shipment_id): one for one in facts.premiums}
    costs: dict[str, Decimal] = defaultdict(Decimal)
    blamed: dict[str, int] = defaultdict(int)
    for shipment in facts.shipments:
        found = premium.get((shipment.site, shipment.shipment_id))
        if found is None and not every:
            tally.add(0, ONE)
            continue
        text = "usual freight"
        if found is not None:
            text = f"premium freight, to be answered for by: {found.responsible}"
            text += f" ({found.reason})" if found.reason else ""
            text += f", {found.cost} {found.currency}".rstrip() if found.cost else ""
            blamed[found.responsible] += 1
            if found.cost:
                costs[f"cost_{found.currency or 'unknown'}"] += Decimal(found.cost)
        achieved = ONE if found is not None and found.responsible == SUPPLIER else 0
        tally.note(achieved, ONE, text, shipment.behind, site=shipment.site, shipment_id=shipment.shipment_id)
    tally.details = {**{f"of_{who}": n for who, n in blamed.items()}, **{k: float(v) for k, v in costs.items()}}
    return tally.measure()
