from __future__ import annotations

import pytest

from gateway.store import transports
from gateway.store.database import Database
from gateway.store.transports import Facts

RECEIVED = Facts(
    message="m_1",
    direction="in",
    channel="as2",
    partner="acme",
    key="<1@acme>",
    mic="AAAA, sha-256",
    at=5,
    facts={"layers": ["encrypted", "signed"], "signed_by": "ab", "timings_ms": {"open": 1.5}},
)
SENT = Facts(
    message="m_2", direction="out", channel="as2", partner="acme", key="<2@us>", mic="BBBB, sha-256", due_at=9
)


def test_facts_come_back_as_they_were_kept(database: Database) -> None:
    with database.writing.begin() as connection:
        transports.put_facts(connection, RECEIVED)
        transports.put_facts(connection, SENT)

        assert transports.load_facts(connection, "m_1") == RECEIVED
        assert transports.load_all_facts(connection, ["m_1", "m_2", "m_3"]) == {"m_1": RECEIVED, "m_2": SENT}
        assert transports.load_facts(connection, "m_3") is None


def test_the_same_content_is_found_under_another_key_of_the_same_partner_only(database: Database) -> None:
    with database.writing.begin() as connection:
        transports.put_facts(connection, RECEIVED)
        found = {
            (partner, key): transports.find_same_content(connection, partner=partner, mic=RECEIVED.mic, but_key=key)
            for partner in ("acme", "quay")
            for key in ("<1@acme>", "<9@acme>")
        }

    assert found == {
        ("acme", "<1@acme>"): "",
        ("acme", "<9@acme>"): "m_1",
        ("quay", "<1@acme>"): "",
        ("quay", "<9@acme>"): "",
    }


def test_a_sent_message_is_found_by_its_key_and_when_its_mdn_is_overdue(database: Database) -> None:
    with database.writing.begin() as connection:
        transports.put_facts(connection, RECEIVED)
        transports.put_facts(connection, SENT)

        assert transports.find_sent(connection, "<2@us>") == [SENT]
        assert transports.find_sent(connection, "<1@acme>") == []
        assert transports.find_unanswered(connection, now=8) == []
        assert transports.find_unanswered(connection, now=9) == [SENT]
        transports.set_due(connection, "m_2", 0)
        assert transports.find_unanswered(connection, now=9) == []


@pytest.mark.parametrize("name", ["transport_mic", "transport_key", "transport_due"])
def test_lookups_use_their_index(database: Database, name: str) -> None:
    statements = {
        "transport_mic": (transports._by_mic.statement, {"partner": "p", "mic": "m"}),
        "transport_key": (transports._by_key, {"key": "k"}),
        "transport_due": (transports._overdue, {"now": 1}),
    }
    statement, values = statements[name]
    with database.read() as connection:
        compiled = statement.compile(connection)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(values.values())).all()

    assert name in str(plan)


def test_a_raw_request_comes_apart_as_it_was_joined() -> None:
    headers = [("as2-from", "ACME"), ("content-type", 'multipart/signed; boundary="b"')]

    assert transports.split_raw(transports.join_raw(headers, b"a\r\n\r\nb")) == (headers, b"a\r\n\r\nb")
    assert transports.split_raw(transports.join_raw([], b"")) == ([], b"")
