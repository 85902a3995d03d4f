"""ASN accuracy: did the notice say what came?

A line is bad with any supplier-fault finding of reference, quantity, identity or unit; it counts once, however
many it has. What is wrong with the notice as a whole (papers, totals, its dock) is told at its first line. A received
part that its notice did not name is a bad line of that notice. A shipment without any notice costs timeliness and not
this: one physical cause, one penalty.

    AA = 1 - bad lines / (advised lines + received lines that their notice did not name)
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.charging import CHARGED
from ledger.scorecards.facts import Facts, is_suspended
from ledger.scorecards.measure import ONE, Measure, Tally

NAME = "asn_accuracy"
_BAD = CHARGED[NAME]


def measure_asn_accuracy(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of lines without a finding; None when no line was advised or received."""
    tally = Tally(NAME, every=every)
    if good := facts.plain.lines:
        tally.add(good * ONE, good * ONE, entries=good)
    for line in facts.lines:
        against = tuple(one for one in line.against if one.code in _BAD) if line.against else ()
        if not against and not every:
            tally.add(ONE, ONE)
            continue
        classes = ", ".join(sorted({one.code for one in against})) or "as advised"
        tally.note(
            ONE if not against or is_suspended(against) else 0, ONE, f"part {line.part}: {classes}",
            line.behind, site=line.site, part=line.part,
            shipment_id=line.shipment_id, line=line.line, against=against,
        )  # fmt: skip
    for unadvised in facts.unadvised:
        if unadvised.shipment_id and not unadvised.excused:
            text = f"part {unadvised.part} came and was not on the notice"
            tally.note(
                ONE if is_suspended(unadvised.against) else 0, ONE, text, unadvised.behind, site=unadvised.site,
                part=unadvised.part, shipment_id=unadvised.shipment_id, receipt_id=unadvised.receipt_id,
                line=unadvised.line, against=unadvised.against,
            )  # fmt: skip
    return tally.measure()
