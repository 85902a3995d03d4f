"""Answers over the real books: documents of ours that were acknowledged, discrepancies that had a first answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import (
    AcknowledgmentReported,
    Actor,
    AnsweredFault,
    CaseDisputed,
    CaseNoted,
    DiscrepancyResolved,
    DisputeDecided,
    Event,
    ReceiptShortConfirmed,
    ShortLine,
)
from ledger.policy import Policy, Terms
from tests.store.world import NOW, Books, notice, order, receipt

ACME = Actor(kind="partner", id="acme")
TOM = Actor(kind="user", id="tom", roles=("quality",))
HOUR = timedelta(hours=1)
ASKED = Terms(acknowledges_documents=True, answers_discrepancies=True, document_hours=24.0, answer_hours=4.0)
POLICY = Policy(default_terms=ASKED)
OVER = NOW + timedelta(days=30)


class Asked(Books):
    policy = POLICY


def sent(status: str, after: float, number: str = "PO1", **said: Any) -> AcknowledgmentReported:
    """What became of a document that acme had at NOW, so many hours after."""
    given: dict[str, Any] = {
        "number": number, "sent": f"m_{number}.1", "document": "850", "to": "acme", "status": status, "sent_at": NOW,
        "occurred_at": NOW + after * HOUR, "answer": "m_997.1", "answered_with": "997",
    }  # fmt: skip
    return AcknowledgmentReported(**given | said)


def asked(conn: Connection, policy: Policy = POLICY, now: datetime = OVER) -> list[str]:
    found = queries.score_drill(conn, "acme", "responsiveness", month="2026-11", now=now, policy=policy)
    return [one.text for one in found.deductions]


FAULT = (AnsweredFault(code="007"),)
DOCUMENTS: dict[str, tuple[list[Event], list[str]]] = {
    "nothing was told": ([], []),
    "in time": ([sent("accepted", 2)], ["document 850 PO1: answered in time by 997"]),
    "at the hour": ([sent("accepted", 24)], ["document 850 PO1: answered in time by 997"]),
    "late": ([sent("overdue", 4), sent("accepted", 25)], ["document 850 PO1: answered late by 997"]),
    "overdue by the agreement and yet in time": (
        [sent("overdue", 4), sent("accepted", 10)], ["document 850 PO1: answered in time by 997"]),
    "never": ([sent("overdue", 4)], ["document 850 PO1: not answered"]),
    "refused is answered": (
        [sent("rejected", 2, faults=FAULT)], ["document 850 PO1: answered in time by 997"]),
    "a person settled it": ([sent("overdue", 4), sent("reviewed", 30)], []),
    "written anew": ([sent("overdue", 4), sent("rewritten", 30)], []),
    "a person settled it after it was acknowledged late": (
        [sent("overdue", 4), sent("rejected", 30, faults=FAULT), sent("reviewed", 31)],
        ["document 850 PO1: answered late by 997"]),
    "sent again, and still held against the first time": (
        [sent("overdue", 4), sent("accepted", 30, sent_at=NOW + 29 * HOUR)],
        ["document 850 PO1: answered late by 997"]),
    "of another month": ([sent("accepted", 2, sent_at=NOW - timedelta(days=25))], []),
    "of another partner": ([sent("accepted", 2, to="bravo")], []),
    "from before it was told when": ([sent("accepted", 2, sent_at=None)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_answered_as_by_hand(conn: Connection, name: str) -> None:
    told, expected = DOCUMENTS[name]
    books = Asked(conn)
    for event in told:
        books.record(event)

    assert asked(conn) == expected
    assert asked(conn, Policy()) == []
    assert verify(conn) == []


class Desk(Asked):
    """Of ten plates that were advised eight came: C1 (D16), told by an 861."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn)
        self.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}))
        self.record(receipt("R1", "S1", "PO1", {"PLATE": 8}))
        short = ShortLine(part_number="PLATE", shipment_id="S1", order_number="PO1", unit="EA")
        self.record(ReceiptShortConfirmed(number="R1-short", partner="threepl", ship_to="92:PLT07", lines=(short,)))
        found = queries.case(conn, "C1", policy=POLICY)
        assert found is not None
        self.advice = f"RA{found.opened_seq}"

    def after(self, hours: float, kind: type[Event], actor: Actor = ACME, **said: Any) -> None:
        self.now = NOW + hours * HOUR
        self.record(kind(**{"number": "C1", "actor": actor, "occurred_at": self.now} | said))


NO_ANSWER = "discrepancy C1: not answered"


def test_a_discrepancy_that_nobody_answered_counts_once_it_is_due(conn: Connection) -> None:
    Desk(conn)

    assert asked(conn) == [NO_ANSWER]
    assert asked(conn, now=NOW + 3 * HOUR) == []
    assert asked(conn, Policy()) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(1, CaseNoted, ACME, {"comment": "we look"})], ["answered in time by note"]),
        ([(5, CaseNoted, ACME, {"comment": "we look"})], ["answered late by note"]),
        ([(1, CaseNoted, TOM, {"comment": "called them"})], ["not answered"]),
        (
            [(2, CaseNoted, ACME, {"comment": "a"}), (5, CaseDisputed, ACME, {"comment": "b"})],
            ["answered in time by note"],
        ),
        ([(5, CaseDisputed, ACME, {"comment": "ten left"})], ["disputed"]),
        (
            [
                (5, CaseDisputed, ACME, {"comment": "ten left"}),
                (6, DisputeDecided, TOM, {"decision": "rejected", "comment": "eight"}),
            ],
            ["answered late by dispute"],
        ),
        (
            [
                (5, CaseDisputed, ACME, {"comment": "ten left"}),
                (6, DisputeDecided, TOM, {"decision": "granted", "comment": "ten"}),
            ],
            [],
        ),
        ([(1, DiscrepancyResolved, TOM, {"resolution": "credit"})], []),
        ([(5, DiscrepancyResolved, TOM, {"resolution": "credit"})], ["not answered"]),
        (
            [(1, CaseNoted, ACME, {"comment": "right"}), (2, DiscrepancyResolved, TOM, {"resolution": "credit"})],
            ["answered in time by note"],
        ),
    ],
)  # fmt: skip
def test_discrepancies_are_answered_as_by_hand(
    conn: Connection, said: list[tuple[float, type[Event], Actor, dict[str, Any]]], expected: list[str]
) -> None:
    desk = Desk(conn)
    for hours, kind, actor, more in said:
        desk.after(hours, kind, actor, **more)

    assert asked(conn) == [f"discrepancy C1: {one}" for one in expected]


def test_an_824_about_our_advice_answers_what_the_advice_told(conn: Connection) -> None:
    desk = Desk(conn)
    told = sent("partial", 3, desk.advice, document="861", answered_with="824", faults=FAULT)
    desk.record(told)

    assert asked(conn) == [
        "discrepancy C1: answered in time by 824", f"document 861 {desk.advice}: answered in time by 824",
    ]  # fmt: skip


def test_what_is_put_right_by_what_was_sent_is_answered(conn: Connection) -> None:
    desk = Desk(conn)
    desk.now = NOW + 2 * HOUR
    desk.record(receipt("R2", "S1", "PO1", {"PLATE": 2}))

    assert asked(conn) == ["discrepancy C1: answered in time by what was sent"]


def test_answers_are_the_same_after_a_rebuild(conn: Connection) -> None:
    desk = Desk(conn)
    desk.after(1, CaseNoted, comment="we look")
    desk.record(sent("overdue", 4))
    before = asked(conn)

    rebuild(conn, book="live")

    assert (asked(conn), len(before)) == (before, 2)
