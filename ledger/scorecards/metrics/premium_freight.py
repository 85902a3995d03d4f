"""Premium freight: how often had goods to be rushed, and who is to answer for it?

All are shown with their cost and what authorized them; only those of the supplier count. A notice that lays premium
freight on somebody else and names no authorization of ours is believed, or is the supplier's, as the rules say.

    premium = 100 x shipments with premium freight by the supplier's fault / shipments
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, PremiumFact
from ledger.scorecards.measure import ONE, Measure, Tally

NAME = "premium_freight"
SUPPLIER = "supplier"


def measure_premium_freight(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Per hundred shipments; None when none left."""
    tally = Tally(NAME, every=every, unit="per 100 shipments")
    premium = {(one.site, one.shipment_id): one for one in facts.premiums}
    costs: dict[str, Decimal] = defaultdict(Decimal)
    blamed: dict[str, int] = defaultdict(int)
    authorized = 0
    for shipment in facts.shipments:
        found = premium.get((shipment.site, shipment.shipment_id))
        if found is None and not every:
            tally.add(0, ONE)
            continue
        text, who = "usual freight", ""
        if found is not None:
            who = _answers(found, rules)
            text = _told(found, who)
            blamed[who] += 1
            authorized += bool(found.authorization)
            if found.cost:
                costs[f"cost_{found.currency or 'unknown'}"] += Decimal(found.cost)
        achieved = ONE if who == SUPPLIER else 0
        tally.note(achieved, ONE, text, shipment.behind, site=shipment.site, shipment_id=shipment.shipment_id)
    tally.details = {**{f"of_{who}": n for who, n in blamed.items()}, **{k: float(v) for k, v in costs.items()}}
    if blamed:
        tally.details["authorized"] = authorized
    return tally.measure()


def _answers(one: PremiumFact, rules: ScoreRules) -> str:
    """Who is to answer for it; what we did not authorize may be the supplier's whatever it says."""
    if not one.authorization and rules.unauthorized_premium == SUPPLIER:
        return SUPPLIER
    return one.responsible


def _told(one: PremiumFact, who: str) -> str:
    text = f"premium freight, to be answered for by: {who}"
    text += f" ({one.reason})" if one.reason else ""
    text += f", authorized by {one.authorization}" if one.authorization else ", not authorized"
    return text + (f", {one.cost} {one.currency}".rstrip() if one.cost else "")
