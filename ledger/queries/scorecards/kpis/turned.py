"""Inventory turns: how often the stock was used up, taken for a year.

Used is what went into production or to customers, less what was taken back as consumed by mistake. Of a month that
runs the part that is over stands for all of it.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from ledger.book.bringing.history import quantities_at
from ledger.book.storage import bulk
from ledger.matching.resolved import microseconds
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.scorecards import Behind, Measure
from ledger.scorecards.measure import Tally, amount

_USED = """
    SELECT b.site, b.part, SUM(CASE WHEN b.external = 0 THEN m.quantity ELSE -m.quantity END), MAX(m.seq)
    FROM movement AS m, bucket AS b, bucket AS t
    WHERE m.book = ? AND m.number > ? AND m.number <= ?
      AND b.book = m.book AND b.site = m.site AND b.id = m.source
      AND t.book = m.book AND t.site = m.site AND t.id = m.target
      AND ((b.external = 0 AND (t.state = 'production' OR t.state = 'customer'))
           OR (b.state = 'production' AND t.external = 0))
    GROUP BY b.site, b.part ORDER BY b.site, b.part
"""
_INSIDE = "SELECT site, id, part FROM bucket WHERE book = ? AND external = 0 AND state <> 'in_transit'"
_UNITS = "SELECT number, body FROM masterdata WHERE book = ? AND kind = 'PartDefined'"
_MONTHS = 12


def inventory_turns(asked: Asked) -> Measure:
    """Turns in a year at the month's pace, per base unit; None when nothing stood in the house."""
    tally = Tally("inventory_turns", every=asked.every, scale=1, unit="turns")
    parts = {(site, id_): part for site, id_, part in bulk.ask(asked.conn, _INSIDE, (asked.book,))}
    stock: dict[tuple[str, str], int] = defaultdict(int)
    for number in asked.movements:
        for key, quantity in quantities_at(asked.conn, asked.book, number).items():
            if key in parts:
                stock[key[0], parts[key]] += quantity
    used = {row[:2]: row[2:] for row in bulk.ask(asked.conn, _USED, (asked.book, *asked.movements))}
    units = {
        number: msgspec.json.decode(body)["base_unit"]
        for number, body in bulk.ask(asked.conn, _UNITS, (asked.book,))
    }  # fmt: skip
    over = min(microseconds(asked.now) or 0, asked.until) - asked.since
    if over <= 0:
        return tally.measure()
    for group in sorted({*used, *(group for group, quantity in stock.items() if quantity)}):
        quantity, seq = used.get(group, (0, 0))
        text = f"part {group[1]}: {amount(int(quantity))} used, {amount(stock[group] // 2)} on hand on average"
        # Use for a year out of the mean of two stocks.
        a_year = 2 * _MONTHS * int(quantity) * (asked.until - asked.since) // over
        tally.note(
            a_year, stock[group], text, Behind(seq=seq), unit=units.get(group[1], ""), site=group[0], part=group[1]
        )
    return tally.measure()
