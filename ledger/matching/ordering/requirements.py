"""Which order line a document line answers, and what that does to its running totals."""

from __future__ import annotations

from ledger.matching.records.documents import Link, NoticeLine, OrderKey, OrderLine, ReceiptLine
from ledger.matching.workset import Workset


def find_order_line(workset: Workset, key: OrderKey, order_line: str, part: str) -> OrderLine | None:
    """The order line that was named, if it is of that part; else the first of the part with something open.

    None when the order does not ask for the part at all.
    """
    named = workset.order_lines.get((key, order_line)) if order_line else None
    if named is not None and named.part == part:
        return named
    lines = workset.order_lines_of_part.get((key, part))
    if not lines:
        return None
    if len(lines) == 1:
        return lines[0]
    lines = sorted(lines, key=lambda line: (line.segment, line.line))
    for line in lines:
        if order_line and line.order_line == order_line:
            return line
    for line in lines:
        if line.status == "open" and (line.blanket or line.advised < line.quantity):
            return line
    return next((line for line in lines if line.status != "cancelled"), lines[-1])


def order_key_of(line: NoticeLine) -> OrderKey | None:
    """The order that a notice line was matched to, None when to none."""
    if not line.order_line_identity:
        return None
    return OrderKey(line.key.book, line.key.site, line.key.supplier, line.order_number)


def order_line_of(workset: Workset, line: NoticeLine) -> OrderLine | None:
    """The order line that a notice line was matched to."""
    key = order_key_of(line)
    return None if key is None else workset.order_lines.get((key, line.order_line_identity))


def find_receipt_order(workset: Workset, line: ReceiptLine) -> OrderLine | None:
    """The order line that a goods-receipt line names, where the order is known; sets the supplier it implies."""
    if not line.order_number:
        return None
    book, site = line.key.book, line.key.site
    if not line.supplier:
        orders = workset.orders_of_number.get((book, site, line.order_number), ())
        suppliers = {order.key.supplier for order in orders}
        if len(suppliers) != 1:
            return None
        line.supplier = suppliers.pop()
    key = OrderKey(book, site, line.supplier, line.order_number)
    order = workset.orders.get(key)
    if order is None or order.status == "cancelled":
        return None
    return find_order_line(workset, key, line.order_line, line.part)


def add_advised(workset: Workset, line: OrderLine, quantity: int) -> None:
    """Count a notice in, or with a negative quantity out."""
    line.advised += quantity
    note_changed(workset, line)


def note_changed(workset: Workset, line: OrderLine) -> None:
    """The line is another now; where it is held to days or invoices it is looked at when the event is decided."""
    line.touched = True
    if line.deliveries or line.bills_due_at:
        workset.changed_lines[line.key, line.line] = line


def add_received(workset: Workset, line: OrderLine, quantity: int) -> None:
    """Count a goods receipt in, or with a negative quantity out; a line fully received is closed."""
    line.received += quantity
    note_changed(workset, line)
    if line.status != "cancelled" and not line.blanket:
        line.status = "closed" if line.received >= line.quantity else "open"


def add_linked(workset: Workset, link: Link, sign: int) -> None:
    """Count a link into the received total of its order line (`sign` 1), or out of it (-1)."""
    if link.order is None:
        return
    line = workset.order_lines.get((link.order, link.order_line))
    if line is not None:
        add_received(workset, line, sign * link.quantity)
