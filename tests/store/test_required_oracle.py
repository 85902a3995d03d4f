"""Random histories of one order line: its cases against a plain statement of each class, from quantities and dates.

Orders, notices, goods receipts and invoices come in any order, and time passes between them. After each step the open
cases are what the rules say of the facts told so far, and of goods beyond the order the lots that came last are held.
The twin: over a few dozen histories every class was met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import Event
from ledger.policy import Policy, RequirementTerms, Terms
from tests.store.test_requirement_orders import invoiced
from tests.store.world import Books, notice, order, receipt

POLICY = Policy(terms={"acme": Terms(requirements=RequirementTerms(due="shipment"))})
DUE = datetime(2026, 11, 23, tzinfo=UTC)
"""The order line is to be shipped on that day; a day early passes."""
CLASSES = ("D08", "D09", "D13", "D14", "D15", "D16", "D17", "D18", "D26", "D27", "D31", "D32")
DAY = timedelta(days=1)

Found = Counter[tuple[str, str, int]]
"""(class, what it is about, quantity); what is about a shipment as a whole (D15) counts as one."""


@dataclass
class Advised:
    quantity: int
    shipped_at: datetime
    known_at: datetime


@dataclass
class Came:
    number: str
    shipment: str
    quantity: int
    at: datetime
    known_at: datetime
    was_over: bool = False
    """All of it was over its notice when it was told."""


@dataclass
class Facts:
    ordered: int
    notices: dict[str, Advised] = field(default_factory=dict)
    receipts: list[Came] = field(default_factory=list)
    billed: int = 0
    billed_at: datetime | None = None

    def of(self, shipment: str) -> list[Came]:
        return [one for one in self.receipts if one.shipment == shipment]

    def came(self, shipment: str) -> int:
        return sum(one.quantity for one in self.of(shipment))

    def for_the_order(self) -> dict[str, int]:
        """By goods receipt, as they came: how much of it is not over its notice."""
        room = {number: one.quantity for number, one in self.notices.items()}
        found: dict[str, int] = {}
        for one in sorted(self.receipts, key=lambda one: (one.at, one.number)):
            taken = min(one.quantity, room.get(one.shipment, one.quantity))
            if one.shipment in room:
                room[one.shipment] -= taken
            found[one.number] = taken
        return found

    def held(self) -> dict[str, int]:
        """By goods receipt: how much of it came when the order had no room any more."""
        total, held = 0, {}
        for number, quantity in self.for_the_order().items():
            total += quantity
            held[number] = min(quantity, max(0, total - self.ordered))
        return {number: quantity for number, quantity in held.items() if quantity}

    def cases(self, now: datetime) -> Iterator[tuple[str, str, int]]:
        advised = sum(one.quantity for one in self.notices.values())
        received = sum(self.for_the_order().values())
        yield "D08", "PO1", advised - self.ordered
        yield "D18", "PO1", received - self.ordered
        if now >= DUE + DAY:
            yield "D09", "PO1", self.ordered - max(advised, received)
        if self.billed_at is not None and now >= self.billed_at + 3 * DAY:
            yield ("D31", "PO1", self.billed - received) if received else ("D32", "PO1", self.billed)
        for one in self.receipts:
            if one.shipment not in self.notices:
                yield "D14", one.number, one.quantity
            if not one.was_over and not _is_on_the_day(one.at):
                yield "D26", one.number, one.quantity
        for number, told in self.notices.items():
            came = self.came(number)
            yield "D17", number, came - told.quantity
            if not _is_on_the_day(told.shipped_at):
                yield "D13", number, told.quantity
            if not came and now >= told.shipped_at + 2 * DAY:
                yield "D15", number, 1
            if came:
                since = max(told.known_at, min(one.known_at for one in self.of(number)))
                if now >= since + 5 * DAY:
                    yield "D16", number, told.quantity - came
                elif now >= since + DAY:
                    yield "D27", number, told.quantity - came


def _is_on_the_day(at: datetime) -> bool:
    return DUE - DAY <= at < DUE + DAY


class History:
    """One line of life: what is told next, and what is said of it."""

    def __init__(self, conn: Connection, rnd: Random) -> None:
        self.conn, self.rnd, self.books = conn, rnd, Books(conn)
        self.books.policy = POLICY
        self.facts = Facts(rnd.randint(8, 25))
        self.books.record(order("PO1", {"PLATE": self.facts.ordered}, due_at=DUE, currency="USD"))
        self.told = 0

    def live_on(self) -> Found:
        event = self.next()
        if event is not None:
            self.books.record(event)
        self.books.tick()
        expected = Counter(one for one in self.facts.cases(self.books.now) if one[2] > 0)
        assert found(self.conn) == expected, event
        held = {row.lot: int(row.quantity) for row in queries.balances(self.conn, by=("lot", "hold_reason"))
                if row.hold_reason == "D18" and row.quantity}  # fmt: skip
        assert held == self.facts.held(), event
        return expected

    def next(self) -> Event | None:
        rnd, facts, now = self.rnd, self.facts, self.books.now
        self.told += 1
        kind = rnd.choice(("notice", "notice", "receipt", "receipt", "receipt", "invoice", "time", "time"))
        number = f"S{rnd.randint(1, 4)}"
        if kind == "notice" and number not in facts.notices:
            shipped_at = DUE + timedelta(hours=rnd.randint(-72, 60))
            facts.notices[number] = Advised(rnd.randint(2, 9), shipped_at, now)
            return notice(
                number, "PO1", {"PLATE": facts.notices[number].quantity}, shipped_at=shipped_at,
                expected_at=shipped_at + DAY,
            )  # fmt: skip
        if kind == "receipt":
            name, at = f"R{self.told:02}", now + timedelta(hours=rnd.choice((0, -1, -2, -30, -60)))
            one = Came(name, number, rnd.randint(1, 8), at, now)
            facts.receipts.append(one)
            one.was_over = not facts.for_the_order()[name]
            return lot_of(receipt(name, number, "PO1", {"PLATE": one.quantity}, occurred_at=at), name)
        if kind == "invoice" and facts.billed_at is None:
            facts.billed, facts.billed_at = rnd.randint(1, 20), now
            return invoiced(facts.billed, "2")
        if kind == "time":
            self.books.now += timedelta(hours=rnd.choice((1, 13, 26, 80)))
        return None


def lot_of(event: Event, lot: str) -> Event:
    (line,) = event.lines  # type: ignore[attr-defined]
    return msgspec.structs.replace(event, lines=(msgspec.structs.replace(line, lot=lot),))


def found(conn: Connection) -> Found:
    """What is open; and what only informs (D26), which is closed as it opens."""
    shown = (one for one in queries.cases(conn) if one.code in CLASSES)
    return Counter(
        (
            one.code,
            one.receipt_id or one.shipment_id or one.order_number,
            1 if one.code == "D15" else int(one.quantity),
        )
        for one in shown
        if one.status != "closed" or one.code == "D26"
    )


def tell(conn: Connection, histories: int, steps: int) -> Counter[str]:
    met: Counter[str] = Counter()
    for seed in range(histories):
        savepoint = conn.begin_nested()
        history = History(conn, Random(seed))
        for _ in range(steps):
            met.update({code for code, *_ in history.live_on()})
        assert verify(conn, deep=False) == []
        if seed % 10 == 0:
            assert rebuild(conn).differences == ()
        savepoint.rollback()
    return met


def test_the_cases_of_random_histories_are_what_the_rules_say(conn: Connection) -> None:
    assert set(tell(conn, histories=40, steps=20)) == set(CLASSES)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_cases_of_many_random_histories_are_what_the_rules_say(conn: Connection) -> None:
    assert set(tell(conn, histories=2_000, steps=30)) == set(CLASSES)
