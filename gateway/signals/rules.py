"""A signal that fired, the rules of the house, and which actions a signal leads to. Pure: does none of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

import msgspec

from ledger.outcomes import Signalled
from ledger.queries.casework.severity import Severity
from ledger.signals import BY_NAME


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signal, of the books or of the street. `book`, `signal` and `cause` tell it from every other one."""

    signal: str
    cause: str
    book: str = "live"
    site: str = ""
    partner: str = ""
    supplier: str = ""
    part: str = ""
    lot: str = ""
    location: str = ""
    type: str = ""
    """Type of the document that it is about, of those that the street finds."""
    number: str = ""
    number_line: str = ""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    severity: str = ""
    """How grave it was when it fired; "" where no rule of the house asks for it."""
    case: str = ""
    message: str = ""
    document: str = ""
    event: int = 0
    """Sequence of the event that shows it; 0 where none does."""
    text: str = ""

    @classmethod
    def of(cls, found: Signalled, *, book: str, event: int, message: str, document: str, partner: str) -> Signal:
        """What the ledger found, with the document behind it."""
        names = set(cls.__struct_fields__) & set(found.__struct_fields__)
        fields = {name: getattr(found, name) for name in names}
        fields["partner"] = found.partner or partner
        return cls(**fields, book=book, event=event, message=message, document=document)


class OpenCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="action", tag="open_case"):
    """Open a case (D47), unless one of a class of its own is open about it already."""

    owner: str = ""
    """The role that works on it; left out, that of the signal."""
    answer_hours: float = 0
    """Hours within which it is answered; left out, those of the signal."""
    text: str = ""
    """Words for whoever works on it, before those of the signal."""


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="action", tag="hold"):
    """Open a containment over the goods concerned: on hand they are held now, in transit on arrival."""

    by: tuple[Literal["part", "lot", "supplier", "site"], ...] = ("part", "lot", "supplier", "site")
    """Which of what the signal names narrows it; one that the signal does not name is left out."""
    to_state: Literal["quality_hold", "quarantine"] = "quality_hold"
    reason: str = ""


class Notify(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="action", tag="notify"):
    """Tell webhook subscriptions."""

    webhook: str = ""
    """Id of one subscription; left out, every one that hears of this signal."""


class Send(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="action", tag="send"):
    """Send a document about it to the signal's partner, where its agreement has one."""

    document: Literal["824", "861"] = "824"
    code: str = ""
    """Error code of an 824 (X12 data element 647), receiving condition of an 861 (412)."""
    text: str = ""
    """Words for the partner; left out, those of the signal."""


Action = OpenCase | Hold | Notify | Send

ACTIONS: Mapping[str, type[Action]] = {
    str(action.__struct_config__.tag): action for action in (OpenCase, Hold, Notify, Send)
}
ONCE = (OpenCase,)
"""Actions that one firing leads to at most once, whichever rules name it; the first has the word."""


class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a signal must be for a rule to hold. Lists are alternatives, in which `*` stands for anything, `?` for one
    character, `[AB]` for one of these, `[0-4]` for one of a range and `[!AB]` for any other; `[*]`, `[?]` and `[[]`
    are the characters themselves, and capitals count. What is left out matches everything."""

    site: tuple[str, ...] = ()
    """Our site ids."""
    partner: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    """Our supplier ids."""
    part: tuple[str, ...] = ()
    """Our part numbers."""
    location: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    """Document types, of signals about documents: `862`, `856`."""
    severity: tuple[Severity, ...] = ()
    """How grave it is, of signals about a part: by how long the part lasts at the site, what is promised to the
    service channel, and the value of what is concerned."""
    at_least: Decimal = Decimal(0)
    """Least quantity concerned, in the part's base unit."""
    book: Literal["live", "test", "any"] = "live"
    """Test traffic leads to nothing unless a rule asks for it."""

    def fit(self, signal: Signal) -> bool:
        """Whether the signal is such."""
        if self.book not in ("any", signal.book) or signal.quantity < self.at_least:
            return False
        return all(
            not (wanted := getattr(self, name)) or any(fnmatchcase(getattr(signal, name), one) for one in wanted)
            for name in ("site", "partner", "supplier", "part", "location", "type", "severity")
        )


ALWAYS = Conditions()
TOLD: Mapping[str, frozenset[str]] = {
    "books": frozenset({"site", "partner", "supplier", "part", "location", "severity", "at_least"}),
    "street": frozenset({"partner", "type"}),
}
"""By who finds a signal: conditions that it can meet, beside `book`. None is about goods and a type of document."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule: what is done about which signals."""

    name: str
    """"" for what is usual."""
    on: tuple[str, ...] = ()
    """Kinds of signals; `any` is every one."""
    when: Conditions = ALWAYS
    do: tuple[Action, ...] = ()
    """What is done, in order; an empty list silences the signal."""

    def is_about(self, signal: Signal) -> bool:
        """Whether it is one of its kinds."""
        return "any" in self.on or signal.signal in self.on

    def fits(self, signal: Signal) -> bool:
        """Whether it holds for the signal."""
        return self.is_about(signal) and self.when.fit(signal)


class Chosen(NamedTuple):
    """One action, and the rule that asks for it."""

    rule: str
    action: Action


class SignalRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The table of the house. A signal that no rule of it fits leads to what is usual."""

    rules: tuple[Rule, ...] = ()

    def asks_severity(self, signal: Signal) -> bool:
        """Whether a rule about such a signal asks how grave it is: it is looked up for nothing else."""
        return any(rule.when.severity and rule.is_about(signal) for rule in self.rules)

    def actions_for(self, signal: Signal) -> list[Chosen]:
        """What is to be done about a signal: the actions of every rule that fits, in their order."""
        fitting = [rule for rule in self.rules if rule.fits(signal)]
        if not fitting:
            fitting = [rule for rule in usual_rules() if rule.fits(signal)]
        chosen: list[Chosen] = []
        for rule in fitting:
            for action in rule.do:
                known = [one.action for one in chosen]
                if action not in known and not (isinstance(action, ONCE) and _has(known, type(action))):
                    chosen.append(Chosen(rule.name, action))
        return chosen


NO_RULES = SignalRules()


def _has(actions: list[Action], kind: type[Action]) -> bool:
    return any(isinstance(action, kind) for action in actions)


def usual_rules() -> tuple[Rule, ...]:
    """What is done where the house says nothing: a case where there is none yet, and whoever subscribed is told."""
    return tuple(
        Rule(name="", on=(kind.name,), do=(OpenCase(), Notify()) if kind.opens_case else (Notify(),))
        for kind in BY_NAME.values()
    )
