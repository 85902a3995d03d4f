"""Which partners an event goes to, and as which document: the agreements say it, the event and its parties decide.

Pure: queues nothing, writes nothing. An agreement names the party that gets a document; a map that does not write
such an event (a planning schedule as an 862) keeps it from being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gateway.mapping import Configuration, Map, writes
from gateway.partners import Agreement, Partner
from gateway.partners.reading import SENT_TO
from ledger.events import (
    Event,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    TransferCancelled,
    TransferShipped,
    kind_of,
)
from ledger.outcomes import Posted, Recorded

OURS = ("OrderPlaced", "OrderChanged", "OrderCancelled", "ScheduleReleased")
"""What we decide ourselves: passed on as soon as it is recorded, whatever it still waits for."""
STANDING = ("posted", "partly", "waiting")
IN_THE_BOOKS = ("posted", "partly")

FindPartner = Callable[[str], Partner | None]


def is_passed_on(recorded: Recorded, *, is_new: bool) -> bool:
    """Whether this answer of the ledger makes its event a fact that others may be told.

    What others told us must be in the books first; where it had to wait for that, it is told when it gets there.
    """
    if not is_new:
        return (
            recorded.kind not in OURS
            and recorded.result in IN_THE_BOOKS
            and any(isinstance(outcome, Posted) for outcome in recorded.outcomes)
        )
    return recorded.result in (STANDING if recorded.kind in OURS else IN_THE_BOOKS)


def is_other_half(event: Event) -> bool:
    """Whether a recorded event is the half of a transfer for the site that receives: the sender's tells all of it."""
    return isinstance(event, TransferShipped | TransferCancelled) and event.place not in ("", event.from_place)


def find_routes(
    event: Event, configuration: Configuration, find_partner: FindPartner
) -> Iterator[tuple[Partner, Agreement]]:
    """Partners that get the event, and their agreement on the document; never the one that it came from."""
    kind = kind_of(event)
    told: dict[str, Partner | None] = {}
    for partner, agreement in configuration.partners.sending_on(kind):
        if partner.id == event.partner:
            continue
        party = agreement.party or SENT_TO.get(kind, "")
        if party != "any":
            named = getattr(event, party, None) or ""
            if named not in told:
                told[named] = find_partner(named) if named else None
            found = told[named]
            if found is None or found.id != partner.id:
                continue
        map = configuration.map_to_write(partner.id, agreement.document)
        if map is None or (writes(map, event) and _is_told(map, partner, event)):
            yield partner, agreement


def _is_told(map: Map, partner: Partner, event: Event) -> bool:
    """Whether the document would say all that matters of the event.

    Only X12 says in itself that it is a test: files of the test book go where there is nothing else. That an event is
    taken back only the canonical form says; orders are withdrawn instead.
    """
    if event.book == "test" and map.format != "x12" and partner.test is not True:
        return False
    return not event.retracted or map.canonical or isinstance(event, OrderCancelled)


def said_again(event: Event) -> Event:
    """An order that was read anew, as its supplier must hear it: it has the first reading, and a second order under
    the same number would be refused or, worse, delivered."""
    if event.retracted and isinstance(event, OrderPlaced | OrderChanged):
        return OrderCancelled(**_fields(event, OrderCancelled))
    return OrderChanged(**_fields(event, OrderChanged), complete=True) if isinstance(event, OrderPlaced) else event


def _fields(event: Event, kind: type[Event]) -> dict[str, Any]:
    return {name: getattr(event, name) for name in kind.__struct_fields__ if hasattr(event, name)}
