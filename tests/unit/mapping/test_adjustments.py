"""A 947 tells several kinds of events by the reasons of its lines, and is written from all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateway.mapping import read_document, write_document
from ledger.events import (
    AdjustmentLine,
    CustomerReturnReceived,
    InventoryAdjusted,
    OwnershipChanged,
    OwnershipLine,
    StockLine,
)
from tests.unit.mapping.maps import base, document, mistakes_of, overlay

HEAD = "W15*20261124*ADJ1~N1*WH**91*WH02~"
AT = datetime(2026, 11, 24, tzinfo=UTC)
SOLD = OwnershipLine(part_number="P", quantity=Decimal(48), unit="EA", reason="AG", to_owner="92:A123", segment=4)
BOUGHT = OwnershipLine(
    part_number="P", quantity=Decimal(48), unit="EA", reason="AG", owner="92:A123", to_owner="", segment=4
)  # fmt: skip


def owner_changed(line: OwnershipLine) -> OwnershipChanged:
    return OwnershipChanged(number="ADJ1", place="91:WH02", occurred_at=AT, lines=(line,))


@pytest.mark.parametrize(
    ("segment", "event"),
    [
        ("W19*AG*-48*EA**BP*P~N1*SU**92*A123~", owner_changed(SOLD)),
        ("W19*AG*48*EA**BP*P~N1*SU**92*A123~", owner_changed(BOUGHT)),
        (
            "W19*CR*2*EA**BP*P~N9*MR*warranty~",
            CustomerReturnReceived(
                number="ADJ1", place="91:WH02", occurred_at=AT,
                lines=(
                    StockLine(
                        part_number="P", quantity=Decimal(2), unit="EA", reason="CR", segment=4,
                        stock_segment="warranty",
                    ),
                ),
            ),
        ),
        (
            "W19*05*-24*EA**BP*P~",
            InventoryAdjusted(
                number="ADJ1", place="91:WH02", occurred_at=AT,
                lines=(AdjustmentLine(part_number="P", quantity=Decimal(-24), unit="EA", reason="05", segment=4),),
            ),
        ),
    ],
)  # fmt: skip
def test_the_reason_tells_the_event_and_the_sign_who_owns_the_goods(segment: str, event: InventoryAdjusted) -> None:
    reading = read_document(base("947"), document(HEAD + segment, "947"))

    assert (reading.events, reading.faults) == ((event,), ())
    written = "~".join("*".join(one) for one in write_document(base("947"), event).segments)
    assert written + "~" == f"W15*20261124*ADJ1**00~N1*WH**91*WH02~G62*07*20261124~{segment}"


def test_an_adjustment_that_takes_another_back_is_refused() -> None:
    reading = read_document(base("947"), document("W15*20261124*ADJ1**05~N1*WH**91*WH02~W19*AA*1*EA**BP*P~", "947"))

    assert ([fault.code for fault in reading.faults], reading.events) == (["original"], ())


def test_a_reason_that_makes_no_event_is_a_mistake_of_the_map() -> None:
    path = "partners/acme/x12/004010/947/map.yaml"
    found = mistakes_of("extends: x12/004010/947\ncodes: {movement: {AU: lost}}\n", path)

    assert found == [f'{path} line 2: movement "lost" makes no event (name it under event:)']


def test_a_reason_by_no_table_is_a_fault_of_the_document_and_never_raises() -> None:
    map = overlay("remove: [loops.W19.fields.movement.code]\n", "947")

    reading = read_document(map, document(HEAD + "W19*AU*-1*EA**BP*P~N1*SU**92*A123~", "947"))

    assert ([(fault.code, fault.segment, fault.value) for fault in reading.faults], reading.events) == (
        [("unknown_code", 4, "AU")], (),
    )  # fmt: skip


def test_a_local_name_is_no_field_of_the_event() -> None:
    text = "event: InventoryAdjusted\nheader: {fields: {number: W15.02, purpose: W15.04}}\nloops: {}\n"
    path = "mappings/x12/004010/947/map.yaml"

    assert any('unknown field "purpose"' in line for line in mistakes_of(text, path))
    assert mistakes_of("locals: [purpose]\n" + text, path) == []
