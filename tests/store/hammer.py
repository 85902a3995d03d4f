"""A process that writes the books until it is killed: `python -m tests.store.hammer URL LANE START [END]`.

Each case is one order, its notice, its goods receipt and three steps in the house, two database transactions in all.
A line `LANE CASE STEP` goes out after each commit and never before: whoever reads it was acknowledged. A server that
goes away is waited for, and what was not acknowledged is said again, as partners do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from threading import Event as Signal

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from gateway.store.database import writing_engine
from ledger.book import Ledger, gather, put_slice
from ledger.events import Event, MaterialConsumed, MaterialIssued, PutAwayCompleted, StockLine
from tests.store.world import NOW, POLICY, notice, order, receipt

RUN_SIZE = 64
"""Movements of one sealed run: small, so that kills hit the sealing too."""
RECEIVED, ISSUED, CONSUMED = 10, 4, 3
STEPS = 2


def step_events(lane: int, case: int) -> tuple[list[Event], ...]:
    """What happens in one case, by database transaction."""
    n = f"{lane}-{case}"
    arrival: list[Event] = [
        order(f"PO{n}", {"PLATE": RECEIVED}),
        notice(f"S{n}", f"PO{n}", {"PLATE": RECEIVED}),
        receipt(f"R{n}", f"S{n}", f"PO{n}", {"PLATE": RECEIVED}),
    ]
    inside: list[Event] = [
        _moved(PutAwayCompleted, f"P{n}", RECEIVED, location="DOCK", to_location="A-01"),
        _moved(MaterialIssued, f"I{n}", ISSUED, location="A-01", to_location="L1"),
        _moved(MaterialConsumed, f"C{n}", CONSUMED, location="L1", demand=f"VIN{n}"),
    ]
    return arrival, inside


def _moved(kind: type[Event], number: str, quantity: int, **named: str) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)  # type: ignore[arg-type]
    return kind(number=number, partner="wms", place="P1", lines=(line,))  # type: ignore[call-arg]


def open_engine(url: str) -> Engine:
    """As the gateway opens SQLite for writing; on PostgreSQL every connection is tried before it is used."""
    if url.startswith("sqlite"):
        return writing_engine(Path(url.removeprefix("sqlite:///")))
    return create_engine(url, pool_pre_ping=True)


def main(url: str, lane: int, start: int, end: int = 0) -> None:
    """Write case after case, up to `end` where one is given."""
    engine, ledger = open_engine(url), Ledger(run_size=RUN_SIZE)
    for case in range(start, end + 1) if end else count(start):
        for step, events in enumerate(step_events(lane, case)):
            _until_answered(engine, ledger, events, case)
            os.write(1, f"{lane} {case} {step}\n".encode())
        _seal(engine)


def _until_answered(engine: Engine, ledger: Ledger, events: Sequence[Event], case: int) -> None:
    wait = Signal().wait
    while True:
        try:
            with engine.begin() as conn:
                ledger.record(conn, events, POLICY, NOW + timedelta(seconds=case))
            return
        except DBAPIError:
            # The server went away, perhaps after the commit: nobody knows, so it is said again.
            if engine.dialect.name == "sqlite":
                raise
            engine.dispose()
            wait(0.05)


def _seal(engine: Engine) -> None:
    try:
        with engine.connect() as conn:
            run = gather(conn, "live")
        while run is not None:
            with engine.begin() as conn:
                if not put_slice(conn, run):
                    return
    except DBAPIError:
        if engine.dialect.name == "sqlite":
            raise
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *map(int, sys.argv[4:]))
