"""The reference of discrepancy classes and metrics, from the tuples that put them in force."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys

from docs.generate.text import WARNING, first_paragraph, table
from ledger.matching import discrepancies
from ledger.matching.arrival import BY_ARRIVAL
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.notices.holds import HOLDING
from ledger.policy.scores import ScoreRules
from ledger.scorecards import METRICS
from ledger.scorecards.causes import GROUPS, GROUPS_OF
from ledger.scorecards.charging import METRIC_OF

HEAD = """# Discrepancies and metrics

## Discrepancy classes

A discrepancy opens a case with both values, the evidence and an owner. Classes whose *grade* is given are faults of a
document's content and are told by an 824: *fatal* stops the document, *line* stops the line, *warning* stops nothing.
Classes with an 861 code are what the dock found. Everything here is a default: the agreement's terms and the policy
may change tolerance, action and grade. *Passes* is how much of it opens no case, *beyond* what is done with more:
`ignore` nothing, `warn` a case, `hold` a case and the quantity held. Of several rules the most specific holds: order
line, part and supplier, part, supplier, site, default; every case names the rule that spoke. `crossdock partner show`
prints what holds for one partner.

"""

HOLDS = f"""
`hold` of {", ".join(HOLDING)} and D05 holds the goods of the notice lines in quality_hold as they come, until the
case is decided or no longer holds; of D14, D17 to D21, D24, D25, D28 and D39 it is the goods that the dock found so.
The other classes hold no goods: a rule that says `hold` of one is refused.
"""

CAUSES = """
### What a class costs

A class costs one metric of the scorecard or none: what is measured from dates and quantities needs no case. Cases
that share their cause are one physical cause, and the metric with the greatest weight among theirs is charged alone.

"""

ARRIVAL = """
### Order of arrival

Documents that would be accepted in each order end in the same cases, whichever came first, but for those below. The
same goods are held, too, as long as they are there: what was used before an earlier document was told stays used. Of
goods beyond their order (D18) those are held that came last, by the time of their goods receipt, its number and line;
when an earlier one is told later, the hold moves.

"""

SCORES = """
## Metrics

Computed from events alone, per supplier and month. A metric without data is left out and lowers the coverage.

"""


def build_page() -> str:
    """The whole page: classes by code, then metrics in the order of the card."""
    return (
        WARNING
        + HEAD
        + classes()
        + HOLDS
        + CAUSES
        + causes()
        + ARRIVAL
        + arrivals()
        + SCORES
        + metrics()
        + GRADES.format(rules=ScoreRules())
    )


def classes() -> str:
    return table(
        ["code", "name", "means", "passes", "beyond", "grade", "fault", "owner", "answer within", "824", "861"],
        [
            [
                kind.code, kind.name, meaning(kind), passes(kind), kind.action, kind.grade, kind.fault, kind.roles[0],
                f"{kind.answer_hours:g} h", kind.error_code, kind.condition,
            ]
            for kind in discrepancies.CLASSES
        ],
    )  # fmt: skip


def causes() -> str:
    """What each class costs, and which cases are one cause with its own."""
    return table(
        ["code", "name", "costs", "is one cause with what shares"],
        [
            [
                kind.code, kind.name, f"`{METRIC_OF[kind.code]}`" if kind.code in METRIC_OF else "",
                "; or ".join(GROUPS[group] for group in GROUPS_OF[kind.code]),
            ]
            for kind in discrepancies.CLASSES
        ],
    )  # fmt: skip


def arrivals() -> str:
    """The classes for which the order of arrival matters."""
    return table(
        ["code", "name", "why"],
        [[code, discrepancies.BY_CODE[code].name, why] for code, why in sorted(BY_ARRIVAL.items())],
    )


TERMS = {
    "D02": "order_grace_minutes", "D11": "cumulative", "D12": "asn_due_minutes", "D14": "arrival_wait_minutes",
    "D15": "overdue_hours", "D16": "close_days", "D31": "invoice_wait_days", "D32": "invoice_wait_days",
    "D09": "requirements", "D10": "requirements", "D13": "requirements", "D26": "requirements",
    "D33": "notice_requires", "D36": "notice_requires", "D37": "notice_requires",
}  # fmt: skip
"""Class -> the term of the agreement by which it waits or is looked at."""


def passes(kind: DiscrepancyClass) -> str:
    """How much of it passes where no rule says otherwise, and the term that has a say in it."""
    words = kind.usual.in_words() or "nothing"
    return f"{words} (`{TERMS[kind.code]}`)" if kind.code in TERMS else words


def meaning(kind: DiscrepancyClass) -> str:
    """What the file that defines the class says first, without its code."""
    names = [module.name for module in pkgutil.iter_modules(discrepancies.__path__)]
    (name,) = (name for name in names if name.startswith(f"{kind.code.lower()}_"))
    module = importlib.import_module(f"{discrepancies.__name__}.{name}")
    about = first_paragraph(module.__doc__).removeprefix(f"{kind.code}: ")
    return about[:1].upper() + about[1:]


def metrics() -> str:
    rules = ScoreRules()
    rows = []
    for name, metric in METRICS.items():
        module = sys.modules[metric.__module__]
        curve = ", ".join(f"{value:g} is {points:g}" for value, points in rules.curves.get(name, ()))
        about = inspect.cleandoc(module.__doc__ or "").split("\n\n")
        formula = next(paragraph for paragraph in about[1:] if " = " in paragraph.splitlines()[0])
        text = " ".join(paragraph for paragraph in about if paragraph is not formula)
        rows.append([f"`{name}`", text, f"`{formula.strip()}`", curve, f"{rules.weights.get(name, 0):g}"])
    return table(["metric", "asks", "formula", "points", "weight"], rows)


GRADES = """
Between the corners of its curve a metric's points lie on a straight line. No grade is given while less than
{rules.coverage_min:g} % of the weights have a value, or fewer than {rules.closed_lines_min} lines are closed.
"""
