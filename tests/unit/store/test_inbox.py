from __future__ import annotations

from sqlalchemy import Connection, select

from gateway.store.database import Database
from gateway.store.inbox import (
    LEASE_SECONDS,
    Claimed,
    Earlier,
    Finished,
    NewMessage,
    claim,
    count_waiting,
    find_delivery,
    finish,
    holds_leases,
    put_message,
    queue_again,
    release_leases,
)
from gateway.store.tables import inbox

SECOND = 1_000_000


def _new(id: str, *, key: str | None = None, digest: str = "d") -> NewMessage:
    return NewMessage(
        id=id,
        partner="acme",
        channel="rest",
        name="",
        transport_key=key,
        media_type="",
        digest=digest,
        size=1,
        received_at=0,
        test=False,
    )


def _put(connection: Connection, *ids: str) -> None:
    for id in ids:
        put_message(connection, _new(id))


def _pairs(claimed: list[Claimed]) -> list[tuple[str, int]]:
    return [(one.id, one.token) for one in claimed]


def test_the_oldest_messages_are_claimed_first_and_only_once(database: Database) -> None:
    with database.writing.begin() as connection:
        _put(connection, "m_1", "m_2", "m_3")

        assert _pairs(claim(connection, now=0, most=2)) == [("m_1", 1), ("m_2", 1)]
        assert _pairs(claim(connection, now=0, most=2)) == [("m_3", 1)]
        assert claim(connection, now=0, most=2) == []


def test_an_expired_lease_is_claimed_again_under_a_higher_token(database: Database) -> None:
    with database.writing.begin() as connection:
        _put(connection, "m_1")
        claim(connection, now=0, most=1)

        assert claim(connection, now=LEASE_SECONDS * SECOND, most=1) == []
        again = claim(connection, now=LEASE_SECONDS * SECOND + 1, most=1)

        assert [(one.token, one.attempts) for one in again] == [(2, 2)]


def test_who_slept_through_its_lease_holds_and_changes_nothing(database: Database) -> None:
    with database.writing.begin() as connection:
        _put(connection, "m_1")
        claim(connection, now=0, most=1)
        claim(connection, now=LEASE_SECONDS * SECOND + 1, most=1)

        assert holds_leases(connection, [("m_1", 1)]) == set()
        assert holds_leases(connection, [("m_1", 2)]) == {"m_1"}
        finish(connection, [Finished(id="m_1", token=1, at=5)])
        assert connection.execute(select(inbox.c.status)).scalar() == "leased"


def test_a_finished_message_is_done_or_parked_with_its_reason(database: Database) -> None:
    with database.writing.begin() as connection:
        _put(connection, "m_1", "m_2")
        claim(connection, now=0, most=2)
        finish(
            connection,
            [Finished(id="m_1", token=1, at=5), Finished(id="m_2", token=1, at=5, reason_code="x", reason="why")],
        )
        rows = connection.execute(select(inbox.c.id, inbox.c.status, inbox.c.reason_code, inbox.c.reason))

        assert [tuple(row) for row in rows] == [("m_1", "done", "", ""), ("m_2", "parked", "x", "why")]
        assert count_waiting(connection) == 0


def test_a_replay_names_the_documents_it_may_touch(database: Database) -> None:
    with database.writing.begin() as connection:
        _put(connection, "m_1", "m_2")
        claim(connection, now=0, most=2)
        finish(connection, [Finished(id="m_1", token=1, at=5), Finished(id="m_2", token=1, at=5, reason_code="x")])
        queue_again(connection, "m_1", (2, 3))
        queue_again(connection, "m_2", None)
        claimed = claim(connection, now=9, most=9)

        assert [(one.id, one.replay, one.attempts) for one in claimed] == [("m_1", (2, 3), 1), ("m_2", None, 1)]


def test_a_transport_key_finds_its_first_delivery(database: Database) -> None:
    with database.writing.begin() as connection:
        put_message(connection, _new("m_1", key="k", digest="d1"))

        assert find_delivery(connection, "rest", "acme", "k") == Earlier("m_1", "d1", "new")
        assert find_delivery(connection, "rest", "bolt", "k") is None
        assert find_delivery(connection, "sftp", "acme", "k") is None


def test_leases_of_a_killed_process_are_given_back_at_start(database: Database) -> None:
    with database.writing.begin() as connection:
        _put(connection, "m_1")
        claim(connection, now=0, most=1)

        assert release_leases(connection) == 1
        assert _pairs(claim(connection, now=0, most=1)) == [("m_1", 2)]
