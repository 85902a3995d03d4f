"""Events that say no more than they must are written as documents that their guides take, and read back the same."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from gateway.mapping import read_document, write_document
from ledger.events import (
    AcknowledgedLine,
    Event,
    InventorySnapshotReported,
    InvoiceLine,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    PlaceLine,
    Price,
    Requirement,
    ScheduleLine,
    ScheduleReleased,
    SupplierInvoiceReceived,
)
from ledger.events.invoices import Charge
from tests.unit.mapping.maps import base, sent_and_read

DAY = datetime(2026, 11, 23, tzinfo=UTC)
ONE, TEN = Decimal(1), Decimal(10)

SCHEDULED = (
    ScheduleLine(
        part_number="P1", unit="EA", cum_required=TEN, requirements=(Requirement(quantity=ONE, due_at=DAY, code="D"),)
    ),
)

BARE: list[tuple[str, Event, list[str], dict[str, object]]] = [
    (
        "860",
        OrderChanged(
            number="PO1",
            created_at=DAY,
            lines=(OrderLine(part_number="P1", quantity=ONE, unit="EA", price_basis="PE"),),
        ),
        ["BCH*04*SA*PO1***20261123*****20261123", "POC**RZ*1**EA***BP*P1", "CTT*1"],
        {
            "order_type": "SA",
            "line_count": 1,
            "ordered_at": DAY,
            "lines": (OrderLine(part_number="P1", quantity=ONE, unit="EA"),),
        },
    ),
    (
        "860",
        OrderCancelled(number="PO1", created_at=DAY),
        ["BCH*01*SA*PO1***20261123*****20261123"],
        {"ordered_at": DAY},
    ),
    (
        "855",
        OrderAcknowledged(
            number="PO1",
            acknowledged_at=DAY,
            lines=(AcknowledgedLine(part_number="P1", unit="EA", status="accepted"),),
        ),
        ["BAK*00*AD*PO1*20261123*****20261123", "PO1******BP*P1", "ACK*IA", "CTT*1"],
        {"ordered_at": DAY, "lines": (AcknowledgedLine(part_number="P1", status="accepted", code="IA"),)},
    ),
    (
        "865",
        OrderAcknowledged(
            number="PO1", created_at=DAY, lines=(AcknowledgedLine(part_number="P1", unit="EA", status="rejected"),)
        ),
        ["BCA*00*AC*PO1***20261123", "POC**CA******BP*P1", "ACK*IR", "CTT*1"],
        {
            "ordered_at": DAY,
            "created_at": None,
            "lines": (AcknowledgedLine(part_number="P1", status="rejected", code="IR"),),
        },
    ),
    (
        "810",
        SupplierInvoiceReceived(
            number="I1",
            invoiced_at=DAY,
            total=TEN,
            hash_total=ONE,
            charges=(Charge(kind="tax", amount=ONE),),
            lines=(InvoiceLine(part_number="P1", quantity=ONE, unit="EA", price=Price(amount=TEN)),),
        ),
        ["BIG*20261123*I1*****DI", "IT1**1*EA*10**BP*P1", "TDS*1000", "TXI*TX*1", "CTT*1*1"],
        {"line_count": 1, "charges": (Charge(kind="tax", amount=ONE, text="TX"),)},
    ),
    (
        "830",
        ScheduleReleased(schedule="planning", number="F1", created_at=DAY, lines=SCHEDULED),
        [
            "BFR*00*F1**PR*A*20261123**20261123",
            "LIN**BP*P1",
            "UIT*EA",
            "ATH*PQ**10**20261123",
            "FST*1*D*Z*20261123",
            "CTT*1",
        ],
        {"created_at": None, "issued_at": DAY, "horizon_start": DAY},
    ),
    (
        "862",
        ScheduleReleased(schedule="shipping", number="S1", created_at=DAY, lines=SCHEDULED),
        [
            "BSS*00*S1*20261123*ZZ*20261123*20261123**S1***A",
            "LIN**BP*P1",
            "UIT*EA",
            "FST*1*D*Z*20261123",
            "CTT*1",
        ],
        {
            "created_at": None,
            "issued_at": DAY,
            "horizon_start": DAY,
            "horizon_end": DAY,
            "lines": (msgspec.structs.replace(SCHEDULED[0], cum_required=None),),
        },
    ),
    (
        "866",
        ScheduleReleased(
            schedule="sequence",
            number="Q1",
            created_at=DAY,
            lines=(ScheduleLine(part_number="P1", requirements=(Requirement(quantity=ONE, due_at=DAY),)),),
        ),
        [
            "BSS*00*Q1*20261123*JS*20261123*20261123**Q1***A",
            "DTM*002*20261123",
            "LIN**BP*P1",
            "QTY*01*1",
            "CTT*1",
        ],
        {"created_at": None, "issued_at": DAY, "horizon_start": DAY, "horizon_end": DAY},
    ),
    (
        "846",
        InventorySnapshotReported(
            number="I1@20261123", occurred_at=DAY, lines=(PlaceLine(part_number="P1", quantity=Decimal(0)),)
        ),
        ["BIA*00*DD*I1*20261123*0000", "DTM*007*20261123*0000*UT", "LIN**BP*P1", "QTY*17*0", "CTT*1"],
        {"created_at": DAY},
    ),
]


@pytest.mark.parametrize(
    ("set_id", "event", "segments", "added"), BARE, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_bare_event_is_written_as_its_guide_takes_it_and_read_back(
    set_id: str, event: Event, segments: list[str], added: dict[str, object]
) -> None:
    writing = write_document(base(set_id), event)
    assert ([fault.text for fault in writing.faults], ["*".join(one) for one in writing.segments]) == ([], segments)

    reading = read_document(base(set_id), sent_and_read(set_id, writing.segments))

    lines = tuple(msgspec.structs.replace(line, segment=0) for line in getattr(reading.events[0], "lines", ()))
    back = msgspec.structs.replace(reading.events[0], **({"lines": lines} if lines else {}))
    supplier = {"supplier": "ZZ:US"} if set_id in ("855", "865", "810") else {}
    assert back == msgspec.structs.replace(event, **added, **supplier)
