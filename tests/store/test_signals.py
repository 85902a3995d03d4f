"""Signals of the books: found once with the event or the moment that shows them, and found again by a rebuild."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import (
    AcknowledgedLine,
    CaseReopened,
    ExceptionCleared,
    ExceptionRaised,
    MaterialIssued,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ReplenishmentRequested,
    ReplenishmentWithdrawn,
    Schedule,
    StockLine,
)
from ledger.outcomes import AnyOutcome, CaseEscalated, CaseOpened, Recorded, Refused, Signalled
from ledger.policy import CaseRules, Ownership, Policy, ReplenishmentRules, Terms
from tests.store.world import NOW, Books, notice, order, receipt

DUE = NOW + timedelta(days=2)


def signals(recorded: list[Recorded]) -> list[tuple[str, str, Decimal]]:
    """(kind, cause, quantity) of every signal among the answers."""
    found = [outcome for one in recorded for outcome in one.outcomes if isinstance(outcome, Signalled)]
    return [(one.signal, one.cause, one.quantity) for one in found]


def late(number: str, line: str, at: str, quantity: int) -> tuple[str, str, Decimal]:
    return "receipt_late", f"order:acme/{number}/{line}@{at}", Decimal(quantity)


def promise(number: str, *promised: tuple[int, int]) -> OrderAcknowledged:
    """Of line 1 of an order: (days after now, quantity)."""
    lines = tuple(
        AcknowledgedLine(
            part_number="PLATE", order_line="1", status="accepted", quantity=Decimal(quantity), unit="EA",
            line=str(n), promised_at=NOW + timedelta(days=days),
        )
        for n, (days, quantity) in enumerate(promised)
    )  # fmt: skip
    said: dict[str, Any] = {"number": number, "partner": "acme", "supplier": "92:A123", "ship_to": "92:PLT07"}
    return OrderAcknowledged(**said, lines=lines)


def test_an_order_line_that_did_not_come_by_its_day_and_grace_is_signalled_once(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100, "BOLT": 5}, due_at=DUE))
    books.record(receipt("R1", "", "PO1", {"PLATE": 40}), receipt("R2", "", "PO1", {"BOLT": 5}))

    assert signals(books.tick(hours=48)) == []
    found = books.tick(hours=24)
    assert signals(found) == [late("PO1", "1", "2026-11-23T08:00Z", 60)]
    assert signals(books.tick(days=30)) == []

    (signal,) = [one for one in found[0].outcomes if isinstance(one, Signalled)]
    assert (signal.site, signal.supplier, signal.part, signal.number) == ("P1", "acme", "PLATE", "PO1")
    assert signal.text == (
        "40 of 100 EA of PLATE of order PO1 line 1 came by 2026-11-23 08:00 UTC, the end of their grace."
    )
    assert verify(conn) == []


def test_nothing_is_late_that_came_was_cancelled_or_has_no_day(conn: Connection) -> None:
    books = Books(conn)
    for number in ("PO1", "PO2", "PO4"):
        books.record(order(number, {"PLATE": 10}, due_at=DUE))
    books.record(order("PO3", {"PLATE": 10}), order("PO5", {"PLATE": 10}, due_at=DUE, order_type="BK"))
    books.record(receipt("R1", "", "PO1", {"PLATE": 10}))
    books.record(OrderCancelled(number="PO2", partner="erp", supplier="92:A123", ship_to="92:PLT07"))

    assert signals(books.tick(days=9)) == [late("PO4", "1", "2026-11-23T08:00Z", 10)]


def test_each_delivery_of_a_line_has_its_own_day(conn: Connection) -> None:
    books = Books(conn)
    placed = order("PO1", {"PLATE": 100})
    days = tuple(Schedule(quantity=Decimal(50), due_at=NOW + timedelta(days=day)) for day in (1, 3))
    line = msgspec.structs.replace(placed.lines[0], schedule=days)
    books.record(msgspec.structs.replace(placed, lines=(line,)), receipt("R1", "", "PO1", {"PLATE": 30}))

    assert signals(books.tick(hours=50)) == [late("PO1", "1", "2026-11-22T08:00Z", 20)]
    assert signals(books.tick(hours=48)) == [late("PO1", "1", "2026-11-24T08:00Z", 70)]


def test_days_that_went_by_unseen_tell_all_that_is_missing_once(conn: Connection) -> None:
    books = Books(conn)
    placed = order("PO1", {"PLATE": 100})
    days = tuple(Schedule(quantity=Decimal(50), due_at=NOW + timedelta(days=day)) for day in (1, 3))
    books.record(msgspec.structs.replace(placed, lines=(msgspec.structs.replace(placed.lines[0], schedule=days),)))

    assert signals(books.tick(days=30)) == [late("PO1", "1", "2026-11-24T08:00Z", 100)]


def test_what_is_promised_holds_until_the_order_is_changed(conn: Connection) -> None:
    books = Books(conn)
    for number in ("PO1", "PO2"):
        books.record(order(number, {"PLATE": 100}, due_at=DUE), promise(number, (4, 60), (6, 40)))
    changed = order("PO2", {"PLATE": 100}, due_at=NOW + timedelta(days=8))
    lines = tuple(msgspec.structs.replace(line, change="change") for line in changed.lines)
    said = {name: getattr(changed, name) for name in OrderPlaced.__struct_fields__} | {"lines": lines}
    books.record(OrderChanged(**{name: said[name] for name in OrderChanged.__struct_fields__ if name in said}))

    assert signals(books.tick(days=5)) == [late("PO1", "1", "2026-11-25T08:00Z", 60)]
    assert signals(books.tick(days=2)) == [late("PO1", "1", "2026-11-27T08:00Z", 100)]
    assert signals(books.tick(days=2)) == [late("PO2", "1", "2026-11-29T08:00Z", 100)]


def test_grace_is_as_agreed_with_the_supplier(conn: Connection) -> None:
    books = Books(conn)
    books.policy = Policy(terms={"acme": Terms(receipt_grace_hours=0)})
    books.record(order("PO1", {"PLATE": 10}, due_at=DUE))

    assert signals(books.tick(hours=48)) == [late("PO1", "1", "2026-11-22T08:00Z", 10)]


def raised(cause: str = "receipt_late:order:acme/PO1/1@x", **changed: Any) -> ExceptionRaised:
    said: dict[str, Any] = {
        "number": "S1.1", "signal": "receipt_late", "cause": cause, "place": "P1", "supplier": "acme",
        "part": "PLATE", "quantity": Decimal(60), "unit": "EA", "text": "Late.", "owner": "procurement",
        "answer_hours": Decimal(2), "order_number": "PO1", "order_line": "1",
    }  # fmt: skip
    return ExceptionRaised(**(said | changed))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"quantity": Decimal("NaN")}, "A quantity of NaN cannot be in question."),
        ({"quantity": Decimal("1E+999999")}, "A quantity of 1E+999999 cannot be in question."),
        ({"quantity": Decimal(-1)}, "A quantity of -1 cannot be in question."),
        ({"answer_hours": Decimal("NaN")}, "A case cannot be answered within NaN hours."),
        ({"answer_hours": Decimal("1E+400")}, "A case cannot be answered within 1E+400 hours."),
        ({"answer_hours": Decimal(87_841)}, "A case cannot be answered within 87841 hours."),
        ({"answer_hours": Decimal(-1)}, "A case cannot be answered within -1 hours."),
    ],
)
def test_an_exception_beyond_its_bounds_is_refused(conn: Connection, wrong: dict[str, Decimal], told: str) -> None:
    (refused,) = Books(conn).record(raised(**wrong))

    assert [one.reason for one in refused.outcomes if isinstance(one, Refused)] == [told]
    assert (cases(conn), verify(conn)) == ([], [])


def cases(conn: Connection) -> list[tuple[str, str, str]]:
    return [(one.code, one.owner, one.status) for one in queries.cases(conn) if one.code == "D47"]


def test_an_exception_opens_one_case_for_its_cause_which_ends_with_it(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}))

    (first,) = books.record(raised())
    (again,) = books.record(raised(number="S2.1", text="Later still."))
    (other,) = books.record(raised("line_side_miss:1", number="S3.1", order_number="", order_line=""))

    assert [sum(isinstance(one, CaseOpened) for one in found.outcomes) for found in (first, again, other)] == [
        1,
        0,
        1,
    ]
    assert cases(conn) == [("D47", "procurement", "open")] * 2
    due = [one.due_at for one in queries.cases(conn) if one.code == "D47"]
    assert due[0] == books.now - timedelta(minutes=3) + timedelta(hours=2)
    books.record(ExceptionCleared(number="S3.2", cause="line_side_miss:1", place="P1", part="PLATE"))
    assert cases(conn)[1][2] == "closed"
    books.record(receipt("R1", "", "PO1", {"PLATE": 100}))
    assert cases(conn)[0][2] == "closed"
    assert verify(conn) == []


@pytest.mark.parametrize("working_time", [False, True])
def test_a_case_of_a_signal_that_is_opened_again_is_answered_within_the_hours_of_its_rule(
    conn: Connection, working_time: bool
) -> None:
    """And a step of its escalation is a share of those, where only working hours count too."""
    books = Books(conn)
    rules = CaseRules(escalates_at=(50,), day_begins="06:00", day_ends="22:00")
    books.policy = Policy(casework=rules, ownership={"D47": Ownership(working_time=working_time)})
    books.record(order("PO1", {"PLATE": 100}), raised())
    books.record(ExceptionCleared(number="S1.2", cause=raised().cause, place="P1", part="PLATE"))

    (case,) = queries.cases(conn)
    opened_again, told = books.now, books.record(CaseReopened(number=case.id))

    (case,) = queries.cases(conn)
    assert [one.result for one in told] == ["posted"]
    assert (case.status, case.due_at) == ("open", opened_again + timedelta(hours=2))
    assert not _escalated(books.tick(minutes=57))
    assert _escalated(books.tick(minutes=3))
    assert rebuild(conn).differences == ()


def _escalated(answers: list[Recorded]) -> list[AnyOutcome]:
    return [one for answer in answers for one in answer.outcomes if isinstance(one, CaseEscalated)]


def test_what_is_about_no_place_needs_none(conn: Connection) -> None:
    books = Books(conn)

    (found,) = books.record(raised(place="", part="", supplier="", order_number="", order_line="", unit=""))

    assert found.result == "posted"
    assert [(one.code, one.site) for one in queries.cases(conn)] == [("D47", "")]


@pytest.mark.parametrize("changed", [{"cause": ""}, {"quantity": Decimal(-1)}])
def test_an_exception_that_says_nothing_is_refused(conn: Connection, changed: dict[str, Any]) -> None:
    assert Books(conn).record(raised(**changed))[0].result == "refused"


def test_goods_that_do_not_come_by_their_expected_arrival_are_signalled_with_their_case(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}, expected_at=DUE))

    found = books.tick(days=4)

    (case,) = [one for one in queries.cases(conn) if one.code == "D15"]
    assert [(kind, cause) for kind, cause, _ in signals(found)] == [("asn_overdue", f"case:{case.id}")]


# --- calls from the line ----------------------------------------------------------------------------------------


def call(number: str, quantity: int, **changed: Any) -> ReplenishmentRequested:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", to_location="LINE-3")
    said: dict[str, Any] = {"number": number, "partner": "mes", "place": "92:PLT07", "lines": (line,)}
    return ReplenishmentRequested(**(said | changed))


def issue(number: str, quantity: int, **changed: Any) -> MaterialIssued:
    said: dict[str, Any] = {"part_number": "PLATE", "unit": "EA", "to_location": "LINE-3"}
    line = StockLine(quantity=Decimal(quantity), **(said | changed))
    return MaterialIssued(number=number, partner="mes", place="92:PLT07", lines=(line,))


def stocked(conn: Connection) -> Books:
    """A book with a hundred plates in stock."""
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), receipt("R1", "", "PO1", {"PLATE": 100}))
    return books


def missed(number: str, quantity: int) -> tuple[str, str, Decimal]:
    return "line_side_miss", f"call:mes/{number}/PLATE", Decimal(quantity)


def test_a_call_that_is_not_served_in_time_is_missed_once(conn: Connection) -> None:
    books = stocked(conn)
    books.record(call("K1", 30), issue("I1", 10))

    assert signals(books.tick(minutes=28)) == []
    assert signals(books.tick(minutes=2)) == [missed("K1", 20)]
    assert signals(books.tick(days=2)) == []
    assert verify(conn) == []


def test_a_call_is_served_by_what_comes_to_its_place_first_by_what_names_it(conn: Connection) -> None:
    books = stocked(conn)
    books.record(call("K1", 30), call("K2", 20), call("K3", 5))
    books.record(issue("I1", 20, demand="K2"), issue("I2", 7, to_location="LINE-4"), issue("I3", 30))

    assert signals(books.tick(days=1)) == [missed("K3", 5)]


def test_what_came_before_a_call_or_after_its_end_serves_nothing(conn: Connection) -> None:
    books = stocked(conn)
    books.record(issue("I1", 30))
    books.record(call("K1", 30), call("K2", 10))
    books.record(ReplenishmentWithdrawn(number="K2", partner="mes", place="92:PLT07"))

    assert signals(books.tick(days=1)) == [missed("K1", 30)]


def test_a_call_says_by_when_or_the_house_does(conn: Connection) -> None:
    books = stocked(conn)
    books.policy = Policy(replenishment=ReplenishmentRules(answer_minutes=5))
    books.record(call("K1", 1), call("K2", 1, needed_at=books.now + timedelta(hours=3)))

    assert signals(books.tick(minutes=10)) == [missed("K1", 1)]
    assert signals(books.tick(hours=3)) == [missed("K2", 1)]


def test_the_case_of_a_missed_call_closes_when_it_is_served_after_all(conn: Connection) -> None:
    books = stocked(conn)
    books.record(call("K1", 30))
    books.tick(hours=1)
    books.record(raised("line_side_miss:call:mes/K1/PLATE", signal="line_side_miss", order_number="", order_line=""))
    books.record(issue("I1", 20))
    assert [status for _, _, status in cases(conn)] == ["open"]

    books.record(issue("I2", 10))

    assert [status for _, _, status in cases(conn)] == ["closed"]
    assert verify(conn) == []


@pytest.mark.parametrize(
    "changed",
    [{"lines": ()}, {"lines": (StockLine(part_number="PLATE", quantity=Decimal(1), unit="EA"),)}],
)
def test_a_call_without_goods_or_place_is_refused(conn: Connection, changed: dict[str, Any]) -> None:
    assert Books(conn).record(call("K1", 1, **changed))[0].result == "refused"


def test_a_rebuild_finds_every_signal_again(conn: Connection) -> None:
    books = stocked(conn)
    books.record(call("K1", 30), order("PO2", {"PLATE": 10}, due_at=DUE), raised())
    books.tick(days=9)

    assert rebuild(conn).differences == ()
    assert verify(conn) == []
