"""Exact conversion between a quantity as sent and millionths of the part's base unit. No rounding, no float."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

MILLION = 1_000_000
"""Quantities are integers in millionths of the base unit (`ledger.stock.bucket` says so for the whole ledger)."""


class Factor(NamedTuple):
    """One unit is `numerator / denominator` base units, exactly."""

    numerator: int
    denominator: int = 1


ONE = Factor(1, 1)


class InexactConversion(NamedTuple):
    """The quantity is no whole number of millionths of the base unit: nothing is guessed, the line is held."""

    numerator: int
    denominator: int


def to_base(quantity: Decimal, factor: Factor = ONE) -> int | InexactConversion:
    """Millionths of the base unit in `quantity`, or the fraction that does not fit."""
    numerator, denominator = quantity.as_integer_ratio()
    numerator *= factor.numerator * MILLION
    denominator *= factor.denominator
    if denominator == 1:
        return numerator
    whole, rest = divmod(numerator, denominator)
    return InexactConversion(numerator, denominator) if rest else whole


_MICRO = Decimal(1).scaleb(-6)


def to_decimal(quantity: int) -> Decimal:
    """Base units as a Decimal without trailing zeros and never in exponent form: 12_500_000 is `12.5`."""
    whole, rest = divmod(quantity, MILLION)
    if not rest:
        return Decimal(whole)
    return (Decimal(quantity) * _MICRO).normalize()
