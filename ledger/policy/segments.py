"""Segments of stock by purpose: what is theirs alone, laid over the rules for all stock.

Goods are of the segment that they carry. Where they stand gives them another one beside it: goods on hold are `hold`
too, goods that are not ours `consigned`, goods at the line `line_side`. Of several the strictest word holds.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ledger.policy.counts import CountLimits
from ledger.policy.tolerance import NO_TOLERANCE


class SegmentRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One segment. What is left out is as for all stock."""

    about: str = ""
    """What it is for, in a few words."""
    counts: CountLimits | None = None
    """Its own limits of counts and adjustments; left out, those for all stock."""
    never: tuple[str, ...] = ()
    """Event kinds that do not move its goods."""
    states: tuple[str, ...] = ()
    """States that its goods may come to, within the house; empty is every state that the kind allows."""
    kept_from: tuple[str, ...] = ()
    """Event kinds that take its available goods only where the line names the segment, the handling unit or the
    serials."""
    assigned_by: tuple[str, ...] = ()
    """People of these roles alone bring goods into the segment or out of it; empty is whoever may move them."""
    roles: dict[str, tuple[str, ...]] = {}
    """Event kind -> roles of which a person needs one, instead of the kind's own."""
    approvals: dict[str, tuple[str, ...]] = {}
    """Event kind -> roles of which somebody else approves it (D46)."""
    reasons: dict[str, dict[str, str]] = {}
    """Event kind -> further reason codes that hold for its goods, and what they mean."""
    visible_to: tuple[str, ...] = ()
    """People of these roles see its goods in balances and movements over REST; empty is everybody. Sums of a part
    (position, promise) hold all goods, and whoever may open the home sees everything there."""


def segments_of(segment: str, state: str, owner: str) -> tuple[str, ...]:
    """All segments that goods are of, their own first."""
    names = [segment] if segment else []
    if state in ("quality_hold", "quarantine"):
        names.append("hold")
    if state == "consigned" or (owner and state != "in_transit"):
        names.append("consigned")
    if state == "line_side":
        names.append("line_side")
    return tuple(dict.fromkeys(names))


_ASKS_ALWAYS = CountLimits(tolerance=NO_TOLERANCE, limit=Decimal(0))
_BUILDS = ("AllocationMade", "MaterialIssued", "PartSubstituted")
_TAKES = ("AllocationMade", "ServiceReserved", "MaterialIssued", "GoodsShipped", "TransferShipped", "PartSubstituted")

SEGMENTS: dict[str, SegmentRules] = {
    "raw": SegmentRules(about="Purchased material for production."),
    "wip": SegmentRules(about="Work in process, between two operations."),
    "line_side": SegmentRules(about="Goods at the line, whatever else they are."),
    "safety": SegmentRules(
        about="Kept for the day when supply fails.", kept_from=_TAKES, assigned_by=("planner",)
    ),
    "consigned": SegmentRules(about="Goods that stand here and are not ours.", counts=_ASKS_ALWAYS),
    "service": SegmentRules(
        about="Parts for the aftermarket.", kept_from=_BUILDS
    ),
    "reman": SegmentRules(
        about="Cores and remanufactured units.", counts=_ASKS_ALWAYS, kept_from=_BUILDS
    ),
    "warranty": SegmentRules(
        about="Returned under warranty, until it is decided.", counts=_ASKS_ALWAYS, kept_from=_TAKES
    ),
    "hold": SegmentRules(
        about="Goods on quality hold or in quarantine, whatever else they are.",
        counts=CountLimits(limit=Decimal(0), approvers=("inventory_manager", "quality_manager")),
    ),
}  # fmt: skip
"""What is in force where the house says nothing else."""
