"""Cross-references: what an identifier in somebody's documents means in our words, from one day to another."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from ledger.events.envelope import Event

CrossReferenced = Literal["part", "unit", "site", "location", "party"]
"""What is meant: a part, a unit of measure, one of our sites, a place within one, or a supplier or other party."""


class CrossReferenceDefined(Event, tag="CrossReferenceDefined", frozen=True):
    """An identifier as it is sent, and what it means. `number` follows from the rest: `cross_reference_number`.

    It holds for documents of the days from `valid_from` to `valid_to`, both included; a later `valid_from` of the
    same identifier takes over from its day on. What was recorded before stays as it was understood then.
    """

    of: CrossReferenced
    identifier: str
    """As it stands in events: of a part `BP:` or `VP:` and the number (the buyer's, the supplier's own); of a site or
    party `qualifier:value`, or the bare id of a partner; of a unit or location the bare code."""
    means: str
    """Our part number, unit, site id, location or supplier id."""
    sender: str = ""
    """Partner in whose documents it means that; "" in everybody's, where we know nothing else by that name."""
    within: str = ""
    """Of a unit our part number, of a location our site id, where it means that only there; "" everywhere."""
    numerator: int = 1
    denominator: int = 1
    """Of a unit: one of it is numerator/denominator of what it means, exactly (a box of 24 pieces: 24, 1)."""
    valid_from: date | None = None
    valid_to: date | None = None
    withdrawn: bool = False
    """Taken back: it holds for no document read from now on."""
    note: str = ""
    """Words for people: who said so, and where it stands."""


PART_QUALIFIERS: Final = ("BP", "VP")
"""Under which documents name parts here: the buyer's number, and the supplier's own (X12 data element 235)."""


def cross_reference_number(
    of: str, identifier: str, sender: str = "", within: str = "", valid_from: date | None = None
) -> str:
    """`of/sender/identifier`, then `/within` and `@valid_from` where they are said: one entry, one number."""
    named = "/".join([of, _escape(sender), _escape(identifier), *([_escape(within)] if within else [])])
    return f"{named}@{valid_from}" if valid_from else named


def _escape(name: str) -> str:
    """Without what separates names, so that two entries never share a number."""
    return name.replace("%", "%25").replace("/", "%2F").replace("@", "%40")
