"""The mutants: one fault each, planted in a copy of the code, and the tests that must notice it.

`old` stands exactly once in its file; where the code has moved on, the mutant is to be written again.
"""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    path: str
    old: str
    new: str


class Mutant(NamedTuple):
    name: str
    breaks: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    """Arguments of pytest: the part of the suite that must kill it, on SQLite unless a test says otherwise."""


def mutant(name: str, breaks: str, path: str, old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name, breaks, (Edit(path, old, new),), tests)


BOOK, MATCHING, HANDLING = "ledger/book", "ledger/matching", "ledger/handling"
RECORD, VERIFY, HISTORY = "tests/store/test_record.py", "tests/store/test_verify.py", "tests/store/test_history.py"
WAITING, STOCK, SCHEMA = (
    "tests/store/test_waiting.py",
    "tests/store/test_stock_events.py",
    "tests/store/test_schema.py",
)
ORACLE = "tests/store/test_oracle.py::test_histories_on_sqlite_go_as_the_oracle_says"
DOCK = "tests/unit/ledger/test_dock_stories.py"

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "drop ORDER BY", "the chain is checked over outcomes in any order", f"{BOOK}/proving/verify.py",
        ".order_by(outcome.seq, outcome.event, outcome.n)", "", WAITING,
    ),
    mutant(
        "drop ORDER BY of closings", "as-of begins at any closing", f"{BOOK}/bringing/history.py",
        ".order_by(closing.run.desc())\n        .limit(1)\n    ).scalar()", ".limit(1)\n    ).scalar()", HISTORY,
    ),
    mutant(
        "drop ORDER BY of master data", "an older row is in force", f"{BOOK}/bringing/snapshots.py",
        ".order_by(tables.masterdata.c.seq)", ".order_by(tables.masterdata.c.number)",
        f"{RECORD}::test_a_new_process_knows_master_data_as_the_one_that_recorded_it",
    ),
    Mutant(
        "drop a CHECK", "a bucket can be written below zero",
        tuple(
            Edit(path, "external = 1 OR quantity >= 0", "external IN (0, 1)")
            for path in (
                f"{BOOK}/storage/tables.py", f"{BOOK}/migrations/versions/0001_found_the_book.py",
                f"{BOOK}/migrations/versions/0006_mark_empty_buckets.py",
            )
        ),
        (VERIFY,),
    ),
    mutant(
        "drop a CHECK in the tables alone", "tables and migrations say different things", f"{BOOK}/storage/tables.py",
        "quantity > 0 AND source <> target", "quantity > 0", SCHEMA,
    ),
    mutant(
        "skip fencing", "a worker that slept through its lease finishes all the same", "gateway/store/inbox.py",
        'inbox.c.token == bindparam("b_token"), text("inbox', 'text("inbox',
        "tests/unit/store/test_inbox.py",
    ),
    mutant(
        "skip fencing of the head", "two recorders give the same number", f"{BOOK}/journal/heads.py",
        'f"{_HEAD} FOR UPDATE"', "_HEAD", "tests/store/test_concurrency.py", "-k", "",
    ),
    mutant(
        "post the first line only", "the other lines of an event are lost", f"{HANDLING}/decide.py",
        "rule = RULES[type(resolved.event)]\n            for line in resolved.lines:",
        "rule = RULES[type(resolved.event)]\n            for line in resolved.lines[:1]:", STOCK, ORACLE,
    ),
    mutant(
        "receive the first line only", "the other lines of a goods receipt are lost",
        f"{MATCHING}/receiving/receipts.py",
        "    for line in resolved.lines:\n        supplier", "    for line in resolved.lines[:1]:\n        supplier",
        RECORD, DOCK,
    ),
    mutant(
        "net over an illegal step", "what is not there leaves, and comes back within the batch",
        f"{BOOK}/saving/balances.py", "if left < 0 and not source.is_external:", "if False:", RECORD,
    ),
    mutant(
        "skip the idempotency look-up", "everything posts as often as it is said", f"{BOOK}/journal/priors.py",
        "        if not priors:\n", "        if True:\n", RECORD,
    ),
    mutant(
        "ignore the line's digest", "other content under the same key is taken for a repeat",
        f"{BOOK}/journal/priors.py",
        "elif digest not in known[line] or isinstance(", "elif isinstance(", RECORD,
    ),
    mutant(
        "sum with the wrong sign", "what comes in is taken out", f"{BOOK}/saving/sealing.py",
        "history.append((book, site, run, source, number, -quantity))",
        "history.append((book, site, run, source, number, quantity))", HISTORY,
    ),
    mutant(
        "leave out a dimension", "goods of two demands share a bucket", f"{BOOK}/saving/balances.py",
        '"\\x1f".join(bucket)', '"\\x1f".join(bucket[:-1])', STOCK,
    ),
    mutant(
        "skip the chain over outcomes", "outcomes can be changed unseen", f"{BOOK}/journal/digests.py",
        "for part in (body, *outcomes):", "for part in (body,):", VERIFY,
    ),
    mutant(
        "drop the condition of a partial index", "every serial that ever stood stands in it",
        f"{BOOK}/storage/tables.py",
        "serial <> '' AND empty = 0", "serial <> ''", SCHEMA,
    ),
    mutant(
        "drop law 1 from verify", "books that do not balance pass",
        f"{BOOK}/proving/verify.py", "    check_zero_sum,\n", "",
        VERIFY,
    ),
    mutant(
        "drop law 3 from verify", "goods under way for nobody pass", f"{BOOK}/proving/verify.py",
        "    check_in_transit,\n", "", VERIFY,
    ),
    mutant(
        "seal with a gap", "the first movement of each run is in no run", f"{BOOK}/saving/sealing.py",
        "head.sealed * head.run_size + 1, run", "head.sealed * head.run_size + 2, run", HISTORY,
    ),
    mutant(
        "release the wrong wait", "a reversal that came first waits for ever", f"{MATCHING}/receiving/receipts.py",
        'decision.released.append(f"receipt:{event.number}")', 'decision.released.append(f"order:{event.number}")',
        WAITING, RECORD, DOCK, ORACLE,
    ),
    mutant(
        "never end a wait", "a notice without an order waits for ever", f"{MATCHING}/waiting.py",
        "return until if until > now_us else None", "return until", WAITING,
    ),
    mutant(
        "round what does not convert", "a third of a piece is lost", "ledger/masterdata/units.py",
        "return InexactConversion(numerator, denominator) if rest else whole", "return whole",
        "tests/unit/ledger/test_masterdata.py",
    ),
    mutant(
        "keep master data after a rollback", "what was never committed is in force", f"{BOOK}/bringing/snapshots.py",
        "kept is not None and kept.stamp == head.masterdata_stamp", "kept is not None", RECORD,
    ),
    mutant(
        "take goods set apart for another", "a demand loses its goods", f"{HANDLING}/picking.py",
        "return bucket.demand == said.demand", "return True", STOCK,
    ),
    mutant(
        "let goods that moved on go back", "a reversal takes goods that are not there",
        f"{MATCHING}/receiving/receipts.py",
        "if held is not None and held < leaving[bucket]:", "if False:", ORACLE, DOCK,
    ),
    mutant(
        "cancel after goods receipt", "a notice goes whose goods are here", f"{MATCHING}/notices/notices.py",
        '    if existing.first_received_at is not None or is_confirmed_short(workset, existing):\n        _refuse',
        "    if existing.seq < 0:\n        _refuse", "tests/store/test_arrival_orders.py", ORACLE,
    ),
    mutant(
        "let a late notice take over nothing", "goods are in transit that stand on the dock",
        f"{MATCHING}/notices/posting.py", "if unmatched and unmatched.get(", "if not unmatched and unmatched.get(",
        "tests/store/test_arrival_orders.py", ORACLE,
    ),
    mutant(
        "post what was cancelled while it waited", "a cancelled notice is under way",
        f"{MATCHING}/notices/notices.py",
        'return CANCELLED if existing.status == "cancelled" else ""', 'return ""', "tests/store/test_notices.py",
    ),
    mutant(
        "settle a short twice", "what was written off is short again", f"{MATCHING}/receiving/closing.py",
        "line.settled = min(line.settled, short)", "line.settled = 0", "tests/store/test_notices.py",
    ),
    mutant(
        "ask only goods receipts for serials", "a serial stands at two places", f"{BOOK}/bringing/serials.py",
        "if isinstance(one.event, _NAMING)", "if isinstance(one.event, GoodsReceived)", "tests/store/test_serials.py",
    ),
    mutant(
        "mark nothing under way", "suspect goods in transit are promised", f"{BOOK}/bringing/containing.py",
        '        if verdict != "no":\n            found', '        if verdict == "":\n            found',
        "tests/store/test_promise.py",
    ),
    mutant(
        "replace what was cancelled", "replacement and cancellation end by who came last",
        f"{MATCHING}/notices/notices.py",
        'if existing.status == "cancelled":\n            # Which', 'if not existing.status:\n            # Which',
        "tests/store/test_arrival_orders.py",
    ),
    mutant(
        "drop a trigger", "a movement can be changed", f"{BOOK}/storage/append_only.py",
        "(tables.event, tables.outcome, tables.movement)", "(tables.event, tables.outcome)", SCHEMA, VERIFY,
    ),
    mutant(
        "stop as-of one movement early", "the last movement is not there yet", f"{BOOK}/bringing/history.py",
        "                table.book == book, table.site == site, table.number >= first, table.number <= last\n",
        "                table.book == book, table.site == site, table.number >= first, table.number < last\n",
        VERIFY,
    ),
)  # fmt: skip
