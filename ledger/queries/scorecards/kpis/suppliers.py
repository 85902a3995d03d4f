"""Suppliers on time: how many of all requirements were filled in their window, by what was promised and by request.

The value counts a requirement by what the supplier confirmed in time, else by what was requested, as scorecards do.
"""

from __future__ import annotations

from msgspec.structs import replace

from ledger.book.storage import bulk
from ledger.queries.scorecards.facts import facts_of
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.queries.scorecards.score import month_of
from ledger.scorecards import METRICS, Measure
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Tally

_SUPPLIERS = "SELECT number FROM masterdata WHERE book = ? AND kind = 'SupplierDefined' ORDER BY number"
_METRIC = METRICS["on_time_lines"]


def supplier_on_time(asked: Asked) -> Measure:
    """Percent of the requirements due, and the shares by request and of what was confirmed; None when none was."""
    tally = Tally("supplier_on_time", every=asked.every)
    suppliers = [number for (number,) in bulk.ask(asked.conn, _SUPPLIERS, (asked.book,))]
    _, since, until = month_of(asked.month, asked.now)
    shares = {"requested": [0, 0], "confirmed": [0, 0]}
    for facts in facts_of(
        asked.conn, suppliers, since=since, until=until, now=asked.now, policy=asked.policy, book=asked.book,
        whole=asked.every,
    ):  # fmt: skip
        found = _METRIC(facts, asked.policy.scores, every=asked.every)
        if not found.possible:
            continue
        if asked.every:
            for entry in found.deductions:
                tally.note(
                    int(entry.achieved * ONE), int(entry.possible * ONE), f"{facts.supplier}, {entry.text}",
                    entry.behind, site=entry.site, part=entry.part, order_number=entry.order_number,
                    order_line=entry.order_line, line=f"{facts.supplier}/{entry.line}", cases=entry.cases,
                    disputed=entry.disputed,
                )  # fmt: skip
        else:
            for one in found.sums:
                tally.add(int(one.achieved * ONE), int(one.possible * ONE), entries=one.entries)
        for name, of in _bases(facts, found, asked).items():
            shares[name][0] += int(of.achieved)
            shares[name][1] += int(of.possible)
    tally.details = {name: 100 * in_time / due for name, (in_time, due) in shares.items() if due}
    return tally.measure()


def _bases(facts: Facts, found: Measure, asked: Asked) -> dict[str, Measure]:
    """The same requirements by what was requested, and those that were confirmed by what was."""
    confirmed = tuple(one for one in facts.requirements if one.confirmed is not None)
    if not confirmed:
        return {"requested": found}
    requested = replace(facts, requirements=tuple(replace(one, confirmed=None) for one in facts.requirements))
    others = replace(
        facts,
        requirements=tuple(
            one if one.confirmed is not None else replace(one, excused=one.excused or "not confirmed")
            for one in facts.requirements
        ),
    )
    return {"requested": _METRIC(requested, asked.policy.scores), "confirmed": _METRIC(others, asked.policy.scores)}
