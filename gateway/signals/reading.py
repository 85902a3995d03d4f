"""Read `HOME/signals.yaml`: every mistake with its line and column, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from gateway.resources import Entry, Mistake, Mistakes, did_you_mean, read_yaml
from gateway.signals.rules import (
    ACTIONS,
    ALWAYS,
    TOLD,
    Action,
    Conditions,
    Hold,
    Notify,
    OpenCase,
    Rule,
    Send,
    SignalRules,
)
from ledger.masterdata.working_time import HOURS_MAX
from ledger.queries.casework.severity import SEVERITIES
from ledger.signals import BY_NAME

FILE = "signals.yaml"
ANY = "any"

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
_WEBHOOK = re.compile(r"w_[A-Za-z0-9]{1,38}\Z")
_CODE = re.compile(r"[A-Z0-9]{1,3}\Z")
_STATES = ("quality_hold", "quarantine")
_BY = ("part", "lot", "supplier", "site")


def read_signal_rules(files: Mapping[str, bytes], roles: Iterable[str]) -> SignalRules:
    """The rules among virtual paths; without a file there are none. Raises Mistakes with all that is wrong in it.

    `roles`: those of the house, of whom one works on a case.
    """
    if FILE not in files:
        return SignalRules()
    mistakes: list[Mistake] = []
    partners = {
        path.split("/")[1] for path in files if path.startswith("partners/") and path.endswith("/partner.yaml")
    }
    reader = _Reader(tuple(roles), partners)
    rules = reader.read(Entry(read_yaml(files[FILE], FILE), mistakes))
    if mistakes:
        raise Mistakes(mistakes)
    return rules


class _Reader:
    def __init__(self, roles: tuple[str, ...], partners: set[str]) -> None:
        self._roles, self._partners = roles, partners

    def read(self, entry: Entry) -> SignalRules:
        keys = entry.mapping(SignalRules.__struct_fields__)
        rules = keys["rules"].mapping() if "rules" in keys else {}
        return SignalRules(rules=tuple(self._rule(name, one) for name, one in rules.items()))

    def _rule(self, name: str, entry: Entry) -> Rule:
        if not _NAME.match(name):
            entry.note(f'"{name}" cannot name a rule', "lower case letters, digits, - and _")
        keys = entry.mapping(("on", "when", "do"))
        on = keys["on"].items() if "on" in keys else []
        if not on:
            entry.note(f"rule {name} names no signal", f"on: [{next(iter(BY_NAME))}]")
        if "do" not in keys:
            entry.note(f"rule {name} does nothing", "do: [open_case, notify], or do: [] to silence it")
        kinds = tuple(one.choice((*BY_NAME, ANY), "", "signal") for one in on)
        if "when" in keys:
            self._may_hold(kinds, keys["when"])
        return Rule(
            name=name,
            on=kinds,
            when=self._conditions(keys["when"]) if "when" in keys else ALWAYS,
            do=tuple(found for one in keys["do"].items() if (found := self._action(one))) if "do" in keys else (),
        )

    def _conditions(self, entry: Entry) -> Conditions:
        found: dict[str, Any] = {}
        for key, value in entry.mapping(Conditions.__struct_fields__).items():
            if key == "at_least":
                found[key] = value.amount(Decimal(0), key)
            elif key == "severity":
                found[key] = tuple(one.choice(SEVERITIES, "", "severity") for one in value.items())
            elif key == "book":
                found[key] = value.choice(("live", "test", "any"), "live", "book")
            else:
                found[key] = value.texts()
                for item in value.items():
                    item.such(lambda text: text.strip() != "", "must not be empty")
                    if fault := fault_in(item.text()):
                        item.note(f'{key} "{item.text()}" {fault[0]}', fault[1])
            if key == "partner":
                for item in value.items():
                    self._partner(item)
        return Conditions(**found)

    def _may_hold(self, kinds: tuple[str, ...], when: Entry) -> None:
        """Notes each condition that no signal of these kinds can meet."""
        known = [BY_NAME[kind] for kind in kinds if kind in BY_NAME]
        if not known or ANY in kinds:
            return
        told = frozenset[str]().union(*(TOLD[kind.found_by] for kind in known))
        for key, value in when.mapping(Conditions.__struct_fields__).items():
            if key != "book" and key not in told:
                every = f"{' and '.join(kind.name for kind in known)} {'has' if len(known) == 1 else 'have'} no {key}"
                value.note(f"{every}: the rule would never hold", f"leave {key} out, or name others in on")

    def _partner(self, entry: Entry) -> None:
        name = entry.text()
        if fault_in(name):
            return
        if not set(name) & set("*?["):
            if name not in self._partners:
                entry.note(f'there is no partner "{name}"', did_you_mean(name, self._partners))
        elif not any(fnmatchcase(partner, name) for partner in self._partners):
            entry.note(f'no partner is like "{name}"', did_you_mean(name, self._partners))

    def _action(self, entry: Entry) -> Action | None:
        """`notify`, or a mapping of one action to what is given with it."""
        if isinstance(entry.value, str):
            name = entry.choice(ACTIONS, "", "action")
            return ACTIONS[name]() if name else None
        members = entry.mapping(ACTIONS)
        if len(members) != 1:
            if members or not isinstance(entry.value, dict):
                entry.note("an action stands alone", "- notify, or - open_case: {owner: procurement}")
            return None
        ((name, given),) = members.items()
        return self._given(ACTIONS[name], given)

    def _given(self, kind: type[Action], entry: Entry) -> Action:
        keys = entry.mapping(kind.__struct_fields__)
        found: dict[str, Any] = {name: one.text() for name, one in keys.items() if name in ("text", "reason")}
        if kind is OpenCase:
            if "owner" in keys:
                found["owner"] = keys["owner"].choice(self._roles, "", "role")
            if "answer_hours" in keys:
                found["answer_hours"] = float(keys["answer_hours"].amount(Decimal(0), "answer_hours", HOURS_MAX))
        elif kind is Hold:
            if "by" in keys:
                found["by"] = tuple(one.choice(_BY, "", "criterion") for one in keys["by"].items())
            if "to_state" in keys:
                found["to_state"] = keys["to_state"].choice(_STATES, "quality_hold", "state")
        elif kind is Notify:
            if "webhook" in keys:
                found["webhook"] = keys["webhook"].such(_is_webhook, "is no id of a webhook", "")
        elif kind is Send:
            if "document" in keys:
                found["document"] = keys["document"].choice(("824", "861"), "824", "document")
            if "code" in keys:
                found["code"] = keys["code"].such(_is_code, "must be up to three letters and digits")
        return kind(**found)


def fault_in(pattern: str) -> tuple[str, str] | None:
    """Why a pattern can match nothing, or not what it seems to say, and what to write; None where it is sound."""
    at = 0
    while (at := pattern.find("[", at)) >= 0:
        first = at + 1 + (pattern[at + 1 : at + 2] == "!")
        end = pattern.find("]", first + 1)
        if end < 0:
            return "opens a set with [ that nothing closes", "write [[] for the character itself"
        for mark in range(first + 1, end - 1):
            if pattern[mark] == "-" and pattern[mark - 1] > pattern[mark + 1]:
                low, high = pattern[mark + 1], pattern[mark - 1]
                return f"has a range that holds nothing, {high}-{low}", f"write {low}-{high}"
        at = end + 1
    return None


def _is_webhook(text: str) -> bool:
    return _WEBHOOK.match(text) is not None


def _is_code(text: str) -> bool:
    return _CODE.match(text) is not None
