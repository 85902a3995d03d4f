"""Every table of the ledger. Facts are appended and never changed; the rest are projections that `rebuild` remakes.

Facts: event, event_line (but for its status), outcome, movement, policy.
Projections: book, masterdata, period, waiting, bucket here, and the matched documents and cases in `document_tables`.
History: history and closing, made from movements run by run.

Every unique key begins (book, site), so that the tables can be spread over machines by them; master data,
policy and the book's own counters are the exception. No foreign keys: the one writer proves existence.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint

from ledger.book.storage.columns import big, big_or_none, blob, check, metadata, partial, small, table, text

__all__ = [
    "book", "bucket", "closing", "event", "event_line", "history", "masterdata", "metadata", "movement", "outcome",
    "period", "policy", "ruling_use", "trace_key", "waiting",
]  # fmt: skip

# --- the book and its facts ---------------------------------------------------------------------------------

book = table(
    "book",
    text("book", key=True),
    big("seq"),  # of the last event
    blob("chain"),  # of the last event
    big("recorded_at"),  # of the last event: time in a book never runs backwards
    big("movements"),  # made so far; also the number of the last one
    big("buckets"),  # made so far
    big("cases"),  # opened so far
    big("masterdata_seq"),  # of the last master data event
    blob("masterdata_stamp"),  # changes with every master data event
    big("copied_seq"),  # other books take over live's master data; this is how far they are
    big("run_size"),
    big("sealed"),  # runs that are whole in history
    big("slices"),  # slices written of the run being sealed
)

event = table(
    "event",
    text("book", key=True),
    text("site", key=True),
    text("partner", key=True),
    text("kind", key=True),
    text("number", key=True),
    small("revision", key=True),
    small("instalment", key=True),  # the same key again with more lines, or in conflict: 1, 2, ...
    big("seq"),
    blob("digest"),
    big_or_none("occurred_at"),
    small("occurred_offset_minutes"),
    big("recorded_at"),
    text("policy"),
    text("message"),
    text("document"),
    text("body"),  # the event as canonical JSON, never rewritten
    blob("chain"),
    big("movements_to"),  # number of the last movement once this event was recorded
    big("whole"),  # 1 where nothing was recorded under its key before: all lines of its body are its own
    clustered=False,
)
Index("event_by_seq", event.c.book, event.c.seq)
# What is said of a case, whoever says it.
SAID_OF_CASES = (
    "kind IN ('DiscrepancyResolved', 'CaseAssigned', 'CaseNoted', 'CaseTaskSet', 'CaseDisputed', 'DisputeDecided', "
    "'CaseReopened')"
)
partial("event_of_case", event.c.book, event.c.number, where=SAID_OF_CASES)
# What is said of a shipment of ours: that it left, and what the customer received of it.
SAID_OF_SHIPPING = "kind IN ('GoodsShipped', 'CustomerReceiptReported')"
partial("event_of_shipping", event.c.book, event.c.number, where=SAID_OF_SHIPPING)

# Of a whole event the lines that did not post at once, else every line that is its own: see `journal.lines`.
event_line = table(
    "event_line",
    text("book", key=True),
    text("site", key=True),
    big("seq", key=True),
    text("line", key=True),
    text("status"),  # posted | waiting | refused | conflict
    # Spelled out: SQLite makes an inner table of IN (...) for each row.
    check(
        "event_line_status",
        "status = 'posted' OR status = 'waiting' OR status = 'refused' OR status = 'conflict'",
    ),
)

outcome = table(
    "outcome",
    text("book", key=True),
    text("site", key=True),
    big("event", key=True),  # whose outcomes these are
    big("seq", key=True),  # the event during whose recording they were found: the same, or what it waited for
    small("n", key=True),  # how often it had been decided there before: one event may bring two things it waits for
    text("result"),
    big("movements"),
    text("body"),  # JSON array of outcomes
    clustered=False,
)

policy = table("policy", text("hash", key=True), text("body"), clustered=False)

masterdata = table(
    "masterdata",
    text("book", key=True),
    text("kind", key=True),
    text("number", key=True),
    big("seq"),
    blob("digest"),
    blob("stamp"),  # of the book after it
    text("body"),
    clustered=False,
)
Index("masterdata_by_seq", masterdata.c.book, masterdata.c.seq)

period = table(
    "period",
    text("book", key=True),
    text("site", key=True),
    text("period", key=True),
    text("status"),
    big("ends_at"),
    big("closed_seq"),
    big("closed_at"),
    text("closed_by"),
    text("comment"),
    big("reopened_seq"),
    text("reason"),
    clustered=False,
)

waiting = table(
    "waiting",
    text("book", key=True),
    text("site", key=True),
    big("event", key=True),
    text("line", key=True),
    text("need", key=True),  # order:..., part:..., unit:..., site:..., supplier:..., receipt:...
    big_or_none("until"),
)
Index("waiting_by_need", waiting.c.book, waiting.c.need)
partial("waiting_by_until", waiting.c.book, waiting.c.until, where="until IS NOT NULL")

trace_key = table(
    "trace_key",
    text("book", key=True),
    text("site", key=True),
    text("kind", key=True),  # lot | serial | handling_unit | vin
    text("value", key=True),
    big("seq", key=True),  # the event during whose recording it was moved or spoken of
    big("event", key=True),  # the event whose line it was: the same, or one that had waited
)

settlement = table(
    "settlement",
    text("book", key=True),
    text("site", key=True),
    big("seq", key=True),  # the event during whose recording goods were used or changed hands
    big("event", key=True),  # the event whose line it was: the same, or one that had waited
    small("n", key=True),
    text("line"),
    text("owner"),
    text("part"),
    text("lot"),
    text("serial"),
    text("cause"),
    big("quantity"),  # above zero: owed to the owner
    big("at"),
    text("period"),
)
Index("settlement_by_owner", *(settlement.c[name] for name in ("book", "owner", "period")))

ruling_use = table(
    "ruling_use",
    text("book", key=True),
    text("site", key=True),
    text("kind", key=True),  # DeviationApproved | SubstitutionApproved | EngineeringChangeReleased
    text("number", key=True),
    big("seq", key=True),  # the event during whose recording it was used
    big("event", key=True),  # the event whose line used it
    text("line", key=True),
    text("stage", key=True),  # notice | receipt | issue | consumption
    text("part"),
    text("revision", key=True),
    text("demand"),
    big("quantity"),
)
Index("ruling_use_by_number", ruling_use.c.book, ruling_use.c.kind, ruling_use.c.number)

# --- stock --------------------------------------------------------------------------------------------------

bucket = table(
    "bucket",
    text("book", key=True),
    text("site", key=True),
    big("id", key=True),
    text("identity"),  # digest of the fourteen dimensions: a short unique key in place of them
    text("part"),
    text("revision"),
    text("lot"),
    text("serial"),
    text("location"),
    text("owner"),
    text("segment"),
    text("state"),
    text("hold_reason"),
    text("handling_unit"),
    text("asn_line"),
    text("demand"),
    small("external"),
    small("empty"),  # 1 while the quantity is 0: the index asks for it, and a quantity then changes without the index
    big("quantity"),
    check("bucket_not_below_zero", "external = 1 OR quantity >= 0"),
    check("bucket_empty", "(empty = 1) = (quantity = 0)"),
    UniqueConstraint("book", "site", "identity", name="bucket_identity"),
)
# Empty buckets behind the others: what stands is found without them, and what once stood with them.
Index(
    "bucket_by_part",
    *(bucket.c[name] for name in ("book", "part", "empty", "site", "location", "serial")),
)
# All that the position of a part sums of its serials, so that their many rows are never read for it. A serial's
# quantity changes only when it comes or goes; but PostgreSQL would write every index anew with every quantity of any
# goods, if one of them held quantities, so it has none of this kind.
SERIALS_STANDING = "serial <> '' AND empty = 0"
_SUMMED = (
    "book", "part", "site", "state", "revision", "location", "demand", "quantity", "serial", "empty",
)  # fmt: skip
partial("bucket_serials", *(bucket.c[name] for name in _SUMMED), where=SERIALS_STANDING).ddl_if(dialect="sqlite")
partial("bucket_by_serial", bucket.c.book, bucket.c.part, bucket.c.serial, where=SERIALS_STANDING)
ON_SQLITE_ALONE = frozenset({"bucket_serials"})
"""Indices that only one engine has."""

movement = table(
    "movement",
    text("book", key=True),
    text("site", key=True),
    big("number", key=True),
    big("seq"),  # the event during whose recording it was made
    big("event"),  # the event whose line made it
    text("line"),
    big("source"),
    big("target"),
    big("quantity"),
    check("movement_is_positive", "quantity > 0 AND source <> target"),
)

history = table(
    "history",
    text("book", key=True),
    text("site", key=True),
    big("run", key=True),
    big("bucket", key=True),
    big("number", key=True),
    big("delta"),
)

closing = table(
    "closing",
    text("book", key=True),
    text("site", key=True),
    big("bucket", key=True),
    big("run", key=True),
    big("quantity"),
)
