"""The demo's documents: two orders, three ship notices, two goods receipts, as the ERP, supplier and dock write them.

Written once, dated from the clock of the first run, and kept in HOME/demo; later runs send the kept bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.demo.notices import (
    BOLT_PACK,
    CALIPER_PACK,
    ECU_PACKS,
    HARNESS_LOT,
    HARNESS_PACK,
    ORDER_A,
    ORDER_B,
    SHIPMENT,
    SHIPMENT_B,
    ship_notice,
    ship_notice_with_wrong_cumulative,
    ship_notice_with_wrong_part,
)
from gateway.demo.world import ERP, LOGISTICS, PLANT, SUPPLIER, SUPPLIER_CODE, ZONE, Actor

RECEIPT, RECEIPT_B = "QS-90017", "QS-90018"

FILES: dict[str, Actor] = {
    "1-erp-order-4500017.json": ERP,
    "2-erp-order-4500018.json": ERP,
    "3-supplier-ship-notice.edi": SUPPLIER,
    "4-logistics-goods-receipt.csv": LOGISTICS,
    "5-supplier-ship-notice-wrong-part.edi": SUPPLIER,
    "6-supplier-ship-notice-wrong-cumulative.edi": SUPPLIER,
    "7-logistics-goods-receipt-in-cartons.csv": LOGISTICS,
}
"""In the order of the play, and whose each is."""


def kept_documents(folder: Path, now: datetime) -> tuple[dict[str, bytes], bool]:
    """The documents by file name, and whether they were there before. Writes those of a first run, dated `now`."""
    if all((folder / name).exists() for name in FILES):
        return {name: (folder / name).read_bytes() for name in FILES}, True
    folder.mkdir(parents=True, exist_ok=True)
    # A first run that was cut short may have sent some of them: what is there keeps its date.
    for name, body in zip(FILES, _documents(now), strict=True):
        if not (folder / name).exists():
            (folder / name).write_bytes(body)
    return {name: (folder / name).read_bytes() for name in FILES}, False


def _documents(now: datetime) -> tuple[bytes, ...]:
    local = now.astimezone(ZoneInfo(ZONE)).replace(second=0, microsecond=0)
    # Goods come after the notice, which is received while the story is told.
    docked = local + timedelta(minutes=1)
    return (
        _order(ORDER_A, local, (("10", "ECU-4410", "8", "EA", "214.50"), ("20", "HRN-0815", "240", "EA", "41.25"))),
        _order(
            ORDER_B, local, (("10", "BRK-2207-L", "100", "EA", "63.10"), ("20", "BLT-M8X40", "10", "BX", "18.00"))
        ),
        ship_notice(local),
        _goods_receipt(docked),
        ship_notice_with_wrong_part(local),
        ship_notice_with_wrong_cumulative(local),
        _goods_receipt_in_cartons(docked),
    )


def _order(number: str, local: datetime, lines: Iterable[tuple[str, str, str, str, str]]) -> bytes:
    order = {
        "number": number,
        "type": "SA",
        "created_at": (local - timedelta(hours=3)).isoformat(),
        "due_at": (local + timedelta(days=1)).replace(hour=0, minute=0).isoformat(),
        "supplier": SUPPLIER_CODE,
        "ship_to": PLANT,
        "currency": "USD",
        "lines": [
            {"line": line, "part": part, "quantity": quantity, "unit": unit, "price": price}
            for line, part, quantity, unit, price in lines
        ],
    }
    return json.dumps({"order": order}, indent=2).encode() + b"\n"


_COLUMNS = (
    "record_type", "provider_id", "site_code", "receipt_id", "receipt_ts", "asn_number", "po_number", "po_line",
    "supplier_code", "part_no", "qty_expected", "qty_received", "qty_damaged", "uom", "lot", "serial",
    "handling_unit", "condition", "location", "status", "remarks",
)  # fmt: skip


def _goods_receipt(local: datetime) -> bytes:
    """What the dock found: harnesses four short and final (02), two calipers damaged (01), the rest good."""
    units = [
        _row(ORDER_A, "10", "ECU-4410", "1", "1", "EA", handling_unit=label, serial=serial)
        for label, serials in ECU_PACKS
        for serial in serials
    ]
    missing = {"lot": HARNESS_LOT, "condition": "02", "remarks": "one bundle missing"}
    crushed = {"qty_damaged": "2", "condition": "01", "remarks": "crushed corner"}
    rows = [
        *units,
        _row(ORDER_A, "20", "HRN-0815", "240", "236", "EA", handling_unit=HARNESS_PACK, **missing),
        _row(ORDER_B, "10", "BRK-2207-L", "60", "60", "EA", handling_unit=CALIPER_PACK, **crushed),
        _row(ORDER_B, "20", "BLT-M8X40", "2000", "2000", "EA", handling_unit=BOLT_PACK),
    ]
    return _receipt_file(RECEIPT, SHIPMENT, local, rows)


def _goods_receipt_in_cartons(local: datetime) -> bytes:
    """The second truck, counted in cartons, of which nobody has said how many calipers they hold."""
    rows = [_row(ORDER_B, "10", "BRK-2207-L", "2", "2", "CT")]
    return _receipt_file(RECEIPT_B, SHIPMENT_B, local, rows)


def _row(order: str, line: str, part: str, expected: str, received: str, unit: str, **more: str) -> dict[str, str]:
    """One D row: good stock (07, AVL) unless `more` says otherwise."""
    return {
        "po_number": order, "po_line": line, "part_no": part, "qty_expected": expected, "qty_received": received,
        "qty_damaged": "0", "uom": unit, "condition": "07", "status": "AVL",
    } | more  # fmt: skip


def _receipt_file(receipt: str, shipment: str, local: datetime, rows: list[dict[str, str]]) -> bytes:
    head = {
        "provider_id": LOGISTICS.partner.upper(), "site_code": PLANT, "receipt_id": receipt,
        "receipt_ts": local.isoformat(),
    }  # fmt: skip
    shared = {"asn_number": shipment, "supplier_code": SUPPLIER_CODE, "location": "DOCK-2"}
    total = sum(int(row["qty_received"]) for row in rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerow({"record_type": "H", **head})
    writer.writerows({"record_type": "D", **head, **shared, **row} for row in rows)
    writer.writerow({"record_type": "T", "qty_expected": str(len(rows)), "qty_received": str(total)})
    return out.getvalue().encode()
