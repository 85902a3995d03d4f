"""Finds what was recorded before under the same key, and says what is new in an event: its idempotency.

The event key finds the repeat, the digest decides. The same content is a repeat. A key that comes again with more
lines, or in conflict, is kept as the key's next instalment; what was recorded is never rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.book.journal.digests import event_digest, line_digests
from ledger.book.journal.lines import own_lines, statuses_told
from ledger.book.resolution import lines_of
from ledger.book.storage import bulk, tables
from ledger.events import (
    ABOUT_CASES,
    CASEWORK,
    DiscrepancyResolved,
    Event,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    ScheduleReleased,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    TransferCancelled,
    kind_of,
    read_event,
)
from ledger.matching.resolved import Standing, document_of, line_identities
from ledger.outcomes import Result

SUCCESSIVE: tuple[type[Event], ...] = (
    OrderChanged,
    OrderCancelled,
    ShipmentReplaced,
    ShipmentCancelled,
    GoodsReceiptReversed,
    GoodsReceiptMatched,
    DiscrepancyResolved,
    TransferCancelled,
    OrderAcknowledged,
    ScheduleReleased,
    *CASEWORK,
)
"""Kinds that say what happens to an earlier event, or say it anew: each with other content follows the one before."""

NAME = ("partner", "kind", "number")

Name = tuple[str, str, str]
Key = tuple[str, str, str, int]


class Prior(NamedTuple):
    """An event recorded under the key."""

    seq: int
    instalment: int
    site: str
    digest: bytes
    message: str
    revision: int
    document: str
    whole: int
    """1 where all lines of its body are its own."""


class Draft:
    """An event on its way in: its key, its lines' identities and digests."""

    __slots__ = ("digest", "event", "identities", "key", "line_digests", "lines", "name", "site")

    def __init__(self, event: Event, site: str) -> None:
        self.event = event
        self.site = site
        self.name: Name = (event.partner, kind_of(event), event.number)
        self.key: Key = (*self.name, event.revision)
        self.lines = lines_of(event)
        self.identities = line_identities(self.lines)
        self.line_digests = line_digests(self.lines)
        self.digest = event_digest(event, self.line_digests)


class News(NamedTuple):
    """What an event brings: positions of the lines to decide and their standing; `repeat` is the first's sequence."""

    lines: list[int]
    standings: list[Standing]
    repeats: bool = False
    repeat: int = 0


class Priors:
    """What is recorded under the keys of one batch in one book, the batch's own events included."""

    def __init__(self, conn: Connection, book: str, restated: dict[tuple[str, int, str], str]) -> None:
        """`restated` holds the new status of earlier lines, (site, seq, line), that this batch has changed."""
        self.conn, self.book, self.restated = conn, book, restated
        self._priors: dict[tuple[str, Name], list[Prior]] = {}
        self._own_statuses: dict[int, dict[str, str]] = {}
        self.own: dict[int, Event] = {}
        """The events that this batch records, as they are recorded."""
        self._own_results: dict[int, Result] = {}
        self._decided_again: set[int] = set()
        """Earlier events that this batch has decided once more."""

    def load(self, drafts: Iterable[Draft]) -> None:
        """Look up the names; an event may also have been recorded while its site was unknown."""
        wanted: dict[str, set[Name]] = {}
        for draft in drafts:
            for site in {draft.site, ""}:
                if (site, draft.name) not in self._priors:
                    self._priors[site, draft.name] = []
                    wanted.setdefault(site, set()).add(draft.name)
        columns = (*NAME, "seq", "instalment", "site", "digest", "message", "revision", "document", "whole")
        for site, names in sorted(wanted.items()):
            place = (("book", self.book), ("site", site))
            for row in bulk.look_up(self.conn, tables.event, columns, place, NAME, sorted(names)):
                self._priors[site, (row[0], row[1], row[2])].append(Prior(*row[3:]))

    def named(self, draft: Draft) -> list[Prior]:
        """Everything recorded under the draft's name, in whatever revision, in order."""
        found = self._priors[draft.site, draft.name]
        if draft.site:
            found = found + self._priors["", draft.name]
        return sorted(found)

    def of(self, draft: Draft) -> list[Prior]:
        """Everything recorded under the draft's key, in order."""
        return [prior for prior in self.named(draft) if prior.revision == draft.event.revision]

    def in_force(self, draft: Draft) -> list[Prior]:
        """What was recorded under the draft's name, each document as it was read last."""
        priors = self.named(draft)
        if all(not prior.revision for prior in priors):
            return priors
        last = {prior.document: prior for prior in priors if prior.revision}
        return [
            prior
            for prior in priors
            if last.get(prior.document, prior) is prior and not (prior.revision and self.event(prior.seq).retracted)
        ]

    def reread(self, draft: Draft) -> Prior | None:
        """What the document of a draft said under its name when it was read before; None for nothing in force."""
        _, document = document_of(draft.event)
        mine = [prior for prior in self.named(draft) if prior.document == document and document]
        last = max((prior for prior in mine if prior.revision < draft.event.revision), default=None)
        return None if last is None or (last.revision and self.event(last.seq).retracted) else last

    def add(self, draft: Draft, event: Event, seq: int, instalment: int, whole: int) -> None:
        """Note an event that this batch records, as the draft has become."""
        self.own[seq] = event
        message, document = document_of(event)
        prior = Prior(seq, instalment, draft.site, draft.digest, message, event.revision, document, whole)
        self._priors[draft.site, draft.name].append(prior)

    def set_lines(self, seq: int, statuses: dict[str, str]) -> None:
        """Note the lines of an event that this batch records: the status of each, which it may go on to change."""
        self._own_statuses[seq] = statuses

    def set_result(self, seq: int, result: Result) -> None:
        """Note what came of an event that this batch decides, for the first time or again."""
        self._own_results[seq] = result
        if seq not in self.own:
            self._decided_again.add(seq)

    def have_changed(self, draft: Draft) -> bool:
        """Whether what is recorded under the draft's name was decided again since the batch began."""
        again = self._decided_again
        return bool(again) and any(prior.seq in again for prior in self.named(draft))

    def news(self, draft: Draft) -> News:
        """What of the event is new, against everything recorded under its key."""
        everything = list(range(len(draft.lines)))
        if draft.event.revision:
            _, document = document_of(draft.event)
            for prior in self.of(draft):
                if (prior.document, prior.digest) == (document, draft.digest):
                    return News([], [], repeat=prior.seq)
            return News(everything, ["new"] * len(everything))
        priors = self.in_force(draft)
        if not priors:
            return News(everything, ["new"] * len(everything))
        same = [prior for prior in priors if prior.digest == draft.digest]
        if isinstance(draft.event, SUCCESSIVE):
            if (
                same
                and not self._was_refused(draft, same[-1])
                and (same[-1] is priors[-1] or not self._is_newer(draft.event, priors[-1]))
            ):
                return News([], [], repeat=same[-1].seq)
            return News(everything, ["new"] * len(everything))
        message, _ = document_of(draft.event)
        if same and (any(prior.message == message for prior in same) or not self._is_refused(draft, same[-1])):
            return News([], [], repeat=same[-1].seq)
        return self._news_by_line(draft, priors)

    def _news_by_line(self, draft: Draft, priors: list[Prior]) -> News:
        known: dict[str, set[bytes]] = {}
        for prior in priors:
            for line, (digest, status) in self._lines(prior).items():
                # A line that waits because nobody knew its place has said nothing about this place yet.
                if status != "refused" and (prior.site == draft.site or status != "waiting"):
                    known.setdefault(line, set()).add(digest)
        lines: list[int] = []
        standings: list[Standing] = []
        for n, (line, digest) in enumerate(zip(draft.identities, draft.line_digests, strict=True)):
            if line not in known:
                lines.append(n)
                standings.append("new")
            elif digest not in known[line] or isinstance(draft.event, ShipmentNotified):
                # A notice stands or falls as a whole: after a cancellation the same lines are said anew.
                lines.append(n)
                standings.append("other" if digest not in known[line] else "new")
        return News(lines, standings, repeats=bool(known))

    def _is_refused(self, draft: Draft, prior: Prior) -> bool:
        """Nothing was taken of what has the same content: its number is free again."""
        if not draft.lines:
            return self.result(prior) == "refused"
        told = self._statuses(prior)
        return len(told) >= (len(draft.lines) if prior.whole else 1) and set(told.values()) == {"refused"}

    def _was_refused(self, draft: Draft, prior: Prior) -> bool:
        """A decision that was refused (by whom it was not to be made) decided nothing: the same may be said again."""
        return isinstance(draft.event, (*ABOUT_CASES, GoodsReceiptMatched)) and self.result(prior) == "refused"

    def result(self, prior: Prior) -> str:
        """What came of it in the end: when it was recorded, or when what it waited for had come."""
        own = self._own_results.get(prior.seq)
        if own is not None:
            return own
        table = tables.outcome.c
        query = select(table.result).where(
            table.book == self.book, table.site == prior.site, table.event == prior.seq
        )
        return str(self.conn.execute(query.order_by(table.seq.desc(), table.n.desc()).limit(1)).scalar())

    def _lines(self, prior: Prior) -> dict[str, tuple[bytes, str]]:
        """The lines that are its own, by identity: digest and status."""
        own = own_lines(self.event(prior.seq), bool(prior.whole), self._statuses(prior))
        digests = line_digests([line for line, _ in own.values()])
        return {name: (digest, status) for (name, (_, status)), digest in zip(own.items(), digests, strict=True)}

    def _statuses(self, prior: Prior) -> dict[str, str]:
        """Status of its own lines as it stands now; of those without one, "posted" holds."""
        own = self._own_statuses.get(prior.seq)
        if own is not None:
            return own
        told = statuses_told(self.conn, self.book, prior.site, prior.seq)
        return {line: self.restated.get((prior.site, prior.seq, line), status) for line, status in told.items()}

    def _is_newer(self, event: Event, latest: Prior) -> bool:
        """Whether the partner made this document after the latest one, so that an earlier content is meant anew."""
        if isinstance(event, GoodsReceiptMatched):
            return True  # a person's last word holds, though it was their first as well
        before = self.event(latest.seq).created_at
        return event.created_at is not None and before is not None and event.created_at > before

    def event(self, seq: int) -> Event:
        """An event of the book, this batch's own included."""
        own = self.own.get(seq)
        if own is not None:
            return own
        table = tables.event.c
        query = select(table.body).where(table.book == self.book, table.seq == seq)
        return read_event(self.conn.execute(query).scalar_one())
