"""Which state may follow which, and what each state counts for. The table; the writer and `verify` ask it.

An external account is a partner of a movement like a state, so the table names those too. Whatever is not listed is
refused: a new way for goods to go is a decision, not an accident.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ledger.stock.bucket import EXTERNAL, STATES, Bucket, Movement

LEGAL: dict[str, frozenset[str]] = {
    # A notice takes goods out of the supplier's account; goods with a known order and no notice come straight in.
    "supplier": frozenset({
        "in_transit", "available", "quality_hold", "quarantine", "consigned", "clearing", "rounding",
    }),
    "in_transit": frozenset({
        "available", "quality_hold", "quarantine", "consigned", "line_side", "supplier", "clearing", "in_transit",
        "transfer", "adjustment",
    }),
    "clearing": frozenset({
        "quality_hold", "quarantine", "available", "consigned", "in_transit", "supplier", "scrap", "transfer",
        "adjustment",
    }),
    "available": frozenset({
        "allocated", "service_reserved", "line_side", "quality_hold", "quarantine", "obsolete", "in_transit",
        "consigned", "available", "customer", "adjustment", "supplier", "clearing", "transfer",
    }),
    "allocated": frozenset({
        "line_side", "in_transit", "customer", "available", "quality_hold", "quarantine", "adjustment", "transfer",
    }),
    "quality_hold": frozenset({
        "available", "quarantine", "obsolete", "consigned", "quality_hold", "in_transit", "supplier", "clearing",
        "adjustment", "line_side", "transfer",
    }),
    "quarantine": frozenset({
        "available", "quality_hold", "scrap", "supplier", "quarantine", "in_transit", "clearing", "consigned",
        "adjustment",
    }),
    "consigned": frozenset({
        "available", "production", "quality_hold", "quarantine", "supplier", "consigned", "in_transit", "clearing",
        "adjustment", "transfer",
    }),
    "line_side": frozenset({
        "production", "available", "quality_hold", "quarantine", "scrap", "adjustment", "in_transit", "consigned",
        "line_side",
    }),
    "service_reserved": frozenset({
        "available", "in_transit", "customer", "quality_hold", "quarantine", "adjustment", "transfer",
    }),
    "obsolete": frozenset({"available", "scrap", "supplier", "obsolete", "adjustment"}),
    "customer": frozenset({"quality_hold"}),
    "production": frozenset({"available", "line_side", "quality_hold", "consigned"}),
    "scrap": frozenset({"quarantine", "clearing"}),
    # What is found goes where its like stands; it is set apart for nobody, so neither allocated nor reserved.
    # What a transfer lost or brought too much is found or lost where it is counted.
    "adjustment": frozenset({
        "available", "quality_hold", "quarantine", "consigned", "line_side", "obsolete", "clearing", "in_transit",
    }),
    # Goods between two of our sites: each site has the account, and both together hold nothing.
    "transfer": frozenset({
        "in_transit", "available", "allocated", "consigned", "service_reserved", "quality_hold", "clearing",
    }),
    # What stood there when the books began; nothing goes back.
    "opening": frozenset(STATES) - {"in_transit"},
    "rounding": frozenset({"supplier", "available", "in_transit"}),
}  # fmt: skip
"""State or account -> where its goods may go. Stock going back to in_transit, to the supplier or to clearing is
what a reversal or a resolution does; a state going to itself changes location, lot, owner or hold reason."""

assert set(LEGAL) == {*STATES, *EXTERNAL}  # noqa: S101  the table answers for every state there is


def is_legal(movement: Movement) -> bool:
    """Whether goods may go this way; both sides must also share book and part, and the quantity be positive."""
    source, target, quantity, _ = movement
    return (
        quantity > 0
        and source != target
        and source.book == target.book
        and source.part == target.part
        and target.state in LEGAL[source.state]
    )


def came_to_stand(movements: Iterable[Movement]) -> set[str]:
    """Parts of which these movements leave more in some bucket than before; passing through is no stay."""
    net: defaultdict[Bucket, int] = defaultdict(int)
    for source, target, quantity, _ in movements:
        net[source] -= quantity
        net[target] += quantity
    return {bucket.part for bucket, quantity in net.items() if quantity > 0 and bucket.state in STATES}
