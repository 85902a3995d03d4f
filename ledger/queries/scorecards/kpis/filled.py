"""Service fill rate: how many lines that were asked for were there at once."""

from __future__ import annotations

import msgspec

from ledger.book.storage import bulk
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.scorecards import Behind, Measure
from ledger.scorecards.measure import ONE, Tally

_RESERVED = """
    SELECT e.seq, e.site, e.kind, e.number, e.message, e.document, o.body FROM event AS e CROSS JOIN outcome AS o
    WHERE e.book = ? AND (e.kind = 'ServiceReserved' OR e.kind = 'AllocationMade')
      AND e.seq > ? AND e.seq <= ?
      AND o.book = e.book AND o.site = e.site AND o.event = e.seq AND o.seq = e.seq AND o.n = 0
    ORDER BY e.seq
"""
_FILLED = {"posted": True, "waiting": False, "refused": False}


def service_fill_rate(asked: Asked) -> Measure:
    """Percent of the lines of reservations and allocations that posted at once; None when none was asked for."""
    tally = Tally("service_fill_rate", every=asked.every)
    rows = bulk.ask(asked.conn, _RESERVED, (asked.book, *asked.events))
    for seq, site, kind, number, message, document, body in rows:
        for one in msgspec.json.decode(body):
            filled = _FILLED.get(one.get("outcome"))
            if filled is None:
                continue
            line = one.get("line", "")
            text = f"{kind} {number}, line {line}: {one['outcome']}"
            behind = Behind(seq=seq, message=message, document=document)
            tally.note(ONE if filled else 0, ONE, text, behind, site=site, line=f"{number}/{line}")
    return tally.measure()
