"""`kill -9` of `serve` while partners post by AS2: no positive MDN without its message, and no message twice."""

from __future__ import annotations

import random
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from sqlalchemy import select

from gateway.pipeline import Street
from gateway.pipeline.as2 import As2Answer
from gateway.store.evidence import load_evidence
from gateway.store.tables import inbox
from gateway.store.transports import mdn_of, split_raw
from gateway.transports import as2
from ledger import queries
from ledger.book import verify
from tests.acceptance.served import Served
from tests.unit.pipeline.as2_partner import As2Partner, as2_town
from tests.unit.pipeline.world import interchange, notice, order

POSTS_A_ROUND = 6


class Receipted(NamedTuple):
    """A message and the MDN that says it was taken."""

    built: as2.Built
    payload: bytes
    mdn: As2Answer


def _post(served: Served, acme: As2Partner, n: int) -> Receipted:
    """Post one message under one Message-ID until a signed MDN says it was taken, as partners do."""
    payload = interchange(("856", notice(f"S{n}", quantity="1")), control=n)
    built = acme.build(payload, f"{n}@acme")
    with httpx2.Client(timeout=20, trust_env=False) as client:
        while True:
            try:
                response = client.post(f"{served.url()}/as2", content=built.body, headers=list(built.headers))
            except httpx2.TransportError:
                continue
            fields = tuple((name.decode(), value.decode()) for name, value in response.headers.raw)
            answer = As2Answer(status=response.status_code, headers=fields, body=response.content)
            assert (answer.status, acme.read(answer, built).result) == (200, "delivered")
            return Receipted(built, payload, answer)


def _kill_while_posting(home: Path, rounds: int, seed: int) -> list[Receipted]:
    """In each round `serve` dies at an unforeseen moment of six posts, and is started again."""
    chance, acme, served = random.Random(seed), As2Partner(), Served(home)
    served.start()
    with ThreadPoolExecutor(POSTS_A_ROUND) as pool:
        receipted: list[Receipted] = []
        for first in range(1, rounds * POSTS_A_ROUND, POSTS_A_ROUND):
            posting = [pool.submit(_post, served, acme, n) for n in range(first, first + POSTS_A_ROUND)]
            served.pause(chance.random() * 0.08)
            assert served.stop(signal.SIGKILL) == -signal.SIGKILL
            served.start()
            receipted += [post.result(60) for post in posting]
    assert served.stop(signal.SIGTERM) == 0
    return receipted


def _check(home: Path, receipted: list[Receipted]) -> None:
    with Street.open(home) as street:
        street.run_until_idle(deliver=False)
        with street.read() as conn:
            parked = conn.execute(
                select(inbox.c.id, inbox.c.reason_code).where(inbox.c.status == "parked")
            ).fetchall()
        # Killed four times while it was read, a message may be what kills: it is parked until somebody asks for it.
        assert {row.reason_code for row in parked} <= {"gave_up"}
        for row in parked:
            street.replay(row.id)
        street.run_until_idle(deliver=False)
        with street.read() as conn:
            rows = conn.execute(
                select(inbox.c.id, inbox.c.transport_key, inbox.c.status).where(inbox.c.channel == "as2")
            )
            found = {row.transport_key: (row.id, row.status) for row in rows}
            assert {key: status for key, (_, status) in found.items()} == {
                one.built.message_id: "done" for one in receipted
            }
            for one in receipted:
                id = found[one.built.message_id][0]
                kept = load_evidence(conn, [id, mdn_of(id)])
                assert kept[id] == one.payload
                assert split_raw(kept[mdn_of(id)])[1] == one.mdn.body
            events = [
                event.number for event in queries.tail(conn, 0, limit=10**6) if event.kind == "ShipmentNotified"
            ]
            assert sorted(events) == sorted(f"S{n}" for n in range(1, len(receipted) + 1))
            assert list(verify(conn)) == []
            assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def _set_up(home: Path) -> None:
    town = as2_town(home)
    town.bring(order(quantity=100_000), "erp")
    town.street.close()


@pytest.mark.timeout(180)
@pytest.mark.long
def test_a_kill_while_posting_leaves_no_mdn_without_its_message(tmp_path: Path) -> None:
    _set_up(tmp_path / "home")

    receipted = _kill_while_posting(tmp_path / "home", rounds=1, seed=1)

    _check(tmp_path / "home", receipted)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_kills_while_posting_leave_no_mdn_without_its_message(tmp_path: Path) -> None:
    _set_up(tmp_path / "home")

    receipted = _kill_while_posting(tmp_path / "home", rounds=10, seed=10)

    assert len(receipted) == 60
    _check(tmp_path / "home", receipted)
