"""Goods-receipt files in which tests bend single cells."""

from __future__ import annotations

COLUMNS = (
    "record_type", "provider_id", "site_code", "receipt_id", "receipt_ts", "asn_number", "po_number", "po_line",
    "supplier_code", "part_no", "qty_expected", "qty_received", "qty_damaged", "uom", "condition", "location",
    "status",
)  # fmt: skip
FIRST = {
    "record_type": "D", "provider_id": "QUAY", "site_code": "PLT07", "receipt_id": "GR1",
    "receipt_ts": "2026-11-23T09:10:00-05:00", "po_number": "PO1", "po_line": "10", "supplier_code": "ACME",
    "part_no": "BRK-100", "qty_received": "10", "uom": "EA", "location": "DOCK", "status": "AVL",
}  # fmt: skip


def row(**bent: str) -> dict[str, str]:
    return FIRST | bent


def file_of(*rows: dict[str, str], delimiter: str = ",", columns: tuple[str, ...] = COLUMNS) -> bytes:
    lines = [delimiter.join(columns), *(delimiter.join(one.get(name, "") for name in columns) for one in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()
