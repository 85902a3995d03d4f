"""The reference of who may do what: roles, ways of goods, reason codes and segments, as the code has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docs.generate.text import WARNING, field_docs, first_paragraph, table
from gateway.store.scopes import OF_ROLES
from ledger.events import KINDS, InventoryAdjusted
from ledger.handling.adjusting import REASONS, Reason
from ledger.handling.rules import DISPOSITIONS, RULES, Rule
from ledger.matching.deciding.approvals import APPROVED
from ledger.matching.discrepancies import CLASSES
from ledger.policy import HOUSE, ROLES, CountLimits, SegmentRules, TransitionRules

HEAD = """# Who may do what

What holds where `HOME/policy.yaml` says nothing else; how to change it is in
[who may do what, and how to change it](../how-to/who-may-do-what.md), the keys of the file in
[rules of the house](policy.md). Roles bind people alone: systems and partners are bound by their agreements, and a
model only proposes. What is asked of goods, reasons and segments is asked of everybody.

## Roles

A person's key that is made without `--scope` may call what its roles need; with a role that the house adds, or lets
hand in events, everything but `admin`.

"""

WAYS = """
## Ways of goods in the house

One row per kind of event and state that the goods are in. Several roles mean that one of them is enough; a dash means
whoever may hand in events. A way that is not listed does not exist.

"""

DISPOSED = """
### What is decided about returned goods

`ReturnDisposed` goes one of these ways, by the line's `disposition`.

"""

OTHER = """
### Other kinds that ask for a role

"""

CODES = """
## Reason codes

A kind that is not listed takes any reason, or none. A partner may have codes of its own (`terms.reasons` of its
agreement), and so may a segment.

"""

ADJUSTMENTS = """
### Reasons of an adjustment

The codes of the X12 947, `reason` of an `InventoryAdjusted` line. Those with a way move goods as that kind of event
does, by whom it may be done.

"""

SEGMENTS = """
## Segments

Goods are of the segment that they carry, and by their state or owner of `hold`, `consigned` or `line_side` too; of
several the strictest word holds. A segment that is not listed cannot be named in an event. Should one be taken out of
the file while goods stand in it, they are under the rules for all stock, and can still be named by it.

"""

CASES = """
## Who decides a case

Whoever may write cases (`cases:write`), but for these classes. Nobody decides what they asked for themselves.

"""


def build_page() -> str:
    """The whole page."""
    return (
        WARNING
        + HEAD
        + roles()
        + WAYS
        + ways()
        + DISPOSED
        + dispositions()
        + OTHER
        + others()
        + CODES
        + codes()
        + (ADJUSTMENTS + adjustments() + SEGMENTS + segments() + CASES + cases())
    )


def roles() -> str:
    rows = [[f"`{name}`", text, _listed(OF_ROLES[name])] for name, text in ROLES.items()]
    return table(["role", "for", "scopes of its key"], rows)


def ways() -> str:
    rows = [row for kind, rule in RULES.items() for row in _ways_of(f"`{kind.__name__}`", kind.__name__, rule)]
    return table(["event", "from", "to", "roles", "somebody else approves", "reason"], rows)


def dispositions() -> str:
    rows = [row for name, rule in DISPOSITIONS.items() for row in _ways_of(f"`{name}`", "ReturnDisposed", rule)]
    return table(["disposition", "from", "to", "roles", "somebody else approves", "reason"], rows)


def others() -> str:
    named = [(kind, rules) for kind, rules in HOUSE.transitions.items() if rules.roles and KINDS[kind] not in RULES]
    return table(["event", "roles"], [[f"`{kind}`", _listed(rules.roles or ())] for kind, rules in named])


def codes() -> str:
    rows = [
        [f"`{kind}`", f"`{code}`", text]
        for kind, rules in HOUSE.transitions.items()
        for code, text in rules.codes.items()
    ]
    return table(["event", "code", "means"], rows)


def adjustments() -> str:
    rows = [[f"`{code}`", reason.text, _way_of(reason)] for code, reason in REASONS.items()]
    return table(["code", "means", "way"], rows)


def segments() -> str:
    docs = field_docs(SegmentRules)
    rows = [
        [
            f"`{name}`", one.about, _limits(one.counts), _listed(one.kept_from, "-"), _listed(one.assigned_by, "-"),
            _listed(one.visible_to, "everybody"),
        ]
        for name, one in HOUSE.segments.items()
    ]  # fmt: skip
    columns = ["segment", "for", "counts and adjustments", "kept from", "brought in and out by", "seen by"]
    return table(columns, rows) + f"\nKept from: {first_paragraph(docs['kept_from'])}\n"


def cases() -> str:
    approved = {
        "D40": "`counts` or the segment names",
        "D43": "`counts` or the segment names",
        "D44": "`counts` or the segment names",
        "D46": "`transitions` or the segment names",
    }
    rows = [
        [kind.code, kind.name, f"the approvers that {approved[kind.code]}"]
        for kind in CLASSES
        if kind.code in APPROVED
    ]
    rows += [[code, "", _listed(one.deciders)] for code, one in HOUSE.ownership.items() if one.deciders]
    rows += [[kind.code, kind.name, _listed(kind.deciders)] for kind in CLASSES if kind.deciders]
    names = {kind.code: kind.name for kind in CLASSES}
    return table(
        ["class", "name", "decided by"], [[code, name or names[code], by] for code, name, by in sorted(rows)]
    )


def _ways_of(shown: str, kind: str, rule: Rule) -> Iterable[list[str]]:
    stated = HOUSE.transitions.get(kind, TransitionRules())
    narrower: Mapping[str, Iterable[str]] = {**dict(rule.by_state), **stated.by_state}
    usual: Iterable[str] = rule.roles if stated.roles is None else stated.roles
    for state in rule.sources:
        needs = state in rule.needs_reason_from or {"reason", "hold_reason"} & {*rule.needs} or stated.needs_reason
        to = (f"{rule.through}, then " if rule.through and rule.through != state else "") + _listed(
            rule.targets, "as it is"
        )
        yield [
            shown, f"`{state}`", to, _listed(sorted(narrower.get(state, usual)), "-"),
            _listed(stated.approvers, ""), "needed" if needs else "may be given" if stated.codes else "",
        ]  # fmt: skip


def _way_of(reason: Reason) -> str:
    if reason.instead:
        return f"none: send {reason.instead}"
    if reason.rule is not None:
        kind = next(
            (kind.__name__ for kind, rule in RULES.items() if rule is reason.rule), InventoryAdjusted.__name__
        )
        return f"as `{kind}`, {' or '.join(reason.rule.sources)} to {reason.to_state or reason.rule.targets[0]}"
    return {0: "into the books or out of them", 1: "into the books", -1: "out of the books"}[reason.sign]


def _limits(counts: CountLimits | None) -> str:
    if counts is None:
        return "as for all stock"
    tolerance = f"{counts.tolerance.percent} % or {counts.tolerance.quantity}"
    return (
        f"a count may differ by {tolerance}, {counts.limit} adjusted alone; approved by {_listed(counts.approvers)}"
    )


def _listed(names: Iterable[str], nothing: str = "") -> str:
    return ", ".join(f"`{name}`" for name in names) or nothing
