"""Tables of what is filed as it was said: the records of `ledger.matching.papers.filed`, column for field.

Rows are added and never changed; `seq` is the event that said it. Each key begins with what the questions ask by.
"""

from __future__ import annotations

from sqlalchemy import Index

from ledger.book.storage.columns import big, big_or_none, partial, small, table, text

order_price = table(
    "order_price",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("order_number", key=True),
    text("line", key=True),
    big("seq", key=True),
    big("event", key=True),
    text("currency"),
    text("amount"),
    big("per"),
    big("since"),
)

promise = table(
    "promise",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("order_number", key=True),
    big("seq", key=True),
    text("entry", key=True),
    text("line"),
    text("status"),
    text("code"),
    big_or_none("quantity"),
    text("unit"),
    big_or_none("promised_at"),
    big_or_none("ships_at"),
    big("acknowledged_at"),
    text("acknowledgment"),
    text("currency"),
    text("amount"),
    big("per"),
    text("reason"),
    text("message"),
    text("document"),
    small("segment"),
)

schedule_line = table(
    "schedule_line",
    text("book", key=True),
    text("site", key=True),
    text("part", key=True),
    text("direction", key=True),
    text("counterparty", key=True),
    text("schedule", key=True),
    big("issued_at", key=True),
    big("seq", key=True),
    text("line", key=True),
    text("number"),
    text("release"),
    text("purpose"),
    text("quantities"),
    small("replaces"),
    text("basis"),
    text("ship_to"),
    text("order_number"),
    text("order_line"),
    text("unit"),
    big_or_none("horizon_start"),
    big_or_none("horizon_end"),
    big_or_none("created_at"),
    big_or_none("cum_required"),
    big_or_none("cum_received"),
    text("requirements"),
    text("authorizations"),
    text("message"),
    text("document"),
    small("segment"),
    clustered=False,
)

Index("schedule_line_by_counterparty", *(schedule_line.c[name] for name in ("book", "site", "counterparty")))

carrier_report = table(
    "carrier_report",
    text("book", key=True),
    text("site", key=True),
    text("reference_kind", key=True),
    text("reference", key=True),
    big("occurred_at", key=True),
    big("seq", key=True),
    small("entry", key=True),
    text("supplier"),
    text("carrier"),
    text("status"),
    text("code"),
    text("reason"),
    big_or_none("expected_at"),
    text("place"),
    text("message"),
    text("document"),
    small("segment"),
)

carrier_number = table(
    "carrier_number",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("shipment_id", key=True),
    big("seq", key=True),
    text("carrier"),
    text("pro_number"),
)

invoice = table(
    "invoice",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("invoice_number", key=True),
    big("seq", key=True),
    text("partner"),
    text("invoice"),
    big_or_none("invoiced_at"),
    big("recorded_at"),
    text("currency"),
    text("order_number"),
    text("refers_to"),
    text("total"),
    text("charges"),
    small("evaluated"),
    text("message"),
    text("document"),
    clustered=False,
)
Index("invoice_by_seq", invoice.c.book, invoice.c.seq)

invoice_line = table(
    "invoice_line",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("invoice_number", key=True),
    big("seq", key=True),
    text("line", key=True),
    text("order_number"),
    text("order_line"),
    text("shipment_id"),
    text("receipt_id"),
    text("part"),
    text("unit"),
    big("quantity"),
    text("currency"),
    text("amount"),
    big("per"),
    text("extended"),
    small("segment"),
    clustered=False,
)
ORDERED_INVOICE_LINES = "order_number <> ''"
partial(
    "invoice_line_by_order",
    *(invoice_line.c[name] for name in ("book", "site", "supplier", "order_number")),
    where=ORDERED_INVOICE_LINES,
)
Index("invoice_line_by_part", *(invoice_line.c[name] for name in ("book", "site", "part")))

departure = table(
    "departure",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("shipment_id", key=True),
    big("seq", key=True),
    text("ship_from"),
    text("mode"),
    text("responsible"),
    text("reason"),
    text("authorization"),
    text("cost"),
    text("currency"),
)

order_version = table(
    "order_version",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("order_number", key=True),
    text("line", key=True),
    big("seq", key=True),
    small("entry", key=True),
    big("changed_at"),
    big("quantity"),
    big_or_none("due_at"),
    text("status"),
)

label_report = table(
    "label_report",
    text("book", key=True),
    text("site", key=True),
    text("provider", key=True),
    text("receipt_id", key=True),
    text("line", key=True),
    big("seq", key=True),
    text("label"),
)

disruption = table(
    "disruption",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("number", key=True),
    big("seq", key=True),
    text("disruption"),
    text("fault"),
    big("occurred_at"),
    text("part"),
    big("minutes"),
    text("shipment_id"),
    text("text"),
    text("message"),
    text("document"),
)

score_snapshot = table(
    "score_snapshot",
    text("book", key=True),
    text("site", key=True),
    text("supplier", key=True),
    text("month", key=True),
    big("seq", key=True),
    text("rules"),
    big("frozen_at"),
    text("reason"),
    text("card"),
    clustered=False,
)

document_answer = table(
    "document_answer",
    text("book", key=True),
    text("site", key=True),
    text("partner", key=True),
    text("sent", key=True),
    big("seq", key=True),
    text("document"),
    text("number"),
    text("status"),
    text("answered_with"),
    big("sent_at"),
    big("at"),
    text("answer"),
)
