"""Who may hand in an event at all: models propose and never record, people need the role that the policy asks for.

What goods a person may move, and why, is `ledger.handling.permissions`; who decides a case, `approvals`.
"""

from __future__ import annotations

from ledger.matching.resolved import ResolvedEvent
from ledger.policy import Policy


def not_allowed(policy: Policy, resolved: ResolvedEvent, *, by_state: bool = False) -> str:
    """Why this actor may not say this, "" where they may. Systems and partners are bound by their agreements.

    `by_state`: roles depend on the state of the goods, and are asked for when these are known.
    """
    actor, kind = resolved.event.actor, type(resolved.event).__name__
    if actor is None or actor.kind in ("partner", "system"):
        return ""
    if actor.kind == "model":
        return f"{actor.id} is a model: its {kind} is kept as what it proposes; people decide, and hand it in."
    stated = policy.transitions.get(kind)
    if stated is not None and stated.roles and not by_state and not set(stated.roles) & set(actor.roles):
        return f"{kind} is handed in by: {', '.join(sorted(stated.roles))}."
    if actor.sites and resolved.site and resolved.site not in actor.sites:
        return f"{actor.id} does not work for site {resolved.site}."
    return ""
