"""Tables of the matched documents and cases: the records of `ledger.matching`, column for field.

The columns of a table stand in the order of its record's fields, the key spelled out in front; `documents.py` reads
and writes them by that order, and a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import Index

from ledger.book.storage.case_tables import COUNT_CASES as COUNT_CASES
from ledger.book.storage.case_tables import COUNTED_CASES as COUNTED_CASES
from ledger.book.storage.case_tables import DECIDED_CASES as DECIDED_CASES
from ledger.book.storage.case_tables import ESCALATING_CASES as ESCALATING_CASES
from ledger.book.storage.case_tables import OPEN_CASES as OPEN_CASES
from ledger.book.storage.case_tables import QUEUED_CASES as QUEUED_CASES
from ledger.book.storage.case_tables import cases as cases
from ledger.book.storage.columns import big, big_or_none, partial, small, table, text

orders = table(
    "orders",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("order_number", key=True),
    text("status"),
    big("seq"),
    text("partner"),
    text("order_type"),
    text("currency"),
    big("changed_seq"),
    text("message"),
    text("document"),
    clustered=False,
)
Index("orders_by_number", *(orders.c[name] for name in ("book", "site", "order_number")))

order_line = table(
    "order_line",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("order_number", key=True),
    text("line", key=True),
    text("order_line"),
    text("part"),
    text("part_revision"),
    text("unit"),
    big("quantity"),
    big("seq"),
    small("segment"),
    big_or_none("due_at"),
    big("advised"),
    big("received"),
    small("blanket"),
    text("status"),
    text("deliveries"),
    big("wakes_at"),
    big("invoiced"),
    big("bills_due_at"),
    big("late_at"),
    text("arrivals"),
    big("settled"),
)
LATE_ORDER_LINES = "late_at > 0 AND status = 'open'"
partial("order_line_late", order_line.c.book, order_line.c.late_at, where=LATE_ORDER_LINES)
OPEN_ORDER_LINES = "status = 'open'"
partial("order_line_open", *(order_line.c[name] for name in ("book", "part")), where=OPEN_ORDER_LINES)
WAKING_ORDER_LINES = "wakes_at > 0"
partial("order_line_waking", order_line.c.book, order_line.c.wakes_at, where=WAKING_ORDER_LINES)
Index("order_line_by_part", *(order_line.c[name] for name in ("book", "part", "seq")))

shipment = table(
    "shipment",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("shipment_id", key=True),
    text("status"),
    big("seq"),
    text("partner"),
    small("revision"),
    text("message"),
    text("document"),
    big_or_none("shipped_at"),
    big_or_none("expected_at"),
    big("notified_at"),
    big_or_none("first_received_at"),
    text("bill_of_lading"),
    text("packing_slip"),
    text("supplier_as_sent"),
    text("ship_to_as_sent"),
    small("overtook"),
    big("overdue_at"),
    text("pro_number"),
    big("told_closed"),
    clustered=False,
)
EXPECTED_SHIPMENTS = "overdue_at > 0"
partial("shipment_expected", shipment.c.book, shipment.c.overdue_at, where=EXPECTED_SHIPMENTS)
Index("shipment_by_id", *(shipment.c[name] for name in ("book", "site", "shipment_id")))
PACKING_SLIPS = "packing_slip <> ''"
partial(
    "shipment_by_packing_slip", *(shipment.c[name] for name in ("book", "site", "packing_slip")), where=PACKING_SLIPS
)
BILLS_OF_LADING = "bill_of_lading <> ''"
partial(
    "shipment_by_bill_of_lading",
    *(shipment.c[name] for name in ("book", "site", "bill_of_lading")),
    where=BILLS_OF_LADING,
)
PRO_NUMBERS = "pro_number <> ''"
partial("shipment_by_pro_number", *(shipment.c[name] for name in ("book", "site", "pro_number")), where=PRO_NUMBERS)

notice_line = table(
    "notice_line",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("shipment_id", key=True),
    text("line", key=True),
    text("part"),
    text("part_number"),
    text("part_revision"),
    text("unit"),
    big("quantity"),
    big("seq"),
    small("segment"),
    text("lot"),
    text("order_number"),
    text("order_line"),
    text("order_line_identity"),
    text("handling_units"),
    text("serials"),
    big("posted"),
    big("received"),
    big("damaged"),
    big("cleared"),
    big("over"),
    text("status"),
    big_or_none("closes_at"),
    big("settled"),
    text("unit_sent"),
    big("numerator"),
    big("denominator"),
    text("hold_reason"),
    text("owner"),
    big_or_none("closed_at"),
    small("bad"),
    text("stock_segment"),
    text("release"),
    text("reference"),
    text("packaging"),
    big("split_at"),
)
OPEN_NOTICE_LINES = "status = 'open'"
partial("notice_line_open", *(notice_line.c[name] for name in ("book", "site", "part")), where=OPEN_NOTICE_LINES)
CLOSING_NOTICE_LINES = "closes_at IS NOT NULL AND status = 'open'"
partial("notice_line_closing", notice_line.c.book, notice_line.c.closes_at, where=CLOSING_NOTICE_LINES)
SPLIT_NOTICE_LINES = "split_at > 0 AND status = 'open'"
partial("notice_line_split", notice_line.c.book, notice_line.c.split_at, where=SPLIT_NOTICE_LINES)

goods_receipt = table(
    "goods_receipt",
    text("book", key=True),
    text("site", key=True),
    text("provider", key=True),
    text("receipt_id", key=True),
    big("seq"),
    text("partner"),
    text("message"),
    text("document"),
    big("received_at"),
    text("supplier_as_sent"),
    text("ship_to_as_sent"),
    text("booked_by"),
    clustered=False,
)

goods_receipt_line = table(
    "goods_receipt_line",
    text("book", key=True),
    text("site", key=True),
    text("provider", key=True),
    text("receipt_id", key=True),
    text("line", key=True),
    text("part"),
    text("part_number"),
    text("part_revision"),
    text("unit"),
    text("supplier"),
    big("quantity"),
    big("damaged"),
    big("seq"),
    small("segment"),
    text("lot"),
    text("serials"),
    text("handling_unit"),
    text("shipment_id"),
    text("order_number"),
    text("order_line"),
    text("location"),
    text("condition"),
    small("complete"),
    text("bill_of_lading"),
    text("packing_slip"),
    text("unit_sent"),
    big("numerator"),
    big("denominator"),
    text("stock_status"),
    big("received_at"),
    big_or_none("waits_until"),
    big("matched"),
    text("rung"),
    text("status"),
    text("hold_reason"),
    big("doubtful"),
    big("lot_controlled"),
    text("release"),
    text("reference"),
    text("pro_number"),
    text("packaging"),
    text("answers"),
    big("queued"),
)
UNMATCHED_RECEIPT_LINES = "status = 'unmatched'"
partial(
    "goods_receipt_line_unmatched",
    *(goods_receipt_line.c[name] for name in ("book", "site", "part")),
    where=UNMATCHED_RECEIPT_LINES,
)
# What a scorecard asks for: most lines are matched as they come, so that few ever stand here.
partial(
    "goods_receipt_line_unadvised",
    *(goods_receipt_line.c[name] for name in ("book", "site", "supplier", "received_at")),
    where=UNMATCHED_RECEIPT_LINES,
)
WAITING_RECEIPT_LINES = "waits_until IS NOT NULL AND status = 'unmatched'"
partial(
    "goods_receipt_line_waiting",
    goods_receipt_line.c.book,
    goods_receipt_line.c.waits_until,
    where=WAITING_RECEIPT_LINES,
)
NAMING_RECEIPT_LINES = "status = 'unmatched' AND shipment_id <> ''"
partial(
    "goods_receipt_line_naming",
    *(goods_receipt_line.c[name] for name in ("book", "site", "shipment_id")),
    where=NAMING_RECEIPT_LINES,
)
QUEUED_RECEIPT_LINES = "queued = 1"
partial("goods_receipt_line_queued", goods_receipt_line.c.book, goods_receipt_line.c.seq, where=QUEUED_RECEIPT_LINES)

link = table(
    "link",
    text("book", key=True),
    text("site", key=True),
    text("provider", key=True),
    text("receipt_id", key=True),
    text("receipt_line", key=True),
    small("number", key=True),  # counts the links of one receipt line
    text("shipment_supplier"),
    text("shipment_id"),  # "" where there is no notice
    text("notice_line"),
    text("order_supplier"),
    text("order_number"),  # "" where there is no order
    text("order_line"),
    big("quantity"),
    text("rung"),
    big("seq"),
    small("reversed"),
    text("source"),
    text("state"),
    text("hold_reason"),
    small("damaged"),
    small("settled"),
    text("lot"),
    text("revision"),
    text("owner"),
    text("serials"),
    text("handling_unit"),
    text("stock_segment"),
    big("confidence"),
)
LIVE_LINKS = "reversed = 0"
LINKED_NOTICES = "reversed = 0 AND shipment_id <> ''"
partial(
    "link_by_notice",
    *(link.c[name] for name in ("book", "site", "shipment_supplier", "shipment_id")),
    where=LINKED_NOTICES,
)

LINKED_ORDERS = "reversed = 0 AND order_number <> ''"
partial(
    "link_by_order",
    *(link.c[name] for name in ("book", "site", "order_supplier", "order_number", "order_line")),
    where=LINKED_ORDERS,
)

cumulative = table(
    "cumulative",
    text("book", key=True),
    text("site", key=True),
    text("part", key=True),
    text("supplier", key=True),
    big("received"),
    big("returned"),
)

cumulative_agreement = table(
    "cumulative_agreement",
    text("book", key=True),
    text("site", key=True),
    text("part", key=True),
    text("supplier", key=True),
    big("start"),
    text("partner"),
    big("adjusted"),
    big("before"),
    big("received_before"),
    big("advised"),
    big("difference"),
    text("told"),
)

transfer_line = table(
    "transfer_line",
    text("book", key=True),
    text("site", key=True),
    text("destination", key=True),
    text("number", key=True),
    text("line", key=True),
    text("part"),
    big("quantity"),
    text("status"),
    big("seq"),
    text("goods"),
)

line_call = table(
    "line_call",
    text("book", key=True),
    text("site", key=True),
    text("partner", key=True),
    text("number", key=True),
    text("line", key=True),
    text("part"),
    text("location"),
    text("unit"),
    big("quantity"),
    big("asked_at"),
    big("due_at"),
    big("seq"),
    big("served"),
    small("looked"),
    small("missed"),
    big("served_at"),
    text("status"),
)
OPEN_CALLS = "status = 'open'"
partial("line_call_open", *(line_call.c[name] for name in ("book", "site", "part")), where=OPEN_CALLS)
DUE_CALLS = "status = 'open' AND looked = 0"
partial("line_call_due", line_call.c.book, line_call.c.due_at, where=DUE_CALLS)

containment = table(
    "containment",
    text("book", key=True),
    text("number", key=True),
    text("status"),
    big("seq"),
    big("opened_at"),
    text("criteria"),
    text("demands"),
    big("closed_seq"),
    big_or_none("closed_at"),
    text("disposition"),
    clustered=False,
)
