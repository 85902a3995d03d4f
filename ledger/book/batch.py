"""One batch in one book: events resolved, decided and posted in order, then written with one statement per table.

Everything is decided in memory over one working set; `finish` writes it. What an event releases is decided right
after it, so that any splitting of the same events into batches ends in the same books.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import repeat

from sqlalchemy import Connection

from ledger import cases, handling, matching, signals
from ledger.book import changing
from ledger.book.bringing import closings, ordered, requiring, reread, serials
from ledger.book.bringing.each import bring
from ledger.book.bringing.loading import Loader
from ledger.book.bringing.sites import NO_CASES, site_of_order, sites_of_cases
from ledger.book.bringing.snapshots import Snapshots
from ledger.book.deciding import RELEASES, makers_of, needs_of, result_of, statuses
from ledger.book.defining import Defining
from ledger.book.journal.heads import Head, save_head
from ledger.book.journal.log import Log
from ledger.book.journal.priors import Draft, News
from ledger.book.journal.tracing import rows_of
from ledger.book.resolution import lines_of, resolve, site_of
from ledger.book.saving.balances import Balances, Posting, Postings
from ledger.book.saving.filing import file
from ledger.book.saving.saving import save
from ledger.book.saving.settling import settlements_of
from ledger.book.saving.waits import STOCK as STOCK_WAIT
from ledger.book.saving.waits import Wait, Waits
from ledger.book.storage import bulk, tables
from ledger.events import (
    ABOUT_CASES,
    Event,
    Line,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    TimePassed,
)
from ledger.masterdata import AsSent, MasterData
from ledger.matching.decision import Decision
from ledger.matching.resolved import ResolvedEvent, line_identities
from ledger.matching.workset import StockQuery
from ledger.outcomes import AnyOutcome, Recorded, Result
from ledger.policy import Policy
from ledger.stock.bucket import Bucket
from ledger.stock.transitions import came_to_stand

COMPARES = "cumulative:"
"""Before a part: what a notice waits with whose cumulative may be explained by one on its way; its lines do not."""


class Batch:
    """Takes events of one book in order (`post`, `define`, `pass_time`), then `finish` writes them all."""

    def __init__(
        self,
        conn: Connection,
        head: Head,
        policy: Policy,
        now_us: int,
        snapshots: Snapshots,
        balances: Balances | None = None,
    ) -> None:
        """`balances` are those of the book as its head has it, from an earlier batch."""
        self.conn, self.head, self.policy, self.snapshots = conn, head, policy, snapshots
        self.masterdata: MasterData = snapshots.current(conn, head)
        self.log = Log(conn, head, policy.hash, now_us)
        self.loader = Loader(conn, keeps_cumulatives=policy.keeps_cumulatives or policy.keeps_requirements)
        self.loader.workset.next_case[head.book] = head.cases + 1
        self.loader.workset.masterdata = self.masterdata
        self.balances = balances or Balances()
        self.waits = Waits(conn, head.book)
        self.postings = Postings()
        self.traces: dict[bulk.Row, None] = {}
        self.settlements: list[bulk.Row] = []
        self._asked_for: set[StockQuery] = set()
        self._watched: set[Bucket] = set()
        self.released: list[Recorded] = []
        """Answers for earlier events that went on because of events of this batch."""

    # --- what comes in ------------------------------------------------------------------------------------

    def post(self, events: Sequence[Event]) -> list[Recorded]:
        """Record business events; one answer each, in order."""
        of_cases = sites_of_cases(self.conn, self.loader.workset, events, self.head.book)
        drafts = [Draft(event, self._site(event, of_cases)) for event in events]
        priors = self.log.priors
        priors.load(drafts)
        news = [priors.news(draft) for draft in drafts]
        resolved = [
            None if what.repeat else self._resolve(draft, what) for draft, what in zip(drafts, news, strict=True)
        ]
        self.load([event for event in resolved if event is not None])
        self.waits.look_up(f"{RELEASES[type(event)]}:{event.number}" for event in events if type(event) in RELEASES)
        first_time = {draft.name: n for n, draft in reversed(list(enumerate(drafts)))}
        return [
            # Within the batch an earlier event may have had the same key, or let one with it go on: then look again.
            self._record(draft, what, ready)
            if first_time[draft.name] == n and not priors.have_changed(draft)
            else self._record(draft, priors.news(draft), None)
            for n, (draft, what, ready) in enumerate(zip(drafts, news, resolved, strict=True))
        ]

    def define(self, events: Sequence[Event]) -> list[Recorded]:
        """Record master data events; one answer each, in order."""
        defining = Defining(
            self.conn, self.head, self.log, self.waits, take_over=self._take_over, release=self._release,
            end_position=self._end_position, plan=lambda event, seq: changing.plan(self, event, seq),
            named=self.masterdata.cross_references,
        )  # fmt: skip
        return defining.record(events)

    def pass_time(self) -> list[Recorded]:
        """End what is due now; nothing is recorded when nothing is."""
        waits = self.waits.due(self.log.now_us)
        now = self.log.now
        draft = Draft(TimePassed(number=now.isoformat(), occurred_at=now), "")
        self.log.priors.load([draft])
        resolved = self._resolve(draft, News([], []))
        self.load([resolved])
        work = self.loader.workset
        timed = (work.notice_lines, work.receipt_lines, work.shipments, work.order_lines, work.calls, work.cases)
        if not (waits or any(timed)):
            return []
        seq = resolved.seq = self.log.next_seq()
        event = self.log.keep(draft, seq)
        decision, outcomes = self._decide(resolved)
        recorded = self.log.put_outcomes(event, seq, outcomes, result="posted", movements=len(decision.movements))
        released = list(decision.released)
        for late in sorted({wait.event for wait in waits}):
            released += self._decide_again([wait for wait in waits if wait.event == late], seq)
        self._release(released, seq)
        self._end_position(seq)
        return [recorded]

    def finish(self) -> None:
        """Write everything; the head last."""
        if self.log.is_empty:
            return
        head = self.head
        self.loader.load_rest()
        ends = self.balances.load(self.conn, self.postings.ends())
        file(self.conn, self.loader.workset, head.book)
        self.waits.save()
        head.cases = self.loader.workset.next_case[head.book] - 1
        with bulk.together(self.conn):
            head.buckets += self.balances.post(self.conn, self.postings, ends, head.movements + 1, head.buckets + 1)
            head.movements += len(self.postings)
            save(self.conn, self.loader)
            self.log.save()
            bulk.insert(self.conn, tables.trace_key, list(self.traces))
            bulk.insert(self.conn, tables.settlement, self.settlements)
            save_head(self.conn, head)

    # --- one event ----------------------------------------------------------------------------------------

    def _record(self, draft: Draft, news: News, resolved: ResolvedEvent | None) -> Recorded:
        if news.repeat:
            return self.log.repeated(draft, news.repeat)
        if resolved is None:
            resolved = self._resolve(draft, news)
            self.load([resolved])
        seq = resolved.seq = self.log.next_seq()
        event = self.log.keep(draft, seq)
        reread.end(self, resolved)
        decision, outcomes = self._decide(resolved)
        status = statuses(resolved, decision)
        result = result_of(status)
        self.log.keep_lines(draft, seq, news, status, result)
        self._wait(draft.site, seq, resolved, decision)
        recorded = self.log.put_outcomes(event, seq, outcomes, result=result, movements=len(decision.movements))
        self._release(decision.released, seq)
        self._compare(decision, seq)
        self._end_position(seq)
        return recorded

    def _site(self, event: Event, of_cases: Mapping[str, str] = NO_CASES) -> str:
        if isinstance(event, ABOUT_CASES):
            return of_cases.get(event.number, "")
        site, missing = site_of(event, sent := self.sent(event))
        if not missing.startswith("order:"):
            return site
        return site_of_order(self.conn, self.loader.workset, sent, event, self.head.book)

    def sent(self, event: Event) -> AsSent:
        return AsSent(self.masterdata, event, self.log.now)

    def _resolve(self, draft: Draft, news: News) -> ResolvedEvent:
        resolved = resolve(
            draft.event, self.sent(draft.event), book=self.head.book, site=draft.site, repeats=news.repeats,
            identities=[draft.identities[n] for n in news.lines], standings=news.standings,
            lines=[draft.lines[n] for n in news.lines],
        )  # fmt: skip
        return reread.begin(self, draft, resolved) if draft.event.revision else resolved

    def load(self, resolved: Sequence[ResolvedEvent]) -> None:
        """Bring in what the decisions about these events will read, and the balances they have to look at."""
        resolved = [one for event in resolved for one in (event, event.before, event.undone) if one is not None]
        work, needs = self.loader.workset, matching.needs(resolved, self.policy)
        self.loader.load(needs, self.head.book, {event.event.number for event in resolved})
        ordered.bring(self, resolved)
        self.load_stock(handling.needs(resolved) - self._asked_for)
        self.watch(matching.watched(work) | handling.accounts(resolved))
        self.watch(found := serials.standing(self.conn, self.head.book, resolved, work.lines_of_transfer))
        for bucket in found:
            work.add_serial(bucket)

    def watch(self, buckets: AbstractSet[Bucket]) -> None:
        """Bring in balances as the books have them, with what this batch has decided.

        Those too that only this batch brought goods to, unseen: what they held before is looked up.
        """
        fresh = buckets - self._watched
        self._watched |= fresh
        self._look_at(fresh)

    def load_stock(self, queries: set[StockQuery]) -> None:
        """Goods that lines may mean: as the books have them, with what this batch has decided but not yet written."""
        if not queries:
            return
        self._asked_for |= queries
        work = self.loader.workset
        stock_of, balances = work.stock_of, work.balances
        parts = {query[:3] for query in queries}
        for part in parts:
            stock_of.setdefault(part, {})
        net = self.postings.net()
        for part, place in self.balances.load_stock(self.conn, queries):
            standing = stock_of[part]
            for bucket, known in place.items():
                standing[bucket] = None
                balances[bucket] = known.quantity + net.get(bucket, 0) if net else known.quantity
        # Goods may have come to a place by this batch before it was looked up.
        came = {bucket for bucket in net if bucket[:3] in parts and not bucket.is_external}
        self._look_at(came)
        for bucket in came:
            stock_of[bucket[:3]][bucket] = None

    def _look_at(self, buckets: AbstractSet[Bucket]) -> None:
        """Balances as the books have them, with what this batch has decided but not yet written."""
        self.balances.load(self.conn, buckets)
        net, balances = self.postings.net(), self.loader.workset.balances
        for bucket in buckets:
            balances[bucket] = self.balances.quantity(bucket) + net.get(bucket, 0)

    def _decide(self, resolved: ResolvedEvent) -> tuple[Decision, tuple[AnyOutcome, ...]]:
        work = self.loader.workset
        bring(self, resolved)
        decide = reread.decider(self, resolved)
        decision = decide(work, resolved, self.policy, self.log.now_us)
        if waits := self.waits.for_stock():
            # Who waits for goods of a part goes on as soon as any of them came to stand somewhere.
            decision.released.extend(sorted({f"stock:{part}" for part in came_to_stand(decision.movements)} & waits))
        matching.serve(work, decision, self.log.now_us)
        changing.review(self, decision)
        self.postings.extend(map(Posting, decision.movements, repeat(resolved.effective_seq), makers_of(decision)))
        self.traces.update(dict.fromkeys(rows_of(decision)))
        decision.released += changing.reached_by(self, resolved) if decision.movements else []
        outcomes = cases.apply(work, decision, self.policy, self.log.now_us)
        late = closings.late(self, resolved) if decision.movements else None
        self.settlements += settlements_of(
            decision, self.masterdata, late is not None, self.log.now_us, self.settlements
        )
        if late is not None:
            outcomes = (*outcomes, late)
        if decision.findings or isinstance(resolved.event, signals.SHOWN_BY):
            outcomes = (*outcomes, *signals.signals_of(work, decision, outcomes))
        return decision, outcomes

    def _end_position(self, seq: int) -> None:
        self.log.end_position(seq, self.head.movements + len(self.postings))

    def _take_over(self, defined: list[Event]) -> None:
        self.masterdata = self.loader.workset.masterdata = self.masterdata.changed_by(defined)
        self.snapshots.keep(self.masterdata, self.head)

    # --- waiting ------------------------------------------------------------------------------------------

    def _wait(self, site: str, seq: int, resolved: ResolvedEvent, decision: Decision) -> None:
        for line in decision.lines:
            if line.status == "waiting":
                self.waits.add(Wait(site, seq, line.line), needs_of(line.needs, line.line, resolved), line.until)
        for part, until in decision.compares_at.items():
            self.waits.add(Wait(site, seq, f"{COMPARES}{part}"), [f"{COMPARES}{resolved.supplier}/{part}"], until)

    def _release(self, needs: Sequence[str], cause: int, sender: str = "") -> None:
        """Decide again what waited for any of these (of one sender only, if named); what that releases follows."""
        if not needs:
            return
        self.waits.look_up(needs)
        queue = list(needs)
        while queue:
            waiting = self.waits.waiting_for(need := queue.pop(0))
            for event in sorted({wait.event for wait in waiting}, key=self._turn):
                if sender and need in needs and self.log.event(event).partner != sender:
                    continue
                queue.extend(self._decide_again([wait for wait in waiting if wait.event == event], cause, need))

    def _turn(self, seq: int) -> tuple[int, int]:
        """Orders before what answers them, whichever waited longer: so arrival in any order ends the same."""
        event = self.log.event(seq)
        if isinstance(event, (OrderPlaced, OrderChanged, OrderCancelled)):
            return 0, seq
        return (1 if isinstance(event, (ShipmentNotified, ShipmentReplaced, ShipmentCancelled)) else 2), seq

    def _decide_again(self, waits: Sequence[Wait], cause: int, came: str = "") -> list[str]:
        """Decide lines of one earlier event once more; gives back what that releases."""
        if waits[0].line.startswith(changing.CHANGE):
            return changing.propose(self, waits, cause)
        parts = [wait.line.removeprefix(COMPARES) for wait in waits if wait.line.startswith(COMPARES)]
        if parts:
            self._compare_again(waits[0].event, parts, cause)
            waits = [wait for wait in waits if not wait.line.startswith(COMPARES)]
            if not waits:
                return []
        site, seq = waits[0].site, waits[0].event
        event = self.log.event(seq)
        status = self.log.line_statuses(event, seq)
        named = {wait.line for wait in waits}
        lines = lines_of(event)
        again: list[tuple[str, Line]] = [
            (line, said)
            for line, said in zip(line_identities(lines), lines, strict=True)
            if status.get(line) == "waiting" and (line in named or "" in named)
        ]
        for wait in waits:
            self.waits.end(wait)
        resolved = resolve(
            event, self.sent(event), book=self.head.book, seq=seq, site=site or self._site(event), cause=cause,
            identities=[line for line, _ in again], lines=[said for _, said in again],
            standings=["again"] * len(again),
        )  # fmt: skip
        resolved.came = came
        self.load([resolved])
        decision, outcomes = self._decide(resolved)
        now = statuses(resolved, decision)
        if all(line.needs.startswith(STOCK_WAIT) for line in decision.lines):
            # Goods came, and not enough of them: nothing new to say.
            self._wait(site, seq, resolved, decision)
            return []
        for line, changed in now.items():
            self.log.restate(site, seq, line, changed)
        self._wait(site, seq, resolved, decision)
        self._tell_again(event, seq, decision, outcomes, result_of(now), cause)
        self._compare(decision, cause)
        return decision.released

    def _compare(self, decision: Decision, cause: int) -> None:
        """Look again at what earlier notices and releases said of parts, where this decision changed the rest."""
        for seq, part in decision.compares:
            self._compare_again(seq, [part], cause)

    def _compare_again(self, seq: int, parts: Sequence[str], cause: int) -> None:
        """Decide what an earlier event said of these parts once more; nothing is noted where it finds nothing new."""
        event = self.log.event(seq)
        for part in parts:
            self.waits.end(Wait(event.site, seq, f"{COMPARES}{part}"))
        resolved = requiring.resolve_again(self, event, seq, event.site or self._site(event), parts, cause)
        self.load([resolved])
        decision, outcomes = self._decide(resolved)
        self._wait(event.site, seq, resolved, decision)
        if outcomes:
            self._tell_again(event, seq, decision, outcomes, result_of(self.log.line_statuses(event, seq)), cause)

    def _tell_again(
        self, event: Event, seq: int, decision: Decision, outcomes: tuple[AnyOutcome, ...], result: Result, cause: int
    ) -> None:
        """Note what came of an earlier event at `cause`, and answer for it."""
        made, site = len(decision.movements), decision.resolved.site
        told = self.log.put_outcomes(event, seq, outcomes, result=result, movements=made, found_at=cause, site=site)
        self.released.append(told)
