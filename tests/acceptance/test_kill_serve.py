"""`kill -9` of `serve` under load, again and again: what was acknowledged is there, and nothing is applied twice.

Every sender repeats what was not answered, under the same Idempotency-Key, as partners do. So in the end each
document is in the books exactly once, whatever died when, and every figure is known beforehand.
"""

from __future__ import annotations

import random
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
import pytest
from sqlalchemy import func, select

from gateway.pipeline import Street
from gateway.store.keys import ApiKey, digest_of
from gateway.store.tables import document, inbox, outbox
from ledger import queries
from ledger.book import verify
from ledger.events import AnyEvent
from tests.acceptance.served import Served

WORLD = Path(__file__).parent.parent / "golden" / "_world"
SENDERS = 4
QUANTITY = 10
KEYS = {"acme": "acme-key", "erp": "erp-key", "quay": "quay-key"}


class Case(NamedTuple):
    """One order, its notice and its goods receipt. `n` is unique, and so is every number made from it."""

    n: int

    def order(self) -> bytes:
        line = {"order_line": "10", "part_number": "BRK-100", "quantity": str(QUANTITY), "unit": "EA", "price": "1"}
        order = {
            "kind": "OrderPlaced",
            "number": f"PO{self.n}",
            "supplier": "1:123456789",
            "ship_to": "92:PLT07",
            "currency": "USD",
            "lines": [line],
        }
        return msgspec.json.encode(order)

    def notice(self) -> bytes:
        n, control = self.n, f"{self.n:09d}"
        segments = (
            "ISA*00*          *00*          *01*123456789      *01*987654321      *261123*0900*U*00401"
            f"*{control}*0*P*>",
            f"GS*SH*123456789*987654321*20261123*0900*{n}*X*004010",
            "ST*856*0001",
            f"BSN*00*SH{n}*20261123*0900",
            "DTM*011*20261123*0855*ET",
            "HL*1**S",
            "TD1*PLT71*1",
            "TD5*B*2*JBHT*M",
            "TD3*TL**16762",
            f"REF*BM*BOL{n}",
            f"REF*PK*SH{n}",
            "N1*ST**92*PLT07",
            "N1*SF**1*123456789",
            "HL*2*1*O",
            f"PRF*PO{n}",
            "HL*3*2*I",
            "LIN**BP*BRK-100*PL*10",
            f"SN1**{QUANTITY}*EA",
            "CTT*3",
            "SE*18*0001",
            f"GE*1*{n}",
            f"IEA*1*{control}",
        )
        return ("~".join(segments) + "~").encode()

    def receipt(self) -> bytes:
        columns = "record_type,provider_id,site_code,receipt_id,receipt_ts,asn_number,po_number,po_line,part_no"
        row = f"D,QUAY,PLT07,GR{self.n},2026-11-23T09:10:00-05:00,SH{self.n},PO{self.n},10,BRK-100"
        return f"{columns},qty_received,uom,location,status\n{row},{QUANTITY},EA,DOCK,AVL\n".encode()

    def steps(self) -> tuple[tuple[str, bytes], ...]:
        return (("erp", self.order()), ("acme", self.notice()), ("quay", self.receipt()))


class _Sent(NamedTuple):
    """What one sender achieved: cases that were wholly acknowledged, and every (message id, key) it was told."""

    cases: int
    told: list[tuple[str, str]]


def _send(server: Served, cases: Iterator[Case], is_over: Callable[[], bool]) -> _Sent:
    told: list[tuple[str, str]] = []
    count = 0
    with httpx2.Client(timeout=20, trust_env=False) as client:
        while not is_over():
            case = next(cases)
            for step, (who, body) in enumerate(case.steps()):
                key = f"{case.n}/{step}"
                told.append((_post(client, server, who, body, key), key))
            count += 1
    return _Sent(count, told)


def _post(client: httpx2.Client, server: Served, who: str, body: bytes, key: str) -> str:
    """Send until it is acknowledged. An answer lost in a kill is asked for again, never taken for granted."""
    headers = {"Authorization": f"Bearer secret-{who}", "Idempotency-Key": key}
    while True:
        try:
            response = client.post(server.url() + "/v1/messages", content=body, headers=headers)
        except httpx2.TransportError:
            continue
        if response.status_code == 503:
            # The inbox is full for the moment; as with a lost connection, the sender asks again.
            continue
        assert response.status_code == 202, response.text
        id: str = response.json()["id"]
        return id


@contextmanager
def _world(home: Path) -> Iterator[None]:
    shutil.copytree(WORLD / "partners", home / "partners")
    with Street.open(home) as street:
        events = msgspec.json.decode((WORLD / "masterdata.json").read_bytes(), type=list[AnyEvent])
        street.record_events(events)
        for partner, name in KEYS.items():
            key = ApiKey(name=name, partner=partner, scopes=("messages:write",))
            street.put_key(key, digest_of(f"secret-{partner}"))
    yield


def _kill_under_load(home: Path, rounds: int, seed: int) -> list[_Sent]:
    """Senders at work all the time; `serve` dies at an unforeseen moment of each round."""
    chance = random.Random(seed)
    server, over = Served(home), threading.Event()
    server.start()
    with ThreadPoolExecutor(SENDERS) as pool:
        ranges = [iter(map(Case, range(1 + sender, 10**8, SENDERS))) for sender in range(SENDERS)]
        sending = [pool.submit(_send, server, cases, over.is_set) for cases in ranges]
        try:
            for _ in range(rounds):
                over.wait(0.3 + chance.random())
                assert server.stop(signal.SIGKILL) == -signal.SIGKILL
                server.start()
            over.wait(0.3)
        finally:
            over.set()
        sent = [future.result() for future in sending]
    assert server.stop(signal.SIGTERM) == 0
    return sent


def _check(home: Path, sent: list[_Sent]) -> None:
    count = sum(one.cases for one in sent)
    told = [pair for one in sent for pair in one.told]
    assert count > 0
    with Street.open(home) as street:
        street.run_until_idle(deliver=False)
        with street.read() as conn:
            # Nothing acknowledged is lost, and no key was answered by two messages.
            rows = {row.id: row for row in conn.execute(select(inbox.c.id, inbox.c.status, inbox.c.transport_key))}
            assert {(id, rows[id].transport_key, rows[id].status) for id, _ in told} == {
                (id, key, "done") for id, key in told
            }
            assert len(rows) == len(told) == 3 * count

            # Nothing is applied twice: each fact is one event, each answer one message.
            states = Counter(conn.execute(select(document.c.status)).scalars())
            assert states == {"recorded": 3 * count}
            events = Counter(event.kind for event in queries.tail(conn, 0, limit=10**9))
            assert {kind: events[kind] for kind in ("OrderPlaced", "ShipmentNotified", "GoodsReceived")} == {
                "OrderPlaced": count,
                "ShipmentNotified": count,
                "GoodsReceived": count,
            }
            counted = conn.execute(select(outbox.c.kind, func.count()).group_by(outbox.c.kind))
            answers = {kind: number for kind, number in counted}
            assert answers == {"850": count, "997": count}
            assert conn.execute(select(func.count(outbox.c.answers.distinct()))).scalar() == 2 * count

            balances = {balance.state: balance.quantity for balance in queries.balances(conn, by=("state",))}
            assert {state: quantity for state, quantity in balances.items() if quantity} == {
                "available": Decimal(count * QUANTITY)
            }
            assert list(verify(conn)) == []
            assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def _control_numbers(home: Path) -> list[str]:
    with Street.open(home) as street, street.read() as conn:
        ids = [id for (id,) in conn.execute(select(outbox.c.id).order_by(outbox.c.seq))]
        return [street.fetch(id)[90:99].decode() for id in ids]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_twenty_kills_lose_nothing_and_apply_nothing_twice(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with _world(home):
        sent = _kill_under_load(home, rounds=20, seed=20)

    _check(home, sent)
    numbers = _control_numbers(home)
    assert sorted(numbers) == [f"{n:09d}" for n in range(1, len(numbers) + 1)]
