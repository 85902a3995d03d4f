"""The table of cases: the record of `ledger.matching.records.cases`, column for field, as in `document_tables`."""

from __future__ import annotations

from sqlalchemy import Index

from ledger.book.storage.columns import big, big_or_none, partial, table, text

cases = table(
    "cases",
    text("book", key=True),
    text("site", key=True),
    text("case", key=True),
    text("code"),
    text("status"),
    text("part"),
    text("unit"),
    big("quantity"),
    big("expected"),
    big("actual"),
    big("opened_seq"),
    big("opened_at"),
    text("supplier"),
    text("partner"),
    text("shipment_id"),
    text("notice_line"),
    text("receipt_provider"),
    text("receipt_id"),
    text("receipt_line"),
    text("order_number"),
    text("order_line"),
    text("grade"),
    text("fault"),
    text("cause"),
    text("rule"),
    text("text"),
    text("owner"),
    big_or_none("due_at"),
    big("clearing"),
    text("resolution"),
    big_or_none("resolved_at"),
    text("comment"),
    text("evidence"),
    text("assignee"),
    text("waits_for"),
    big("escalation"),
    big("escalates_at"),
    text("dispute"),
    text("disputed_by"),
    big("disputed_at"),
    big("dispute_due_at"),
    text("tasks"),
    big("reopened_at"),
    text("answer_hours"),
    clustered=False,
)
Index("case_by_id", cases.c.book, cases.c.case)
Index("case_by_supplier", cases.c.book, cases.c.supplier)
# What the queue asks for.
QUEUED_CASES = "(status <> 'closed' OR dispute = 'open')"
partial("case_queued", cases.c.book, cases.c.site, where=QUEUED_CASES)
ESCALATING_CASES = "escalates_at > 0"
partial("case_escalating", cases.c.book, cases.c.escalates_at, where=ESCALATING_CASES)
OPEN_CASES = "status <> 'closed'"
COUNTED_CASES = "status <> 'closed' AND code IN ('D09', 'D10', 'D11', 'D16')"  # what a cumulative agreement asks for
partial("case_by_part", *(cases.c[name] for name in ("book", "site", "part")), where=COUNTED_CASES)
# What releases and changed orders ask for: what was decided of them stays so.
DECIDED_CASES = "status = 'closed' AND resolution <> '' AND code IN ('D09', 'D10')"
partial("case_decided", *(cases.c[name] for name in ("book", "site", "part")), where=DECIDED_CASES)
# What counts, snapshots, engineering changes and exceptions ask for.
COUNT_CASES = "status <> 'closed' AND code IN ('D38', 'D40', 'D43', 'D44', 'D45', 'D47')"
partial("case_by_place", *(cases.c[name] for name in ("book", "site", "part")), where=COUNT_CASES)
for _about in ("shipment_id", "receipt_id", "order_number"):
    _named = f"{OPEN_CASES} AND {_about} <> ''"
    partial(f"case_by_{_about}", cases.c.book, cases.c[_about], where=_named)
