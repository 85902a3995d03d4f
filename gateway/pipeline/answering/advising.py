"""As which documents an advice goes to its partner: each that the agreement sends on such an occasion.

Pure: queues nothing, writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gateway.partners import Agreement, Partner
from ledger.advices import AnyAdvice, ApplicationAdvice

ACCEPTED = ("TA", "IA")


def find_advised(partner: Partner, advice: AnyAdvice) -> Iterator[tuple[Agreement, AnyAdvice]]:
    """The agreements under which the partner is told, each with what it is told."""
    if isinstance(advice, ApplicationAdvice):
        is_clean = all(item.verdict in ACCEPTED for item in advice.items)
        for agreement in partner.send.values():
            if agreement.about and advice.original_set not in agreement.about:
                continue
            if "documents" in agreement.occasions or ("faults" in agreement.occasions and not is_clean):
                yield agreement, advice
        return
    for agreement in partner.send.values():
        if "receipts" in agreement.occasions:
            yield agreement, advice
        elif advice.closed:
            if "notices" in agreement.occasions:
                yield agreement, advice
        elif {"discrepancies", "notices"} & set(agreement.occasions):
            differing = tuple(line for line in advice.lines if line.variances)
            if differing:
                yield agreement, msgspec.structs.replace(advice, lines=differing)
