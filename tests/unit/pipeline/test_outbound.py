"""Business documents of ours: who gets which, what leaves together and when, and what is passed on as it came."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.errors import OperatorMistake
from gateway.partners import read_partner, read_partners
from gateway.pipeline.asking import show
from tests.unit.pipeline.world import Town, interchange, notice, order

COLLECTED = '"850": {on: OrderPlaced, collect: {minutes: 60, count: 3}}'


def event(kind: str, number: str, **said: Any) -> bytes:
    named = {"supplier": "1:123456789", "ship_to": "92:PLT07"}
    return msgspec.json.encode({"kind": kind, "number": number} | named | said)


def line(**said: Any) -> dict[str, Any]:
    return {"part_number": "BRK-100", "quantity": "5", "unit": "EA"} | said


def waiting(town: Town) -> list[str]:
    with town.street.read() as connection:
        return [f"{one['type']} {one['number']}" for one in show.list_collected(connection, partner="", limit=10)]


def sent(town: Town) -> list[list[str]]:
    """The business documents of each interchange that is written."""
    messages = [town.street.message(one["id"]) for one in town.street.messages(direction="out", partner="acme")]
    listed = [[f"{one['type']} {one['number']}" for one in message["documents"]] for message in messages]
    return [documents for documents in listed if documents and not documents[0].startswith("997")]


def statuses(town: Town) -> list[str]:
    return [one["status"] for one in town.street.messages(direction="out", partner="acme")]


# --- together -----------------------------------------------------------------------------------------------------


def test_what_reaches_its_count_leaves_before_its_time(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', COLLECTED)
    for number in ("PO1", "PO2"):
        town.bring(order(number), "erp")
    assert (waiting(town), sent(town)) == (["850 PO1", "850 PO2"], [])

    town.bring(order("PO3"), "erp")

    assert (waiting(town), sent(town)) == ([], [["850 PO1", "850 PO2", "850 PO3"]])
    assert statuses(town) == ["ready", "bundled", "bundled"]


def test_the_first_of_a_lane_decides_when_all_of_it_leave(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', COLLECTED)
    town.bring(order("PO1"), "erp")
    town.clock.pass_by(minutes=59)
    town.bring(order("PO2"), "erp")
    assert sent(town) == []

    town.clock.pass_by(minutes=1)
    town.street.run_due()

    assert sent(town) == [["850 PO1", "850 PO2"]]


def test_one_that_cannot_be_sent_keeps_none_of_the_others(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', COLLECTED)
    for number in ("PO1", "PO-with-a-number-that-no-850-takes", "PO3"):
        town.bring(order(number), "erp")

    assert sent(town) == [["850 PO1", "850 PO3"]]
    assert statuses(town) == ["ready", "parked", "bundled"]
    assert "draft_parked" in town.alerts()


def test_a_person_lets_what_is_collected_leave(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', COLLECTED)
    town.bring(order("PO1"), "erp")

    assert town.street.release("bolt") == 0
    assert town.street.release("acme") == 1

    assert (waiting(town), sent(town)) == ([], [["850 PO1"]])


def test_a_bundled_document_is_resent_with_its_interchange(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', COLLECTED)
    for number in ("PO1", "PO2", "PO3"):
        town.bring(order(number), "erp")
    first, second, _ = town.street.messages(direction="out", partner="acme")

    with pytest.raises(Exception, match=f"went out in {first['id']}"):
        town.street.resend(second["id"])


# --- to whom ------------------------------------------------------------------------------------------------------


def test_each_business_document_goes_to_whom_the_agreement_names(town: Town) -> None:
    schedule = "on: ScheduleReleased"
    town.edit(
        "acme",
        '"850": {on: OrderPlaced}',
        f'"850": {{on: OrderPlaced}}, "860": {{on: [OrderChanged, OrderCancelled]}}, "830": {{{schedule}}}, '
        f'"862": {{{schedule}}}, "940": {{on: OrderPlaced}}, "943": {{on: ShipmentNotified, party: supplier}}',
    )
    asked = {"order_line": "10", "price": "1"}
    forecast = {"requirements": [{"quantity": "5", "due_at": "2026-12-01T00:00:00-05:00", "certainty": "firm"}]}
    planned = {"direction": "supply", "release": "R1", "horizon_start": "2026-11-23T00:00:00-05:00"}
    planned |= {"horizon_end": "2026-12-20T00:00:00-05:00", "issued_at": "2026-11-23T08:00:00-05:00"}
    for data in (
        order("PO1"),
        event("OrderChanged", "PO1", order_type="SA", currency="USD", lines=[line(**asked)]),
        event(
            "ShipmentNotified",
            "S1",
            shipped_at="2026-11-23T08:00:00-05:00",
            carrier="JBHT",
            lines=[line(order_number="PO1")],
        ),
        event("OrderCancelled", "PO1"),
        event("ScheduleReleased", "F1", schedule="planning", lines=[line(**forecast)], **planned),
        event("ScheduleReleased", "F2", schedule="shipping", lines=[line(**forecast)], **planned),
    ):
        town.bring(data, "erp")

    assert [one["reason"] for one in town.street.messages(direction="out") if one["status"] == "parked"] == []
    found = sorted(documents[0] for documents in sent(town))
    assert found == ["830 F1", "850 PO1", "860 PO1", "860 PO1", "862 F2", "940 PO1", "943 S1"]


def test_a_transfer_leaves_once_though_both_sites_record_it(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', '"943": {on: TransferShipped, party: any}')
    places = {"from_place": "92:PLT07", "to_place": "92:PLT08"}
    site = {"kind": "SiteDefined", "number": "PLT08", "time_zone": "America/Detroit", "identifiers": ["92:PLT08"]}
    opening = {
        "kind": "OpeningBalanceLoaded",
        "number": "OPEN-1",
        "place": "PLT07",
        "control": {"lines": 1, "quantity": "40"},
    }
    town.record([site, opening | {"lines": [line(quantity="40", location="A-01")]}])

    shipped = {"kind": "TransferShipped", "number": "T1", "carrier": "JBHT", "occurred_at": "2026-11-23T08:00:00Z"}
    town.bring(msgspec.json.encode(shipped | places | {"lines": [line()]}), "erp")

    assert sent(town) == [["943 T1"]]
    assert town.answers("943") == [
        "943 acme: W06*F***T1 N1*WH**92*PLT08 N1*SF**92*PLT07 G62*11*20261123*W*0300*ET W27*M*JBHT "
        "W04*5*EA**BP*BRK-100 W03*5"
    ]


def test_internal_systems_are_not_told_tests_as_facts(town: Town) -> None:
    town.edit("quay", "receive:", "send: {event: {on: OrderPlaced, party: any}}\nreceive:")

    town.bring(order("PO1"), "erp", test=True)
    assert town.street.messages(direction="out", partner="quay") == []
    town.bring(order("PO1"), "erp")

    (told,) = town.street.messages(direction="out", partner="quay")
    shown = town.street.message(told["id"])
    assert (shown["media_type"], [one["status"] for one in shown["documents"]]) == ("application/json", ["none"])
    assert msgspec.json.decode(town.street.fetch(told["id"]))["number"] == "PO1"


@pytest.mark.parametrize(
    ("sending", "words"),
    [
        ('"850": {on: GoodsReceived}', "GoodsReceived goes to nobody by itself"),
        ('"850": {on: OrderPlaced, party: customer}', "OrderPlaced names no customer"),
        ('"850": {on: [OrderPlaced, Order]}', 'unknown 850 on "Order"'),
        ('"850": {on: TimePassed}', 'unknown 850 on "TimePassed"'),
        ('"850": {on: OrderPlaced, to: [bolt]}', 'unknown key "to"'),
    ],
)
def test_sending_that_cannot_be_meant_is_refused(sending: str, words: str) -> None:
    with pytest.raises(OperatorMistake) as refusal:
        read_partner(f"partner: acme\nsend: {{{sending}}}\n".encode(), "partners/acme/partner.yaml")

    assert words in str(refusal.value)


# --- passed on ----------------------------------------------------------------------------------------------------


def test_passed_on_with_a_value_that_the_receiver_cannot_read_is_told_to_a_person(town: Town) -> None:
    town.edit("bolt", 'release: "004010",', 'release: "004010", element: "-",')
    town.edit("acme", '"856": {as: ShipmentNotified}', '"856": {as: pass, to: [bolt]}')

    received = town.bring(interchange(("856", notice())))

    assert [one["status"] for one in received["documents"]] == ["passed"]
    (stuck,) = [one for one in town.street.messages(direction="out") if one["kind"] == "856"]
    assert stuck["status"] == "parked"
    assert '"BRK-100" holds a delimiter of the receiver' in stuck["reason"]


def test_files_are_passed_on_byte_for_byte(town: Town) -> None:
    town.edit("erp", "event: {as: events}", "event: {as: pass, to: [quay]}")
    data = order()

    town.bring(data, "erp")

    (passed,) = town.street.messages(direction="out", partner="quay")
    assert town.street.fetch(passed["id"]) == data
    assert town.events() == []


@pytest.mark.parametrize(
    ("receiving", "words"),
    [("{as: pass, to: [zed]}", 'passes on to "zed"'), ("{as: record, to: [zed]}", "is passed on only as: pass")],
)
def test_passing_on_that_cannot_be_meant_is_refused(receiving: str, words: str) -> None:
    file = f'partner: acme\nreceive: {{"856": {receiving}}}\n'.encode()

    with pytest.raises(OperatorMistake) as refusal:
        read_partners({"partners/acme/partner.yaml": file})

    assert words in str(refusal.value)
