"""How grave a case is: for how long the short part lasts, then what service was promised, then what it is worth."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class SeverityRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the steps lie. A part for which nobody knows a need is judged by service and value alone."""

    critical_hours: float = 4.0
    """Hours of coverage below which a case is critical."""
    high_hours: float = 24.0
    """Below which it is high, as is one of a part with goods kept for the service channel."""
    normal_hours: float = 72.0
    """Below which it is normal."""
    high_value: Decimal = Decimal(10_000)
    """What is in question is worth this or more, in the currency of its order: high."""
    normal_value: Decimal = Decimal(500)
    """Worth this or more: normal; anything else is low."""
    consumption_days: int = 7
    """Days of past consumption from which a need is reckoned where no schedule says it."""
