"""The log of one batch: events with sequence, digest and chain, their lines, and every outcome found for them."""

from __future__ import annotations

from operator import itemgetter

import msgspec
from sqlalchemy import Connection, select

from ledger.book.journal.digests import next_link
from ledger.book.journal.heads import Head
from ledger.book.journal.lines import own_lines, statuses_told
from ledger.book.journal.priors import Draft, News, Priors
from ledger.book.storage import bulk, tables
from ledger.events import Event, kind_of, write_event
from ledger.matching.resolved import document_of, microseconds, moment
from ledger.outcomes import AnyOutcome, Recorded, Repeated, Result

_write_outcomes = msgspec.json.Encoder(decimal_format="string").encode
_replace = msgspec.structs.replace


class Log:
    """Collects what a batch records; `save` writes it. Events are never changed, lines only in their status."""

    def __init__(self, conn: Connection, head: Head, policy_hash: str, now_us: int) -> None:
        self.conn, self.head, self.policy_hash = conn, head, policy_hash
        # Time in a book never runs backwards, whatever the clock does: recorded_at is then an order too.
        self.now_us = max(now_us, head.recorded_at)
        self.now = moment(self.now_us)
        self._events: list[bulk.Row] = []
        self._whole = 1
        """Whether the event that is being recorded is the first under its key."""
        self._lines: dict[tuple[str, int, str], str] = {}
        """(site, event, line) of lines of this batch that have a row -> status."""
        self._statuses: dict[int, dict[str, str]] = {}
        """Event of this batch -> line -> status, of every line that is its own."""
        self._restated: dict[tuple[str, int, str], str] = {}
        """(site, event, line) of earlier events -> new status."""
        self._outcomes: list[bulk.Row] = []
        self._position: list[tuple[int, str]] = []
        """(event, body) of the outcomes found at the sequence that is being recorded."""
        self.priors = Priors(conn, head.book, self._restated)
        self.own = self.priors.own
        self.event = self.priors.event

    @property
    def is_empty(self) -> bool:
        return not self._events

    # --- one event ----------------------------------------------------------------------------------------

    def next_seq(self) -> int:
        self.head.seq += 1
        return self.head.seq

    def keep(self, draft: Draft, seq: int) -> Event:
        """Stamp the event as recorded at `seq`; its row is whole when `end_position` is called."""
        head, site = self.head, draft.site
        priors = self.priors.of(draft)
        self._whole = int(not priors)
        instalment = max((prior.instalment for prior in priors if prior.site == site), default=-1) + 1
        event: Event = _replace(
            draft.event, book=head.book, site=site, recorded_at=self.now, policy=self.policy_hash,
            digest=draft.digest.hex(),
        )  # fmt: skip
        message, document = document_of(event)
        self.priors.add(draft, event, seq, instalment, self._whole)
        occurred = event.occurred_at
        offset = occurred.utcoffset() if occurred else None
        self._events.append(
            (
                head.book, site, *draft.key, instalment, seq, draft.digest, microseconds(occurred),
                int(offset.total_seconds() // 60) if offset else 0, self.now_us, self.policy_hash, message, document,
                write_event(event).decode(), self._whole,
            )
        )  # fmt: skip
        return event

    def keep_lines(self, draft: Draft, seq: int, news: News, status: dict[str, str], result: Result) -> None:
        """Note the lines that were decided; lines recorded before under the same key stay with their first event."""
        self._statuses[seq] = status
        self.priors.set_lines(seq, status)
        if result == "posted" and self._whole:
            return
        for n in news.lines:
            line = draft.identities[n]
            now = status[line]
            if now != "posted" or not self._whole:
                self._lines[draft.site, seq, line] = now

    def put_outcomes(
        self,
        event: Event,
        seq: int,
        outcomes: tuple[AnyOutcome, ...],
        *,
        result: Result,
        movements: int = 0,
        found_at: int = 0,
        site: str = "",
    ) -> Recorded:
        """Note what came of event `seq`, found now or, where it had waited, at the sequence `found_at`.

        `site` is the one it was decided for, where that is known only since.
        """
        body = _write_outcomes(outcomes).decode()
        times = sum(1 for other, _ in self._position if other == seq)
        self._outcomes.append((self.head.book, event.site, seq, found_at or seq, times, result, movements, body))
        self._position.append((seq, body))
        self.priors.set_result(seq, result)
        return Recorded(
            book=self.head.book, site=site or event.site, seq=seq, kind=kind_of(event), number=event.number,
            result=result, outcomes=outcomes, movements=movements,
        )  # fmt: skip

    def repeated(self, draft: Draft, seq: int) -> Recorded:
        """The answer for a fact that is recorded already at `seq`; nothing is written."""
        return Recorded(
            book=self.head.book, site=draft.site, seq=seq, kind=draft.key[1], number=draft.event.number,
            result="repeated", outcomes=(Repeated(seq=seq),),
        )  # fmt: skip

    def end_position(self, seq: int, movements: int) -> None:
        """Link the chain over the event and all that was found while it was recorded; `movements` made so far."""
        outcomes = [body for _, body in sorted(self._position, key=itemgetter(0))]
        self._position = []
        head, (*row, body, whole) = self.head, self._events[-1]
        head.chain = next_link(head.chain, seq, body, outcomes)
        self._events[-1] = (*row, body, head.chain, movements, whole)
        head.recorded_at = self.now_us

    # --- earlier events -----------------------------------------------------------------------------------

    def line_statuses(self, event: Event, seq: int) -> dict[str, str]:
        """Status of the lines of the event recorded at `seq` as they stand now."""
        if seq in self.own:
            return self._statuses.get(seq, {})
        table, book, site = tables.event.c, self.head.book, event.site
        whole = self.conn.execute(select(table.whole).where(table.book == book, table.seq == seq)).scalar_one()
        lines = own_lines(event, bool(whole), statuses_told(self.conn, book, site, seq))
        return {line: self._restated.get((site, seq, line), status) for line, (_, status) in lines.items()}

    def positions_of(self, seq: int) -> set[int]:
        """Where this batch found what came of an event: at itself, and at those that ended waits of its lines."""
        return {found_at for _, _, event, found_at, *_ in self._outcomes if event == seq}

    def restate(self, site: str, seq: int, line: str, status: str) -> None:
        """A line that waited has another status now."""
        if (site, seq, line) in self._lines:
            self._lines[site, seq, line] = self._statuses[seq][line] = status
        elif seq not in self.own and line:
            self._restated[site, seq, line] = status

    def save(self) -> None:
        book = self.head.book
        bulk.insert(self.conn, tables.event, self._events)
        bulk.insert(self.conn, tables.event_line, [(book, *key, status) for key, status in self._lines.items()])
        bulk.update(
            self.conn, tables.event_line, ("book", "site", "seq", "line"), ("status",),
            [(status, book, *key) for key, status in self._restated.items()],
        )  # fmt: skip
        bulk.insert(self.conn, tables.outcome, self._outcomes)
