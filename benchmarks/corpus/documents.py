"""Writes the corpus's orders, ship notices, goods receipts and answers as bytes, each in its partner's dialect.

Text only: it knows the layouts and no code of the gateway, so that the traffic is a witness and not an echo.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

WE = ("01", "987654321")
"""Our own ISA qualifier and id; the same id stands in the groups."""
PRICE = "4.25"
"""Of every part, in USD."""


@dataclass(slots=True)
class Dialect:
    """How one partner writes: identifiers, delimiters, hierarchy of its notices, and its control numbers so far."""

    partner: str
    isa: tuple[str, str]
    party: str
    element: str = "*"
    segment: str = "~"
    component: str = ">"
    hierarchy: str = "SOI"
    version: str = "004010"
    unit: str = "EA"
    interchange: int = 0


@dataclass(slots=True)
class Piece:
    """One line as it is ordered, advised or received. Quantities are text in `unit`, as they stand in documents."""

    order: str
    order_line: str
    part: str
    vendor_part: str
    revision: str
    unit: str
    quantity: str
    lot: str = ""
    serials: tuple[str, ...] = ()
    label: str = ""
    received: str = ""
    damaged: str = "0"
    condition: str = ""
    cum: str = ""
    """Shipped in all of the part, this included; "" where no cumulatives are kept."""


@dataclass(slots=True)
class Notice:
    """One shipment as advised; a goods receipt answers it."""

    supplier: Dialect
    site: str
    shipment: str
    at: datetime
    pieces: list[Piece] = field(default_factory=list)


Segments = list[tuple[str, ...]]


def interchange(dialect: Dialect, group_id: str, body: Segments, at: datetime, *, test: bool = False) -> bytes:
    """One ISA with one group and one document; takes the partner's next control number."""
    dialect.interchange += 1
    number = dialect.interchange
    e, s = dialect.element, dialect.segment
    isa = e.join(
        (
            "ISA", "00", " " * 10, "00", " " * 10, dialect.isa[0], dialect.isa[1].ljust(15), WE[0], WE[1].ljust(15),
            f"{at:%y%m%d}", f"{at:%H%M}", "U", "00401", f"{number:09d}", "0", "T" if test else "P", dialect.component,
        )
    )  # fmt: skip
    set_id = body[0][1]
    lines = [
        isa,
        e.join(
            ("GS", group_id, dialect.isa[1], WE[1], f"{at:%Y%m%d}", f"{at:%H%M}", str(number), "X", dialect.version)
        ),
        *(e.join(_trimmed(segment)) for segment in body),
        e.join(("SE", str(len(body) + 1), "0001")),
        e.join(("GE", "1", str(number))),
        e.join(("IEA", "1", f"{number:09d}")),
    ]
    assert body[0] == ("ST", set_id, "0001")
    return (s.join(lines) + s).encode("latin-1")


def _trimmed(segment: tuple[str, ...]) -> tuple[str, ...]:
    end = len(segment)
    while end > 1 and segment[end - 1] == "":
        end -= 1
    return segment[:end]


def order_850(
    number: str,
    site: str,
    supplier: str,
    due: datetime | None,
    placed: datetime,
    lines: Sequence[Piece],
    order_type: str = "SA",
) -> Segments:
    """A purchase order; `supplier` is `qualifier:id`. A blanket order (BK) has no date, its schedules have."""
    qualifier, _, ident = supplier.partition(":")
    body: Segments = [
        ("ST", "850", "0001"),
        ("BEG", "00", order_type, number, "", f"{placed:%Y%m%d}"),
        ("CUR", "BY", "USD"),
        *([("DTM", "002", f"{due:%Y%m%d}")] if due else []),
        ("N1", "ST", "", "92", site),
        ("N1", "SU", "", qualifier, ident),
    ]
    for piece in lines:
        ids = ("BP", piece.part, "VP", piece.vendor_part) + (("EC", piece.revision) if piece.revision else ())
        body.append(("PO1", piece.order_line, piece.quantity, piece.unit, PRICE, "PE", *ids))
    body.append(("CTT", str(len(lines))))
    return body


def notice_856(notice: Notice) -> Segments:
    """A ship notice in the supplier's own hierarchy; lines stand under their order where it has an order level."""
    supplier, at = notice.supplier, notice.at
    qualifier, _, ident = supplier.party.partition(":")
    body: Segments = [
        ("ST", "856", "0001"),
        ("BSN", "00", notice.shipment, f"{at:%Y%m%d}", f"{at:%H%M}"),
        ("DTM", "011", f"{at:%Y%m%d}", f"{at:%H%M}", "UT"),
        ("HL", "1", "", "S"),
        ("TD1", "PLT71", "2"),
        ("TD5", "B", "2", "JBHT", "M"),
        ("TD3", "TL", "", f"T{notice.shipment[-5:]}"),
        ("REF", "BM", f"B{notice.shipment}"),
        ("REF", "PK", notice.shipment),
        ("N1", "ST", "", "92", notice.site),
        ("N1", "SF", "", qualifier, ident),
    ]
    hl = 1
    by_order: dict[str, list[Piece]] = {}
    for piece in notice.pieces:
        by_order.setdefault(piece.order, []).append(piece)
    middle = supplier.hierarchy[1:-1]
    for order, pieces in by_order.items():
        parent = 1
        for level in middle:
            if level == "P":
                continue
            hl += 1
            body.append(("HL", str(hl), str(parent), level))
            if level == "O":
                body.append(("PRF", order))
            parent = hl
        for piece in pieces:
            above = parent
            if "P" in middle:
                hl += 1
                body += [("HL", str(hl), str(parent), "P"), ("REF", "LS", piece.label)]
                above = hl
            hl += 1
            body.append(("HL", str(hl), str(above), "I"))
            body += _item(piece, with_order="O" not in middle)
    body.append(("CTT", str(hl)))
    return body


def _item(piece: Piece, *, with_order: bool) -> Segments:
    ids: tuple[str, ...] = ("BP", piece.part, "VP", piece.vendor_part)
    if piece.revision:
        ids += ("EC", piece.revision)
    ids += ("PL", piece.order_line)
    lines: Segments = [("LIN", "", *ids), ("SN1", "", piece.quantity, piece.unit, piece.cum)]
    if with_order:
        lines.append(("PRF", piece.order))
    if piece.lot:
        lines.append(("REF", "LT", piece.lot))
    lines += [("REF", "SE", serial) for serial in piece.serials]
    return lines


COLUMNS = (
    "record_type", "provider_id", "site_code", "receipt_id", "receipt_ts", "asn_number", "bol", "po_number",
    "po_line", "supplier_code", "part_no", "revision", "supplier_part", "qty_expected", "qty_received",
    "qty_damaged", "qty_rejected", "uom", "lot", "serial", "handling_unit", "parent_hu", "condition", "location",
    "status", "operator", "remarks",
)  # fmt: skip


def receipt_csv(provider: str, receipt: str, notice: Notice, at: datetime) -> bytes:
    """A goods-receipt file with header and trailer rows; one row per line, and per serial where parts have one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    head = {
        "provider_id": provider,
        "site_code": notice.site,
        "receipt_id": receipt,
        "receipt_ts": f"{at:%Y-%m-%dT%H:%M:%S}+00:00",
    }
    _write_row(writer, {"record_type": "H", **head})
    total, rows = 0.0, 0
    for piece in notice.pieces:
        for serial, quantity, damaged in _per_serial(piece):
            rows += 1
            total += float(quantity)
            _write_row(
                writer,
                {
                    "record_type": "D", **head, "asn_number": notice.shipment, "bol": f"B{notice.shipment}",
                    "po_number": piece.order, "po_line": piece.order_line,
                    "supplier_code": notice.supplier.partner.upper(),
                    "part_no": piece.part, "supplier_part": piece.vendor_part, "qty_expected": piece.quantity,
                    "qty_received": quantity, "qty_damaged": damaged, "uom": piece.unit, "lot": piece.lot,
                    "serial": serial, "handling_unit": piece.label, "condition": piece.condition, "location": "DOCK",
                    "status": "AVL",
                },
            )  # fmt: skip
    _write_row(
        writer,
        {"record_type": "T", "qty_expected": str(rows), "qty_received": f"{total:.3f}".rstrip("0").rstrip(".")},
    )
    return out.getvalue().encode()


def _per_serial(piece: Piece) -> Iterable[tuple[str, str, str]]:
    if not piece.serials:
        return [("", piece.received, piece.damaged)]
    return [(serial, "1", "0") for serial in piece.serials]


def _write_row(writer: object, values: dict[str, str]) -> None:
    writer.writerow([values.get(column, "") for column in COLUMNS])  # type: ignore[attr-defined]


def receipt_861(receipt: str, notice: Notice, at: datetime) -> Segments:
    """A logistics provider's goods receipt as an 861; its agreement reads it as GoodsReceived."""
    qualifier, _, ident = notice.supplier.party.partition(":")
    body: Segments = [
        ("ST", "861", "0001"),
        ("BRA", receipt, f"{at:%Y%m%d}", "00", "2", f"{at:%H%M}"),
        ("REF", "SI", notice.shipment),
        ("REF", "PK", notice.shipment),
        ("DTM", "050", f"{at:%Y%m%d}", f"{at:%H%M}", "UT"),
        ("N1", "ST", "", "92", notice.site),
        ("N1", "SF", "", qualifier, ident),
    ]
    for piece in notice.pieces:
        short = piece.condition == "02"
        variance = ("", "", "1", piece.unit, "02") if short else ()
        body.append(("RCD", piece.order_line, piece.received, piece.unit, *variance))
        body.append(("SN1", "", piece.quantity, piece.unit))
        body.append(("LIN", "", "BP", piece.part, "VP", piece.vendor_part))
        if piece.lot:
            body.append(("REF", "LT", piece.lot))
        body += [("REF", "SE", serial) for serial in piece.serials]
        body.append(("PRF", piece.order))
    body.append(("CTT", str(len(notice.pieces))))
    return body


def ack_997(group_id: str, group: int) -> Segments:
    """A supplier's 997 for one of our groups."""
    return [("ST", "997", "0001"), ("AK1", group_id, str(group)), ("AK9", "A", "1", "1", "1")]


def advice_824(number: str, order: str, supplier: Dialect, at: datetime) -> Segments:
    """A supplier's 824 that accepts one of our orders."""
    return [
        ("ST", "824", "0001"),
        ("BGN", "00", number, f"{at:%Y%m%d}", f"{at:%H%M}"),
        ("N1", "SU", "", *supplier.party.split(":")),
        ("OTI", "TA", "PO", order, WE[1], supplier.isa[1], f"{at:%Y%m%d}", f"{at:%H%M}", "1", "0001", "850"),
    ]
