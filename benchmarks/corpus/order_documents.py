"""Writes what follows an order in the corpus: its change, the supplier's answer, and the invoice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.corpus.documents import PRICE, Piece, Segments


def change_860(
    number: str, count: int, site: str, supplier: str, placed: datetime, at: datetime, lines: Sequence[Piece]
) -> Segments:
    """More is wanted of some lines; their quantities are the new ones. `count` counts the changes of the order."""
    qualifier, _, ident = supplier.partition(":")
    body: Segments = [
        ("ST", "860", "0001"),
        ("BCH", "04", "SA", number, "", str(count), f"{placed:%Y%m%d}", "", "", "", "", f"{at:%Y%m%d}"),
        ("N1", "ST", "", "92", site),
        ("N1", "SU", "", qualifier, ident),
    ]
    for piece in lines:
        ids = ("BP", piece.part, "VP", piece.vendor_part)
        body.append(("POC", piece.order_line, "QI", piece.quantity, piece.quantity, piece.unit, PRICE, "PE", *ids))
    return [*body, ("CTT", str(len(lines)))]


def answer_855(number: str, supplier: str, site: str, at: datetime, lines: Sequence[Piece]) -> Segments:
    """The supplier promises an order as it was placed."""
    body: Segments = [
        ("ST", "855", "0001"),
        ("BAK", "00", "AD", number, f"{at:%Y%m%d}"),
        ("N1", "ST", "", "92", site),
        ("N1", "SU", "", *supplier.split(":")),
    ]
    for piece in lines:
        ids = ("BP", piece.part, "VP", piece.vendor_part)
        body.append(("PO1", piece.order_line, piece.quantity, piece.unit, PRICE, "PE", *ids))
        body.append(("ACK", "IA", piece.quantity, piece.unit))
    return [*body, ("CTT", str(len(lines)))]


def invoice_810(
    number: str, order: str, shipment: str, supplier: str, at: datetime, lines: Sequence[Piece]
) -> Segments:
    """What was shipped of one order, at its price."""
    total = sum((Decimal(piece.quantity) * Decimal(PRICE) for piece in lines), Decimal(0))
    body: Segments = [
        ("ST", "810", "0001"),
        ("BIG", f"{at:%Y%m%d}", number, "", order),
        ("CUR", "SE", "USD"),
        ("REF", "SI", shipment),
        ("N1", "SU", "", *supplier.split(":")),
        ("DTM", "011", f"{at:%Y%m%d}"),
    ]
    for piece in lines:
        ids = ("BP", piece.part, "VP", piece.vendor_part)
        body.append(("IT1", piece.order_line, piece.quantity, piece.unit, PRICE, "PE", *ids))
    cents = (total * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return [*body, ("TDS", str(cents)), ("CTT", str(len(lines)))]
