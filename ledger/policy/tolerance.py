"""Tolerances and their cascade: the most specific rule wins, and its name is kept with every finding.

Order of the cascade: order line, part and supplier, part, supplier, site, default.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec

Action = Literal["ignore", "warn", "hold"]
"""What happens beyond the tolerance: nothing, a case, or a case with the quantity held."""


class Tolerance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much of a discrepancy is let pass: the greater of a share and an amount, both inclusive."""

    percent: Decimal = Decimal(0)
    """Of what was expected."""
    quantity: Decimal = Decimal(0)
    """In the part's base unit."""
    amount: Decimal = Decimal(0)
    """Of money, for classes about prices: in the currency of the document."""
    both: bool = False
    """A difference passes only where the share and the amount of money both let it; else either is enough."""
    minutes: int | None = None
    """For classes about time; None leaves it to the terms."""
    early_days: int | None = None
    late_days: int | None = None
    """For classes about days: working days before and after the day required; None leaves it to the class."""
    action: Action | None = None
    """None leaves it to the class."""

    def most(self, expected: int) -> Decimal:
        """The greatest difference that passes, in millionths of the base unit, as `expected` is."""
        return max(self.percent * expected / 100, self.quantity * 1_000_000)

    def allows(self, difference: int, expected: int) -> bool:
        """Whether a difference passes; both in millionths of the base unit, the difference without its sign."""
        if difference <= 0:
            return True
        if not self.percent and not self.quantity:
            return False
        return difference <= self.most(expected)

    def allows_amount(self, difference: Decimal, expected: Decimal) -> bool:
        """Whether a difference of money passes, taken without its sign."""
        difference = abs(difference)
        by_share = difference <= abs(expected) * self.percent / 100
        by_amount = difference <= self.amount
        return not difference or (by_share and by_amount if self.both else by_share or by_amount)

    def in_words(self) -> str:
        """How much passes, for people (`1 % or 5 of the unit`); "" where nothing does."""
        shares = [f"{self.percent:f} %"] if self.percent else []
        shares += [f"{self.quantity:f} of the unit"] if self.quantity else []
        shares += [f"{self.amount:f} of the currency"] if self.amount else []
        words = [(" and " if self.both else " or ").join(shares)] if shares else []
        words += [f"{self.minutes} min"] if self.minutes is not None else []
        if self.early_days is not None or self.late_days is not None:
            words.append(f"{self.early_days or 0} days early, {self.late_days or 0} late")
        return "; ".join(words)

    def laid_over(self, usual: Tolerance) -> Tolerance:
        """This rule where it says how much passes, and what is usual of the class where it does not."""
        said = self.percent or self.quantity or self.amount or self.action is None
        return Tolerance(
            percent=self.percent if said else usual.percent,
            quantity=self.quantity if said else usual.quantity,
            amount=self.amount if said else usual.amount,
            both=self.both if said else usual.both,
            minutes=usual.minutes if self.minutes is None else self.minutes,
            early_days=usual.early_days if self.early_days is None else self.early_days,
            late_days=usual.late_days if self.late_days is None else self.late_days,
            action=usual.action if self.action is None else self.action,
        )


class ToleranceRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place of the cascade. Empty fields match everything; `code` "" is every class."""

    tolerance: Tolerance
    """How much passes there."""
    code: str = ""
    """Class; "" is every class."""
    supplier: str = ""
    """Our id of the supplier; with `part`, that supplier's deliveries of the part."""
    part: str = ""
    """Our part number."""
    site: str = ""
    """Our site id."""
    order_number: str = ""
    """With `order_line`, one line of one order."""
    order_line: str = ""
    """The line of `order_number`."""

    @property
    def place(self) -> str:
        """Name of its place in the cascade: `part+supplier:P1+acme`."""
        if self.order_number:
            return f"order_line:{self.order_number}/{self.order_line}"
        if self.part and self.supplier:
            return f"part+supplier:{self.part}+{self.supplier}"
        if self.part:
            return f"part:{self.part}"
        if self.supplier:
            return f"supplier:{self.supplier}"
        if self.site:
            return f"site:{self.site}"
        return "default"


Cascade = Mapping[tuple[str, str], Tolerance]
"""(place, class) -> tolerance; class "" speaks for every class at that place."""

NO_TOLERANCE = Tolerance()


def compile_rules(rules: tuple[ToleranceRule, ...]) -> Cascade:
    """The rules by place and class; of two with the same place and class the later wins."""
    return {(rule.place, rule.code): rule.tolerance for rule in rules}


def resolve_tolerance(
    cascade: Cascade, code: str, *, order_number: str, order_line: str, part: str, supplier: str, site: str
) -> tuple[Tolerance, str]:
    """The tolerance that applies to one finding, and the name of the rule: `default` where none says anything."""
    if not cascade:
        return NO_TOLERANCE, "default"
    places = (
        f"order_line:{order_number}/{order_line}", f"part+supplier:{part}+{supplier}", f"part:{part}",
        f"supplier:{supplier}", f"site:{site}", "default",
    )  # fmt: skip
    for place in places:
        for named in (code, ""):
            found = cascade.get((place, named))
            if found is not None:
                return found, place
    return NO_TOLERANCE, "default"
