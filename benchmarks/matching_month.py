"""A month of scorecards: one million advised lines of 200 suppliers, all sixteen metrics, from a cold start.

    matching.month.s              seconds for every card, in processes of their own, as many as there are cores
    matching.month.incremental    cards of the running month once at the end of each day, against recording its events

Four suppliers' months are recorded event by event: orders of ten lines due on the days of the month, notices and
goods receipts that answer them, some short, late, early, damaged or without a notice; one of the four delivers by
planning and shipping schedules. The other suppliers are copies of these rows under their own names, since recording
a million lines would take longer than all the rest.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection

from benchmarks.ledger import collect_seldom
from benchmarks.ledger_databases import sqlite_engines
from benchmarks.rows import Row, make_limit_row
from gateway.store.database import reading_engine
from ledger import queries
from ledger.book import Ledger, upgrade
from ledger.events import (
    AcknowledgedLine,
    Event,
    GoodsReceived,
    NoticeLine,
    OrderAcknowledged,
    OrderLine,
    OrderPlaced,
    PartDefined,
    ReceiptLine,
    Requirement,
    ScheduleLine,
    ScheduleReleased,
    ShipmentNotified,
    SiteDefined,
    Source,
    SupplierDefined,
)
from ledger.policy import CumulativeTerms, Policy, Terms

TEMPLATES, COPIES, LINES = 4, 50, 5_000
PARTS, PER_EVENT = 100, 10
LIMIT_S = 15.0
KEPT_MAX = 0.1
"""Of the time that recording takes."""
SINCE = datetime(2026, 10, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
POLICY = Policy(
    default_terms=Terms(cumulative=CumulativeTerms(), transit_days=1, lead_time_days=10, acknowledges_orders=True)
)

_COPIED: dict[str, tuple[str, ...]] = {
    "orders": ("supplier",),
    "order_line": ("supplier",),
    "shipment": ("supplier",),
    "notice_line": ("supplier",),
    "goods_receipt": ("receipt_id",),
    "goods_receipt_line": ("supplier", "receipt_id"),
    "link": ("shipment_supplier", "order_supplier", "receipt_id"),
    "schedule_line": ("counterparty",),
    "promise": ("supplier",),
    "departure": ("supplier",),
    "order_version": ("supplier",),
}
"""Table -> columns that name the supplier, or a receipt that is its own; each is copied with `+n` behind it."""


def rows(rounds: int, seed: int, *, lines: int = LINES, copies: int = COPIES) -> Iterator[Row]:
    """Both rows; a round opens the database anew and computes every card in new processes. The second row is taken
    while the month is recorded, once."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "month"
    ) as engines:  # fmt: skip
        with engines[0].connect() as conn:
            suppliers, recording, keeping = _fill(conn, seed, lines, copies)
        engines[0].dispose()
        path = Path(folder) / "month.db"
        seconds = [_round(path, suppliers) for _ in range(rounds)]
    yield make_limit_row(
        "matching.month.s", seconds, LIMIT_S, more_is_better=False, unit="s", n=lines * TEMPLATES * copies,
        durable="none", corpus_sha="", note=f"{len(suppliers)} suppliers, sixteen metrics, cold",
        extra={"cores": os.cpu_count() or 1},
    )  # fmt: skip
    yield make_limit_row(
        "matching.month.incremental", [keeping / recording], KEPT_MAX, more_is_better=False, unit="times",
        n=lines * TEMPLATES, durable="full", corpus_sha="", note=f"{TEMPLATES} suppliers, every card once a day",
        extra={"recording_s": round(recording, 2), "cards_s": round(keeping, 2)},
    )  # fmt: skip


def _round(path: Path, suppliers: Sequence[str]) -> float:
    cores = os.cpu_count() or 1
    shares = [suppliers[n::cores] for n in range(cores)]
    started = time.perf_counter()
    with ProcessPoolExecutor(cores) as pool:
        scored = sum(pool.map(partial(_cards, path), shares))
    took = time.perf_counter() - started
    assert scored == len(suppliers), f"{scored} of {len(suppliers)} suppliers have a score"
    return took


def _cards(path: Path, suppliers: Sequence[str]) -> int:
    """Every card of some suppliers; how many have a score and a value of all that can be measured."""
    collect_seldom()
    engine = reading_engine(path)
    with engine.connect() as conn:
        cards = queries.scores(conn, suppliers, month=f"{SINCE:%Y-%m}", now=NOW, policy=POLICY)
        return sum(1 for card in cards if card.value is not None and card.coverage > 90)


def _fill(conn: Connection, seed: int, lines: int, copies: int) -> tuple[list[str], float, float]:
    """Records the templates and copies them; the suppliers' ids, and the seconds that recording the templates and
    keeping their cards up to date took."""
    ledger, at = Ledger(), SINCE - timedelta(days=20)
    with conn.begin():
        upgrade(conn)
    timed = [one for n in range(TEMPLATES) for one in _Month(seed + n, n, lines).events()]
    timed.sort(key=lambda one: one[0])
    hours = [[event for _, event in some] for _, some in groupby(timed, key=lambda one: one[0].replace(minute=0))]
    templates = [_supplier(n, 0) for n in range(TEMPLATES)]
    recording = keeping = 0.0
    for batch in (_masterdata(copies), *hours):
        before, at = at, max([at, *(one.occurred_at for one in batch if one.occurred_at is not None)])
        if before.date() < at.date() and SINCE < at <= UNTIL:
            keeping += _seconds(partial(_cards_of, conn, templates, before))
        started = time.perf_counter()
        with conn.begin():
            recorded = ledger.record(conn, batch, POLICY, at)
        recording += time.perf_counter() - started
        refused = next((one for one in recorded if one.result == "refused"), None)
        assert refused is None, refused
    for day in range(1, 12):
        with conn.begin():
            ledger.tick(conn, POLICY, at + timedelta(days=day))
    with conn.begin():
        for copy in range(1, copies):
            for table, columns in _COPIED.items():
                _copy(conn, table, columns, copy)
    return [_supplier(n, copy) for n in range(TEMPLATES) for copy in range(copies)], recording, keeping


def _cards_of(conn: Connection, suppliers: Sequence[str], now: datetime) -> None:
    """The cards of the running month as they are at `now`."""
    with conn.begin():
        for _ in queries.scores(conn, suppliers, month=f"{SINCE:%Y-%m}", now=now, policy=POLICY):
            pass


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _copy(conn: Connection, table: str, renamed: tuple[str, ...], copy: int) -> None:
    names = [row[1] for row in conn.exec_driver_sql(f"PRAGMA table_info({table})")]
    values = ", ".join(
        f"CASE WHEN \"{name}\" = '' THEN '' ELSE \"{name}\" || '+{copy}' END" if name in renamed else f'"{name}"'
        for name in names
    )
    listed = ", ".join(f'"{name}"' for name in names)
    plain = f"\"{renamed[-1]}\" NOT LIKE '%+%'"
    conn.exec_driver_sql(f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM "{table}" WHERE {plain}')


def _masterdata(copies: int) -> list[Event]:
    suppliers = [_supplier(n, copy) for n in range(TEMPLATES) for copy in range(copies)]
    return [
        SiteDefined(number="P1", identifiers=("92:P1",), time_zone="America/Detroit"),
        *(SupplierDefined(number=one, identifiers=(f"92:{one}",)) for one in suppliers),
        *(PartDefined(number=_part(n, k), base_unit="EA") for n in range(TEMPLATES) for k in range(PARTS)),
    ]


def _supplier(n: int, copy: int) -> str:
    return f"S{n}+{copy}" if copy else f"S{n}"


def _part(n: int, k: int) -> str:
    return f"P{n}-{k:03}"


class _Month:
    """Events of one supplier's month."""

    def __init__(self, seed: int, n: int, lines: int) -> None:
        self.random, self.n, self.groups = random.Random(seed), n, lines // PER_EVENT
        self.by_schedule = n == TEMPLATES - 1
        self.cum: dict[str, Decimal] = {}
        self.wanted: dict[tuple[str, int], Decimal] = {}
        self.made = 0

    def events(self) -> list[tuple[datetime, Event]]:
        """Each with the time at which it comes."""
        timed = [one for group in range(self.groups) for one in self._group(group)]
        if self.by_schedule:
            begun = SINCE - timedelta(days=15)
            timed.append((begun, self._blanket()))
            timed += [(one.issued_at, one) for one in self._releases() if one.issued_at is not None]
        return timed

    def _group(self, group: int) -> list[tuple[datetime, Event]]:
        draw = self.random
        day = group * 30 // self.groups
        due = SINCE + timedelta(days=day, hours=16)
        parts = [_part(self.n, (group * PER_EVENT + k) % PARTS) for k in range(PER_EVENT)]
        order = f"B{self.n}" if self.by_schedule else f"PO{self.n}-{group:05}"
        quantities = [Decimal(draw.randrange(10, 200)) for _ in parts]
        events: list[tuple[datetime, Event]] = []
        supplier = f"92:{_supplier(self.n, 0)}"
        if not self.by_schedule:
            ordered = due - timedelta(days=10)
            lines = tuple(
                OrderLine(order_line=str(k + 1), part_number=part, quantity=of, unit="EA", segment=k + 5)
                for k, (part, of) in enumerate(zip(parts, quantities, strict=True))
            )
            events.append(
                (ordered, OrderPlaced(
                    number=order, partner="erp", supplier=supplier, ship_to="92:P1", due_at=due, occurred_at=ordered,
                    source=self._source(), lines=lines,
                ))
            )  # fmt: skip
            answered = ordered + timedelta(hours=4 if draw.random() > 0.04 else 100)
            promised = AcknowledgedLine(part_number=parts[0], status="accepted", order_line="1", promised_at=due)
            events.append(
                (answered, OrderAcknowledged(
                    number=order, partner=_supplier(self.n, 0), supplier=supplier, ship_to="92:P1",
                    acknowledged_at=answered, occurred_at=answered, source=self._source(), lines=(promised,),
                ))
            )  # fmt: skip
        late = draw.random() < 0.03
        left = due - timedelta(hours=20 - (30 if late else 0))
        shipment = f"N{self.n}-{group:05}"
        advised = []
        for k, (part, of) in enumerate(zip(parts, quantities, strict=True)):
            self.cum[part] = self.cum.get(part, Decimal(0)) + of
            self.wanted[part, day] = self.wanted.get((part, day), Decimal(0)) + of
            advised.append(
                NoticeLine(
                    line=str(k + 1), part_number=part, quantity=of, unit="EA", segment=k + 8, order_number=order,
                    order_line=str(k + 1) if not self.by_schedule else part, cum_shipped=self.cum[part],
                )
            )  # fmt: skip
        told = left + timedelta(minutes=10 if draw.random() > 0.02 else 90)
        noticed = draw.random() > 0.01
        if noticed:
            events.append(
                (told, ShipmentNotified(
                    number=shipment, partner=_supplier(self.n, 0), supplier=supplier, ship_to="92:P1",
                    shipped_at=left, expected_at=due, occurred_at=told, source=self._source(),
                    mode="E" if draw.random() < 0.005 else "M", lines=tuple(advised),
                ))
            )  # fmt: skip
        came = left + timedelta(hours=18)
        events.append((came, self._receipt(group, shipment if noticed else "", order, advised, came, supplier)))
        return events

    def _receipt(
        self, group: int, shipment: str, order: str, advised: list[NoticeLine], at: datetime, supplier: str
    ) -> GoodsReceived:
        draw, lines = self.random, []
        for k, line in enumerate(advised):
            short = line.quantity > 1 and draw.random() < 0.01
            lines.append(
                ReceiptLine(
                    receipt_line=str(k + 1), part_number=line.part_number, segment=k + 2, unit="EA",
                    quantity=line.quantity - 1 if short else line.quantity, shipment_id=shipment,
                    order_number=order, order_line=line.order_line, location="DOCK", complete=short,
                    quantity_damaged=Decimal(1 if draw.random() < 0.001 else 0),
                    handling_unit=f"H{self.n}-{group}-{k}",
                    label="unreadable" if draw.random() < 0.005 else "good" if draw.random() < 0.1 else "",
                )
            )  # fmt: skip
        return GoodsReceived(
            number=f"R{self.n}-{group:05}", partner="wms", supplier=supplier, ship_to="92:P1", occurred_at=at,
            source=self._source(), lines=tuple(lines),
        )  # fmt: skip

    def _blanket(self) -> OrderPlaced:
        lines = tuple(
            OrderLine(
                order_line=_part(self.n, k), part_number=_part(self.n, k), quantity=Decimal(1), unit="EA", segment=5
            )
            for k in range(PARTS)
        )
        return OrderPlaced(
            number=f"B{self.n}", partner="erp", supplier=f"92:{_supplier(self.n, 0)}", ship_to="92:P1",
            order_type="BK", source=self._source(), lines=lines,
        )  # fmt: skip

    def _releases(self) -> list[ScheduleReleased]:
        """A shipping schedule a day, for the five days from two days later on."""
        found = []
        for day in range(-5, 30):
            issued = SINCE + timedelta(days=day, hours=6)
            lines = tuple(
                ScheduleLine(
                    part_number=_part(self.n, k), unit="EA", line=_part(self.n, k), segment=k + 6,
                    requirements=tuple(
                        Requirement(
                            quantity=self.wanted.get((_part(self.n, k), day + ahead), Decimal(0)),
                            due_at=issued.replace(hour=16) + timedelta(days=ahead), certainty="firm",
                        )
                        for ahead in range(2, 7)
                    ),
                )
                for k in range(PARTS)
            )  # fmt: skip
            found.append(
                ScheduleReleased(
                    number=f"SH{self.n}", release=str(day + 10), partner="erp", schedule="shipping",
                    direction="supply", supplier=f"92:{_supplier(self.n, 0)}", ship_to="92:P1", issued_at=issued,
                    occurred_at=issued, source=self._source(), lines=lines, revision=0,
                )
            )  # fmt: skip
        return found

    def _source(self) -> Source:
        self.made += 1
        return Source(message=f"m_{self.n}{self.made:09}", document=f"m_{self.n}{self.made:09}.1")
