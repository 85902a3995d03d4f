"""`crossdock partner show`: what was agreed with one partner, and what of each discrepancy passes with it.

Works on the files of the home alone: it says what they mean, not what a running gateway has published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from ledger.policy import Policy


def show(
    partner: Annotated[str, typer.Argument(metavar="ID", help="The partner's id, the name of its folder.")],
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")] = False,
) -> None:
    """Show what holds for a partner: its terms, and per class what passes, what is done beyond, and by which rule."""
    import msgspec

    from gateway.errors import OperatorMistake
    from gateway.governance.reading import read_home
    from gateway.mapping import load_configuration
    from gateway.pipeline.desk.configure import build_policy
    from gateway.resources import search_roots

    home = frame.settings().home
    configuration = load_configuration(search_roots(home), home / "partners")
    if all(one.id != partner for one in configuration.partners):
        raise OperatorMistake(f'there is no partner "{partner}"', mend="crossdock partner list")
    policy = build_policy(configuration, read_home(home))
    terms = msgspec.to_builtins(policy.terms[partner], str_keys=True)
    agreed = {name: value for name, value in terms.items() if name != "tolerances"}
    classes, rules = _classes(policy, partner), _rules(policy)
    if json:
        frame.print_json({"partner": partner, "terms": agreed, "classes": classes, "rules": rules})
        return
    frame.print_table(("term", "agreed"), [(name, str(value)) for name, value in sorted(agreed.items())])
    columns = ("code", "name", "passes", "beyond", "grade", "owner", "hours", "rule")
    frame.print_table(columns, [tuple(str(one[name]) for name in columns) for one in classes])
    if rules:
        frame.print_table(("rule", "code", "passes", "beyond"), [tuple(one.values()) for one in rules])


def _classes(policy: Policy, partner: str) -> list[dict[str, Any]]:
    """Every class as it holds for all that this partner sends; what is said of parts and sites stands in `_rules`."""
    from ledger.cases.lifecycle import owner_of
    from ledger.matching.discrepancies import CLASSES
    from ledger.matching.tolerances import allowed

    found = []
    for kind in CLASSES:
        passes = allowed(policy, kind, site="", supplier=partner)
        ownership = policy.ownership.get(kind.code)
        hours = None if ownership is None else ownership.answer_hours
        found.append(
            {
                "code": kind.code,
                "name": kind.name,
                "passes": passes.tolerance.in_words(),
                "beyond": passes.action,
                "grade": policy.terms[partner].grades.get(kind.code, kind.grade),
                "owner": owner_of(policy, kind.code),
                "hours": f"{kind.answer_hours if hours is None else hours:g}",
                "rule": passes.rule,
            }
        )
    return found


def _rules(policy: Policy) -> list[dict[str, str]]:
    """What the house says of parts, sites and order lines: more specific than the agreement, or less."""
    return [
        {
            "rule": rule.place,
            "code": rule.code or "every class",
            "passes": rule.tolerance.in_words(),
            "beyond": rule.tolerance.action or "",
        }
        for rule in policy.tolerances
    ]
