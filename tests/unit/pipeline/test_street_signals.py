"""Signals that the street finds: documents that did not come, answers that did not, certificates that end; and what
the books' clock finds, through the whole street."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gateway.partners import Expected
from gateway.pipeline.signals import show
from gateway.pipeline.signals.expecting import times_of
from ledger import queries
from ledger.book import verify
from ledger.masterdata import Calendar
from tests.unit.pipeline.conftest import TownWith
from tests.unit.pipeline.world import START, Town, interchange, notice, order

DETROIT = ZoneInfo("America/Detroit")


def fired(town: Town) -> list[tuple[str, str, str]]:
    with town.street.read() as connection:
        return [(one.signal, one.cause, one.text) for one in show.list_signals(connection)]


def cases(town: Town) -> list[tuple[str, str, str]]:
    with town.street.read() as connection:
        assert verify(connection) == []
        return [(one.code, one.owner, one.status) for one in queries.cases(connection)]


def due_order(number: str = "PO1") -> bytes:
    """An order of a hundred, due the next morning."""
    said: dict[str, Any] = msgspec.json.decode(order(number))
    return msgspec.json.encode(said | {"due_at": "2026-11-24T05:00:00Z"})


# --- documents that are expected --------------------------------------------------------------------------------

WEEKDAYS = Expected(document="862", at=("06:00", "14:30"), days=("mon", "tue", "wed", "thu", "fri"))


def times(expected: Expected, first: str, last: str, calendar: Calendar | None = None) -> list[str]:
    """The times between two local moments in Detroit, as `Mon 06:00` there."""
    after, until = (datetime.fromisoformat(one).replace(tzinfo=DETROIT).astimezone(UTC) for one in (first, last))
    found = times_of(expected, DETROIT, calendar, after, until)
    return [f"{one.astimezone(DETROIT):%a %H:%M}" for one in found]


def test_times_are_those_of_the_partners_clock_on_its_days() -> None:
    assert times(WEEKDAYS, "2026-11-20T06:00", "2026-11-23T06:00") == ["Fri 14:30", "Mon 06:00"]
    assert times(Expected(document="856", every=480), "2026-11-22T23:00", "2026-11-23T16:00") == [
        "Mon 00:00", "Mon 08:00", "Mon 16:00",
    ]  # fmt: skip


def test_a_day_on_which_the_plant_does_not_work_expects_nothing() -> None:
    week = Calendar(id="PLT07", weekdays=(1, 2, 3, 4, 5), holidays=(datetime(2026, 11, 26, tzinfo=UTC).date(),))
    daily = Expected(document="862", at=("06:00",), calendar="PLT07")

    assert times(daily, "2026-11-25T00:00", "2026-11-30T23:00", week) == ["Wed 06:00", "Fri 06:00", "Mon 06:00"]


def test_the_clock_on_the_wall_counts_when_summer_time_begins_and_ends() -> None:
    nightly = Expected(document="862", at=("02:30",))

    spring = list(times_of(nightly, DETROIT, None, _utc("2026-03-08T00:00"), _utc("2026-03-08T12:00")))
    autumn = list(times_of(nightly, DETROIT, None, _utc("2026-11-01T00:00"), _utc("2026-11-01T12:00")))

    assert spring == [_utc("2026-03-08T07:30")]
    assert autumn == [_utc("2026-11-01T07:30")]


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def expect(town: Town, terms: str) -> None:
    town.edit("acme", "deliver:", f"expect: [{terms}]\ndeliver:")
    town.street.run_due()


def test_what_does_not_come_by_its_time_and_grace_fires_once_and_opens_a_case(town: Town) -> None:
    # It is nine in the morning in Detroit.
    expect(town, '{document: "856", at: ["10:00"], grace_minutes: 30}')
    town.clock.pass_by(minutes=89)
    town.street.run_due()
    assert fired(town) == []

    town.clock.pass_by(minutes=1)
    town.street.run_due()
    town.street.run_due()

    told = "acme sent no 856 by Mon 2026-11-23 10:00 (America/Detroit)."
    assert fired(town) == [("document_absent", "acme/856/2026-11-23T15:00Z", told)]
    assert cases(town) == [("D47", "integration", "open")]


def test_the_case_of_an_absent_document_closes_when_it_comes_after_all(town: Town) -> None:
    expect(town, '{document: "856", at: ["10:00"], grace_minutes: 0}')
    town.bring(due_order(), "erp")
    town.clock.pass_by(hours=2)
    town.street.run_due()
    assert cases(town) == [("D47", "integration", "open")]

    town.bring(interchange(("856", notice())))

    assert cases(town)[0] == ("D47", "integration", "closed")
    with town.street.read() as connection:
        assert [one.over_at for one in show.list_signals(connection)] == [town.clock.now]


def test_whoever_hears_of_events_hears_that_it_is_over(town: Town) -> None:
    town.street.subscribe(
        "w_plant", url="https://plant.example/hook", secret="env:HOOK", kinds=("ExceptionCleared",), partner=""
    )
    expect(town, '{document: "856", at: ["10:00"], grace_minutes: 0}')
    town.clock.pass_by(hours=2)
    town.street.run_due()

    town.bring(interchange(("856", notice())))

    hooks = [one["to"] for one in town.street.messages(direction="out", limit=100) if one["kind"] == "webhook"]
    assert hooks == ["hook:w_plant"]


def test_a_test_document_ends_no_absence_of_the_live_book(town: Town) -> None:
    expect(town, '{document: "856", at: ["10:00"], grace_minutes: 0}')
    town.clock.pass_by(hours=2)
    town.street.run_due()

    town.bring(interchange(("856", notice()), test=True))

    assert cases(town) == [("D47", "integration", "open")]
    with town.street.read() as connection:
        assert [one.over_at for one in show.list_signals(connection)] == [None]


def test_what_came_in_time_is_not_missed_and_each_time_asks_for_its_own(town: Town) -> None:
    expect(town, '{document: "856", at: ["10:00", "12:00"], grace_minutes: 0}')
    town.bring(due_order(), "erp")
    town.clock.pass_by(minutes=59)
    town.bring(interchange(("856", notice())))

    town.clock.pass_by(hours=3)
    town.street.run_due()

    assert [cause for _, cause, _ in fired(town)] == ["acme/856/2026-11-23T17:00Z"]


def test_what_comes_too_early_does_not_count(town: Town) -> None:
    expect(town, '{document: "856", at: ["12:00"], grace_minutes: 0, early_minutes: 60}')
    town.bring(due_order(), "erp")
    town.clock.pass_by(hours=1)
    town.bring(interchange(("856", notice())))
    town.clock.pass_by(hours=2)
    town.street.run_due()

    assert [cause for _, cause, _ in fired(town)] == ["acme/856/2026-11-23T17:00Z"]


def test_every_time_that_went_by_while_nothing_ran_is_told_after_it(town: Town) -> None:
    expect(town, '{document: "856", at: ["10:00"]}')
    town.clock.pass_by(days=2, hours=12)
    town.street.run_due()

    assert [cause for _, cause, _ in fired(town)] == [
        "acme/856/2026-11-23T15:00Z", "acme/856/2026-11-24T15:00Z", "acme/856/2026-11-25T15:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ('{document: "810", at: ["10:00"]}', '"810" is not received from this partner'),
        ('{document: "856"}', "nothing says by when 856 is expected"),
        ('{document: "856", at: ["25:00"]}', "must be a time of day, as 06:00"),
        ('{document: "856", every: 60, days: [monday]}', 'unknown day "monday" (did you mean "mon"?)'),
    ],
)
def test_a_mistake_in_what_is_expected_is_told(town: Town, terms: str, told: str) -> None:
    town.edit("acme", "deliver:", f"expect: [{terms}]\ndeliver:")

    assert told in town.street.mistake


# --- answers and certificates -----------------------------------------------------------------------------------


def test_an_answer_that_does_not_come_fires_each_time_its_clock_runs_out(town: Town) -> None:
    town.bring(order(), "erp")
    (answer,) = [one for one in town.street.messages(direction="out") if one["kind"] == "850"]
    town.street.fetch(answer["id"], "acme")

    town.clock.pass_by(hours=5)
    town.street.run_due()
    town.street.run_due()
    assert fired(town) == [("ack_overdue", f"{answer['id']}.1/1", "850 PO1 was not acknowledged by acme in time.")]
    with town.street.read() as connection:
        (case,) = queries.cases(connection, code="D41")
        assert [one.case for one in show.list_signals(connection)] == [case.id]

    town.street.resend(answer["id"])
    town.street.fetch(answer["id"], "acme")
    town.clock.pass_by(hours=5)
    town.street.run_due()
    assert [cause for _, cause, _ in fired(town)] == [f"{answer['id']}.1/1", f"{answer['id']}.1/2"]


# --- what the books' clock finds --------------------------------------------------------------------------------


def test_an_order_that_is_late_opens_a_case_that_closes_when_the_goods_come(town: Town) -> None:
    town.bring(due_order(), "erp")
    town.clock.now = START + timedelta(days=3)
    town.street.run_due()

    assert [(kind, cause) for kind, cause, _ in fired(town)] == [
        ("receipt_late", "order:ACME/PO1/10@2026-11-25T05:00Z")
    ]
    assert cases(town) == [("D47", "procurement", "open")]
    line = {"part_number": "BRK-100", "unit": "EA", "quantity": "100", "order_number": "PO1"}
    town.record(
        [{"kind": "GoodsReceived", "number": "R1", "partner": "quay", "ship_to": "92:PLT07", "lines": [line]}]
    )

    assert cases(town)[0] == ("D47", "procurement", "closed")


def test_a_rule_may_ask_how_grave_it_is(town_with: TownWith) -> None:
    town = town_with(
        "rules:\n  grave: {on: receipt_late, when: {severity: [critical, high]}, do: open_case}\n"
        "  other: {on: receipt_late, when: {severity: [normal, low]}, do: []}\n"
    )
    # Orders in dollars, a hundred and a hundred thousand.
    town.bring(due_order("PO1"), "erp")
    said = msgspec.json.decode(due_order("PO2"))
    said["lines"][0] |= {"part_number": "HRN-200", "price": "1000"}
    town.bring(msgspec.json.encode(said), "erp")
    town.clock.now = START + timedelta(days=3)
    town.street.run_due()

    with town.street.read() as connection:
        listed = show.list_signals(connection)
    assert [(one.part, one.severity, [action.rule for action in one.actions]) for one in listed] == [
        ("BRK-100", "low", []),
        ("HRN-200", "high", ["grave"]),
    ]


def test_a_call_from_the_line_that_is_missed_opens_a_case_for_the_warehouse(town: Town) -> None:
    line = {"part_number": "BRK-100", "unit": "EA", "quantity": "5", "to_location": "L3"}
    town.record([{"kind": "ReplenishmentRequested", "number": "K1", "place": "PLT07", "lines": [line]}])
    town.clock.pass_by(minutes=31)
    town.street.run_due()

    assert fired(town) == [
        ("line_side_miss", "call:/K1/BRK-100", "0 of 5 EA of BRK-100 came to L3 by 2026-11-23 14:30 UTC for call K1.")
    ]
    assert cases(town) == [("D47", "warehouse", "open")]
