"""Containments in the oracle: a sheet that lies over the goods, and what of them is held while it lies there."""

from __future__ import annotations

from typing import NamedTuple

from ledger.events import ContainmentClosed, ContainmentOpened
from tests.store.oracle.sheet import USABLE, Deltas, Sheet, Spot, total

LABEL = "containment:"
OPENERS, CLOSERS = {"inspector", "quality_manager"}, {"quality_manager"}


def is_label(hold_reason: str) -> bool:
    return hold_reason.startswith(LABEL)


class Open(NamedTuple):
    """What one containment means: parts and lots, of which goods without a lot are left or held."""

    number: str
    parts: tuple[str, ...]
    lots: tuple[str, ...]
    holds_unknown: bool
    to_state: str

    @property
    def label(self) -> str:
        return LABEL + self.number

    def means(self, spot: Spot) -> bool:
        if self.parts and spot.part not in self.parts:
            return False
        if not self.lots or spot.lot in self.lots:
            return True
        # Of goods without a lot nothing fits for certain; the part does where it is named.
        return not spot.lot and self.holds_unknown and bool(self.parts)

    def held(self, spot: Spot) -> Spot:
        return spot._replace(state=self.to_state, hold_reason=self.label, demand="")


class Sheets:
    """The containments that are open, in the order in which they were opened."""

    def __init__(self) -> None:
        self.open: list[Open] = []
        self.closed: set[str] = set()

    def holds(self, spot: Spot) -> bool:
        """Whether goods are released by the name of a containment only."""
        return any(spot.hold_reason == one.label for one in self.open)

    def knows(self, hold_reason: str) -> bool:
        """Whether goods may be held for it: for a containment only while that is open."""
        return not is_label(hold_reason) or any(hold_reason == one.label for one in self.open)

    def lay(self, spot: Spot, source: Spot | None = None) -> Spot:
        """Where goods stand that would stand at a spot, coming from `source`, or out of a document's picture."""
        if spot.state not in USABLE or (source is not None and source.state in USABLE):
            return spot
        for one in self.open:
            if one.means(spot) and (source is None or source.hold_reason != one.label):
                return one.held(spot)
        return spot

    def opening(self, event: ContainmentOpened, sheet: Sheet) -> tuple[str, Deltas]:
        """The result, and what is held at once."""
        if event.actor is not None and not OPENERS & set(event.actor.roles):
            return "refused", {}
        if not (event.parts or event.lots):
            return "refused", {}
        one = Open(event.number, event.parts, event.lots, event.unknown == "hold", event.to_state)
        self.open.append(one)
        moves = [(s, q) for s, q in sheet.standing.items() if s.state in USABLE and one.means(s)]
        return "posted", total([(s, -q) for s, q in moves] + [(one.held(s), q) for s, q in moves])

    def closing(self, event: ContainmentClosed, sheet: Sheet) -> tuple[str, Deltas]:
        """The result ("waiting" for one that nobody opened), and what is free again."""
        known = next((one for one in self.open if one.number == event.number), None)
        if known is None:
            return "refused" if event.number in self.closed else "waiting", {}
        gives_back = event.disposition == "release"
        if event.actor is not None and not CLOSERS & set(event.actor.roles):
            return "refused", {}
        if gives_back and known.to_state == "quarantine" and not event.reason:
            return "refused", {}
        self.open.remove(known)
        self.closed.add(known.number)
        moves = [(s, q) for s, q in sheet.standing.items() if s.hold_reason == known.label and gives_back]
        free = [(self.lay(_freed(s), s), q) for s, q in moves]
        return "posted", total([(s, -q) for s, q in moves] + free)


def _freed(spot: Spot) -> Spot:
    return spot._replace(state="consigned" if spot.owner else "available", hold_reason="")
