"""One batch in one book: events resolved, decided and posted in order, then written with one statement per table.

Everything is decided in memory over one working set; `finish` writes it. What an event releases is decided right
after it, so that any splitting of the same events into batches ends in the same books.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from operator import itemgetter

import msgspec
from sqlalchemy import Connection, select

from ledger import cases, matching
from ledger.book import bulk, document_tables, tables
from ledger.book.balances import Balances, Posting
from ledger.book.digests import next_link
from ledger.book.heads import Head, save_head
from ledger.book.loading import Loader
from ledger.book.priors import Draft, News, Priors
from ledger.book.resolution import lines_of, resolve, site_of
from ledger.book.saving import save
from ledger.book.snapshots import Snapshots
from ledger.book.waits import Wait, Waits
from ledger.events import (
    DiscrepancyResolved,
    Event,
    Line,
    LocationDefined,
    PartDefined,
    SiteDefined,
    SupplierDefined,
    TimePassed,
    UnitFactorDefined,
    kind_of,
    read_event,
    write_event,
)
from ledger.masterdata import MasterData
from ledger.matching.decision import Decision
from ledger.matching.resolved import ResolvedEvent, line_identities, microseconds, moment
from ledger.matching.workset import Needs
from ledger.outcomes import AnyOutcome, Posted, Recorded, Refused, Repeated, Result
from ledger.policy import Policy

_write_outcomes = msgspec.json.Encoder(decimal_format="string").encode
_replace = msgspec.structs.replace

LineRow = tuple[str, str, int, str, int, bytes, str]
"""A row of event_line: book, site, seq, line, segment, digest, status."""


class Batch:
    """Takes events of one book in order (`post`, `define`, `pass_time`), then `finish` writes them all."""

    def __init__(self, conn: Connection, head: Head, policy: Policy, now_us: int, snapshots: Snapshots) -> None:
        self.conn, self.head, self.policy, self.snapshots = conn, head, policy, snapshots
        # Time in a book never runs backwards, whatever the clock does: recorded_at is then an order too.
        self.now_us = max(now_us, head.recorded_at)
        self.now = moment(self.now_us)
        self.masterdata: MasterData = snapshots.current(conn, head)
        self.loader = Loader(conn)
        self.loader.workset.next_case[head.book] = head.cases + 1
        self.balances = Balances()
        self.waits = Waits(conn, head.book)
        self.postings: list[Posting] = []
        self.released: list[Recorded] = []
        """Answers for earlier events that went on because of events of this batch."""
        self._events: list[bulk.Row] = []
        self._own: dict[int, tuple[str, Event]] = {}
        """Site and body of the events of this batch, for lines of theirs that are released within it."""
        self._lines: dict[tuple[int, str], LineRow] = {}
        self._restated: dict[tuple[str, int, str], str] = {}
        """(site, event, line) of earlier events -> new status."""
        self.priors = Priors(conn, head.book, self._restated)
        self._outcomes: list[bulk.Row] = []
        self._position: list[tuple[int, str]] = []
        """(event, body) of the outcomes found at the sequence that is being recorded."""

    # --- business events ----------------------------------------------------------------------------------

    def post(self, events: Sequence[Event]) -> list[Recorded]:
        """Record business events; one answer each, in order."""
        of_cases = self._sites_of_cases(events)
        drafts = [Draft(event, of_cases.get(event.number, "") or self._site(event)) for event in events]
        self.priors.load(drafts)
        news = [self.priors.news(draft) for draft in drafts]
        resolved = [
            None if what.repeat else self._resolve(draft, what) for draft, what in zip(drafts, news, strict=True)
        ]
        self._load([event for event in resolved if event is not None])
        first_time = {draft.key: n for n, draft in reversed(list(enumerate(drafts)))}
        return [
            # Within the batch an earlier event may have had the same key: then look again.
            self._record(draft, what, ready)
            if first_time[draft.key] == n
            else self._record(draft, self.priors.news(draft), None)
            for n, (draft, what, ready) in enumerate(zip(drafts, news, resolved, strict=True))
        ]

    def _record(self, draft: Draft, news: News, resolved: ResolvedEvent | None) -> Recorded:
        event = draft.event
        if news.repeat:
            return self._repeated(event, draft.site, news.repeat)
        if resolved is None:
            resolved = self._resolve(draft, news)
            self._load([resolved])
        seq = self._next_seq()
        resolved.seq = seq
        self._keep(draft, seq, site=draft.site)
        decision, outcomes = self._decide(resolved)
        status = _statuses(resolved, decision)
        for n in news.lines:
            line = draft.identities[n]
            self._lines[seq, line] = (
                self.head.book, draft.site, seq, line, draft.lines[n].segment, draft.line_digests[n], status[line],
            )  # fmt: skip
        self._note_lines(draft, seq, news, status)
        self._wait(draft.site, seq, resolved, decision)
        recorded = self._answer(event, draft.site, draft.site, seq, seq, decision, status, outcomes)
        self._release(decision.released, seq)
        self._end_position(seq)
        return recorded

    def _site(self, event: Event) -> str:
        return site_of(event, self.masterdata)[0]

    def _sites_of_cases(self, events: Sequence[Event]) -> dict[str, str]:
        """Where the cases stand that are to be resolved: a decision about a case belongs to the case's site."""
        numbers = sorted({event.number for event in events if isinstance(event, DiscrepancyResolved)})
        if not numbers:
            return {}
        found = {case: site for (_, case), site in self._cases_here(numbers).items()}
        rows = bulk.select(
            self.conn, document_tables.cases, ("case", "site"), (("book", self.head.book),), ("case",),
            [(number,) for number in numbers if number not in found],
        )  # fmt: skip
        return found | {case: site for case, site in rows}

    def _cases_here(self, numbers: Iterable[str]) -> dict[tuple[str, str], str]:
        book, known = self.head.book, self.loader.workset.cases
        return {(book, number): known[book, number].site for number in numbers if (book, number) in known}

    def _resolve(self, draft: Draft, news: News) -> ResolvedEvent:
        return resolve(
            draft.event, self.masterdata, seq=0, site=draft.site, repeats=news.repeats,
            identities=[draft.identities[n] for n in news.lines], standings=news.standings,
            lines=[draft.lines[n] for n in news.lines],
        )  # fmt: skip

    def _load(self, resolved: Sequence[ResolvedEvent]) -> None:
        """Bring in what the decisions about these events will read, and the balances they have to look at."""
        needs: Needs = matching.needs(resolved, self.policy)
        self.loader.load(needs, self.head.book, {event.event.number for event in resolved})
        work = self.loader.workset
        unwatched = matching.watched(work) - work.balances.keys()
        if unwatched:
            self.balances.load(self.conn, sorted(unwatched))
            pending = dict.fromkeys(unwatched, 0)
            for (source, target, quantity, _), _, _ in self.postings:
                if source in pending:
                    pending[source] -= quantity
                if target in pending:
                    pending[target] += quantity
            for bucket, change in pending.items():
                work.balances[bucket] = self.balances.quantities[bucket] + change

    def _decide(self, resolved: ResolvedEvent) -> tuple[Decision, tuple[AnyOutcome, ...]]:
        work = self.loader.workset
        decision = matching.decide(work, resolved, self.policy, self.now_us)
        seq, event = resolved.effective_seq, resolved.seq
        self.postings.extend([Posting(movement, seq, event) for movement in decision.movements])
        return decision, cases.apply(work, decision, self.policy, self.now_us)

    # --- waiting ------------------------------------------------------------------------------------------

    def _wait(self, site: str, seq: int, resolved: ResolvedEvent, decision: Decision) -> None:
        for line in decision.lines:
            if line.status == "waiting":
                self.waits.add(Wait(site, seq, line.line), _needs_of(line.needs, line.line, resolved), line.until)

    def _release(self, needs: Sequence[str], cause: int) -> None:
        """Decide again, oldest first, what waited for any of these; what that releases follows in turn."""
        if not needs:
            return
        self.waits.look_up(needs)
        queue = list(needs)
        while queue:
            waiting = self.waits.waiting_for(queue.pop(0))
            for event in sorted({wait.event for wait in waiting}):
                queue.extend(self.decide_again([wait for wait in waiting if wait.event == event], cause))

    def decide_again(self, waits: Sequence[Wait], cause: int) -> list[str]:
        """Decide lines of one earlier event once more; gives back what that releases."""
        site, seq = waits[0].site, waits[0].event
        event = self._event(seq)
        status = self._line_statuses(site, seq)
        named = {wait.line for wait in waits}
        identities = line_identities(lines_of(event))
        again: list[tuple[str, Line]] = [
            (line, said)
            for line, said in zip(identities, lines_of(event), strict=True)
            if status.get(line) == "waiting" and (line in named or "" in named)
        ]
        for wait in waits:
            self.waits.end(wait)
        resolved = resolve(
            event, self.masterdata, seq=seq, site=site or self._site(event), cause=cause,
            identities=[line for line, _ in again], lines=[said for _, said in again],
            standings=["again"] * len(again),
        )  # fmt: skip
        self._load([resolved])
        decision, outcomes = self._decide(resolved)
        now = _statuses(resolved, decision)
        for line, changed in now.items():
            if line or not again:
                self._restate(site, seq, line, changed)
        self._wait(site, seq, resolved, decision)
        self.released.append(self._answer(event, site, resolved.site, seq, cause, decision, now, outcomes))
        return decision.released

    def _event(self, seq: int) -> Event:
        if seq in self._own:
            return self._own[seq][1]
        table = tables.event
        body = self.conn.execute(
            select(table.c.body).where(table.c.book == self.head.book, table.c.seq == seq)
        ).scalar_one()
        return read_event(body)

    def _line_statuses(self, site: str, seq: int) -> dict[str, str]:
        if seq in self._own:
            return {line: row[6] for (event, line), row in self._lines.items() if event == seq}
        table = tables.event_line
        rows = self.conn.execute(
            select(table.c.line, table.c.status).where(
                table.c.book == self.head.book, table.c.site == site, table.c.seq == seq
            )
        )
        return {line: self._restated.get((site, seq, line), status) for line, status in rows}

    def _restate(self, site: str, seq: int, line: str, status: str) -> None:
        own = self._lines.get((seq, line))
        if own is not None:
            self._lines[seq, line] = (*own[:6], status)
            self.priors.set_lines(seq, {line: (own[5], status)})
        elif seq not in self._own and line:
            self._restated[site, seq, line] = status

    # --- master data --------------------------------------------------------------------------------------

    def define(self, events: Sequence[Event]) -> list[Recorded]:
        """Record master data events; each is a whole row in force from its sequence on."""
        drafts = [Draft(event, "") for event in events]
        self.priors.load(drafts)
        stored_rows = self._in_force({(draft.key[1], draft.key[2]) for draft in drafts})
        current = dict(stored_rows)
        self.waits.look_up(need for event in events for need in _needs_met_by(event))
        recorded: list[Recorded] = []
        pending: list[Event] = []
        rows: dict[tuple[str, str], bulk.Row] = {}
        for draft in drafts:
            kind, number = draft.key[1:3]
            known = current.get((kind, number))
            reason = _mistake_in(draft.event)
            if reason:
                recorded.append(self._refuse(draft, reason))
                continue
            if known and known[0] == draft.digest:
                recorded.append(self._repeated(draft.event, "", known[1]))
                continue
            seq = self._next_seq()
            stored = self._keep(draft, seq, site="")
            rows[kind, number] = self._masterdata_row(draft, stored, seq)
            current[kind, number] = (draft.digest, seq)
            pending.append(stored)
            recorded.append(self._answer_plainly(stored, seq))
            needs = [need for need in _needs_met_by(stored) if self.waits.waiting_for(need)]
            if needs:
                self._take_over(pending)
                pending = []
                self._release(needs, seq)
            self._end_position(seq)
        self._take_over(pending)
        insert = [row for key, row in rows.items() if key not in stored_rows]
        bulk.insert(self.conn, tables.masterdata, insert)
        bulk.update(
            self.conn, tables.masterdata, ("book", "kind", "number"), ("seq", "digest", "stamp", "body"),
            [row for key, row in rows.items() if key in stored_rows],
        )  # fmt: skip
        return recorded

    def _take_over(self, defined: list[Event]) -> None:
        if defined:
            self.masterdata = self.masterdata.changed_by(defined)
            self.snapshots.keep(self.masterdata, self.head)

    def _in_force(self, keys: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[bytes, int]]:
        rows = bulk.select(
            self.conn, tables.masterdata, ("kind", "number", "digest", "seq"), (("book", self.head.book),),
            ("kind", "number"), sorted(keys),
        )  # fmt: skip
        return {(kind, number): (digest, seq) for kind, number, digest, seq in rows}

    def _masterdata_row(self, draft: Draft, stored: Event, seq: int) -> bulk.Row:
        head = self.head
        link = blake2b(head.masterdata_stamp + draft.digest + b"%d" % seq, digest_size=16)
        head.masterdata_seq, head.masterdata_stamp = seq, link.digest()
        kind, number = draft.key[1:3]
        return head.book, kind, number, seq, draft.digest, head.masterdata_stamp, write_event(stored).decode()

    def _refuse(self, draft: Draft, reason: str) -> Recorded:
        seq = self._next_seq()
        event = self._keep(draft, seq, site="")
        recorded = self._answer_plainly(event, seq, Refused(code="content", reason=reason))
        self._end_position(seq)
        return recorded

    def _answer_plainly(self, event: Event, seq: int, *outcomes: AnyOutcome) -> Recorded:
        result: Result = "refused" if outcomes else "posted"
        return self._put_outcomes(event, "", "", seq, seq, result, 0, outcomes or (Posted(),))

    # --- time ---------------------------------------------------------------------------------------------

    def pass_time(self) -> list[Recorded]:
        """End what is due now; nothing is recorded when nothing is."""
        waits = self.waits.due(self.now_us)
        event = TimePassed(number=self.now.isoformat(), occurred_at=self.now, book=self.head.book)  # type: ignore[arg-type]
        draft = Draft(event, "")
        resolved = resolve(event, self.masterdata, seq=0, site="", identities=(), standings=(), lines=())
        self.priors.load([draft])
        self._load([resolved])
        work = self.loader.workset
        if not waits and not work.notice_lines and not work.receipt_lines:
            return []
        seq = self._next_seq()
        resolved.seq = seq
        self._keep(draft, seq, site="")
        decision, outcomes = self._decide(resolved)
        recorded = self._answer(event, "", "", seq, seq, decision, _statuses(resolved, decision), outcomes)
        released = list(decision.released)
        for late in sorted({wait.event for wait in waits}):
            released += self.decide_again([wait for wait in waits if wait.event == late], seq)
        self._release(released, seq)
        self._end_position(seq)
        return [recorded]

    # --- the log ------------------------------------------------------------------------------------------

    def _next_seq(self) -> int:
        self.head.seq += 1
        return self.head.seq

    def _keep(self, draft: Draft, seq: int, *, site: str) -> Event:
        """Stamp the event and remember it as recorded; its row is made when its position ends."""
        priors = self.priors.of(draft)
        instalment = max((prior.instalment for prior in priors if prior.site == site), default=-1) + 1
        event: Event = _replace(
            draft.event, book=self.head.book, site=site, recorded_at=self.now, policy=self.policy.hash,
            digest=draft.digest.hex(),
        )  # fmt: skip
        message = event.source.message if event.source else ""
        self.priors.add(draft, seq, instalment, message)
        self._own[seq] = (site, event)
        occurred = event.occurred_at
        offset = occurred.utcoffset() if occurred else None
        self._events.append(
            (
                self.head.book, site, *draft.key, instalment, seq, draft.digest, microseconds(occurred),
                int(offset.total_seconds() // 60) if offset else 0, self.now_us, self.policy.hash, message,
                event.source.document if event.source else "", write_event(event).decode(),
            )
        )  # fmt: skip
        return event

    def _note_lines(self, draft: Draft, seq: int, news: News, status: dict[str, str]) -> None:
        self.priors.set_lines(
            seq, {draft.identities[n]: (draft.line_digests[n], status[draft.identities[n]]) for n in news.lines}
        )

    def _end_position(self, seq: int) -> None:
        """Link the chain over the event and everything that was found while it was recorded."""
        outcomes = [body for _, body in sorted(self._position, key=itemgetter(0))]
        self._position = []
        head = self.head
        row = self._events[-1]
        head.chain = next_link(head.chain, seq, row[-1], outcomes)
        self._events[-1] = (*row, head.chain, head.movements + len(self.postings))
        head.recorded_at = self.now_us

    def _answer(
        self,
        event: Event,
        row_site: str,
        site: str,
        seq: int,
        cause: int,
        decision: Decision,
        status: dict[str, str],
        outcomes: tuple[AnyOutcome, ...],
    ) -> Recorded:
        return self._put_outcomes(
            event, row_site, site, seq, cause, _result(status), len(decision.movements), outcomes
        )

    def _put_outcomes(
        self,
        event: Event,
        row_site: str,
        site: str,
        seq: int,
        cause: int,
        result: Result,
        movements: int,
        outcomes: tuple[AnyOutcome, ...],
    ) -> Recorded:
        body = _write_outcomes(outcomes).decode()
        self._outcomes.append((self.head.book, row_site, seq, cause, result, movements, body))
        self._position.append((seq, body))
        return Recorded(
            book=self.head.book, site=site, seq=seq, kind=kind_of(event), number=event.number, result=result,
            outcomes=outcomes, movements=movements,
        )  # fmt: skip

    def _repeated(self, event: Event, site: str, seq: int) -> Recorded:
        return Recorded(
            book=self.head.book, site=site, seq=seq, kind=kind_of(event), number=event.number, result="repeated",
            outcomes=(Repeated(seq=seq),),
        )  # fmt: skip

    # --- writing ------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Write everything, in the order of the tables; the head last."""
        if not self._events:
            return
        conn, head = self.conn, self.head
        made = self.balances.post(conn, self.postings, head.movements + 1, head.buckets + 1)
        head.movements += len(self.postings)
        head.buckets += made
        save(conn, self.loader)
        bulk.insert(conn, tables.event, self._events)
        bulk.insert(conn, tables.event_line, list(self._lines.values()))
        bulk.update(
            conn, tables.event_line, ("book", "site", "seq", "line"), ("status",),
            [(head.book, *key, status) for key, status in self._restated.items()],
        )  # fmt: skip
        bulk.insert(conn, tables.outcome, self._outcomes)
        self.waits.save()
        head.cases = self.loader.workset.next_case[head.book] - 1
        save_head(conn, head)


def _statuses(resolved: ResolvedEvent, decision: Decision) -> dict[str, str]:
    """Status per line; "" for an event without lines. A verdict on the whole event holds for lines not named."""
    said: dict[str, str] = {line.line: line.status for line in decision.lines}
    if not resolved.lines:
        return {"": said.get("", "posted")}
    whole = said.get("", "posted")
    return {line.line: said.get(line.line, whole) for line in resolved.lines}


def _result(status: dict[str, str]) -> Result:
    found = set(status.values())
    if len(found) == 1:
        return found.pop()  # type: ignore[return-value]
    return "partly" if "posted" in found else ("waiting" if "waiting" in found else "refused")


def _needs_of(needs: str, line: str, resolved: ResolvedEvent) -> list[str]:
    """A line without a known part waits for the buyer's number and for the supplier's own."""
    if not needs.startswith("part:"):
        return [needs]
    said = next((of.said for of in resolved.lines if of.line == line), None)
    numbers = {said.part_number, said.supplier_part_number} - {""} if said else set()
    return sorted({needs} | {f"part:{number}" for number in numbers})


def _needs_met_by(event: Event) -> list[str]:
    """What lines may have been waiting for that this master data event may supply."""
    if isinstance(event, PartDefined):
        aliases = {alias.partition(":")[2] for alias in event.aliases}
        return [f"part:{number}" for number in sorted({event.number} | aliases)]
    if isinstance(event, UnitFactorDefined):
        return [f"unit:{event.part}/{event.unit}"]
    if isinstance(event, (SiteDefined, SupplierDefined)):
        kind = "site" if isinstance(event, SiteDefined) else "supplier"
        named = {event.number, f"92:{event.number}", f":{event.number}", *event.identifiers}
        return [f"{kind}:{name}" for name in sorted(named)]
    return []


def _mistake_in(event: Event) -> str:
    """What makes a master data event unusable; "" when nothing does."""
    if isinstance(event, UnitFactorDefined) and (event.numerator <= 0 or event.denominator <= 0):
        return f"a factor of {event.numerator}/{event.denominator} converts nothing"
    if isinstance(event, LocationDefined) and not event.location:
        return "a location needs a name"
    return ""
