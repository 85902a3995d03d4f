"""Which metric a discrepancy class costs, and that one physical cause costs one of them only.

A class stands in one metric or in none: what is measured from quantities and dates needs no case. Cases that share
their cause group are one cause, and the metric with the greatest weight among theirs is charged for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Against, Facts

CHARGED: dict[str, frozenset[str]] = {
    "asn_timeliness": frozenset({"D12", "D14"}),
    "asn_accuracy": frozenset(
        {
            "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D10", "D16", "D17", "D19", "D24", "D25", "D33",
            "D34", "D35", "D36", "D42",
        }
    ),
    "labels": frozenset({"D22", "D23"}),
    "rejects_per_million": frozenset({"D20", "D21"}),
    "cumulative_agreement": frozenset({"D11"}),
}  # fmt: skip
"""Metric -> classes that cost it. D09, D13, D18, D26, D27 and D29 are measured from dates and quantities."""

METRIC_OF: dict[str, str] = {code: metric for metric, codes in CHARGED.items() for code in codes}


def charge(facts: Facts, rules: ScoreRules) -> Facts:
    """The facts with each cause held against the supplier in one metric only."""
    payer: dict[str, str] = {}
    shared = False
    for one in _all_against(facts):
        metric = METRIC_OF.get(one.code)
        if not one.cause or metric is None:
            continue
        known = payer.setdefault(one.cause, metric)
        if known != metric:
            shared = True
            payer[one.cause] = max(known, metric, key=lambda name: (rules.weights.get(name, 0.0), name))
    if not shared:
        return facts

    def stays(against: tuple[Against, ...]) -> tuple[Against, ...]:
        return tuple(one for one in against if payer.get(one.cause) in (None, METRIC_OF.get(one.code)))

    return replace(
        facts,
        shipments=tuple(replace(one, against=stays(one.against)) if one.against else one for one in facts.shipments),
        lines=tuple(replace(one, against=stays(one.against)) if one.against else one for one in facts.lines),
        unadvised=tuple(replace(one, against=stays(one.against)) if one.against else one for one in facts.unadvised),
        rejects=tuple(one for one in facts.rejects if not one.against or stays(one.against)),
        containers=tuple(
            replace(one, against=stays(one.against)) if one.against else one for one in facts.containers
        ),
    )  # fmt: skip


def _all_against(facts: Facts) -> Iterable[Against]:
    for facts_of in (facts.shipments, facts.lines, facts.unadvised, facts.rejects, facts.containers):
        for one in facts_of:
            if one.against:
                yield from one.against
