"""Between records of matching and rows of their tables: key fields first, then the record's own, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import intern
from typing import Any

import msgspec
from sqlalchemy import Table

from ledger.book.storage import bulk
from ledger.book.storage import document_tables as tables
from ledger.book.storage import tables as book_tables
from ledger.matching.containments.scope import Containment, Criteria, Demand
from ledger.matching.papers.filed import Authorized, Required
from ledger.matching.records.calls import CallKey, LineCall
from ledger.matching.records.documents import (
    Arrival,
    Case,
    Cumulative,
    CumulativeAgreement,
    CumulativeKey,
    Delivery,
    Evidence,
    Link,
    NoticeLine,
    Order,
    OrderKey,
    OrderLine,
    Receipt,
    ReceiptKey,
    ReceiptLine,
    Shipment,
    ShipmentKey,
    Task,
    Told,
)
from ledger.matching.records.transfers import ShippedGoods, TransferKey, TransferLine
from ledger.stock.period import Period

_write_json = msgspec.json.Encoder().encode
_read_texts = msgspec.json.Decoder(tuple[str, ...]).decode
_read_told = msgspec.json.Decoder(tuple[Told, ...]).decode
_read_arrivals = msgspec.json.Decoder(tuple[Arrival, ...]).decode
_read_goods = msgspec.json.Decoder(tuple[ShippedGoods, ...]).decode
_read_required = msgspec.json.Decoder(tuple[Required, ...]).decode
_read_authorized = msgspec.json.Decoder(tuple[Authorized, ...]).decode
_read_deliveries = msgspec.json.Decoder(tuple[Delivery, ...]).decode
_read_tasks = msgspec.json.Decoder(tuple[Task, ...]).decode
_read_evidence = msgspec.json.Decoder(tuple[Evidence, ...]).decode

UNSTORED = frozenset({"key", "touched", "new"})
_read_criteria = msgspec.json.Decoder(Criteria).decode
_read_demands = msgspec.json.Decoder(tuple[Demand, ...]).decode
_WIDE: dict[str, Callable[[str], Any]] = {
    "handling_units": _read_texts,
    "serials": _read_texts,
    "answers": _read_texts,
    "evidence": _read_evidence,
    "tasks": _read_tasks,
    "told": _read_told,
    "arrivals": _read_arrivals,
    "goods": _read_goods,
    "criteria": _read_criteria,
    "demands": _read_demands,
    "deliveries": _read_deliveries,
    "requirements": _read_required,
    "authorizations": _read_authorized,
}
"""Fields that hold several values: kept as JSON text, "" when there are none."""
_READERS = {f"read_{name}": reader for name, reader in _WIDE.items()}


def _write_text(values: Any) -> str:
    return _write_json(values).decode()


def read_texts(stored: str) -> tuple[str, ...]:
    """The values of such a field that holds texts."""
    return _read_texts(stored) if stored else ()


def read_tasks(stored: str) -> tuple[Task, ...]:
    """The tasks of a case."""
    return _read_tasks(stored) if stored else ()


class Codec:
    """Reads and writes one kind of record. `key` is the type of its key; None where the key's fields are its own."""

    def __init__(self, table: Table, record: type[Any], key: type[tuple[Any, ...]] | None) -> None:
        self.table, self.record, self.key = table, record, key
        self.columns = tuple(column.name for column in table.columns)
        self.keys = tuple(column.name for column in table.primary_key)
        self.values = tuple(name for name in self.columns if name not in self.keys)
        # Put together for the record, as one would write it by hand: a batch makes and reads thousands of rows.
        self._write = self._make(self._writing())
        self._read = self._make(self._reading())

    def row(self, record: Any) -> bulk.Row:
        row: bulk.Row = self._write(record)
        return row

    def read(self, row: Iterable[Any]) -> Any:
        return self._read(*row)

    def _make(self, spelled: str) -> Callable[..., Any]:
        names = {"new": tuple.__new__, "key": self.key, "record": self.record, "intern": intern, "write": _write_text}
        function: Callable[..., Any] = eval(spelled, {**names, **_READERS})  # noqa: S307 - fields of our own records
        return function

    def _writing(self) -> str:
        own = [name for name in self.record.__match_args__ if name not in UNSTORED]
        values = [f'write(r.{name}) if r.{name} else ""' if name in _WIDE else f"r.{name}" for name in own]
        return f"lambda r: ({'' if self.key is None else '*r.key, '}{', '.join(values)})"

    def _reading(self) -> str:
        marks = [f"c{n}" for n, _ in enumerate(self.columns)]
        values = [
            f"(read_{name}({mark}) if {mark} else ())" if name in _WIDE else mark
            for name, mark in zip(self.columns, marks, strict=True)
        ]
        # A struct leaves out a default that is the same object: a book read from the database must be that object,
        # or what follows from it would be spelled otherwise than in the batch that first decided it.
        values[0] = "intern(c0)"
        if self.key is not None:
            values[:4] = [f"new(key, ({', '.join(values[:4])}))"]
        return f"lambda {', '.join(marks)}: record({', '.join(values)})"


ORDER = Codec(tables.orders, Order, OrderKey)
ORDER_LINE = Codec(tables.order_line, OrderLine, OrderKey)
SHIPMENT = Codec(tables.shipment, Shipment, ShipmentKey)
NOTICE_LINE = Codec(tables.notice_line, NoticeLine, ShipmentKey)
RECEIPT = Codec(tables.goods_receipt, Receipt, ReceiptKey)
RECEIPT_LINE = Codec(tables.goods_receipt_line, ReceiptLine, ReceiptKey)
CUMULATIVE = Codec(tables.cumulative, Cumulative, CumulativeKey)
AGREEMENT = Codec(tables.cumulative_agreement, CumulativeAgreement, CumulativeKey)
TRANSFER_LINE = Codec(tables.transfer_line, TransferLine, TransferKey)
LINE_CALL = Codec(tables.line_call, LineCall, CallKey)
CASE = Codec(tables.cases, Case, None)
CONTAINMENT = Codec(tables.containment, Containment, None)
PERIOD = Codec(book_tables.period, Period, None)


class LinkCodec(Codec):
    """A link names its notice and its order by key, and either may be absent: spelled out by hand."""

    def __init__(self) -> None:
        super().__init__(tables.link, Link, None)

    def row(self, record: Link) -> bulk.Row:
        shipment = record.shipment[2:] if record.shipment else ("", "")
        order = record.order[2:] if record.order else ("", "")
        return (
            *record.receipt, record.receipt_line, record.number, *shipment, record.notice_line, *order,
            record.order_line, record.quantity, record.rung, record.seq, record.reversed, record.source, record.state,
            record.hold_reason, record.damaged, record.settled, record.lot, record.revision, record.owner,
            _write_json(record.serials).decode() if record.serials else "", record.handling_unit,
            record.stock_segment, record.confidence,
        )  # fmt: skip

    def read(self, row: Iterable[Any]) -> Link:
        (book, site, provider, receipt_id, receipt_line, number, shipment_supplier, shipment_id, notice_line,
         order_supplier, order_number, order_line, quantity, rung, seq, reversed_, source, state, hold_reason,
         damaged, settled, lot, revision, owner, serials, handling_unit, stock_segment, confidence) = row  # fmt: skip
        book = intern(book)
        shipment = ShipmentKey(book, site, shipment_supplier, shipment_id) if shipment_id else None
        order = OrderKey(book, site, order_supplier, order_number) if order_number else None
        return Link(
            ReceiptKey(book, site, provider, receipt_id), receipt_line, shipment, notice_line, order, order_line,
            quantity, rung, seq, bool(reversed_), number, source, state, hold_reason, bool(damaged), bool(settled),
            lot, revision, owner, _read_texts(serials) if serials else (), handling_unit, stock_segment,
            confidence,
        )  # fmt: skip


LINK = LinkCodec()

CODECS: tuple[Codec, ...] = (
    ORDER, ORDER_LINE, SHIPMENT, NOTICE_LINE, RECEIPT, RECEIPT_LINE, CUMULATIVE, AGREEMENT, TRANSFER_LINE,
    CASE, LINK, CONTAINMENT, PERIOD,
)  # fmt: skip
