from __future__ import annotations

from sqlalchemy import Connection, select

from gateway.store.database import Database
from gateway.store.drafts import finish_draft, load_drafts, park_draft
from gateway.store.evidence import CHUNK_BYTES, chunk_rows, load_evidence, put_evidence
from gateway.store.outbox import (
    Due,
    NewAnswer,
    NewSent,
    claim_destinations,
    has_due,
    holds_destination,
    load_waiting,
    mark_failed,
    mark_sent,
    put_answers,
    put_sent,
    queue_again,
    release_destination,
    start_clock,
)
from gateway.store.sent import find_group, find_interchange, find_overdue, review, settle
from gateway.store.tables import outbox, sent_document


def _answer(id: str, *, to: str = "acme", dedupe: str = "", draft: str = "") -> NewAnswer:
    return NewAnswer(
        id=id,
        destination=to,
        partner=to,
        kind="997",
        data=b"" if draft else id.encode(),
        dedupe=dedupe,
        draft=draft,
        status="draft" if draft else "ready",
    )


def _waiting(connection: Connection, to: str = "acme") -> list[str]:
    return [one.id for one in load_waiting(connection, to, most=9)]


def test_answers_wait_in_the_order_they_were_queued_with_their_bytes(database: Database) -> None:
    with database.writing.begin() as connection:
        queued = put_answers(connection, [_answer("m_2"), _answer("m_1"), _answer("m_3", to="bolt")])

        assert queued == {"m_1", "m_2", "m_3"}
        assert _waiting(connection) == ["m_2", "m_1"]
        assert load_evidence(connection, ["m_1", "m_3"]) == {"m_1": b"m_1", "m_3": b"m_3"}


def test_the_same_thing_is_never_said_twice(database: Database) -> None:
    with database.writing.begin() as connection:
        put_answers(connection, [_answer("m_1", dedupe="advice:A1")])

        assert put_answers(connection, [_answer("m_2", dedupe="advice:A1"), _answer("m_3", dedupe="advice:A2")]) == {
            "m_3"
        }
        assert put_answers(connection, [_answer("m_4", dedupe="x"), _answer("m_5", dedupe="x")]) == {"m_4"}


def test_destinations_are_claimed_whole_and_only_when_due(database: Database) -> None:
    with database.writing.begin() as connection:
        put_answers(connection, [_answer("m_1"), _answer("m_2", to="bolt"), _answer("m_3", to="hook:w_1")])

        assert has_due(connection, now=1, pushed=["acme"])
        assert claim_destinations(connection, now=1, most=9, pushed=["acme"]) == [
            Due("acme", 1, 0),
            Due("hook:w_1", 1, 0),
        ]
        assert claim_destinations(connection, now=1, most=9, pushed=["acme"]) == []
        release_destination(connection, Due("acme", 1, 0), next_attempt=50, attempts=1)
        assert claim_destinations(connection, now=49, most=9, pushed=["acme"]) == []
        assert claim_destinations(connection, now=50, most=9, pushed=["acme"]) == [Due("acme", 2, 1)]
        assert not holds_destination(connection, Due("acme", 1, 0))


def test_a_draft_holds_back_what_follows_it_until_it_is_written_or_parked(database: Database) -> None:
    with database.writing.begin() as connection:
        put_answers(connection, [_answer("m_1"), _answer("m_2", draft="{}"), _answer("m_3")])
        assert _waiting(connection) == ["m_1"]
        assert [one.id for one in load_drafts(connection, most=9)] == ["m_2"]

        assert finish_draft(connection, "m_2", b"written") is True
        assert finish_draft(connection, "m_2", b"again") is False

        assert _waiting(connection) == ["m_1", "m_2", "m_3"]
        assert load_evidence(connection, ["m_2"]) == {"m_2": b"written"}


def test_a_parked_draft_is_written_anew_when_it_is_queued_again(database: Database) -> None:
    with database.writing.begin() as connection:
        put_answers(connection, [_answer("m_1", draft="{}"), _answer("m_2")])
        park_draft(connection, "m_1", "no map")
        assert _waiting(connection) == ["m_2"]

        assert queue_again(connection, "m_1") is True
        assert queue_again(connection, "m_9") is False

        assert [one.id for one in load_drafts(connection, most=9)] == ["m_1"]


def test_a_parked_message_lets_the_next_one_go(database: Database) -> None:
    with database.writing.begin() as connection:
        put_answers(connection, [_answer("m_1"), _answer("m_2")])
        mark_failed(connection, "m_1", reason="HTTP 400", park=True)

        assert _waiting(connection) == ["m_2"]


def _sent(connection: Connection, message: str, group: str = "7") -> None:
    put_answers(connection, [_answer(message)])
    row = NewSent(
        message=message,
        n=1,
        partner="acme",
        type="850",
        number="PO1",
        sender="ZZ:US",
        receiver="01:ACME",
        group_id="PO",
        interchange="000000007",
        group_control=group,
        control="0001",
        status="unsent",
    )
    put_sent(connection, [row])


def test_the_overdue_clock_starts_once_when_the_partner_first_has_it(database: Database) -> None:
    with database.writing.begin() as connection:
        _sent(connection, "m_1")
        assert find_overdue(connection, now=10**9) == []
        mark_sent(connection, ["m_1"], at=5, status="fetched")
        start_clock(connection, "m_1", at=5, due_at=100)
        start_clock(connection, "m_1", at=50, due_at=500)

        assert [one.message for one in find_overdue(connection, now=100)] == ["m_1"]
        assert connection.execute(select(outbox.c.status, outbox.c.sent_at)).one() == ("fetched", 5)


def test_an_answer_finds_the_newest_document_with_its_numbers(database: Database) -> None:
    with database.writing.begin() as connection:
        _sent(connection, "m_1")
        _sent(connection, "m_2")

        found = find_group(connection, partner="acme", group_id="PO", group_control="7")
        assert [one.message for one in found] == ["m_2"]
        assert [one.message for one in find_interchange(connection, partner="acme", interchange="000000007")] == [
            "m_2"
        ]
        assert find_group(connection, partner="bolt", group_id="PO", group_control="7") == []

        settle(connection, found[0], status="rejected", answered_by="m_9.1", at=1)
        assert review(connection, "m_1", 1, comment="phoned", by="kim", at=2) == 1
        rows = connection.execute(select(sent_document.c.status, sent_document.c.comment).order_by("message"))
        assert [tuple(row) for row in rows] == [("reviewed", "phoned"), ("rejected", "")]


def test_evidence_comes_back_byte_for_byte_whatever_its_size(database: Database) -> None:
    bodies = {"m_0": b"", "m_1": b"\x00\xff", "m_2": bytes(range(256)) * (CHUNK_BYTES // 128) + b"x"}
    with database.writing.begin() as connection:
        put_evidence(connection, (row for id, body in bodies.items() for row in chunk_rows(id, body)))

        assert load_evidence(connection, [*bodies, "m_9"]) == bodies
