"""Histories about sites, owners, papers, periods and containments: how each such event is drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from ledger.events import (
    AcknowledgedLine,
    AcknowledgmentReported,
    Actor,
    ConsumptionReversed,
    ContainmentClosed,
    ContainmentOpened,
    ControlTotals,
    CustomerReceiptLine,
    CustomerReceiptReported,
    DisruptionReported,
    Event,
    InvoiceLine,
    OpeningBalanceLoaded,
    OpeningLine,
    OrderAcknowledged,
    PeriodClosed,
    PeriodReopened,
    ReceiptLine,
    ReceiptShortConfirmed,
    Requirement,
    ScheduleLine,
    ScheduleReleased,
    ScorecardFrozen,
    ShipmentStatusReported,
    ShortLine,
    StatusReport,
    StockLine,
    SupplierInvoiceReceived,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from tests.store.oracle.containing import LABEL
from tests.store.oracle.moving import FAR
from tests.store.oracle.teller import PARTY, SHIPMENTS, Teller, order_of, said
from tests.store.world import NOW, source

Proposal = Callable[[Teller], Event | None]

BETWEEN = {"from_place": "P1", "to_place": "P2"}
IDA = Actor(kind="user", id="ida", roles=("quality_manager",))
ANN = Actor(kind="user", id="ann", roles=("finance",))
TIM = Actor(kind="user", id="tim", roles=("clerk",))


# --- between the sites, and between owners --------------------------------------------------------------------


def ship(teller: Teller) -> Event | None:
    """Goods that nothing else can be taken for, so that they travel as one kind; seldom such as are not there."""
    rnd = teller.rnd
    spot = teller.goods("available")
    if spot is None or spot.part == "PUMP" or spot.serial:
        return None
    quantity = teller.some_of(teller.sheet.at(spot))
    if rnd.random() < 0.85:
        quantity = min(quantity, teller.sheet.at(spot))
    line = StockLine(
        part_number=spot.part, quantity=quantity, unit="EA", line="1", location=spot.location, lot=spot.lot,
        owner=spot.owner, stock_segment=spot.segment,
    )  # fmt: skip
    return TransferShipped(number=f"T{next(teller.numbers)}", partner="wms", **BETWEEN, lines=(line,))


def take(teller: Teller) -> Event | None:
    dock = teller.oracle.moving.dock
    found = [
        (number, part)
        for number, one in dock.shipments.items()
        if one.status == "advised"
        for part in one.lines
        if dock.short(number, part) >= 1
    ]
    if not found:
        return None
    number, part = teller.rnd.choice(found)
    quantity = teller.rnd.randint(1, int(dock.short(number, part)))
    line = ReceiptLine(
        part_number=part, quantity=Decimal(quantity), unit="EA", receipt_line="1", location="IN",
        quantity_damaged=Decimal(teller.rnd.random() < 0.2), complete=teller.rnd.random() < 0.1,
    )  # fmt: skip
    return TransferReceived(
        number=f"TR{next(teller.numbers)}", partner="wms2", transfer=number, from_place="P1", place=FAR,
        occurred_at=NOW + timedelta(minutes=teller.rnd.randint(0, 5)), lines=(line,),
    )  # fmt: skip


def call_back(teller: Teller) -> Event | None:
    known = [
        number
        for number, one in teller.oracle.moving.transfers.items()
        if one.status in ("shipped", "waiting") and ("wms", "TransferCancelled", number) not in said(teller)
    ]
    if not known:
        return None
    return TransferCancelled(number=teller.rnd.choice(known), partner="wms", **BETWEEN)


def unbuild(teller: Teller) -> Event | None:
    """What was built in by mistake comes back; seldom more than was."""
    built = [
        (spot, quantity)
        for spot, quantity in teller.sheet.standing.items()
        if spot.state == "production" and quantity >= 1 and spot.part not in ("ECU", "PUMP")
    ]
    if not built:
        return None
    spot, quantity = teller.rnd.choice(built)
    line = StockLine(
        part_number=spot.part, quantity=teller.some_of(quantity), unit="EA", line="1", demand=spot.demand,
        owner=spot.owner, location=teller.rnd.choice(("L1", "L1", "L1", "")),
        to_state=teller.rnd.choice(("", "", "quality_hold")), hold_reason="undone",
    )  # fmt: skip
    return ConsumptionReversed(number=teller.number("ConsumptionReversed"), partner="wms", place="P1", lines=(line,))


# --- the dock -------------------------------------------------------------------------------------------------


def confirm_short(teller: Teller) -> Event | None:
    dock, rnd = teller.oracle.dock, teller.rnd
    found = [
        (number, part) for number, one in dock.shipments.items() if one.status == "advised" for part in one.lines
    ]
    if found and rnd.random() < 0.9:
        shipment, part = rnd.choice(found)
    else:
        shipment, part = f"S{rnd.randrange(SHIPMENTS)}", "BOLT"
    line = ShortLine(part_number=part, shipment_id=shipment, order_number=order_of(shipment), unit="EA", line="1")
    return ReceiptShortConfirmed(
        number=f"RS{next(teller.numbers)}", partner="threepl", ship_to="92:PLT07", lines=(line,)
    )


def load(teller: Teller) -> Event | None:
    rnd, n = teller.rnd, next(teller.numbers)
    lines = tuple(
        OpeningLine(
            part_number=rnd.choice(("PLATE", "BOLT")), quantity=Decimal(rnd.randint(1, 6)), unit="EA", line=str(i),
            location=rnd.choice((f"O-{n}-{i}", f"O-{n}-{i}", "A-01")), lot=rnd.choice(("", "LOT1")),
            state=rnd.choice(("", "line_side", "quality_hold")), hold_reason="old",
        )
        for i in range(1, rnd.randint(2, 3))
    )  # fmt: skip
    total = sum((line.quantity for line in lines), Decimal(rnd.random() < 0.1))
    control = ControlTotals(lines=len(lines), quantity=total)
    return OpeningBalanceLoaded(number=f"OB{n}", partner="erp", place="P1", control=control, lines=lines)


# --- containments and periods ---------------------------------------------------------------------------------


def contain(teller: Teller) -> Event | None:
    rnd = teller.rnd
    if len(teller.oracle.sheets.open) > 1:
        return None
    lots = sorted({spot.lot for spot in teller.sheet.standing if spot.lot}) or ["LOT1"]
    closed_first = [wait.event.number for wait in teller.oracle.queue.waits if wait.needs.startswith(LABEL)]
    n = next(teller.numbers)
    what = rnd.choice(("part", "lot", "both", "both", "nothing" if rnd.random() < 0.2 else "lot"))
    return ContainmentOpened(
        number=rnd.choice([*closed_first, f"Q{n}"]), partner="desk", source=source(f"qo{n}"),
        actor=rnd.choice((None, IDA, IDA, IDA, TIM)),
        parts=(rnd.choice(("PLATE", "BOLT", "GLUE")),) if what in ("part", "both") else (),
        lots=(rnd.choice(lots),) if what in ("lot", "both") else (), unknown=rnd.choice(("hold", "leave")),
        to_state=rnd.choice(("quality_hold", "quality_hold", "quarantine")),
    )  # fmt: skip


def end_containment(teller: Teller) -> Event | None:
    known, rnd = teller.oracle.sheets.open, teller.rnd
    if not known and rnd.random() < 0.8:
        return None
    n = next(teller.numbers)
    number = rnd.choice(known).number if known else f"Q{n}"
    return ContainmentClosed(
        number=number, partner="desk", source=source(f"qc{n}"), actor=rnd.choice((None, IDA, IDA, TIM)),
        reason=rnd.choice(("sorted", "")), disposition=rnd.choice(("release", "release", "leave")),
    )  # fmt: skip


def close_period(teller: Teller) -> Event | None:
    rnd, n = teller.rnd, next(teller.numbers)
    ends_at = rnd.choice((NOW + timedelta(minutes=rnd.randint(0, 6)), teller.oracle.now, teller.oracle.now))
    if rnd.random() < 0.1:
        ends_at = teller.oracle.now + timedelta(days=1)
    return PeriodClosed(
        number=f"PC{n}", partner="erp", place="P1", period=f"p{n}", ends_at=ends_at,
        actor=rnd.choice((None, ANN, ANN, TIM)),
    )  # fmt: skip


def reopen_period(teller: Teller) -> Event | None:
    last, rnd = teller.oracle.periods.last, teller.rnd
    if not last:
        return None
    return PeriodReopened(
        number=f"PR{next(teller.numbers)}", partner="erp", place="P1", period=last, actor=ANN,
        reason=rnd.choice(("a receipt is missing", "a receipt is missing", "")),
    )  # fmt: skip


# --- papers: they move nothing --------------------------------------------------------------------------------


def acknowledge(teller: Teller) -> Event | None:
    known = [number for number, order in teller.oracle.dock.orders.items() if order.is_open]
    n = next(teller.numbers)
    number = teller.rnd.choice(known) if known else "PO4"
    line = AcknowledgedLine(part_number="PLATE", order_line="1", unit="EA", status="accepted", quantity=Decimal(n))
    return OrderAcknowledged(
        number=number, partner="acme", **PARTY, source=source(f"ack{n}"), acknowledgment=f"A{n}", lines=(line,)
    )


def schedule(teller: Teller) -> Event | None:
    n = next(teller.numbers)
    wanted = Requirement(quantity=Decimal(n), due_at=NOW + timedelta(days=n))
    line = ScheduleLine(part_number="BOLT", unit="EA", requirements=(wanted,))
    return ScheduleReleased(
        number=f"SR{n}", partner="erp", schedule="planning", **PARTY, source=source(f"sr{n}"), lines=(line,)
    )


def report(teller: Teller) -> Event | None:
    n = next(teller.numbers)
    status = StatusReport(status="under_way", expected_at=NOW + timedelta(hours=n))
    return ShipmentStatusReported(
        number=f"ST{n}", partner="truck", shipment_id=f"S{teller.rnd.randrange(SHIPMENTS)}", statuses=(status,)
    )


def fate(teller: Teller) -> Event | None:
    n = teller.rnd.randrange(SHIPMENTS)
    status = teller.rnd.choice(("overdue", "rejected", "partial", "accepted", "reviewed"))
    return AcknowledgmentReported(
        number=f"PO{n}", sent=f"m_{n}.1", document="850", status=status, to="acme",
        occurred_at=NOW + timedelta(hours=next(teller.numbers)),
    )  # fmt: skip


def answered(teller: Teller) -> Event | None:
    n = next(teller.numbers)
    line = CustomerReceiptLine(
        part_number="BOLT", line=f"OR{n}/1", quantity=Decimal(n % 7), unit="EA", quantity_shipped=Decimal(5)
    )
    return CustomerReceiptReported(
        number=f"SHP{n % 3}", partner="oem", customer="oem", advice=f"OR{n}", shipped_from="P1", lines=(line,)
    )


def invoice(teller: Teller) -> Event | None:
    n = next(teller.numbers)
    line = InvoiceLine(part_number="PLATE", quantity=Decimal(n), unit="EA", invoice_line="1", order_number="PO0")
    return SupplierInvoiceReceived(number=f"IN{n}", partner="acme", **PARTY, source=source(f"in{n}"), lines=(line,))


def disturb(teller: Teller) -> Event | None:
    n = next(teller.numbers)
    return DisruptionReported(number=f"DR{n}", partner="mes", disruption="yard_hold", supplier="92:A123", place="P1")


def freeze(teller: Teller) -> Event | None:
    n = next(teller.numbers)
    return ScorecardFrozen(
        number=f"acme/2026-10/{n}", partner="desk", supplier="acme", month="2026-10", rules="", card="{}"
    )


OTHERS: dict[str, tuple[int, Proposal]] = {
    "TransferShipped": (5, ship),
    "TransferReceived": (6, take),
    "TransferCancelled": (3, call_back),
    "ConsumptionReversed": (3, unbuild),
    "ReceiptShortConfirmed": (3, confirm_short),
    "OpeningBalanceLoaded": (3, load),
    "ContainmentOpened": (4, contain),
    "ContainmentClosed": (6, end_containment),
    "PeriodClosed": (3, close_period),
    "PeriodReopened": (2, reopen_period),
    "OrderAcknowledged": (2, acknowledge),
    "ScheduleReleased": (2, schedule),
    "ShipmentStatusReported": (2, report),
    "SupplierInvoiceReceived": (2, invoice),
    "DisruptionReported": (2, disturb),
    "ScorecardFrozen": (2, freeze),
    "AcknowledgmentReported": (2, fate),
    "CustomerReceiptReported": (2, answered),
}
"""As `PROPOSALS`, of which these are a part."""
