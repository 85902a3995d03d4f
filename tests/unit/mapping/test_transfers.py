"""A transfer between our sites leaves as a ship notice or a receiving advice, and comes back as the transfer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.mapping import read_document, write_document, writes
from gateway.mapping.reading.transfers import paper_of, transfer_of
from ledger.events import (
    Event,
    GoodsReceived,
    OrderPlaced,
    ReceiptLine,
    ShipmentNotified,
    ShipmentReplaced,
    StockLine,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from tests.unit.mapping.maps import base, configuration, sent_and_read

DAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
PLACES = {"from_place": "92:PLT07", "to_place": "92:PLT08"}
SHIPPED = TransferShipped(
    number="T-1001", occurred_at=DAY, created_at=DAY, expected_at=DAY.replace(day=24), carrier="JBHT",
    bill_of_lading="BOL1", packing_slip="PS1", **PLACES,
    lines=(
        StockLine(part_number="ECM-88-410", quantity=Decimal(40), unit="EA", lot="L7", demand="WO-9"),
        StockLine(part_number="INV-5", quantity=Decimal(2), unit="EA", serials=("SN1", "SN2")),
    ),
)  # fmt: skip
RECEIVED = TransferReceived(
    number="R-55", transfer="T-1001", from_place="92:PLT07", place="92:PLT08", created_at=DAY, occurred_at=DAY,
    lines=(
        ReceiptLine(
            part_number="ECM-88-410", quantity=Decimal(38), unit="EA", condition="02", quantity_expected=Decimal(40),
            complete=True,
        ),
        ReceiptLine(
            part_number="INV-5", quantity=Decimal(2), quantity_damaged=Decimal(1), unit="EA", condition="01",
            serials=("SN1", "SN2"), handling_unit="LAB1",
        ),
        ReceiptLine(
            part_number="BRK-1", quantity=Decimal(9), quantity_rejected=Decimal(3), unit="EA", condition="08"
        ),
        ReceiptLine(part_number="BRK-2", quantity=Decimal(5), unit="EA", condition="09", stock_status="hold"),
    ),
)  # fmt: skip


def back(event: Event, set_id: str, meaning: str) -> Any:
    """The event written as that set, sent, and read by an agreement with that meaning."""
    map = base(set_id)
    writing = write_document(map, event)
    assert [fault.text for fault in writing.faults] == []
    document = sent_and_read(set_id, writing.segments)
    assert document.accepted, document.faults
    reading = read_document(map, document)
    assert [fault.text for fault in reading.faults] == []
    (made,) = (*reading.events, *reading.advices)
    return transfer_of(made, meaning)


def plain(event: Any) -> Any:
    """Without where it stood in its document."""
    lines = tuple(msgspec.structs.replace(line, segment=0, line="") for line in event.lines)
    return msgspec.structs.replace(event, lines=lines)


def test_a_transfer_shipped_comes_back_from_a_ship_notice() -> None:
    assert plain(back(SHIPPED, "856", "TransferShipped")) == SHIPPED


def test_a_transfer_shipped_comes_back_from_a_transfer_notice_by_the_day() -> None:
    # 943 tells the day of its making nowhere.
    found = plain(back(SHIPPED, "943", "TransferShipped"))

    assert found == msgspec.structs.replace(SHIPPED, created_at=None)


def test_a_transfer_received_comes_back_from_the_advice() -> None:
    # 944 tells neither what was expected nor the day of its making.
    found = plain(back(RECEIVED, "944", "TransferReceived"))

    lines = tuple(msgspec.structs.replace(line, quantity_expected=None) for line in RECEIVED.lines)
    assert found == msgspec.structs.replace(RECEIVED, created_at=None, lines=lines)


def test_a_transfer_that_is_taken_back_comes_back_from_a_ship_notice() -> None:
    event = TransferCancelled(number="T-1001", created_at=DAY, **PLACES)

    found = back(event, "856", "TransferShipped")

    assert found == event


def test_other_events_and_other_agreements_leave_a_document_as_it_is() -> None:
    notice = paper_of(SHIPPED)
    order = OrderPlaced(number="PO1")

    assert (transfer_of(notice, "ShipmentNotified"), paper_of(order)) == (notice, order)
    assert transfer_of(order, "TransferShipped") == order


def test_a_map_that_names_the_transfer_itself_is_given_it_as_it_is() -> None:
    events = configuration().map_at("mappings/json/event/map.yaml")
    invoice = configuration().map_at("mappings/x12/004010/810/map.yaml")

    assert write_document(events, SHIPPED).data.startswith(b'{"kind":"TransferShipped"')
    assert not writes(invoice, SHIPPED)


@pytest.mark.parametrize(
    ("made", "meaning", "words"),
    [
        (
            ShipmentNotified(number="T1", ship_to="92:PLT08"),
            "TransferShipped",
            "a transfer needs both places: that it is shipped from and that it goes to",
        ),
        (
            GoodsReceived(
                number="R1", ship_to="92:PLT08", supplier="92:PLT07", lines=(ReceiptLine(part_number="P"),)
            ),
            "TransferReceived",
            "a receipt of a transfer names one shipment, and here are 0",
        ),
        (
            GoodsReceived(number="R1", ship_to="92:PLT08", lines=(ReceiptLine(part_number="P", shipment_id="T1"),)),
            "TransferReceived",
            "a receipt of a transfer needs both places: that it was shipped from and that it came to",
        ),
    ],
)
def test_what_a_document_lacks_to_be_a_transfer_is_told(made: Event, meaning: str, words: str) -> None:
    assert transfer_of(made, meaning) == words


def test_a_replaced_notice_is_no_transfer() -> None:
    notice = ShipmentReplaced(number="T1", ship_from="92:PLT07", ship_to="92:PLT08")

    assert transfer_of(notice, "TransferShipped") == notice
