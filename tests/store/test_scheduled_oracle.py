"""Random histories of one part under schedules: what is authorised and called for, against a plain statement of it.

Releases, which lie in any order of their dates, notices, and decisions. After each step the open cases are what the
rules say: more advised in all than the newest release authorises (D10), unless a person accepted just that, and
notices whose reference no release has (D36). The twin: every kind of end was met.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import DiscrepancyResolved
from ledger.policy import Policy, RequirementTerms, Terms
from tests.store.plant import EVA
from tests.store.test_requirement_orders import BLANKET, noticed, released
from tests.store.world import Books

TERMS = Terms(requirements=RequirementTerms(due="shipment", checks=("authorized",)), notice_requires=("reference",))
POLICY = Policy(terms={"acme": TERMS})
REFERENCES = ("", "KB1", "KB2", "KB3", "KB4")
DAYS = 28


class History:
    """What was told and decided so far, and what should stand."""

    def __init__(self, conn: Connection, rnd: Random) -> None:
        self.conn, self.rnd, self.books = conn, rnd, Books(conn)
        self.books.policy = POLICY
        self.books.record(BLANKET)
        self.days = list(range(1, DAYS))
        rnd.shuffle(self.days)
        self.newest, self.authorised = 0, 0
        self.advised, self.told = 0, 0
        self.called: set[str] = set()
        self.named: dict[str, tuple[str, int]] = {}
        """Shipment -> the reference that it names, and its quantity."""
        self.is_over = False
        self.accepted: tuple[int, int] | None = None
        """What was advised and authorised when a person accepted the last case; None where the last was not."""
        self.met: Counter[str] = Counter()

    def live_on(self) -> None:
        kind = self.rnd.choice(("release", "release", "notice", "notice", "decision"))
        self.told += 1
        if kind == "release" and self.days:
            self.release()
        elif kind == "notice":
            self.notify()
        elif self.is_over:
            self.accept()
        self.look()
        found = Counter(
            (one.code, one.shipment_id if one.code == "D36" else "", int(one.quantity))
            for one in queries.cases(self.conn, status="open")
            if one.code in ("D10", "D36")
        )
        assert found == self.expected()

    def release(self) -> None:
        day, authorised, reference = self.days.pop(), self.rnd.choice((8, 15, 25, 40)), self.rnd.choice(REFERENCES)
        self.books.record(released(f"{self.told}", day, authorised, (1, 30), reference=reference))
        self.called.add(reference)
        if day > self.newest:
            self.newest, self.authorised = day, authorised
        else:
            self.met["an older release came later"] += 1

    def notify(self) -> None:
        quantity, reference = self.rnd.randint(2, 9), self.rnd.choice((*REFERENCES, "KB9"))
        self.named[f"S{self.told}"] = reference, quantity
        self.advised += quantity
        self.books.record(msgspec.structs.replace(noticed(quantity, reference=reference), number=f"S{self.told}"))

    def accept(self) -> None:
        (case,) = [one for one in queries.cases(self.conn, status="open") if one.code == "D10"]
        self.books.record(
            DiscrepancyResolved(
                number=case.id, partner="desk", actor=EVA, resolution="accept", quantity=case.quantity
            )
        )
        self.is_over, self.accepted = False, (self.advised, self.authorised)

    def look(self) -> None:
        """Whether more was advised than is authorised, and nobody accepted just that."""
        over = bool(self.newest) and self.advised > self.authorised
        if not over:
            if self.is_over:
                self.accepted = None
                self.met["authorised after all"] += 1
            self.is_over = False
        elif self.accepted == (self.advised, self.authorised):
            self.met["the same again"] += 1
        else:
            self.is_over = True

    def expected(self) -> Counter[tuple[str, str, int]]:
        found: Counter[tuple[str, str, int]] = Counter()
        if self.is_over:
            found["D10", "", self.advised - self.authorised] += 1
            self.met["over"] += 1
        for shipment, (reference, quantity) in self.named.items():
            if not reference or reference not in self.called:
                found["D36", shipment, quantity] += 1
                self.met["a reference that nobody called for" if reference else "no reference"] += 1
        return found


def test_the_cases_of_random_histories_are_what_the_schedules_say(conn: Connection) -> None:
    met: Counter[str] = Counter()
    for seed in range(10):
        savepoint = conn.begin_nested()
        history = History(conn, Random(seed))
        for _ in range(16):
            history.live_on()
        met.update(history.met)
        assert verify(conn, deep=False) == []
        if seed % 10 == 0:
            assert rebuild(conn).differences == ()
        savepoint.rollback()
    assert set(met) == {
        "over", "authorised after all", "the same again", "an older release came later", "no reference",
        "a reference that nobody called for",
    }  # fmt: skip
