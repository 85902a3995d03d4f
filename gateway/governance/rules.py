"""`HOME/policy.yaml`: the rules of this house, laid over those that come with the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

import msgspec

from gateway.governance.presets import preset_of
from gateway.governance.shapes import fill
from gateway.resources import Entry, did_you_mean
from ledger.events import KINDS
from ledger.matching.discrepancies import BY_CODE
from ledger.matching.notices.holds import CAN_HOLD
from ledger.policy import (
    HOUSE,
    ROLES,
    CaseRules,
    CountRules,
    Ownership,
    PeriodRules,
    Policy,
    ReplenishmentRules,
    ScoreRules,
    SegmentRules,
    ToleranceRule,
    TransitionRules,
)
from ledger.scorecards import METRICS
from ledger.stock.bucket import STATES

FILE = "policy.yaml"
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d\Z|24:00\Z")


class HouseRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says. Mappings are laid over what is there, lists and values take its place."""

    roles: dict[str, str] = {}
    """Further roles of this house: name, and what it is for."""
    counts: CountRules = HOUSE.counts
    """Limits of counts and adjustments for all stock, and how snapshots are compared."""
    segments: dict[str, SegmentRules] = msgspec.field(default_factory=lambda: dict(HOUSE.segments))
    """Rules of each segment of stock; a name that is not there yet makes a new segment."""
    transitions: dict[str, TransitionRules] = msgspec.field(default_factory=lambda: dict(HOUSE.transitions))
    """Per kind of event: who may hand it in, who approves it, and its reason codes."""
    cases: dict[str, Ownership] = msgspec.field(default_factory=lambda: dict(HOUSE.ownership))
    """Per discrepancy class: who works on its cases, within how many hours, and who decides them."""
    casework: CaseRules = HOUSE.casework
    """When cases escalate, which hours count, how long they may be disputed, and who keeps out of a decision."""
    periods: PeriodRules = HOUSE.periods
    """Who closes periods and opens them again."""
    scores: ScoreRules = HOUSE.scores
    """Scorecards: weights, curves, grades, windows and deductions. `preset` names a card to begin with."""
    replenishment: ReplenishmentRules = HOUSE.replenishment
    """How soon calls from the line are to be served."""
    tolerances: tuple[ToleranceRule, ...] = ()
    """Tolerances by site, supplier, part or order line; those of agreements stand in their partner's file."""

    def laid_over(self, policy: Policy | None = None) -> Policy:
        """The policy with these rules in it; without one, of these rules alone."""
        return msgspec.structs.replace(
            policy or Policy(), counts=self.counts, segments=self.segments, transitions=self.transitions,
            ownership=self.cases, periods=self.periods, replenishment=self.replenishment, tolerances=self.tolerances,
            scores=self.scores,
            casework=self.casework,
        )  # fmt: skip

    @property
    def handing_in(self) -> frozenset[str]:
        """Roles that the file lets hand in events, or bring goods into a segment, beyond what is shipped."""
        named = {
            role
            for kind, one in self.transitions.items()
            if one != HOUSE.transitions.get(kind)
            for role in (*(one.roles or ()), *(role for roles in one.by_state.values() for role in roles))
        }
        placed = {
            role
            for name, rules in self.segments.items()
            if rules != HOUSE.segments.get(name)
            for role in (*rules.assigned_by, *(role for roles in rules.roles.values() for role in roles))
        }
        return frozenset(named | placed)


def read_rules(entry: Entry) -> HouseRules:
    """The rules of a file; mistakes go into the entry's list."""
    rules = fill(entry, HouseRules(scores=preset_of(_known(entry).get("scores"))))
    checks = _Names(entry, ROLES | rules.roles, rules.scores)
    checks.check()
    return rules


class _Names:
    """Names that must exist: roles, kinds of events, states, classes. Checked where the file writes them."""

    def __init__(self, entry: Entry, roles: Iterable[str], scores: ScoreRules) -> None:
        self.scores = scores
        self.entry, self.roles = entry, (*roles, "supplier")

    def check(self) -> None:
        keys = _known(self.entry)
        if "counts" in keys:
            self._limits(_known(keys["counts"]).get("usual"))
        for name, segment in _each(keys.get("segments")):
            self._segment(name, segment)
        for kind, one in _each(keys.get("transitions")):
            self._name(one, kind, KINDS, "event kind")
            inside = _known(one)
            self._roles(inside.get("roles"), inside.get("approvers"))
            for state, roles in _each(inside.get("by_state")):
                self._name(roles, state, STATES, "state")
                self._roles(roles)
        for code, one in _each(keys.get("cases")):
            self._name(one, code, BY_CODE, "class")
            inside = _known(one)
            self._roles(inside.get("roles"), inside.get("deciders"), inside.get("escalates_to"))
        casework = _known(keys.get("casework"))
        for field in ("day_begins", "day_ends"):
            if field in casework:
                casework[field].such(lambda value: _CLOCK.match(value) is not None, "must be a time of day, as 06:00")
        self._roles(_known(keys.get("periods")).get("closers"))
        self._scores(_known(keys.get("scores")))
        for one in keys["tolerances"].items() if "tolerances" in keys else ():
            inside = _known(one)
            of = inside.get("code")
            if of is not None and of.value:
                self._name(of, str(of.value), BY_CODE, "class")
                action = _known(inside.get("tolerance")).get("action")
                if action is not None and action.value == "hold" and (wrong := cannot_hold(str(of.value))):
                    action.note(*wrong)

    def _scores(self, keys: Mapping[str, Entry]) -> None:
        for field in ("weights", "curves"):
            for name, one in _each(keys.get(field)):
                self._name(one, name, METRICS, "metric")
                if field == "curves":
                    self._curve(one)
        grades = [one.grade for one in self.scores.grades]
        if "grades" in keys:
            grades = [str(_known(one)["grade"].value) for one in keys["grades"].items() if "grade" in _known(one)]
        for field in ("line_down_caps_at", "rejects_cap_at"):
            if field in keys and keys[field].value != "":
                self._name(keys[field], str(keys[field].value), grades, "grade")

    @staticmethod
    def _curve(entry: Entry) -> None:
        """Two numbers in each corner, rising by value."""
        before: Decimal | None = None
        for corner in entry.items():
            numbers = [_number(one) for one in corner.items()]
            if len(numbers) != 2:
                corner.note("a corner of a curve is [value, points]", "write it like [98, 100]")
                continue
            value, points = numbers
            if value is None or points is None:
                continue  # said already
            if points > 100:
                corner.note("points are 0 to 100", "write it like [98, 100]")
            if before is not None and value <= before:
                corner.note("the values of a curve rise", "put its corners in order")
            before = value

    def _segment(self, name: str, entry: Entry) -> None:
        if name != "".join(name.split()) or not name:
            entry.note(f'"{name}" cannot be a segment', "write it in one word")
        keys = _known(entry)
        self._limits(keys.get("counts"))
        self._roles(keys.get("assigned_by"), keys.get("visible_to"))
        for field in ("never", "kept_from"):
            for one in keys[field].items() if field in keys else ():
                self._name(one, str(one.value), KINDS, "event kind")
        for state in keys["states"].items() if "states" in keys else ():
            self._name(state, str(state.value), STATES, "state")
        for field in ("roles", "approvals", "reasons"):
            for kind, inside in _each(keys.get(field)):
                self._name(inside, kind, KINDS, "event kind")
                if field != "reasons":
                    self._roles(inside)

    def _limits(self, entry: Entry | None) -> None:
        keys = _known(entry)
        self._roles(keys.get("approvers"))
        for role, one in _each(keys.get("limits")):
            self._name(one, role, self.roles, "role")

    def _roles(self, *entries: Entry | None) -> None:
        for entry in entries:
            for role in entry.items() if entry is not None else ():
                self._name(role, str(role.value), self.roles, "role")

    @staticmethod
    def _name(entry: Entry, name: str, known: Iterable[str], what: str) -> None:
        known = tuple(known)
        if name not in known:
            entry.note(f'unknown {what} "{name}"', did_you_mean(name, known) or "docs/reference/roles.md lists them")


def cannot_hold(code: str) -> tuple[str, str] | None:
    """What is wrong with `hold` for a class, and the mend; None where it is right, or there is no such class."""
    if code in CAN_HOLD or code not in BY_CODE:
        return None
    return f"{code} holds no goods", f"write warn or ignore; hold is for {', '.join(CAN_HOLD)}"


def _number(entry: Entry) -> Decimal | None:
    try:
        return Decimal(str(entry.value))
    except InvalidOperation:
        return None


def _known(entry: Entry | None) -> Mapping[str, Entry]:
    """The entries of a mapping that was checked before: what was wrong with it is said already."""
    return dict(_each(entry))


def _each(entry: Entry | None) -> list[tuple[str, Entry]]:
    if entry is None or not isinstance(entry.value, dict):
        return []
    return list(entry.mapping().items())
