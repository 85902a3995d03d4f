"""Signals fire once for each cause, and what the rules lead to is done, kept, told and retried."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.errors import OperatorMistake
from gateway.pipeline.signals import show
from gateway.pipeline.signals.show import SignalShown
from ledger import queries
from ledger.book import verify
from ledger.events import CaseNoted
from tests.unit.pipeline.conftest import TownWith
from tests.unit.pipeline.world import Town, interchange, notice, order

RULES = """\
rules:
  brakes:
    on: inspection_failed
    when: {part: "BRK-*"}
    do:
      - open_case: {owner: quality, answer_hours: 2}
      - hold: {by: [part, site], reason: suspect}
      - notify: {webhook: w_plant}
"""


def stock(kind: str, number: str, quantity: int, **line: Any) -> dict[str, Any]:
    said = {"part_number": "BRK-100", "unit": "EA", "quantity": str(quantity)} | line
    return {"kind": kind, "number": number, "place": "92:PLT07", "lines": [said]}


RECEIVED = {
    "kind": "GoodsReceived", "number": "R1", "partner": "quay", "ship_to": "92:PLT07",
    "lines": [
        {"part_number": "BRK-100", "unit": "EA", "quantity": "100", "shipment_id": "S1", "order_number": "PO1"}
    ],
}  # fmt: skip


def fail_inspection(town: Town) -> None:
    """A hundred brakes come in, twenty are looked at, five fail."""
    town.bring(order(), "erp")
    town.bring(interchange(("856", notice())))
    town.record([RECEIVED, stock("HoldPlaced", "H1", 20, hold_reason="inspection")])
    town.record([stock("InspectionFailed", "I1", 5, reason="crack")])


def signals(town: Town) -> list[SignalShown]:
    with town.street.read() as connection:
        return show.list_signals(connection)


def actions(town: Town) -> list[tuple[str, str, str]]:
    return [(one.action, one.status, one.result) for signal in signals(town) for one in signal.actions]


def subscribe(town: Town, id: str, *kinds: str, partner: str = "") -> None:
    town.street.subscribe(id, url="https://plant.example/hook", secret="env:HOOK", kinds=kinds, partner=partner)


def test_the_actions_of_a_rule_are_done_in_the_books_and_on_the_street(town_with: TownWith) -> None:
    town = town_with(RULES)
    subscribe(town, "w_plant", "count_variance")

    fail_inspection(town)

    (signal,) = signals(town)
    assert (signal.id, signal.signal, signal.cause) == ("S1", "inspection_failed", "inspection:/I1/BRK-100")
    assert (signal.site, signal.part, signal.quantity, signal.number) == ("PLT07", "BRK-100", Decimal(5), "I1")
    assert [(one.action, one.rule, one.status, one.result) for one in signal.actions] == [
        ("open_case", "brakes", "done", "case C1 is open about it"),
        ("hold", "brakes", "done", "opened containment S1.2"),
        ("notify", "brakes", "done", "queued for 1 webhook"),
    ]
    assert signal.actions[2].deliveries == ("ready",)
    with town.street.read() as connection:
        (case,) = queries.cases(connection)
        held = queries.balances(connection, by=("state",), part="BRK-100")
        assert verify(connection) == []
    assert (case.code, case.owner, case.status, case.part) == ("D21", "quality", "open", "BRK-100")
    assert {(one.state, one.quantity) for one in held} == {("quality_hold", Decimal(95)), ("quarantine", Decimal(5))}


def test_one_cause_fires_once_whatever_is_said_again(town_with: TownWith) -> None:
    town = town_with(RULES)
    fail_inspection(town)
    before = town.events()

    town.record([stock("InspectionFailed", "I1", 5, reason="crack")])
    town.street.run_due()
    town.street.close()
    again = Town(town.home)

    assert len(signals(again)) == 1
    assert again.events() == before
    again.street.close()


def test_what_fails_is_told_retried_ever_later_and_done_once_it_can_be(town_with: TownWith) -> None:
    town = town_with(RULES)
    fail_inspection(town)
    why = "there is no webhook subscription w_plant in force"
    assert actions(town)[2] == ("notify", "failed", why)
    assert town.alerts() == ["signal_action_failed"]

    town.clock.pass_by(minutes=1)
    town.street.run_due()
    assert signals(town)[0].actions[2].attempts == 1
    town.clock.pass_by(minutes=1)
    town.street.run_due()
    assert signals(town)[0].actions[2].attempts == 2

    subscribe(town, "w_plant")
    town.clock.pass_by(minutes=6)
    town.street.run_due()

    assert actions(town)[2] == ("notify", "done", "queued for 1 webhook")
    assert town.alerts().count("signal_action_failed") == 1


def test_past_its_last_try_a_person_tries_it_again(town_with: TownWith) -> None:
    town = town_with(RULES)
    fail_inspection(town)
    for _ in range(7):
        town.clock.pass_by(days=3)
        town.street.run_due()
    stopped = signals(town)[0].actions[2]
    assert (stopped.status, stopped.attempts, stopped.next_at) == ("stopped", 8, None)
    assert town.alerts() == ["signal_action_failed"] * 2

    subscribe(town, "w_plant")
    assert town.street.retry_signal(1) == 1

    assert actions(town)[2] == ("notify", "done", "queued for 1 webhook")
    assert town.street.retry_signal(1) == 0


def test_a_person_may_try_it_as_often_as_they_like(town_with: TownWith) -> None:
    town = town_with(RULES)
    fail_inspection(town)

    assert [town.street.retry_signal(1) for _ in range(40)] == [1] * 40

    tried = signals(town)[0].actions[2]
    assert (tried.status, tried.attempts) == ("stopped", 41)


def test_what_nobody_could_read_again_is_not_recorded(town_with: TownWith) -> None:
    town = town_with("")
    fail_inspection(town)
    before = town.events()

    with pytest.raises(OperatorMistake, match=r"CaseNoted C1: Expected `str` of length <= 2000 - at `\$.comment`"):
        town.street.record_events([CaseNoted(number="C1", comment="x" * 2_001)])

    assert town.events() == before


def test_without_rules_whoever_subscribed_is_told(town_with: TownWith) -> None:
    town = town_with("")
    subscribe(town, "w_all")
    subscribe(town, "w_failed", "inspection_failed")
    subscribe(town, "w_other", "receipt_late")
    # Whose goods they are follows from how they came.
    subscribe(town, "w_acme", "inspection_failed", partner="acme")
    subscribe(town, "w_bolt", "inspection_failed", partner="bolt")

    fail_inspection(town)

    assert actions(town) == [("notify", "done", "queued for 3 webhooks")]
    hooks = [one for one in town.street.messages(direction="out", limit=100) if one["kind"] == "webhook"]
    told = [msgspec.json.decode(town.street.fetch(one["id"])) for one in hooks if one["to"] == "hook:w_failed"]
    assert [(one["type"], one["data"]["id"], one["data"]["signal"]["part"]) for one in told] == [
        ("inspection_failed", "S1", "BRK-100")
    ]


def test_edited_rules_hold_for_the_next_signal_and_faulty_ones_never(town_with: TownWith) -> None:
    town = town_with("")
    file = town.home / "signals.yaml"
    file.write_text("rules: {loud: {on: inspection_faild, do: notify}}")

    assert town.street.configure() is False
    assert "unknown signal" in town.street.mistake
    file.write_text("rules: {quiet: {on: inspection_failed, do: []}}")
    assert town.street.configure() is True

    fail_inspection(town)
    assert [signal.actions for signal in signals(town)] == [()]


@pytest.mark.parametrize("resolution", ["accept", "waive"])
def test_its_case_is_decided_like_every_other(town_with: TownWith, resolution: str) -> None:
    town = town_with(RULES)
    fail_inspection(town)

    town.record([{"kind": "DiscrepancyResolved", "number": "C1", "resolution": resolution}])

    with town.street.read() as connection:
        (case,) = queries.cases(connection)
        assert (case.status, case.resolution) == ("closed", resolution)
        assert verify(connection) == []
