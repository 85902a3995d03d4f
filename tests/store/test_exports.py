"""CloudEvents and EPCIS of the real books, held against GS1's own schema and the rules of CloudEvents 1.0."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import msgspec
import pytest
from sqlalchemy import Connection

from ledger import exports, queries
from ledger.events import (
    EVENTS,
    Actor,
    AllocationMade,
    AllocationReleased,
    ConsumptionReversed,
    ContainmentClosed,
    ContainmentOpened,
    CustomerReturnReceived,
    DiscrepancyResolved,
    DispositionLine,
    Event,
    GoodsIdentified,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReturned,
    GoodsShipped,
    HandlingUnit,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    InspectionPassed,
    MaterialConsumed,
    MaterialIssued,
    MaterialReturned,
    OwnershipChanged,
    OwnershipLine,
    PartDefined,
    PartSubstituted,
    PutAwayCompleted,
    ReceiptLine,
    ReceiptShortConfirmed,
    ReturnDisposed,
    ServiceReleased,
    ServiceReserved,
    ShipmentCancelled,
    ShipmentReplaced,
    ShortLine,
    SiteDefined,
    StockLine,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
    SubstitutionApproved,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from ledger.exports.names import has_check_digit
from tests.store import test_opening as opening
from tests.store.plant import adjusted, counted
from tests.store.world import NOW, Books, notice, order, receipt

SCHEMA = json.loads((Path(__file__).parents[1] / "standards" / "epcis-json-schema.json").read_text("utf-8"))
VIN = "1HGCM82633A004352"
BASE = "https://plant.example/"

checker = jsonschema.FormatChecker(formats=())


@checker.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return bool(parts.scheme and (parts.netloc or parts.path) and not re.search(r"[\s<>\"{}|\\^`]", value))


@checker.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=checker)


def stock(kind: type[Event], quantity: int, **named: Any) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)
    return kind(number=f"{kind.__name__}-{quantity}", partner="mes", place="92:PLT07", occurred_at=NOW, lines=(line,))  # type: ignore[call-arg]


def shipped_and_disposed() -> tuple[Event, Event]:
    """One plate to a customer, and one that came back restocked."""
    return (
        GoodsShipped(
            number="GS-1",
            partner="wms",
            place="P1",
            customer="92:D1",
            bill_of_lading="BOL-9",
            lines=(StockLine(part_number="PLATE", quantity=Decimal(1), unit="EA", demand="CO-1"),),
        ),
        ReturnDisposed(
            number="RD-1",
            partner="wms",
            place="P1",
            lines=(
                DispositionLine(
                    part_number="PLATE",
                    quantity=Decimal(1),
                    unit="EA",
                    serials=("SN-1",),
                    stock_segment="warranty",
                    disposition="restock",
                    reference="RMA-2",
                ),
            ),
        ),
    )


def owned() -> tuple[Event, ...]:
    """A plate sold to a supplier and bought again, and one that was not built in after all."""
    plate: dict[str, Any] = {"part_number": "PLATE", "quantity": Decimal(1), "unit": "EA"}
    wrongly = StockLine(**plate, location="LINE", demand="WO-1")
    about: dict[str, Any] = {"partner": "wms", "place": "P1"}
    return (
        OwnershipChanged(number="O1", **about, lines=(OwnershipLine(**plate, to_owner="acme"),)),
        OwnershipChanged(number="O2", **about, lines=(OwnershipLine(**plate, owner="acme", to_owner=""),)),
        ConsumptionReversed(number="CR1", **about, lines=(wrongly,)),
    )


def transferred() -> tuple[Event, ...]:
    """Two plates to another site, and one that stayed after all."""
    ends: dict[str, Any] = {"partner": "wms", "from_place": "P1", "to_place": "P2"}
    plates = (StockLine(part_number="PLATE", quantity=Decimal(1), unit="EA"),)
    came = ReceiptLine(part_number="PLATE", quantity=Decimal(1), unit="EA")
    return (
        TransferShipped(number="T1", **ends, lines=plates),
        TransferReceived(number="TR1", transfer="T1", partner="wms", from_place="P1", place="P2", lines=(came,)),
        TransferShipped(number="T2", **ends, lines=plates),
        TransferCancelled(number="T2", **ends),
    )


def substituted() -> tuple[Event, ...]:
    """A plate at the line stands in for a bolt."""
    rule = SubstitutionApproved(
        number="SU1", partner="plm", part="BOLT", substitute="PLATE", approver_role="engineer",
        actor=Actor(kind="user", id="ena", roles=("engineer",)),
    )  # fmt: skip
    plate = StockLine(part_number="PLATE", quantity=Decimal(1), unit="EA", instead_of="BOLT", demand="WO-1")
    return rule, PartSubstituted(number="PS1", partner="mes", place="P1", lines=(plate,))


def whole_life(conn: Connection) -> Books:
    """Every kind that does something to goods, once at least."""
    books = Books(conn)
    sent = notice("S1", "PO1", {"PLATE": 100, "BOLT": 40}, bill_of_lading="BOL-1")
    packed = (HandlingUnit(id="P1", quantity=Decimal(60), parent="T1"), HandlingUnit(id="P2", quantity=Decimal(40)))
    line = msgspec.structs.replace(sent.lines[0], lot="L1", handling_units=packed)
    books.record(SiteDefined(number="P2"), order("PO1", {"PLATE": 500, "BOLT": 500}))
    books.record(msgspec.structs.replace(sent, lines=(line, *sent.lines[1:])))
    books.record(notice("S2", "PO1", {"PLATE": 7}), notice("S3", "PO1", {"PLATE": 8}))
    books.record(ShipmentCancelled(number="S2", partner="acme", supplier="92:A123", ship_to="92:PLT07"))
    again = notice("S3", "PO1", {"PLATE": 9})
    books.record(ShipmentReplaced(**{name: getattr(again, name) for name in again.__struct_fields__}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 100}), receipt("R2", "", "PO1", {"BOLT": 5}))
    books.record(receipt("R4", "S3", "PO1", {"PLATE": 5}))
    books.record(notice("S4", "PO1", {"PLATE": 6}))
    missed = ShortLine(part_number="PLATE", shipment_id="S4")
    books.record(ReceiptShortConfirmed(number="K1", partner="threepl", ship_to="92:PLT07", lines=(missed,)))
    books.record(GoodsReceiptMatched(number="R2", ship_to="92:PLT07", provider="threepl", receipt_line="1"))
    books.record(GoodsReceiptReversed(number="R2", partner="threepl", ship_to="92:PLT07"))
    books.record(receipt("R3", "S1", "PO1", {"BOLT": 45}))
    case = next(one for one in queries.cases(conn) if one.code == "D17")
    books.record(DiscrepancyResolved(number=case.id, partner="desk", resolution="accept"))
    for event in (
        stock(PutAwayCompleted, 105, to_location="A-01"),
        stock(HoldPlaced, 20, hold_reason="sample"),
        stock(InspectionPassed, 5),
        stock(InspectionFailed, 5, reason="scratch", reference="NCR-1"),
        stock(GoodsIdentified, 1, serials=("SN-9",), state="quarantine"),
        stock(HoldReleased, 10),
        stock(StockScrapped, 3, reason="scratch"),
        stock(GoodsReturned, 2, reason="scratch", reference="RMA-1"),
        stock(AllocationMade, 30, demand="WO-1"),
        stock(AllocationReleased, 10, demand="WO-1"),
        stock(ServiceReserved, 10),
        stock(ServiceReleased, 10),
        stock(MaterialIssued, 20, demand="WO-1", to_location="LINE"),
        stock(MaterialConsumed, 1, demand=VIN),
        stock(MaterialConsumed, 2, demand="WO-1"),
        stock(MaterialReturned, 3),
        stock(CustomerReturnReceived, 1, stock_segment="warranty", serials=("SN-1",), reference="RMA-2"),
        *shipped_and_disposed(),
        *transferred(),
        *substituted(),
        *owned(),
        stock(StockObsoleted, 10),
        stock(StockReactivated, 10, reason="use up"),
        opening.load(opening.line(part_number="PAINT", unit="KGM")),
        ContainmentOpened(number="Q1", partner="desk", parts=("PAINT",)),
        ContainmentClosed(number="Q1", partner="desk", disposition="release"),
        counted(77, location="A-01"),
        adjusted(1, location="A-01", reason="56"),
    ):
        (recorded, *_) = books.record(event)
        assert recorded.result == "posted", (recorded.kind, recorded.outcomes)
    books.tick(days=30)
    return books


@pytest.fixture
def conn_of_whole_life(conn: Connection) -> Connection:
    whole_life(conn)
    return conn


def told(conn: Connection, *, limit: int = 500) -> Iterator[tuple[exports.Recording, dict[str, Any]]]:
    names = exports.Names(queries.masterdata(conn), BASE)
    after = 0
    while page := exports.recordings(conn, after, limit=limit):
        for recording in page:
            for event in exports.epcis_events(recording, names):
                yield recording, event
        after = exports.last_of(page)


def of(conn: Connection, kind: str) -> list[dict[str, Any]]:
    return [event for recording, event in told(conn) if recording.kept.kind == kind]


def test_every_kind_has_a_row_and_a_row_without_events_says_why() -> None:
    assert set(exports.CORRESPONDENCES) == set(EVENTS)
    assert {bool(row.shape) != bool(row.why) for row in exports.CORRESPONDENCES.values()} == {True}


def test_the_whole_life_of_goods_is_valid_by_the_schema_of_gs1(conn_of_whole_life: Connection) -> None:
    events = [event for _, event in told(conn_of_whole_life)]
    names = exports.Names(queries.masterdata(conn_of_whole_life), BASE)

    document = json.loads(exports.epcis_document(events, names, NOW))

    assert [(error.json_path, error.message[:300]) for error in VALIDATOR.iter_errors(document)] == []
    assert {event["type"] for event in events} == {
        "ObjectEvent", "AggregationEvent", "AssociationEvent", "TransformationEvent",
    }  # fmt: skip


def test_the_schema_refuses_what_is_no_epcis(conn_of_whole_life: Connection) -> None:
    """Twin of the test above: the validator as it is used there does find faults."""
    names = exports.Names(queries.masterdata(conn_of_whole_life), BASE)
    good = next(event for _, event in told(conn_of_whole_life))
    worse: list[Callable[[dict[str, Any]], Any]] = [
        lambda event: event.update(bizStep="no step of ours"),
        lambda event: event.update(disposition="no disposition"),
        lambda event: event.pop("action"),
        lambda event: event.update(eventTime="yesterday"),
        lambda event: event.update(eventTimeZoneOffset="Z"),
        lambda event: event.update(eventID="no uri"),
        lambda event: event.update(unknown=1),
        lambda event: event["quantityList"][0].update(quantity="40"),
        lambda event: event["bizTransactionList"][0].update(type="no type"),
    ]

    for spoil in worse:
        document = json.loads(exports.epcis_document([good], names, NOW))
        assert VALIDATOR.is_valid(document)
        spoil(document["epcisBody"]["eventList"][0])
        assert not VALIDATOR.is_valid(document)


def test_every_kind_that_does_something_to_goods_is_told(conn_of_whole_life: Connection) -> None:
    kinds = {recording.kept.kind for recording, _ in told(conn_of_whole_life)}

    assert kinds == {kind.__name__ for kind, row in exports.CORRESPONDENCES.items() if row.shape}


def test_an_event_has_one_identity_however_the_log_is_paged(conn_of_whole_life: Connection) -> None:
    at_once = [event for _, event in told(conn_of_whole_life)]
    one_by_one = [event for _, event in told(conn_of_whole_life, limit=1)]
    first_told = [event["eventID"] for event in at_once if "errorDeclaration" not in event]

    assert one_by_one == at_once
    assert len(set(first_told)) == len(first_told)


def test_a_notice_tells_what_was_sent_and_how_it_is_packed(conn_of_whole_life: Connection) -> None:
    shipped, *packed = [
        event for recording, event in told(conn_of_whole_life) if recording.kept.number == "S1"
    ]  # fmt: skip

    assert shipped["quantityList"] == [
        {"epcClass": f"{BASE}part/PLATE/lot/L1", "quantity": Decimal(100)},
        {"epcClass": f"{BASE}part/BOLT", "quantity": Decimal(40)},
    ]
    assert shipped["bizTransactionList"] == [
        {"type": "desadv", "bizTransaction": f"{BASE}document/desadv/S1"},
        {"type": "bol", "bizTransaction": f"{BASE}document/bol/BOL-1"},
        {"type": "po", "bizTransaction": f"{BASE}document/po/PO1"},
    ]
    assert [
        (event["parentID"], event.get("childEPCs"), [one["quantity"] for one in event.get("childQuantityList", ())])
        for event in packed
    ] == [
        (f"{BASE}handling-unit/P1", None, [60]),
        (f"{BASE}handling-unit/P2", None, [40]),
        (f"{BASE}handling-unit/T1", [f"{BASE}handling-unit/P1"], []),
    ]


def test_what_was_taken_back_is_told_again_as_an_error(conn_of_whole_life: Connection) -> None:
    conn = conn_of_whole_life
    ids = {recording.kept.number: event["eventID"] for recording, event in told(conn) if recording.earlier == ()}
    cancelled, replaced, reversed_ = (
        of(conn, kind) for kind in ("ShipmentCancelled", "ShipmentReplaced", "GoodsReceiptReversed")
    )

    def declared(event: dict[str, Any]) -> tuple[str, str, list[str]]:
        error = event["errorDeclaration"]
        return event["eventID"], error["reason"], error.get("correctiveEventIDs", [])

    assert [declared(event) for event in cancelled] == [(ids["S2"], "did_not_occur", [])]
    assert declared(replaced[0])[1:] == ("incorrect_data", [replaced[1]["eventID"]])
    assert [one["quantityList"][0]["quantity"] for one in replaced] == [8, 9]
    assert [declared(event)[1] for event in reversed_] == ["did_not_occur"]


def test_a_part_goes_into_its_vehicle_and_others_into_their_work_order(conn_of_whole_life: Connection) -> None:
    car, work_order = of(conn_of_whole_life, "MaterialConsumed")

    assert (car["type"], car["parentID"]) == ("AssociationEvent", f"{BASE}vin/{VIN}")
    assert car["childQuantityList"] == [{"epcClass": f"{BASE}part/PLATE/lot/L1", "quantity": 1}]
    assert work_order["transformationID"] == f"{BASE}document/prodorder/WO-1"


def test_things_with_keys_of_gs1_are_named_by_them(conn: Connection) -> None:
    books = Books(conn)
    books.record(
        PartDefined(number="PLATE", base_unit="EA", aliases=("EN:4006381333931",)),
        SiteDefined(number="P1", identifiers=("92:PLT07", "UL:4012345000009")),
    )
    names = exports.Names(queries.masterdata(conn), BASE)

    assert names.part("PLATE", lot="A/1", serial="7") == "https://id.gs1.org/01/04006381333931/10/A%2F1/21/7"
    assert names.place("P1", "DOCK") == "https://id.gs1.org/414/4012345000009/254/DOCK"
    assert names.handling_unit("340123450000000000") == "https://id.gs1.org/00/340123450000000000"
    assert names.handling_unit("340123450000000001") == f"{BASE}handling-unit/340123450000000001"
    assert [digit for digit in range(10) if has_check_digit(f"34012345000000000{digit}")] == [0]


def test_every_event_is_a_cloudevent_by_the_rules_of_cloudevents(conn_of_whole_life: Connection) -> None:
    names = exports.Names(queries.masterdata(conn_of_whole_life), BASE)
    kept = queries.events(conn_of_whole_life, limit=1000, bodies=True)

    told_so = [msgspec.json.decode(msgspec.json.encode(exports.cloudevent(one, names))) for one in kept]

    for one, event in zip(kept, told_so, strict=True):
        assert {"specversion", "id", "source", "type"} <= set(event)
        assert event["specversion"] == "1.0"
        assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in event)
        assert all(isinstance(value, str) and value for name, value in event.items() if name != "data")
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
        assert event["data"]["kind"] == one.kind
    assert len({(event["source"], event["id"]) for event in told_so}) == len(told_so)
    assert [event["sequence"] for event in told_so] == sorted(event["sequence"] for event in told_so)
