"""Rows of the matched documents into a working set, with what they lead to noted for the loader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from ledger.book.bringing.calling import Calls
from ledger.book.storage import bulk
from ledger.book.storage.codecs import CASE, LINE_CALL, LINK, NOTICE_LINE, ORDER_LINE, RECEIPT_LINE, Codec
from ledger.matching.records.calls import LineCall
from ledger.matching.records.documents import (
    Case,
    GroupKey,
    Link,
    NoticeLine,
    OrderKey,
    ReceiptKey,
    ReceiptLine,
    ShipmentKey,
)
from ledger.matching.workset import Workset

LineKey = tuple[Any, str]
"""(document key, line identity)."""


MANY = 50
"""Rows asked for by key that SQLite brings as one piece: of fewer, finding them is all that counts."""


class Rows:
    """One working set, row by row; what is in it already keeps the changes that decisions made."""

    def __init__(self, conn: Connection, *, keeps_cumulatives: bool = False) -> None:
        """`keeps_cumulatives`: some agreement does, so that they are looked up for the parts that come in."""
        self.conn = conn
        self.keeps_cumulatives = keeps_cumulatives
        self.workset = Workset()
        self.stored: dict[Codec, dict[Any, bulk.Row]] = defaultdict(dict)
        """The records that stand in the database, by key: each row as it stands there."""
        self._asked: dict[str, set[Any]] = defaultdict(set)
        self._notices: list[NoticeLine] = []
        """Lines that came in since the last closing and are to be made whole."""
        self._unmatched: list[ReceiptLine] = []
        """Goods-receipt lines that came in for what they lack; see `_close_unmatched`."""
        self._receipt_lines: set[LineKey] = set()
        self._order_lines: set[LineKey] = set()
        self._orders: set[OrderKey] = set()
        self._shipments: set[ShipmentKey] = set()
        self._receipts: set[ReceiptKey] = set()
        self._parts_received: set[GroupKey] = set()
        """Of the goods-receipt lines that came in: a reversal takes them out of the cumulatives."""
        self._calls = Calls(conn)
        self._parts_met: set[GroupKey] = set()
        """Of all lines that came in, where cumulatives are kept."""

    def _fresh(self, name: str, keys: set[Any]) -> set[Any]:
        asked = self._asked[name]
        fresh = keys - asked
        asked |= fresh
        return fresh

    def _select(
        self,
        codec: Codec,
        place: tuple[Any, ...],
        by: tuple[str, ...],
        keys: Iterable[bulk.Row],
        where: str = "",
        index: str = "",
        among: tuple[str, Iterable[str]] | None = None,
    ) -> Sequence[Any]:
        wanted = list(keys)
        return bulk.look_up(
            self.conn,
            codec.table,
            codec.columns,
            place,
            by,
            wanted,
            where=where,
            index=index,
            among=among,
            many=len(wanted) >= MANY,
        )

    def _add_order_line(self, row: Any) -> None:
        line = ORDER_LINE.read(row)
        self.stored[ORDER_LINE][line.key, line.line] = row
        self._orders.add(line.key)
        self.workset.add_order_line(line)

    def _add_notice_line(self, row: Any) -> None:
        key = (ShipmentKey(*row[:4]), row[4])
        if key in self.stored[NOTICE_LINE]:
            return
        line = NOTICE_LINE.read(row)
        self.stored[NOTICE_LINE][key] = row
        self.workset.add_notice_line(line)
        self.workset.begin_closing(line)
        self._notices.append(line)
        if self.keeps_cumulatives:
            self._parts_met.add(GroupKey(line.key.book, line.key.site, line.part))

    def _add_receipt_line(self, row: Any) -> None:
        line = RECEIPT_LINE.read(row)
        key = (line.key, line.line)
        self.stored[RECEIPT_LINE][key] = row
        self.workset.add_receipt_line(line)
        self._receipts.add(line.key)
        self._receipt_lines.add(key)
        group = GroupKey(line.key.book, line.key.site, line.part)
        self._parts_received.add(group)
        if self.keeps_cumulatives:
            self._parts_met.add(group)

    def _add_unmatched(self, row: Any) -> None:
        self._add_receipt_line(row)
        self._unmatched.append(self.workset.receipt_lines[ReceiptKey(*row[:4]), row[4]])

    def _add_link(self, row: Any) -> Link:
        link = LINK.read(row)
        self.stored[LINK][link.receipt, link.receipt_line, link.number] = row
        self.workset.add_link(link)
        if link.order is not None:
            self._order_lines.add((link.order, link.order_line))
        return link

    def _add_call(self, row: Any) -> LineCall:
        call: LineCall = LINE_CALL.read(row)
        self.stored[LINE_CALL][call.key, call.line] = row
        self.workset.add_call(call)
        return call

    def _add_case(self, row: Any) -> Case:
        case: Case = CASE.read(row)
        key = (case.book, case.case)
        self.stored[CASE][key] = row
        self.workset.add_case(case)
        return self.workset.cases[key]
