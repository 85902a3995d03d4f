"""Replay of what is recorded: rehearsed with all it would do, then done once, linked to what it replaces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.errors import PartnerMistake
from gateway.store.replays import load_replays
from ledger import queries
from ledger.book import verify
from tests.unit.pipeline.world import Town, interchange, notice, order, state

HEAD = "map: acme.856\nextends: x12/004010/856\n"
IMPLIED = HEAD + "levels:\n  I:\n    fields:\n      quantity: {at: SN1.02, as: implied, places: 1}\n"
"""The partner leaves the decimal point out, and the base map does not know."""


def draw(town: Town, text: str) -> None:
    """Put acme's own map of the 856 in force."""
    folder = town.home / "partners" / "acme" / "x12" / "004010" / "856"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "map.yaml").write_text(text)
    assert town.street.configure() is True


@pytest.fixture
def misread(town: Town) -> dict[str, Any]:
    """A notice of 100 pieces that was read as 1000, with the map now in force that reads it right."""
    town.bring(order(), "erp")
    message = town.bring(interchange(("856", notice(quantity="1000"))))
    draw(town, IMPLIED)
    return message


def stock(town: Town) -> dict[str, Decimal]:
    with town.street.read() as connection:
        return {one.state: one.quantity for one in queries.balances(connection, by=("state",)) if one.quantity}


def test_a_dry_run_says_what_it_would_do_and_does_nothing(town: Town, misread: dict[str, Any]) -> None:
    before, sent = stock(town), town.answers()

    shown = town.street.replay(misread["id"], dry_run=True)

    (one,) = shown.documents
    assert (shown.status, shown.replayed) == ("rehearsed", ())
    assert shown.difference == ((f"{misread['id']}.1", "ShipmentNotified S1 lines[0].quantity", "1000", "100.0"),)
    assert [(made.kind, made.number, made.revision, made.result) for made in one.effects.events] == [
        ("ShipmentNotified", "S1", 1, "posted")
    ]
    assert [(moved.source, moved.target, moved.quantity) for moved in one.effects.movements] == [
        ("in_transit ACME/S1/PO1||10|BRK-100", "supplier", Decimal(1000)),
        ("supplier", "in_transit ACME/S1/PO1||10|BRK-100", Decimal(100)),
    ]
    assert [(changed.place, changed.quantity) for changed in one.effects.balances] == [
        ("in_transit ACME/S1/PO1||10|BRK-100", Decimal(-900)), ("supplier", Decimal(900)),
    ]  # fmt: skip
    assert [(case.code, case.status) for case in one.effects.cases] == [("D08", "closed")]
    assert (stock(town), town.answers()) == (before, sent)
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]


def test_without_confirmation_it_is_shown_all_the_same(town: Town, misread: dict[str, Any]) -> None:
    shown = town.street.replay(misread["id"])

    assert (shown.status, shown.replayed) == ("compared", ())
    assert shown.documents == town.street.replay(misread["id"], dry_run=True).documents


def test_what_is_confirmed_does_what_was_rehearsed(town: Town, misread: dict[str, Any]) -> None:
    (rehearsed,) = town.street.replay(misread["id"], dry_run=True).documents

    done = town.street.replay(misread["id"], confirm=True, by="pat")

    assert (done.status, done.replayed, done.documents) == ("replaced", (f"{misread['id']}.1",), (rehearsed,))
    assert stock(town) == {"in_transit": Decimal(100)}
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1", "ShipmentNotified S1"]
    with town.street.read() as connection:
        assert verify(connection) == []
        (kept,) = load_replays(connection, misread["id"])
        first, second = queries.events(connection, kind="ShipmentNotified")
    assert (kept.by, kept.map_before, kept.map) == ("pat", misread["documents"][0]["map"], rehearsed.map)
    assert (first.document, first.revision) == (second.document, 0)
    assert second.revision == 1


def test_a_replay_that_was_done_is_not_done_twice(town: Town, misread: dict[str, Any]) -> None:
    town.street.replay(misread["id"], confirm=True)
    books = town.events()

    again = town.street.replay(misread["id"], confirm=True)

    assert (again.status, again.replayed, again.difference) == ("compared", (), ())
    assert town.events() == books


def test_the_original_map_leads_back(town: Town, misread: dict[str, Any]) -> None:
    town.street.replay(misread["id"], confirm=True)

    back = town.street.replay(misread["id"], confirm=True, which="original")

    assert [path for _, path, _, _ in back.difference] == ["ShipmentNotified S1 lines[0].quantity"]
    assert stock(town) == {"in_transit": Decimal(1000)}
    with town.street.read() as connection:
        assert [one.revision for one in queries.events(connection, kind="ShipmentNotified")] == [0, 1, 2]
        assert verify(connection) == []


def test_a_document_that_can_no_longer_be_read_says_why_and_keeps_what_it_said(
    town: Town, misread: dict[str, Any]
) -> None:
    draw(town, HEAD + "levels:\n  S:\n    fields:\n      pro_number: {at: 'REF[CN].02', required: true}\n")

    (one,) = town.street.replay(misread["id"], dry_run=True).documents
    with pytest.raises(PartnerMistake, match="is required and missing"):
        town.street.replay(misread["id"], confirm=True)

    assert "is required and missing" in one.refused
    assert stock(town) == {"in_transit": Decimal(1000)}


def test_what_the_books_cannot_take_back_is_refused_whole(town: Town, misread: dict[str, Any]) -> None:
    town.bring(interchange(("856", notice(purpose="01")), control=2))

    (shown,) = town.street.replay(misread["id"], dry_run=True).documents
    with pytest.raises(PartnerMistake, match="was cancelled by its sender"):
        town.street.replay(misread["id"], confirm=True)

    assert "was cancelled by its sender" in shown.refused


def test_a_parked_document_is_rehearsed_too(town: Town) -> None:
    town.bring(order(), "erp")
    town.edit("acme", '"856": {as: ShipmentNotified}, ', "")
    message = town.bring(interchange(("856", notice())))
    town.edit("acme", "receive: {", 'receive: {"856": {as: ShipmentNotified}, ')

    (shown,) = town.street.replay(message["id"], dry_run=True).documents

    assert (shown.status_before, shown.status, shown.refused) == ("parked", "recorded", "")
    assert [(moved.source, moved.quantity) for moved in shown.effects.movements] == [("supplier", Decimal(100))]
    assert state(town.street.message(message["id"])) == ("parked", [("parked", "no_agreement")])
    assert stock(town) == {}


def test_an_order_read_anew_reaches_its_supplier_as_a_change(town: Town) -> None:
    town.edit("acme", '"850": {on: OrderPlaced}', '"850": {on: OrderPlaced}, "860": {on: OrderChanged}')
    said = {"number": "PO9", "supplier": "1:123456789", "ship_to": "92:PLT07", "currency": "USD", "type": "SA"}
    line = {"line": "10", "part": "BRK-100", "quantity": 1000, "unit": "EA", "price": "1.00"}
    message = town.bring(msgspec.json.encode({"order": {**said, "lines": [line]}}), "erp")
    folder = town.home / "partners" / "erp" / "json" / "order"
    folder.mkdir(parents=True)
    fields = "      quantity: {at: /quantity, as: implied, places: 1}\n"
    loop = "loops:\n  /order/lines:\n    fields:\n"
    (folder / "map.yaml").write_text("map: erp.order\nextends: json/order\n" + loop + fields)
    assert town.street.configure() is True

    (shown,) = town.street.replay(message["id"], dry_run=True).documents

    assert [path for _, path, _, _ in shown.difference] == ["OrderPlaced PO9 lines[0].quantity"]
    assert [(answer.kind, answer.to) for answer in shown.effects.answers] == [("860", "acme")]


def test_an_order_for_several_places_is_one_reading_of_all_of_them(town: Town) -> None:
    said = msgspec.json.decode(order("PO9"))
    (line,) = said["lines"]
    for place, other in (("92:PLT07", "10"), ("92:PLT08", "20"), ("", "30")):
        said["lines"].append({**line, "order_line": other, "ship_to": place})
    message = town.bring(msgspec.json.encode({**said, "lines": said["lines"][1:]}), "erp")

    shown = town.street.replay(message["id"], dry_run=True)

    assert (shown.difference, [one.refused for one in shown.documents]) == ((), [""])
