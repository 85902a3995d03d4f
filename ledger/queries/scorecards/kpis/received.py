"""Receiving errors: on how many lines of goods receipts did the dock err?"""

from __future__ import annotations

from ledger.book.storage import bulk
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.scorecards import Behind, Measure
from ledger.scorecards.measure import ONE, Tally

_LINES = "SELECT COUNT(*) FROM goods_receipt_line WHERE book = ? AND received_at >= ? AND received_at < ?"
_CASES = """
    SELECT c.site, c."case", c.code, c.part, r.receipt_id, r.provider, MIN(r.line), c.opened_seq, c.text
    FROM cases AS c, goods_receipt_line AS r
    WHERE c.book = ? AND r.received_at >= ? AND r.received_at < ? AND c.fault = 'receiver' AND c.receipt_id <> ''
      AND c.resolution <> 'waive'
      AND r.book = c.book AND r.site = c.site AND r.provider = c.receipt_provider AND r.receipt_id = c.receipt_id
      AND (r.line = c.receipt_line OR c.receipt_line = '')
    GROUP BY c.site, c."case", c.code, c.part, r.receipt_id, r.provider, c.opened_seq, c.text
    ORDER BY c.opened_seq, c."case"
"""


def receiving_errors(asked: Asked) -> Measure:
    """Percent of the lines received in the month with a case that the receiver answers for; None when none was."""
    tally = Tally("receiving_errors", every=asked.every)
    period = asked.book, asked.since, asked.until
    ((lines,),) = bulk.ask(asked.conn, _LINES, period)
    found: dict[tuple[str, str, str, str], list[tuple[str, str, str, int, str]]] = {}
    for site, case, code, part, receipt, provider, line, seq, text in bulk.ask(asked.conn, _CASES, period):
        found.setdefault((site, provider, receipt, line), []).append((case, code, part, seq, text))
    for (site, _, receipt, line), cases in found.items():
        _, code, part, seq, text = cases[0]
        tally.note(
            ONE, ONE, f"{code}: {text}", Behind(seq=seq), site=site, part=part, receipt_id=receipt, line=line,
            cases=tuple(case for case, *_ in cases),
        )  # fmt: skip
    right = lines - len(found)
    if right and asked.every:
        tally.note(0, right * ONE, f"{right} lines without one", Behind(seq=0), line="others")
    elif right:
        tally.add(0, right * ONE)
    return tally.measure()
