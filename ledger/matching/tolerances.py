"""What is let pass of one class at one place of the cascade, and what is done beyond."""

from __future__ import annotations

from typing import NamedTuple

from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.policy import NO_TOLERANCE, Action, Policy, Tolerance


class Allowed(NamedTuple):
    """The tolerance that holds, the action beyond it, and the name of the rule that said so."""

    tolerance: Tolerance
    action: Action
    rule: str


def allowed(
    policy: Policy, kind: DiscrepancyClass, *, site: str, supplier: str, part: str = "", order_number: str = "",
    order_line: str = "",
) -> Allowed:  # fmt: skip
    """By the cascade; what no rule says is as usual of the class."""
    found, rule = policy.tolerance(
        kind.code, site=site, supplier=supplier, part=part, order_number=order_number, order_line=order_line
    )
    tolerance = kind.usual if found is NO_TOLERANCE else found.laid_over(kind.usual)
    return Allowed(tolerance, tolerance.action or kind.action, rule)
