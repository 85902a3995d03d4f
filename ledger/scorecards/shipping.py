"""What had to leave and what was advised, by site, part and day: the base that the shipping metrics share."""

from __future__ import annotations

from ledger.scorecards.facts import Facts, Shipping


def shipping(facts: Facts) -> dict[tuple[str, str], Shipping]:
    """By site and part, of all parts of which anything is required in the period."""
    if facts.shipping is not None:
        return facts.shipping
    first_day, last_day = facts.first_day, facts.last_day
    found: dict[tuple[str, str], Shipping] = {}
    for one in facts.requirements:
        group = found.get((one.site, one.part))
        if group is None:
            group = found[one.site, one.part] = Shipping()
        day = one.ship_day
        if one.excused:
            group.excused.add(day)
        elif day <= last_day:
            quantity = (one.requested if one.confirmed is None else one.confirmed).quantity
            if day < first_day:
                group.early += quantity
            elif day in group.required:
                group.required[day] += quantity
            else:
                group.required[day] = quantity
                group.proofs[day] = one
            if group.first is None:
                group.first = one
    for sent in facts.dispatches:
        group = found.get((sent.site, sent.part))
        if group is not None and sent.day <= last_day:
            day = sent.day
            group.advised[day] = group.advised.get(day, 0) + sent.quantity
            if day not in group.proofs:
                group.proofs[day] = sent
    return found
