"""Which of the events that a map makes a value is: asked before it is written. Pure."""

from __future__ import annotations

from gateway.mapping.plan import Map
from gateway.mapping.reading.transfers import paper_of
from ledger.advices import Advice
from ledger.events import Event


def writes(map: Map, value: Event | Advice) -> bool:
    """Whether the map makes a document of such an event or advice; other faults are those of its fields."""
    return (map.canonical and isinstance(value, Event)) or choose(map, as_written(map, value)) is not None


def as_written(map: Map, value: Event | Advice) -> Event | Advice:
    """The value as the map tells it: a transfer goes as a ship notice or a receiving advice where no map names it."""
    return value if choose(map, value) is not None else paper_of(value)


def choose(map: Map, value: Event | Advice) -> str | None:
    """The chooser's value that stands for this event; "" where the map makes one kind, None where it makes none."""
    for chosen, kind in map.kinds.items():
        if kind.struct is type(value) and all(getattr(value, n) == fixed for n, fixed in kind.fixed.items()):
            return chosen
    return None
