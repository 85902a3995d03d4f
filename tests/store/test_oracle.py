"""The ledger against an oracle of its own, step by step, over every kind of event, on both engines.

After each step: outcomes and every balance are what the oracle said, and every law holds. In the end: the books can
be rebuilt, hearing everything again changes nothing, and as-of now is now. And the twins: most steps post, so that
nothing is refused which the oracle lets pass; and every kind has posted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, func, select

from ledger import queries
from ledger.book import rebuild, seal, verify
from ledger.book.storage import tables
from ledger.events import (
    MASTER_DATA,
    PAPERS,
    DiscrepancyResolved,
    Event,
    PartDefined,
    SiteDefined,
    kind_of,
    write_event,
)
from ledger.outcomes import Late, Recorded, Waiting
from tests.store.oracle.histories import PROPOSALS, draw_event, redelivered
from tests.store.oracle.oracle import Impossible, Oracle, Told
from tests.store.oracle.scores import check_scores
from tests.store.oracle.sheet import Spot
from tests.store.oracle.teller import Teller
from tests.store.sqlite import memory_engine
from tests.store.world import POLICY, Books

PARTS = (
    PartDefined(number="PUMP", base_unit="EA"),
    PartDefined(number="ECU", base_unit="EA", serial_controlled=True),
    PartDefined(number="GLUE", base_unit="EA", lot_controlled=True),
    SiteDefined(number="P2", name="Plant 2", identifiers=("92:PLT08",)),
)
FILED = {kind.__name__ for kind in PAPERS}
LATER = (timedelta(minutes=20), timedelta(minutes=40), timedelta(hours=25), timedelta(days=6))


@dataclass
class Run:
    """What was seen over all histories of one run."""

    steps: int = 0
    posted: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: int = 0
    late: int = 0
    scored: Counter[str] = field(default_factory=Counter)
    """Metric -> entries of its drill-downs."""


class History(RuleBasedStateMachine):
    """Anything that a partner, a warehouse or a person may say next."""

    connect: ClassVar[Callable[[], Connection]]
    """A connection to empty tables, of one engine; every history is rolled back."""
    run_: ClassVar[Run]
    wanted: ClassVar[frozenset[str]] = frozenset()
    round_: ClassVar[int] = 0

    @initialize()
    def open_books(self) -> None:
        self.conn = type(self).connect()
        self.books = Books(self.conn, run_size=16)
        self.books.record(*PARTS)
        self.oracle = Oracle(self.books.now)
        self.numbers: Any = None
        self.said: list[Event] = []
        self.told = 0

    def teller(self, rnd: Random) -> Teller:
        teller = Teller(self.oracle, rnd, wanted=self.wanted)
        if self.numbers is None:
            self.numbers = teller.numbers
        teller.numbers = self.numbers
        return teller

    @rule(rnd=st.randoms(use_true_random=True))
    def live_on(self, rnd: Random) -> None:
        """The next step, of one drawn seed: mostly something new."""
        # Drawn seeds are often small and alike; what is told must not be.
        self.told += 1
        rnd = Random(f"{self.round_}/{self.told}/{rnd.getrandbits(64)}")
        chance = rnd.random()
        if chance < 0.86:
            self.say(rnd, rnd.choice((1, 1, 2, 4)))
        elif chance < 0.95:
            self.say_again(rnd)
        else:
            self.let_time_pass(rnd.choice(LATER))

    def say(self, rnd: Random, size: int) -> None:
        """One to four events in one batch: what the oracle says of each, and of all that goes on with them."""
        self.tick()
        teller = self.teller(rnd)
        events: list[Event] = []
        expected: list[tuple[list[Told], bool]] = []
        self.oracle.now, self.oracle.released = self.books.now, []
        for _ in range(size):
            event = draw_event(teller)
            if events and isinstance(event, DiscrepancyResolved) and event.number in self.oracle.dock_cases:
                # Which case stands for goods at the dock is learnt from the answers to what was said before.
                break
            before = deepcopy(self.oracle)
            try:
                told_ = self.oracle.record(event)
                expected.append((told_, self.oracle.periods.is_late(event)))
            except Impossible:
                self.oracle = teller.oracle = before
                self.run_.skipped += 1
                continue
            events.append(event)
        if events:
            self.record(events, expected)

    def say_again(self, rnd: Random) -> None:
        """Something that was said before: nothing may change."""
        if not self.said:
            return
        self.tick()
        before = self.row_counts()
        event = redelivered(self.teller(rnd), self.said)

        answers = self.books.record(event)

        assert {one.result for one in answers} == {"repeated"}
        assert self.row_counts() == before
        self.count(answers[:1])

    def let_time_pass(self, later: timedelta) -> None:
        """Waits end and lines close."""
        self.books.now += later
        self.tick()
        self.check()

    def tick(self) -> None:
        expected = self.oracle.pass_time(self.books.now)
        answers = self.books.ledger.tick(self.conn, POLICY, self.books.now)
        if answers:
            self.run_.kinds[answers[0].kind] += 1
        # What invoices wait for is no matter of goods: see the golden stories about them.
        gone_on = (told(one) for one in answers[1:] if one.kind != "SupplierInvoiceReceived")
        assert Counter(gone_on) == Counter(expected)

    def record(self, events: list[Event], expected: list[tuple[list[Told], bool]]) -> None:
        """`expected`: by event its answers, one per site, and whether its movements come late."""
        answers = self.books.record(*events)
        # First an answer for each event, then those for the further sites of events about two.
        every = [said[0] for said, _ in expected] + [one for said, _ in expected for one in said[1:]]
        mine, gone_on = answers[: len(every)], answers[len(every) :]
        for event, (said, _) in zip(events, expected, strict=True):
            note(f"{self.books.now:%d %H:%M} {[one.result for one in said]} {write_event(event).decode()}")

        assert list(map(told, mine)) == every, [one.outcomes for one in mine]
        assert Counter(map(told, gone_on)) == Counter(self.oracle.released), (gone_on, self.oracle.released)
        self.count(mine)
        for event, answer, (_, is_late) in zip(events, mine, expected, strict=False):
            if answer.result != "repeated":
                late = [one for one in answer.outcomes if isinstance(one, Late)]
                assert len(late) == (is_late and answer.movements > 0 and answer.site == "P1"), event
                self.run_.late += len(late)
            if kind_of(event) in FILED:
                assert answer.movements == 0
            if not (isinstance(event, DiscrepancyResolved) and answer.result == "refused"):
                self.said.append(event)
        self.learn(answers)
        self.check()

    def learn(self, answers: list[Recorded]) -> None:
        """The names of cases are the ledger's to give; the oracle asks about them later."""
        for answer in answers:
            for outcome in answer.outcomes:
                if isinstance(outcome, Waiting) and outcome.needs.startswith("case:"):
                    name = outcome.needs.removeprefix("case:")
                    self.oracle.counting.name(answer.kind, answer.number, name)
        shown = queries.cases(self.conn, status="open")
        self.oracle.dock_cases = {
            case.id: (case.shipment_id, case.part)
            for case in shown
            if case.code in ("D16", "D17") and case.site == "P1"
        }

    def count(self, answers: list[Recorded]) -> None:
        for answer in answers:
            self.run_.steps += 1
            self.run_.results[answer.kind, answer.result] += 1
            if answer.result in ("posted", "partly"):
                self.run_.posted += 1
                self.run_.kinds[answer.kind] += 1

    def row_counts(self) -> dict[str, int]:
        return {
            name: self.conn.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        }

    def check(self) -> None:
        """Every balance is as the oracle says, no serial stands twice, and every law holds."""
        standing = shown(self.conn)
        assert standing == self.oracle.sheet.standing
        serials = Counter((spot.part, spot.serial) for spot, n in standing.items() if spot.serial and n > 0)
        assert [serial for serial, places in serials.items() if places > 1] == []
        assert verify(self.conn, deep=False) == []
        self.run_.scored += check_scores(self.conn, self.books.now, POLICY)

    def teardown(self) -> None:
        if hasattr(self, "conn"):
            try:
                self.end()
            finally:
                self.conn.rollback()
                self.conn.close()

    def end(self) -> None:
        before, rows = shown(self.conn), self.row_counts()
        for event in self.said:
            assert {one.result for one in self.books.record(event)} == {"repeated"}, event
        assert (shown(self.conn), self.row_counts()) == (before, rows)
        seal(self.conn)
        assert shown(self.conn, as_of=self.books.now) == before
        assert rebuild(self.conn).differences == ()
        assert verify(self.conn, deep=False) == []


def machine(
    connect: Callable[[], Connection], run: Run, wanted: frozenset[str] = frozenset(), round_: int = 0
) -> type[History]:
    """The machine over one engine, and what it saw; each round tells other histories."""
    named = {"connect": staticmethod(connect), "run_": run, "wanted": wanted, "round_": round_}
    return type("Histories", (History,), named)


def told(answer: Recorded) -> Told:
    return Told(answer.kind, answer.number, answer.result)


def shown(conn: Connection, **as_of: Any) -> dict[Spot, Decimal]:
    """Everything that stands anywhere, accounts too."""
    return {
        Spot(**{name: getattr(one, name) for name in Spot._fields}): one.quantity
        for one in queries.balances(conn, by=queries.DIMENSIONS, external=True, **as_of)
    }


def tell_histories(connect: Callable[[], Connection], examples: int, steps: int, rounds: int = 12) -> Run:
    """Run the machine; gives back what was seen. A history that fails is shown as found: shrinking takes hours.

    Where some kind did not post yet, a few more histories are told that speak of it by preference.
    """
    run = Run()
    phases = tuple(phase for phase in Phase if phase != Phase.shrink)
    how = settings(max_examples=examples, stateful_step_count=steps, phases=phases)
    run_state_machine_as_test(machine(connect, run), settings=how)
    for round_ in range(1, rounds + 1):
        if missing := unposted(run):
            wanted = frozenset(missing & {*PROPOSALS} | ({"master data"} if missing - {*PROPOSALS} else set()))
            how = settings(max_examples=2, stateful_step_count=steps, phases=phases)
            run_state_machine_as_test(machine(connect, run, wanted, round_), settings=how)
    return run


def unposted(run: Run) -> set[str]:
    """Kinds of which nothing has posted yet."""
    expected = {*PROPOSALS, "TimePassed", *(kind.__name__ for kind in MASTER_DATA)} - {"master data"}
    return expected - {*run.kinds}


def check_run(run: Run) -> None:
    """The twins: a ledger that refuses everything keeps every law too."""
    assert run.posted * 2 >= run.steps, run.results
    assert unposted(run) == set(), run.kinds
    assert run.skipped * 10 <= run.steps
    assert run.late > 0
    assert {"asn_timeliness", "asn_accuracy", "quantity_accuracy", "lead_time"} <= {*+run.scored}


@contextmanager
def sqlite() -> Iterator[Callable[[], Connection]]:
    engine = memory_engine()

    def connect() -> Connection:
        conn = engine.connect()
        tables.metadata.drop_all(conn)
        tables.metadata.create_all(conn)
        conn.commit()
        return conn

    yield connect
    engine.dispose()


@pytest.mark.timeout(900)
def test_histories_on_sqlite_go_as_the_oracle_says() -> None:
    with sqlite() as connect:
        check_run(tell_histories(connect, examples=8, steps=36))


@pytest.mark.timeout(900)
def test_histories_on_postgres_go_as_the_oracle_says(postgres_engine: Engine) -> None:
    run = tell_histories(postgres_engine.connect, examples=3, steps=30, rounds=0)

    assert run.posted * 2 >= run.steps


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_histories_on_sqlite_go_as_the_oracle_says() -> None:
    with sqlite() as connect:
        check_run(tell_histories(connect, examples=400, steps=60))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_histories_on_postgres_go_as_the_oracle_says(postgres_engine: Engine) -> None:
    check_run(tell_histories(postgres_engine.connect, examples=100, steps=60))
