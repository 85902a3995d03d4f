"""What a notice says of its papers, weight, dock, references and origin, beyond what is needed to post it.

Only what an agreement asks for is missed; what is said is compared where we know better. Whether
it holds goods is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.events import NoticeLine as SaidLine
from ledger.events import ShipmentNotified, ShipmentReplaced
from ledger.matching.decision import Finding
from ledger.matching.discrepancies import d33_papers, d34_weight, d36_reference, d37_origin
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.freight import is_premium
from ledger.matching.records.documents import CumulativeKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.tolerances import allowed
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms
from ledger.stock.bucket import MILLION

_KILOGRAMS = {"": Decimal(1), "KG": Decimal(1), "LB": d34_weight.POUND}


def check_contents(
    event: ShipmentNotified | ShipmentReplaced, resolved: ResolvedEvent, policy: Policy, terms: Terms
) -> list[Finding]:
    """Papers and weight (D33, D34) and the dock (D36), of the notice as a whole."""
    found: list[Finding] = []
    if event.gross_weight is not None and (weighed := _weight_of(resolved.lines)):
        found += _weigh(event, resolved, policy, weighed)
    if asked := terms.notice_requires:
        missing = [
            field for field in asked
            if field in d33_papers.ASKED and getattr(event, field) in ("", None)
            and (field != d33_papers.AUTHORIZATION or is_premium(event))
        ]  # fmt: skip
        if missing and (rule := _rule(policy, d33_papers.CLASS, resolved)):
            found.append(d33_papers.find(resolved, missing, rule))
        is_wrong = "dock" in asked and not (event.dock and resolved.dock_known)
        if is_wrong and (rule := _rule(policy, d36_reference.CLASS, resolved)):
            found.append(d36_reference.find_dock(resolved, event.dock, rule))
    return found


def check_line(resolved: ResolvedEvent, line: ResolvedLine, policy: Policy, terms: Terms) -> list[Finding]:
    """Where the goods come from (D37)."""
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a notice
    found: list[Finding] = []
    asked = terms.notice_requires
    country = said.country_of_origin
    is_wrong = bool(country and line.origins and country not in line.origins)
    is_missing = not country and "country_of_origin" in asked
    if (is_wrong or is_missing) and (rule := _rule(policy, d37_origin.CLASS, resolved, line)):
        found.append(d37_origin.find(resolved, line, country, rule))
    return found


def check_reference(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, policy: Policy, terms: Terms
) -> list[Finding | None]:
    """The release number, kanban or delivery order that called for the goods, against the releases of the part (D36);
    settles where one of them has it. What nobody asks for is not looked at."""
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a notice
    if "reference" not in terms.notice_requires:
        return []
    key = CumulativeKey(resolved.book, resolved.site, line.part, resolved.supplier)
    known = {one.reference for release in workset.scheduled.get(key, ()) for one in release.requirements} - {""}
    rule = _rule(policy, d36_reference.CLASS, resolved, line)
    finding = d36_reference.find_reference(resolved, line, said.reference, rule or "default")
    finding.settles = said.reference in known or not rule
    return [finding]


def _weigh(
    event: ShipmentNotified | ShipmentReplaced, resolved: ResolvedEvent, policy: Policy, weighed: Decimal
) -> list[Finding]:
    """Whether the gross weight fits what the parts weigh, as far as it passes; packing is in what passes."""
    factor = _KILOGRAMS.get(event.weight_unit)
    if factor is None or event.gross_weight is None:
        return []
    said = event.gross_weight * factor
    passes = allowed(policy, d34_weight.CLASS, site=resolved.site, supplier=resolved.supplier)
    if passes.action == "ignore" or abs(said - weighed) * 100 <= passes.tolerance.percent * weighed:
        return []
    sent = f"{event.gross_weight} {event.weight_unit or d34_weight.KILOGRAM}"
    return [d34_weight.find(resolved, said, weighed, sent, passes.rule)]


def _weight_of(lines: Sequence[ResolvedLine]) -> Decimal | None:
    """Kilograms of all lines together; None where a part's weight or quantity is not known."""
    total = Decimal(0)
    for line in lines:
        if line.weight is None or line.missing:
            return None
        total += line.weight * line.quantity / MILLION
    return total


def _rule(policy: Policy, kind: DiscrepancyClass, resolved: ResolvedEvent, line: ResolvedLine | None = None) -> str:
    """The rule of the cascade that speaks; "" where it lets it pass."""
    order_number: str = "" if line is None else getattr(line.said, "order_number", "")
    order_line: str = "" if line is None else getattr(line.said, "order_line", "")
    passes = allowed(
        policy, kind, site=resolved.site, supplier=resolved.supplier, part="" if line is None else line.part,
        order_number=order_number, order_line=order_line,
    )  # fmt: skip
    return "" if passes.action == "ignore" else passes.rule
