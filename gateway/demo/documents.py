"""The demo's documents as its partners would write them: two orders, two ship notices, a goods receipt, and 997s.

Written once, dated from the clock of the first run, and kept in HOME/demo; later runs send the kept bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.demo.world import LOGISTICS, OUR_ID, PLANT, SUPPLIER_CODE, SUPPLIER_ID, ZONE

ORDER_A, ORDER_B = "4500017", "4500018"
SHIPMENT, SECOND_SHIPMENT = "0000457", "0000458"
RECEIPT = "QS-90017"

ECU_PACKS = (
    ("1JUN555010417000001", ("BW24-100231", "BW24-100232", "BW24-100233", "BW24-100234")),
    ("1JUN555010417000002", ("BW24-100235", "BW24-100236", "BW24-100237", "BW24-100238")),
)
HARNESS_PACK, CALIPER_PACK, BOLT_PACK = "1JUN555010417000003", "1JUN555010417000004", "1JUN555010417000005"
HARNESS_LOT = "L2611A"

FILES = (
    "1-erp-order-4500017.json",
    "2-erp-order-4500018.json",
    "3-supplier-ship-notice.edi",
    "4-logistics-goods-receipt.csv",
    "5-supplier-ship-notice-wrong-part.edi",
)


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
    return (
        _order(ORDER_A, local, (("10", "ECU-4410", "8", "EA", "214.50"), ("20", "HRN-0815", "240", "EA", "41.25"))),
        _order(
            ORDER_B, local, (("10", "BRK-2207-L", "100", "EA", "63.10"), ("20", "BLT-M8X40", "10", "BX", "18.00"))
        ),
        _ship_notice(local),
        _goods_receipt(local),
        _ship_notice_with_wrong_part(local),
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


def _ship_notice(local: datetime) -> bytes:
    """Two orders in one truck; every item stands in its pack, serials with their unit, a lot, a box of bolts."""
    first, second = ECU_PACKS
    tree: list[Sequence[str]] = [
        ("HL", "2", "1", "O"), ("PRF", ORDER_A),
        *_pack(3, 2, first[0], "ECU-4410", "BW-77810", "10", "4", "EA", serials=first[1]),
        *_pack(5, 2, second[0], "ECU-4410", "BW-77810", "10", "4", "EA", serials=second[1]),
        *_pack(7, 2, HARNESS_PACK, "HRN-0815", "BW-20815", "20", "240", "EA", lot=HARNESS_LOT),
        ("HL", "9", "1", "O"), ("PRF", ORDER_B),
        *_pack(10, 9, CALIPER_PACK, "BRK-2207-L", "BW-52207", "10", "60", "EA"),
        *_pack(12, 9, BOLT_PACK, "BLT-M8X40", "BW-00840", "20", "10", "BX"),
    ]  # fmt: skip
    return _interchange(101, "SH", _notice(SHIPMENT, local - timedelta(minutes=14), local, tree), local)


def _ship_notice_with_wrong_part(local: datetime) -> bytes:
    """A second notice minutes later: one good line, and one where two digits of the part number changed places."""
    tree: list[Sequence[str]] = [
        ("HL", "2", "1", "O"), ("PRF", ORDER_B),
        ("HL", "3", "2", "I"), ("LIN", "", "BP", "BRK-2207-L", "VP", "BW-52207", "PL", "10"), ("SN1", "", "20", "EA"),
        ("HL", "4", "2", "I"), ("LIN", "", "BP", "BRK-2270-L", "VP", "BW-52270", "PL", "10"), ("SN1", "", "20", "EA"),
    ]  # fmt: skip
    return _interchange(102, "SH", _notice(SECOND_SHIPMENT, local - timedelta(minutes=4), local, tree), local)


def _notice(
    shipment: str, shipped: datetime, created: datetime, tree: Sequence[Sequence[str]]
) -> list[Sequence[str]]:
    arrives = created + timedelta(minutes=20)
    return [
        ("ST", "856", "0001"),
        ("BSN", "00", shipment, f"{created:%Y%m%d}", f"{created:%H%M}"),
        ("DTM", "011", f"{shipped:%Y%m%d}", f"{shipped:%H%M}", "ET"),
        ("DTM", "017", f"{arrives:%Y%m%d}", f"{arrives:%H%M}", "ET"),
        ("HL", "1", "", "S"),
        ("TD1", "PLT71", "5"),
        ("TD5", "B", "2", "JBHT", "M"),
        ("TD3", "TL", "", "16762"),
        ("REF", "BM", f"BOL8{shipment[-4:]}"),
        ("REF", "PK", shipment),
        ("N1", "ST", "", "92", PLANT),
        ("N1", "SF", "", "1", SUPPLIER_ID),
        *tree,
        ("CTT", str(sum(segment[0] == "HL" for segment in tree) + 1)),
    ]


def _pack(
    level: int, order: int, label: str, part: str, vendor: str, line: str, quantity: str, unit: str,
    *, lot: str = "", serials: Sequence[str] = (),
) -> list[Sequence[str]]:  # fmt: skip
    """A pack under its order, and the item in it."""
    segments: list[Sequence[str]] = [
        ("HL", str(level), str(order), "P"),
        ("REF", "LS", label),
        ("HL", str(level + 1), str(level), "I"),
        ("LIN", "", "BP", part, "VP", vendor, "PL", line),
        ("SN1", "", quantity, unit),
    ]
    if lot:
        segments.append(("REF", "LT", lot))
    return segments + [("REF", "SE", serial) for serial in serials]


def functional_ack(number: int, group_id: str, group: str, sets: Sequence[tuple[str, str]], now: datetime) -> bytes:
    """The supplier's 997 for one of our groups; `sets` are (ST01, ST02) of what it received."""
    body: list[Sequence[str]] = [("ST", "997", "0001"), ("AK1", group_id, group)]
    for set_id, control in sets:
        body += [("AK2", set_id, control), ("AK5", "A")]
    body.append(("AK9", "A", str(len(sets)), str(len(sets)), str(len(sets))))
    return _interchange(number, "FA", body, now.astimezone(ZoneInfo(ZONE)))


def _interchange(number: int, group_id: str, body: Sequence[Sequence[str]], local: datetime) -> bytes:
    day, time = f"{local:%Y%m%d}", f"{local:%H%M}"
    segments = [
        (
            "ISA", "00", " " * 10, "00", " " * 10, "01", SUPPLIER_ID.ljust(15), "01", OUR_ID.ljust(15), day[2:], time,
            "U", "00401", f"{number:09d}", "0", "P", ">",
        ),
        ("GS", group_id, SUPPLIER_ID, OUR_ID, day, time, str(number), "X", "004010"),
        *body,
        ("SE", str(len(body) + 1), "0001"),
        ("GE", "1", str(number)),
        ("IEA", "1", f"{number:09d}"),
    ]  # fmt: skip
    return "".join("*".join(segment) + "~\n" for segment in segments).encode("ascii")


_COLUMNS = (
    "record_type", "provider_id", "site_code", "receipt_id", "receipt_ts", "asn_number", "po_number", "po_line",
    "supplier_code", "part_no", "qty_expected", "qty_received", "qty_damaged", "uom", "lot", "serial",
    "handling_unit", "condition", "location", "status", "remarks",
)  # fmt: skip


def _goods_receipt(local: datetime) -> bytes:
    """What the dock found: harnesses four short and final (02), two calipers damaged (01), the rest good."""
    rows: list[dict[str, str]] = []

    def found(
        order: str, line: str, part: str, expected: str, received: str, unit: str, unit_label: str, **more: str
    ) -> None:
        rows.append(
            {"po_number": order, "po_line": line, "part_no": part, "qty_expected": expected, "qty_received": received,
             "qty_damaged": "0", "uom": unit, "handling_unit": unit_label, "condition": "07", "status": "AVL"} | more
        )  # fmt: skip

    for label, serials in ECU_PACKS:
        for serial in serials:
            found(ORDER_A, "10", "ECU-4410", "1", "1", "EA", label, serial=serial)
    found(
        ORDER_A,
        "20",
        "HRN-0815",
        "240",
        "236",
        "EA",
        HARNESS_PACK,
        lot=HARNESS_LOT,
        condition="02",
        remarks="one bundle missing",
    )
    found(
        ORDER_B,
        "10",
        "BRK-2207-L",
        "60",
        "60",
        "EA",
        CALIPER_PACK,
        qty_damaged="2",
        condition="01",
        remarks="crushed corner",
    )
    found(ORDER_B, "20", "BLT-M8X40", "2000", "2000", "EA", BOLT_PACK)
    shared = {
        "provider_id": LOGISTICS.partner.upper(), "site_code": PLANT, "receipt_id": RECEIPT,
        "receipt_ts": local.isoformat(), "asn_number": SHIPMENT, "supplier_code": SUPPLIER_CODE,
        "location": "DOCK-2",
    }  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(
        {"record_type": "H", **{k: shared[k] for k in ("provider_id", "site_code", "receipt_id", "receipt_ts")}}
    )
    for row in rows:
        writer.writerow({"record_type": "D", **shared, **row})
    total = sum(int(row["qty_received"]) for row in rows)
    writer.writerow({"record_type": "T", "qty_expected": str(len(rows)), "qty_received": str(total)})
    return out.getvalue().encode()
