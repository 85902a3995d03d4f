"""`Policy`: everything a decision may depend on besides the facts, frozen and hashed.

It must not be read from files or clocks here: the street builds it, the ledger stores it by its hash, and a
rebuild reads it back, so that old decisions are reproduced.
"""

from __future__ import annotations

import hashlib
from functools import cached_property

import msgspec

from ledger.policy.counts import CountRules
from ledger.policy.periods import PeriodRules
from ledger.policy.scores import ScoreRules
from ledger.policy.terms import DEFAULT_TERMS, Terms
from ledger.policy.tolerance import NO_TOLERANCE, Cascade, Tolerance, ToleranceRule, compile_rules, resolve_tolerance


class Ownership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who works on a case, within how many hours, and who decides it; None leaves it to the class."""

    roles: tuple[str, ...] = ()
    """Who works on it, the first being its owner."""
    answer_hours: float | None = None
    """Hours within which it is answered."""
    deciders: tuple[str, ...] | None = None
    """People of these roles alone decide it; an empty list leaves it to whoever may decide cases."""


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
    periods: PeriodRules = PeriodRules()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, hexadecimal."""
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
    """Canonical JSON: stored once per hash, so that a rebuild decides as the ledger did then."""
    return _encoder.encode(policy)


def read_policy(body: bytes | str) -> Policy:
    """Read stored JSON; raises `msgspec.ValidationError` naming the path."""
    return _decoder.decode(body)
