"""Loads the working set that a batch needs, in a handful of set queries, and knows what of it stands in the database.

A *whole* notice line comes with its shipment's header, its live links, the goods-receipt lines at their other ends
with all their live links, and the order lines that it and those links name (see `ledger.matching.workset.Needs`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ledger.book.bringing.naming import numbered, referred
from ledger.book.bringing.places import by_place
from ledger.book.bringing.rows import LineKey, Rows
from ledger.book.due import due_rows
from ledger.book.storage import bulk
from ledger.book.storage import document_tables as tables
from ledger.book.storage.codecs import (
    AGREEMENT,
    CASE,
    CONTAINMENT,
    CUMULATIVE,
    LINK,
    NOTICE_LINE,
    ORDER,
    ORDER_LINE,
    RECEIPT,
    RECEIPT_LINE,
    SHIPMENT,
    TRANSFER_LINE,
    Codec,
)
from ledger.matching.notices.holds import HOLDING
from ledger.matching.records.calls import CallKey
from ledger.matching.records.documents import Case, GroupKey, OrderKey, ReceiptKey, ReceiptLine, ShipmentKey
from ledger.matching.records.transfers import TransferKey
from ledger.matching.workset import Needs

OPEN = "notice_line_open"
UNMATCHED = "goods_receipt_line_unmatched"
_CONTAINMENTS = f"SELECT {', '.join(CONTAINMENT.columns)} FROM containment WHERE book = ? AND {{}} = ?"  # noqa: S608
_PART = ORDER_LINE.columns.index("part")


class Loader(Rows):
    """Fills one working set, call by call; what is in it already keeps the changes that decisions made."""

    def load(self, needs: Needs, book: str, numbers: Iterable[str]) -> None:
        """Bring in all that `needs` names and is not here yet, and the open cases about the events' `numbers`."""
        fresh = {name: self._fresh(name, getattr(needs, name)) for name in Needs.__slots__}
        if self._fresh("open containments", {book}):
            self.load_containments(book)
        self._load_groups(fresh["groups"])
        self._load_unmatched(fresh["unmatched"])
        self._load_naming(fresh["naming"])
        self._load_due(fresh["due"])
        self._load_orders(fresh["orders"] | self._fresh("orders", numbered(self.conn, fresh["order_numbers"])))
        self._load_order_parts(fresh["order_parts"])
        self._load_shipments(fresh["shipments"] | self._fresh("shipments", referred(self.conn, fresh["references"])))
        self._load_receipts(fresh["receipts"])
        self._load_unmatched(self._fresh("unmatched", self._parts_of(fresh["standing_back"])))
        self._load_transfers(fresh["transfers"])
        self._load_calls(fresh["calls"], fresh["called"])
        self._load_cases(fresh["cases"])
        self._load_counted(fresh["counted"])
        self._load_questioned(fresh["questioned"])
        self._close()
        self._load_groups(self._fresh("groups", self._strangers(fresh["labels"])))
        self._close_unmatched()
        if self.keeps_cumulatives:
            self._load_agreements(fresh["agreements"], fresh["cumulatives"])
        self._load_cumulatives(fresh["cumulatives"] | self._fresh("cumulatives", self._parts_received))
        self._parts_received = set()
        self._load_open_cases(book, numbers)

    def load_rest(self) -> None:
        """The first goods of a shipment set the close time of all its lines: bring in those of other parts."""
        self._load_shipments(self._fresh("shipments", set(self.workset.closing)))

    # --- what was asked for -------------------------------------------------------------------------------

    def _load_groups(self, groups: set[GroupKey]) -> None:
        for place, parts in by_place(groups):
            for row in self._select(NOTICE_LINE, place, ("part",), parts, tables.OPEN_NOTICE_LINES, OPEN):
                self._add_notice_line(row)

    def _load_unmatched(self, groups: set[GroupKey]) -> None:
        for place, parts in by_place(groups):
            for row in self._select(RECEIPT_LINE, place, ("part",), parts, tables.UNMATCHED_RECEIPT_LINES, UNMATCHED):
                self._add_unmatched(row)

    def _load_naming(self, names: set[tuple[str, str, str]]) -> None:
        where, index = tables.NAMING_RECEIPT_LINES, "goods_receipt_line_naming"
        for place, wanted in by_place(names):
            for row in self._select(RECEIPT_LINE, place, ("shipment_id",), wanted, where, index):
                self._add_unmatched(row)

    def _parts_of(self, receipts: set[ReceiptKey]) -> set[GroupKey]:
        lines = self.workset.lines_of_receipt
        return {GroupKey(key.book, key.site, line.part) for key in receipts for line in lines.get(key, ())}

    def _strangers(self, labels: set[tuple[GroupKey, str, str]]) -> set[GroupKey]:
        """The groups in which a label is looked for that the notice named with it does not have."""
        work = self.workset
        return {
            group
            for group, reference, unit in labels
            if not any(
                unit in line.handling_units
                for shipment in work.shipments_called(group.book, group.site, reference)
                for line in work.notice_lines_of_part.get((shipment.key, group.part), ())
            )
        }

    def _close_unmatched(self) -> None:
        """What unmatched lines answer, or name: on their paper another notice may stand than the one that comes."""
        lines, self._unmatched = self._unmatched, []
        work = self.workset
        notices = {
            (link.shipment, link.notice_line)
            for line in lines
            for link in work.links_of_receipt.get((line.key, line.line), ())
            if link.shipment is not None and not link.reversed
        }
        names = {(line.key.book, line.key.site, named) for line in lines if (named := _reference_of(line))}
        self._load_shipments(self._fresh("shipments", referred(self.conn, self._fresh("references", names))))
        self._load_notice_lines(notices)
        self._close()

    def _load_due(self, due: set[tuple[str, int]]) -> None:
        for book, now_us in sorted(due):
            for row in due_rows(self.conn, tables.notice_line, book, now_us):
                self._add_notice_line(row)
            for row in due_rows(self.conn, tables.goods_receipt_line, book, now_us):
                self._add_receipt_line(row)
            for row in due_rows(self.conn, tables.order_line, book, now_us):
                self._add_order_line(row)
            self._shipments |= {ShipmentKey(*row[:4]) for row in due_rows(self.conn, tables.shipment, book, now_us)}
            for row in due_rows(self.conn, tables.cases, book, now_us):
                self._add_case(row)
            for row in due_rows(self.conn, tables.line_call, book, now_us):
                self._add_call(row)

    def _load_orders(self, keys: set[OrderKey]) -> None:
        self._orders |= keys
        for place, wanted in by_place(keys):
            for row in self._select(ORDER_LINE, place, ("supplier", "order_number"), wanted):
                self._add_order_line(row)

    def _load_order_parts(self, keys: set[tuple[OrderKey, str]]) -> None:
        """The rows of an order stand together and are read in one go; only those of a wanted part come out of it."""
        whole = self._asked["orders"]
        parts: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for order, part in keys:
            if order not in whole:
                self._orders.add(order)
                if part:
                    parts[order].add(part)
        for place, wanted in by_place(parts):
            site = (place[0][1], place[1][1])
            # Of any order's parts first, where no row is made of what is left out; then of its own.
            asked = {part for key in wanted for part in parts[*site, *key]}
            by = ("supplier", "order_number")
            for row in self._select(ORDER_LINE, place, by, wanted, among=("part", asked)):
                if row[_PART] in parts[*site, row[2], row[3]]:
                    self._add_order_line(row)

    def _load_shipments(self, keys: set[ShipmentKey]) -> None:
        self._shipments |= keys
        for place, wanted in by_place(keys):
            for row in self._select(NOTICE_LINE, place, ("supplier", "shipment_id"), wanted):
                self._add_notice_line(row)

    def _load_receipts(self, keys: set[ReceiptKey]) -> None:
        self._receipts |= keys
        notices: set[LineKey] = set()
        for place, wanted in by_place(keys):
            by = ("provider", "receipt_id")
            for row in self._select(RECEIPT_LINE, place, by, wanted):
                self._add_receipt_line(row)
            for row in self._select(LINK, place, by, wanted):
                link = self._add_link(row)
                if link.shipment is not None:
                    notices.add((link.shipment, link.notice_line))
        self._load_notice_lines(notices)

    def _load_cases(self, keys: set[tuple[str, str]]) -> None:
        named: list[Case] = []
        for book in sorted({book for book, _ in keys}):
            wanted = sorted((case,) for of, case in keys if of == book)
            for row in self._select(CASE, (("book", book),), ("case",), wanted, "", "case_by_id"):
                named.append(self._add_case(row))
        notices: set[LineKey] = set()
        whole: set[ShipmentKey] = set()
        for case in named:
            if case.shipment_id:
                shipment = ShipmentKey(case.book, case.site, case.supplier, case.shipment_id)
                self._shipments.add(shipment)
                notices.add((shipment, case.notice_line))
                if not case.notice_line and case.code in HOLDING:
                    whole.add(shipment)
            if case.receipt_id:
                receipt = ReceiptKey(case.book, case.site, case.receipt_provider, case.receipt_id)
                self._receipt_lines.add((receipt, case.receipt_line))
            if case.order_number:
                order = OrderKey(case.book, case.site, case.supplier, case.order_number)
                self._order_lines.add((order, case.order_line))
        self._load_shipments(self._fresh("shipments", whole))
        self._load_notice_lines(notices)
        beyond = {GroupKey(case.book, case.site, case.part) for case in named if case.code == "D18"}
        self._load_unmatched(self._fresh("unmatched", beyond))

    def _load_cumulatives(self, keys: set[Any]) -> None:
        for place, parts in by_place(keys):
            for row in self._select(CUMULATIVE, place, ("part",), parts):
                cumulative = CUMULATIVE.read(row)
                self.stored[CUMULATIVE][cumulative.key] = row
                self.workset.add_cumulative(cumulative)

    def _load_agreements(self, asked: set[GroupKey], received: set[GroupKey]) -> None:
        """Agreements of the parts that were asked for or came in; what they count of the first, and where one is."""
        counted = set(asked)
        met, self._parts_met = self._parts_met, set()
        for place, parts in by_place(self._fresh("agreements met", asked | received | met)):
            for row in self._select(AGREEMENT, place, ("part",), parts):
                agreement = AGREEMENT.read(row)
                self.stored[AGREEMENT][agreement.key] = row
                self.workset.add_agreement(agreement)
                counted.add(GroupKey(*agreement.key[:3]))
        self._load_groups(self._fresh("groups", counted))
        self._load_unmatched(self._fresh("unmatched", counted))
        self._close()
        self._parts_received |= counted
        self._load_questioned(counted)

    def _load_questioned(self, keys: set[GroupKey]) -> None:
        for place, parts in by_place(self._fresh("cases by part", keys)):
            for row in self._select(CASE, place, ("part",), parts, tables.COUNTED_CASES, "case_by_part"):
                self._add_case(row)

    def _load_transfers(self, keys: set[TransferKey]) -> None:
        for place, wanted in by_place(keys):
            for row in self._select(TRANSFER_LINE, place, ("destination", "number"), wanted):
                line = TRANSFER_LINE.read(row)
                self.workset.add_transfer_line(line)
                self.stored[TRANSFER_LINE][line.key, line.line] = row

    def _load_calls(self, keys: set[CallKey], groups: set[GroupKey]) -> None:
        missed = [call for row in self._calls.rows(keys, groups) if (call := self._add_call(row)).missed]
        self._load_counted(self._fresh("counted", {GroupKey(*call.key[:2], call.part) for call in missed}))

    def _load_counted(self, keys: set[GroupKey]) -> None:
        for place, parts in by_place(keys):
            for row in self._select(CASE, place, ("part",), parts, tables.COUNT_CASES, "case_by_place"):
                self._add_case(row)

    def _load_notice_lines(self, keys: set[LineKey]) -> None:
        missing = keys - self.workset.notice_lines.keys()
        for place, wanted in by_place((*document, line) for document, line in missing):
            for row in self._select(NOTICE_LINE, place, ("supplier", "shipment_id", "line"), wanted):
                self._add_notice_line(row)

    def load_receipt_lines(self, keys: set[LineKey], book: str) -> None:
        """Goods-receipt lines by key, and what they answer, whole."""
        self._receipt_lines |= keys
        self._close()
        links = (link for key in keys for link in self.workset.links_of_receipt.get(key, ()) if not link.reversed)
        self._load_notice_lines({(one.shipment, one.notice_line) for one in links if one.shipment is not None})
        self._close()
        self._load_open_cases(book, ())

    def load_decided(self, keys: set[GroupKey]) -> None:
        """Cases of these parts that a person decided, of the classes that releases and changed orders speak of."""
        for place, parts in by_place(self._fresh("decided cases", keys)):
            for row in self._select(CASE, place, ("part",), parts, tables.DECIDED_CASES, "case_decided"):
                self._add_case(row)

    def load_containments(self, book: str, number: str = "") -> None:
        """The open ones, or the one of that number."""
        named = ("number", number) if number else ("status", "open")
        for row in bulk.ask(self.conn, _CONTAINMENTS.format(named[0]), (book, named[1])):
            self.workset.add_containment(containment := CONTAINMENT.read(row))
            self.stored[CONTAINMENT][containment.number] = row

    # --- what belongs to it -------------------------------------------------------------------------------

    def _close(self) -> None:
        """Make whole what came in; a notice line's links lead to goods-receipt lines, theirs to no more notices."""
        notices, self._notices = self._notices, []
        for notice in notices:
            self._shipments.add(notice.key)
            if notice.order_number:
                order = OrderKey(notice.key.book, notice.key.site, notice.key.supplier, notice.order_number)
                self._order_lines.add((order, notice.order_line_identity))
        by = ("shipment_supplier", "shipment_id", "notice_line")
        for place, wanted in by_place((*notice.key, notice.line) for notice in notices):
            for row in self._select(LINK, place, by, wanted, tables.LINKED_NOTICES, "link_by_notice"):
                link = self._add_link(row)
                self._receipt_lines.add((link.receipt, link.receipt_line))
        self._close_receipt_lines()
        for place, wanted in by_place((*document, line) for document, line in self._missing_order_lines()):
            for row in self._select(ORDER_LINE, place, ("supplier", "order_number", "line"), wanted):
                self._add_order_line(row)
        self._load_headers(ORDER, self._orders - self.workset.orders.keys(), self.workset.add_order)
        self._load_headers(SHIPMENT, self._shipments - self.workset.shipments.keys(), self.workset.add_shipment)
        self._load_headers(RECEIPT, self._receipts - self.workset.receipts.keys(), self.workset.add_receipt)

    def _close_receipt_lines(self) -> None:
        lines, self._receipt_lines = self._receipt_lines, set()
        fresh = self._fresh("links of receipt lines", lines)
        missing = fresh - self.workset.receipt_lines.keys()
        for place, wanted in by_place((*document, line) for document, line in missing):
            for row in self._select(RECEIPT_LINE, place, ("provider", "receipt_id", "line"), wanted):
                self._add_receipt_line(row)
        self._receipt_lines.clear()
        by = ("provider", "receipt_id", "receipt_line")
        for place, wanted in by_place((*document, line) for document, line in fresh):
            self._receipts.update(ReceiptKey(place[0][1], place[1][1], *row[:2]) for row in wanted)
            # Reversed ones too: a new link takes the number after the last one ever made.
            for row in self._select(LINK, place, by, wanted):
                self._add_link(row)

    def _missing_order_lines(self) -> set[LineKey]:
        named, self._order_lines = self._order_lines, set()
        fresh = self._fresh("named order lines", named)
        self._orders.update(order for order, _ in fresh)
        return {key for key in fresh if key[1]} - self.workset.order_lines.keys()

    def _load_headers(self, codec: Codec, keys: set[Any], add: Any) -> None:
        for place, wanted in by_place(self._fresh(f"headers of {codec.table.name}", keys)):
            for row in self._select(codec, place, codec.keys[2:], wanted):
                record = codec.read(row)
                self.stored[codec][record.key] = row
                add(record)

    def _load_open_cases(self, book: str, numbers: Iterable[str]) -> None:
        """Every event and every document that came in brings the cases that name its number and are not closed."""
        named = set(numbers)
        for about, column in (
            (self._shipments, "shipment_id"),
            (self._receipts, "receipt_id"),
            (self._orders, "order_number"),
        ):
            fresh = self._fresh(f"cases by {column}", named | {key[3] for key in about if key[0] == book})
            keys = [(number,) for number in sorted(fresh) if number]
            where = f"{tables.OPEN_CASES} AND {column} <> ''"
            for row in self._select(CASE, (("book", book),), (column,), keys, where, f"case_by_{column}"):
                self._add_case(row)
            about.clear()


def _reference_of(line: ReceiptLine) -> str:
    return line.shipment_id or line.packing_slip or line.bill_of_lading or line.pro_number
