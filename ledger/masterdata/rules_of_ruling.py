"""What makes a ruling unusable: who may not rule, and what it must say. Pure."""

from __future__ import annotations

from ledger.events import DeviationApproved, EngineeringChangeReleased, Event, SubstitutionApproved
from ledger.masterdata.units import MILLION

ENGINEERING = frozenset({"engineer", "quality_manager"})
"""Roles of the people who rule. A model never does; systems and partners are bound by their agreements."""


def mistake_in_ruling(event: Event) -> str:
    """Why it is refused, "" when nothing speaks against it."""
    actor = event.actor
    if actor is not None and actor.kind == "model":
        return f"{actor.id} is a model: it may recommend, people decide"
    if actor is not None and actor.kind == "user":
        role = getattr(event, "approver_role", "")
        wanted = frozenset({role}) if role else ENGINEERING
        if not wanted & set(actor.roles):
            return f"{actor.id} may not rule on it: that is decided by {', '.join(sorted(wanted))}"
    if isinstance(event, EngineeringChangeReleased):
        return _mistake_in_change(event)
    if isinstance(event, DeviationApproved | SubstitutionApproved):
        if event.quantity is not None and not (event.quantity.is_finite() and 0 < event.quantity * MILLION < 10**15):
            return f"a quantity of {event.quantity} allows nothing; leave it out where there is no limit"
        if event.valid_from and event.valid_to and event.valid_to < event.valid_from:
            return f"it would end on {event.valid_to}, before it begins on {event.valid_from}"
    if isinstance(event, SubstitutionApproved):
        if event.substitute == event.part:
            return f"{event.part} cannot stand in for itself"
        if event.customer and not event.customer_consent:
            return f"{event.customer} has to consent: send `customer_consent`, its own reference"
    return ""


def _mistake_in_change(event: EngineeringChangeReleased) -> str:
    if not event.parts:
        return "an engineering change needs at least one part"
    named = [changed.part for changed in event.parts]
    twice = next((part for part in named if named.count(part) > 1), "")
    if twice:
        return f"{twice} is named twice: give it one line with all its old revisions"
    for changed in event.parts:
        if not changed.old_revisions or not changed.new_revision or changed.new_revision in changed.old_revisions:
            return f"{changed.part} needs old revisions and another, new one"
        if changed.use_up < 0 or not changed.use_up.is_finite():
            return f"{changed.part}: a use-up quantity of {changed.use_up} cannot be used"
        if changed.cum_from is not None and len(event.sites) != 1:
            return f"{changed.part}: a cumulative is counted at one site, name it in `sites`"
        if changed.effective_from is None and not changed.serial_from and changed.cum_from is None:
            return f"{changed.part}: say from where on it changes, by `effective_from`, `serial_from` or `cum_from`"
    return ""
