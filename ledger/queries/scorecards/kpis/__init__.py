"""Key figures of the plant for one month, each with its formula, the events behind it and the entries it sums.

    stock_accuracy        places counted within tolerance / places counted
    count_variance        sum |counted - booked| / sum booked, per base unit
    count_variance_value  the same of their values, per currency, each part at the price it was last ordered at
    supplier_on_time      requirements filled in their window / requirements due, over all suppliers
    inventory_turns       12 x quantity used in the month / mean of opening and closing stock, per base unit
    service_fill_rate     lines of reservations and allocations that posted at once / lines asked for
    dock_to_stock         hours from a goods receipt to the put-away that took it, the oldest receipt first
    receiving_errors      goods-receipt lines with a case that the receiver answers for / goods-receipt lines

A figure is None where nothing happened that it could be taken from; times are those of recording.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.book.bringing.history import position_at, sequence_at
from ledger.matching.resolved import microseconds
from ledger.policy import Policy
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.queries.scorecards.kpis.counted import count_variance, count_variance_value, stock_accuracy
from ledger.queries.scorecards.kpis.filled import service_fill_rate
from ledger.queries.scorecards.kpis.received import receiving_errors
from ledger.queries.scorecards.kpis.stocked import dock_to_stock
from ledger.queries.scorecards.kpis.suppliers import supplier_on_time
from ledger.queries.scorecards.kpis.turned import inventory_turns
from ledger.queries.scorecards.score import documents_of, month_of, with_documents
from ledger.scorecards import Measure


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one month; `measure.deductions` are all its entries where it alone was asked for, else none."""

    name: str
    formula: str
    events: tuple[str, ...]
    """Kinds of events that it is taken from."""
    month: str
    measure: Measure


class _Definition(NamedTuple):
    formula: str
    events: tuple[str, ...]
    measure: Callable[[Asked], Measure]


def kpis(
    conn: Connection,
    *,
    month: str = "",
    now: datetime,
    policy: Policy,
    book: str = "live",
    name: str = "",
    every: bool = False,
) -> list[Kpi]:
    """All figures of a month (that of `now` where none is named), or the one that is named.

    One that is named has all its entries; all have theirs with `every`. Raises KeyError for a name that is none.
    """
    shown, since, until = month_of(month, now)
    wanted = {name: KPIS[name]} if name else KPIS
    ends = [at - timedelta(microseconds=1) for at in (since, until)]
    asked = Asked(
        conn, book, microseconds(since) or 0, microseconds(until) or 0, shown, now, policy, every or bool(name),
        (sequence_at(conn, book, ends[0]), sequence_at(conn, book, ends[1])),
        (position_at(conn, book, ends[0]), position_at(conn, book, ends[1])),
    )  # fmt: skip
    return [
        Kpi(name=one, formula=of.formula, events=of.events, month=shown, measure=_measure(of, asked))
        for one, of in wanted.items()
    ]


def kpi_trend(
    conn: Connection, *, month: str = "", now: datetime, policy: Policy, book: str = "live", name: str = ""
) -> list[list[Kpi]]:
    """The figures of the months up to the one shown, the oldest first, without entries; as many months as a rolling
    score has. One figure where it is named."""
    shown, since, _ = month_of(month, now)
    names = [shown]
    for _ in range(max(1, policy.scores.rolling_months) - 1):
        since = (since - timedelta(days=1)).replace(day=1)
        names.append(since.strftime("%Y-%m"))
    return [
        [_without_entries(one) for one in kpis(conn, month=each, now=now, policy=policy, book=book, name=name)]
        for each in reversed(names)
    ]


def _without_entries(figure: Kpi) -> Kpi:
    return msgspec.structs.replace(figure, measure=msgspec.structs.replace(figure.measure, deductions=()))


def _measure(of: _Definition, asked: Asked) -> Measure:
    found = of.measure(asked)
    if not asked.every:
        return msgspec.structs.replace(found, deductions=())
    return with_documents(found, documents_of(asked.conn, asked.book, found.deductions))


KPIS: dict[str, _Definition] = {
    "stock_accuracy": _Definition(
        "places counted within tolerance / places counted", ("StockCounted",), stock_accuracy
    ),
    "count_variance": _Definition(
        "sum |counted - booked| / sum booked", ("StockCounted",), count_variance
    ),
    "count_variance_value": _Definition(
        "sum |counted - booked| x price / sum booked x price", ("StockCounted", "OrderPlaced", "OrderChanged"),
        count_variance_value,
    ),
    "supplier_on_time": _Definition(
        "requirements filled in their window / requirements due",
        ("OrderPlaced", "OrderChanged", "ScheduleReleased", "OrderAcknowledged", "GoodsReceived"), supplier_on_time,
    ),
    "inventory_turns": _Definition(
        "12 x used in the month / mean of opening and closing stock",
        ("MaterialConsumed", "ConsumptionReversed", "GoodsShipped"), inventory_turns,
    ),
    "service_fill_rate": _Definition(
        "lines posted at once / lines asked for", ("ServiceReserved", "AllocationMade"), service_fill_rate
    ),
    "dock_to_stock": _Definition(
        "sum of hours from receipt to put-away / receipt lines put away", ("GoodsReceived", "PutAwayCompleted"),
        dock_to_stock,
    ),
    "receiving_errors": _Definition(
        "receipt lines with a case of the receiver's / receipt lines", ("GoodsReceived",), receiving_errors
    ),
}  # fmt: skip
"""By name, in the order in which they are shown."""
