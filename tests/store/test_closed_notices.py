"""A partner that is told of each notice once: when its last line has closed, with all that came for it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection

from ledger.advices import ReceivingAdvice
from ledger.book import rebuild, verify
from ledger.outcomes import AdviceDue, Recorded
from ledger.policy import Policy, Terms
from tests.store.world import Books, notice, order, receipt

Told = list[tuple[str, bool, list[tuple[str, Decimal, list[tuple[str, Decimal]]]]]]
BOTH = {"PLATE": 10, "BOLT": 5}


def told(answers: list[Recorded]) -> Told:
    """Shipment, whether it closed, and per line the part, what came and what differs."""
    advices = [one.advice for answer in answers for one in answer.outcomes if isinstance(one, AdviceDue)]
    return [
        (
            advice.shipment_id, advice.closed,
            [
                (line.part_number, line.quantity, [(one.condition, one.quantity) for one in line.variances])
                for line in advice.lines
            ],
        )
        for advice in advices
        if isinstance(advice, ReceivingAdvice)
    ]  # fmt: skip


def books(conn: Connection) -> Books:
    opened = Books(conn)
    opened.policy = Policy(terms={"acme": Terms(close_days=5)}, advises_notices=("acme",))
    opened.record(order("PO1", {"PLATE": 100, "BOLT": 100}), notice("S1", "PO1", BOTH))
    return opened


def test_the_goods_receipt_that_fills_the_last_line_tells_the_whole_notice(conn: Connection) -> None:
    opened = books(conn)

    first = told(opened.record(receipt("R1", "S1", "PO1", {"PLATE": 10})))
    last = told(opened.record(receipt("R2", "S1", "PO1", {"BOLT": 5})))

    assert first == []
    assert last == [("S1", True, [("PLATE", Decimal(10), []), ("BOLT", Decimal(5), [])])]
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_what_is_short_is_told_with_the_notice_at_its_close_time(conn: Connection) -> None:
    opened = books(conn)

    came = told(opened.record(receipt("R1", "S1", "PO1", {"PLATE": 10, "BOLT": 3})))
    closed = told(opened.tick(days=6))

    assert came == []
    assert closed == [("S1", True, [("PLATE", Decimal(10), []), ("BOLT", Decimal(3), [("02", Decimal(2))])])]


def test_a_notice_that_was_told_is_not_told_again_but_what_comes_after_it_is(conn: Connection) -> None:
    opened = books(conn)
    opened.record(receipt("R1", "S1", "PO1", BOTH))

    later = told(opened.record(receipt("R2", "S1", "PO1", {"BOLT": 2})))
    again = told(opened.tick(days=6))

    assert later == [("S1", False, [("BOLT", Decimal(7), [("03", Decimal(2))])])]
    assert again == []


def test_what_no_notice_announced_is_told_at_once(conn: Connection) -> None:
    opened = books(conn)

    assert [shipment for shipment, _, _ in told(opened.record(receipt("R9", "S9", "PO1", {"PLATE": 1})))] == [""]


def test_receipts_of_one_batch_tell_it_once(conn: Connection) -> None:
    opened = books(conn)

    together = told(opened.record(receipt("R1", "S1", "PO1", {"PLATE": 10}), receipt("R2", "S1", "PO1", {"BOLT": 5})))

    assert [shipment for shipment, _, _ in together] == ["S1"]
