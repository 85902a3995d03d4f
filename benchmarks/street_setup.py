"""What every measurement of the street does before its clock: master data in, messages accepted, the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from benchmarks.corpus import Corpus, Sent
from benchmarks.corpus.partners import master_data
from gateway.pipeline import Street
from ledger.events import Event

ACCEPTING_THREADS = 32
MASTER_DATA_BATCH = 2000


class Calendar:
    """The corpus has its own time; each slice is processed as it would have been on that day."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def set_up(street: Street, corpus: Corpus, calendar: Calendar, more: Iterable[Sent] = ()) -> None:
    """Master data, then the warm-up part and `more` through the whole street."""
    events: list[Event] = list(master_data(corpus))
    for start in range(0, len(events), MASTER_DATA_BATCH):
        street.record_events(events[start : start + MASTER_DATA_BATCH])  # type: ignore[arg-type]
    for batch in (corpus.sent[: corpus.warm_up], tuple(more)):
        if batch:
            calendar.now = batch[-1].at
            accept_all(street, batch)
            street.run_until_idle(deliver=False)


def accept_all(street: Street, batch: Sequence[Sent]) -> None:
    """Accept in order of time, many at once as a server would, so that commits are shared."""
    with ThreadPoolExecutor(ACCEPTING_THREADS) as pool:
        for _ in pool.map(lambda sent: street.receive(sent.body, sent.partner, "rest", sent.name), batch):
            pass
