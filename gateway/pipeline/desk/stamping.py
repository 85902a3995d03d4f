"""Events that people hand in: who said them, and whether the book can read them back. Must not record them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gateway.errors import OperatorMistake
from ledger.events import Actor, AnyEvent, kind_of, read_event, write_event


def stamp(events: Sequence[AnyEvent], actor: Actor) -> list[AnyEvent]:
    """The events; `actor` stands for those that name nobody.

    Raises OperatorMistake for one that is beyond its bounds: recorded, nothing could read it again.
    """
    stamped = [event if event.actor else msgspec.structs.replace(event, actor=actor) for event in events]
    for event in stamped:
        try:
            read_event(write_event(event))
        except msgspec.ValidationError as error:
            raise OperatorMistake(f"{kind_of(event)} {event.number}: {error}") from error
    return stamped
