"""Stock accuracy and count variance, by quantity and by value: what counts found, beside what the books had at their
time.

A place that is counted twice counts twice. What a warehouse tells of its own books (`InventorySnapshotReported`)
is no count.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ledger.book.storage import bulk
from ledger.matching.papers.filed import value_of
from ledger.outcomes import Compared
from ledger.queries.documents.prices import latest_prices, price_text
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.scorecards import Behind, Measure
from ledger.scorecards.measure import ONE, Tally

_COMPARED = """
    SELECT e.seq, e.site, e.message, e.document, o.body FROM event AS e CROSS JOIN outcome AS o
    WHERE e.book = ? AND e.kind = 'StockCounted' AND e.seq > ? AND e.seq <= ?
      AND o.book = e.book AND o.site = e.site AND o.event = e.seq
    ORDER BY e.seq, o.seq, o.n
"""
_RIGHT = ("agrees", "tolerated", "timing")


def _counted(asked: Asked) -> Iterator[tuple[str, Behind, Compared, str]]:
    """Each place of each count, as it was last compared, and what it says."""
    found: dict[tuple[int, str, str, str], tuple[str, Behind, Compared]] = {}
    for seq, site, message, document, body in bulk.ask(asked.conn, _COMPARED, (asked.book, *asked.events)):
        for one in msgspec.json.decode(body):
            if one.get("outcome") == "compared":
                compared = msgspec.convert(one, Compared, strict=False)
                key = seq, compared.line, compared.part, compared.location
                found[key] = site, Behind(seq=seq, message=message, document=document), compared
    for site, behind, one in found.values():
        if one.verdict != "pending":
            place = f" at {one.location}" if one.location else ""
            yield site, behind, one, f"part {one.part}{place}: {one.said:f} counted, {one.expected:f} booked"


def stock_accuracy(asked: Asked) -> Measure:
    """Percent of the places counted at which the books were right, within what passes; None when none was."""
    tally = Tally("stock_accuracy", every=asked.every)
    for site, behind, one, text in _counted(asked):
        right = one.verdict in _RIGHT
        tally.note(ONE if right else 0, ONE, text, behind, site=site, part=one.part, line=one.line, cases=_case(one))
    return tally.measure()


def count_variance(asked: Asked) -> Measure:
    """Percent of what was booked by which the counts differ, up or down; None when nothing was booked there."""
    tally = Tally("count_variance", every=asked.every)
    for site, behind, one, text in _counted(asked):
        differs, booked = (int(abs(value) * ONE) for value in (one.said - one.expected, one.expected))
        tally.note(
            differs, booked, text, behind, unit=one.unit, site=site, part=one.part, line=one.line, cases=_case(one)
        )
    return tally.measure()


def count_variance_value(asked: Asked) -> Measure:
    """Percent of the value of what was booked by which the counts differ, up or down, each part at the price that it
    was last ordered at; parts without a price are left out (`without_price`). None when none had one."""
    tally = Tally("count_variance_value", every=asked.every)
    counted = list(_counted(asked))
    prices = latest_prices(asked.conn, asked.book, {one.part for _, _, one, _ in counted})
    for site, behind, one, text in counted:
        price = prices.get(one.part)
        if price is None:
            tally.details["without_price"] = tally.details.get("without_price", 0) + 1
            continue
        differs, booked = (
            int(value_of(int(abs(value) * ONE), price.amount, price.per) * ONE)
            for value in (one.said - one.expected, one.expected)
        )
        tally.note(
            differs, booked, f"{text}, at {price_text(price)}", behind, unit=price.currency, site=site, part=one.part,
            line=one.line, cases=_case(one),
        )  # fmt: skip
    return tally.measure()


def _case(one: Compared) -> tuple[str, ...]:
    return (one.case,) if one.case else ()
