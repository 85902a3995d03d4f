"""Which partners an event goes to, and as which document: the agreements say it, the event and its parties decide.

Pure: queues nothing, writes nothing. An agreement names the party that gets a document; a map that does not write
such an event (a planning schedule as an 862) keeps it from being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.mapping import Configuration, writes
from gateway.partners import Agreement, Partner
from gateway.partners.reading import SENT_TO
from ledger.events import Event, kind_of
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
        if map is not None and (not writes(map, event) or (map.format != "x12" and not _is_told(partner, event))):
            continue
        yield partner, agreement


def _is_told(partner: Partner, event: Event) -> bool:
    """Only X12 says in itself that it is a test: files of the test book go where there is nothing else."""
    return event.book == "live" or partner.test is True
