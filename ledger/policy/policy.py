"""`Policy`: everything a decision may depend on besides the facts, frozen and hashed.

It must not be read from files or clocks here: the street builds it, the ledger stores it by its hash, and a
rebuild reads it back, so that old decisions are reproduced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import msgspec

from ledger.policy.casework import CaseRules
from ledger.policy.counts import CountLimits, CountRules
from ledger.policy.periods import PeriodRules
from ledger.policy.replenishment import ReplenishmentRules
from ledger.policy.scores import ScoreRules
from ledger.policy.segments import SegmentRules, segments_of
from ledger.policy.terms import DEFAULT_TERMS, Terms
from ledger.policy.tolerance import NO_TOLERANCE, Cascade, Tolerance, ToleranceRule, compile_rules, resolve_tolerance
from ledger.policy.transitions import TransitionRules

SEGMENT = "segment:"
"""Before the segment's name, where a segment's own limits applied: the rule that a case then names."""
APPROVAL = "approval:"
"""Before the kind of event, where somebody else approves it."""


class Ownership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who works on a case, within how many hours, and who decides it; None leaves it to the class."""

    roles: tuple[str, ...] = ()
    """Who works on it, the first being its owner."""
    answer_hours: float | None = None
    """Hours within which it is answered."""
    deciders: tuple[str, ...] | None = None
    """People of these roles alone decide it; an empty list leaves it to whoever may decide cases."""
    working_time: bool = False
    """Whether the hours to answer are working hours of the place."""
    escalates_to: tuple[str, ...] = ()
    """Who is told at each step of escalation: the first at the first, the last at all that follow; else the owner."""


class Policy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """Terms per partner, tolerances, ownership of cases and score rules in force.

    `terms` is keyed by partner id; `partner_of_supplier` says whose agreement speaks for a supplier (the supplier's
    own id where it does not say).
    """

    terms: dict[str, Terms] = {}
    default_terms: Terms = DEFAULT_TERMS
    partner_of_supplier: dict[str, str] = {}
    tolerances: tuple[ToleranceRule, ...] = ()
    ownership: dict[str, Ownership] = {}
    """Per class."""
    scores: ScoreRules = ScoreRules()
    counts: CountRules = CountRules()
    segments: dict[str, SegmentRules] = {}
    """By name. Where there are none, every name is taken and means nothing."""
    transitions: dict[str, TransitionRules] = {}
    """By kind of event."""
    periods: PeriodRules = PeriodRules()
    advises_receipts: tuple[str, ...] = ()
    """Partners that are told every goods receipt, those too in which nothing differs."""
    advises_notices: tuple[str, ...] = ()
    """Partners that are told of each notice once, when its last line has closed."""
    advises_documents: tuple[str, ...] = ()
    """Partners whose every document is answered with a verdict, where nothing is wrong inside it too."""
    replenishment: ReplenishmentRules = ReplenishmentRules()
    casework: CaseRules = CaseRules()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, hexadecimal; of one that was stored, what it was stored under."""
        return hashlib.sha256(write_policy(self)).hexdigest()

    @cached_property
    def cascade(self) -> Cascade:
        """All tolerance rules by place, the partners' own among them."""
        spoken = tuple(
            ToleranceRule(supplier=supplier, code=code, tolerance=tolerance)
            for supplier, terms in self._terms_by_supplier()
            for code, tolerance in terms.tolerances.items()
        )
        default = tuple(
            ToleranceRule(code=code, tolerance=tolerance) for code, tolerance in self.default_terms.tolerances.items()
        )
        return compile_rules((*default, *spoken, *self.tolerances))

    @cached_property
    def keeps_cumulatives(self) -> bool:
        """Whether any agreement keeps one: where none does, nothing is looked up for them."""
        return any(terms.cumulative is not None for terms in (self.default_terms, *self.terms.values()))

    @cached_property
    def keeps_requirements(self) -> bool:
        """Whether any agreement holds notices or receipts to what is required: where none does, nothing is looked
        up for it."""
        return any(terms.requirements is not None for terms in (self.default_terms, *self.terms.values()))

    @cached_property
    def keeps_labels(self) -> bool:
        """Whether any agreement wants labels to be used once: where none does, nothing is looked up for it."""
        return any(terms.unique_labels for terms in (self.default_terms, *self.terms.values()))

    @cached_property
    def reads_schedules(self) -> bool:
        """Whether any agreement holds notices to schedules: by requirements, or by the references of releases."""
        every = (self.default_terms, *self.terms.values())
        return self.keeps_requirements or any("reference" in terms.notice_requires for terms in every)

    def segments_for(self, goods: Iterable[tuple[str, str, str]]) -> dict[str, SegmentRules]:
        """The rules of all segments that goods of these (segment, state, owner) are of, by name."""
        if not self.segments:
            return {}
        names = dict.fromkeys(name for one in goods for name in segments_of(*one))
        return {name: self.segments[name] for name in names if name in self.segments}

    def limits_of(self, goods: Iterable[tuple[str, str, str]]) -> list[tuple[CountLimits, str]]:
        """The limits that hold for goods of these (segment, state, owner), each with the name of its rule.

        Goods whose segments have none of their own are under the usual ones.
        """
        found: dict[str, CountLimits] = {}
        for one in goods:
            own = {
                f"{SEGMENT}{name}": rules.counts
                for name, rules in self.segments_for((one,)).items()
                if rules.counts is not None
            }
            found |= own or {"default": self.counts.usual}
        return [(limits, rule) for rule, limits in found.items()] or [(self.counts.usual, "default")]

    def limits_named(self, rule: str) -> CountLimits:
        """The limits behind a case, by the rule that it names."""
        rules = self.segments.get(rule.removeprefix(SEGMENT)) if rule.startswith(SEGMENT) else None
        return self.counts.usual if rules is None or rules.counts is None else rules.counts

    def approvers_named(self, rule: str) -> tuple[str, ...]:
        """Who approves, by the rule that a case names: `approval:<kind>` or `approval:<kind>@<segment>`."""
        kind, _, segment = rule.removeprefix(APPROVAL).partition("@")
        if segment:
            rules = self.segments.get(segment)
            return rules.approvals.get(kind, ()) if rules is not None else ()
        transition = self.transitions.get(kind)
        return transition.approvers if transition is not None else ()

    def hidden_from(self, roles: Iterable[str]) -> frozenset[str]:
        """Segments that a person of these roles does not see."""
        has = set(roles)
        return frozenset(
            name for name, rules in self.segments.items() if rules.visible_to and not has & set(rules.visible_to)
        )

    def partner_for(self, supplier: str) -> str:
        """The partner whose agreement speaks for our supplier id; the id itself where none is named."""
        return self.partner_of_supplier.get(supplier, supplier)

    def terms_for(self, supplier: str, partner: str = "") -> Terms:
        """What was agreed with the supplier, else with the partner that sent the document, else the default."""
        terms = self.terms
        if not terms:
            return self.default_terms
        found = terms.get(self.partner_of_supplier.get(supplier, supplier))
        if found is None and partner:
            found = terms.get(partner)
        return found if found is not None else self.default_terms

    def tolerance(
        self,
        code: str,
        *,
        site: str = "",
        supplier: str = "",
        part: str = "",
        order_number: str = "",
        order_line: str = "",
    ) -> tuple[Tolerance, str]:
        """The tolerance for one finding and the name of the rule that applied (`default` where none speaks)."""
        if not self.cascade:
            return NO_TOLERANCE, "default"
        return resolve_tolerance(
            self.cascade, code, order_number=order_number, order_line=order_line, part=part,
            supplier=supplier, site=site,
        )  # fmt: skip

    def _terms_by_supplier(self) -> list[tuple[str, Terms]]:
        named = {partner: supplier for supplier, partner in self.partner_of_supplier.items()}
        by_partner = [
            (supplier, self.terms[p]) for supplier, p in self.partner_of_supplier.items() if p in self.terms
        ]
        return by_partner + [(partner, terms) for partner, terms in self.terms.items() if partner not in named]


_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")
_decoder = msgspec.json.Decoder(Policy)


def write_policy(policy: Policy) -> bytes:
    """Canonical JSON: stored once per hash, so that a rebuild decides as the ledger did then.

    Policies that are equal are the same bytes: a number has one form, whether it was written 24 or 24.0, and what is
    equal to its default is left out.
    """
    return _encoder.encode(_said(_decoder.decode(_encoder.encode(policy))))


def read_policy(body: bytes | str, hash: str = "") -> Policy:
    """Read stored JSON; raises `msgspec.ValidationError` naming the path.

    `hash`: what it was stored under, by which events and frozen cards know it. It stays so, though it be of a form
    that is not written any more.
    """
    policy = _decoder.decode(body)
    if hash:
        policy.__dict__["hash"] = hash
    return policy


def _said(value: Any) -> Any:
    """The value as plain data, of structs what differs from their defaults, in one form for each meaning.

    Numbers must be of the types that their fields have: a policy that was just decoded is.
    """
    if isinstance(value, msgspec.Struct):
        given = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: _said(one) for name, one, default in given if one is not default and one != default}
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_said(one) for one in value]
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """The fields of a struct with their defaults; a field without one has a default that nothing is equal to."""
    return tuple(
        (field.name, field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory())
        for field in msgspec.structs.fields(kind)
    )
