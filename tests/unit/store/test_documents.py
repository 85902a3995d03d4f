from __future__ import annotations

from sqlalchemy import text

from gateway.document import Fault
from gateway.store import documents
from gateway.store.controls import LAST, ControlNumbers, set_last
from gateway.store.database import Database
from gateway.store.documents import (
    DocumentRow,
    Earlier,
    Key,
    find_interchanges,
    find_keys,
    load_documents,
    put_documents,
    replace_documents,
)
from gateway.store.published import in_force, load_files, publish

KEY = Key("01:ACME", "ZZ:US", "000000001", "1", "0001")


def _row(message: str, n: int = 1, *, key: Key = KEY, digest: str = "d", at: int = 10) -> DocumentRow:
    return DocumentRow(
        message=message,
        n=n,
        partner="acme",
        format="x12",
        type="856",
        key=key,
        digest=digest,
        status="recorded",
        at=at,
    )


def test_documents_come_back_as_they_were_put(database: Database) -> None:
    row = DocumentRow(
        message="m_1",
        n=2,
        partner="acme",
        format="x12",
        type="856",
        version="004010",
        key=KEY,
        group_id="SH",
        group_sender="ACME",
        group_receiver="US",
        test=True,
        digest="d",
        accepted=False,
        status="rejected",
        reason_code="syntax",
        reason="why",
        faults=(Fault(code="7", text="bad", segment=3, tag="BSN", element=2, value="x"),),
        unmapped="1 segment not mapped",
        guide="g",
        map="m",
        configuration="c",
        result=b"[]",
        original="m_0.1",
        at=5,
    )
    with database.writing.begin() as connection:
        put_documents(connection, [_row("m_1"), row])

        assert load_documents(connection, "m_1") == [_row("m_1"), row]


def test_keys_find_earlier_documents_oldest_first_and_none_before_the_window(database: Database) -> None:
    other = KEY._replace(control="0002")
    with database.writing.begin() as connection:
        put_documents(connection, [_row("m_2", at=20, digest="e"), _row("m_1", at=10), _row("m_0", at=1)])
        put_documents(connection, [_row("m_3", key=other)])

        assert find_keys(connection, [KEY, KEY._replace(receiver="ZZ:X")], since=10) == [
            Earlier("m_1.1", "d", "recorded", 10, KEY, "m_1"),
            Earlier("m_2.1", "e", "recorded", 20, KEY, "m_2"),
        ]


def test_interchange_numbers_find_earlier_documents_whatever_their_own_numbers(database: Database) -> None:
    other = KEY._replace(group_control="7", control="0002")
    with database.writing.begin() as connection:
        put_documents(connection, [_row("m_2", at=20, key=other), _row("m_1", at=10), _row("m_0", at=1)])
        put_documents(connection, [_row("m_3", key=KEY._replace(interchange="000000999"))])

        assert find_interchanges(connection, [KEY], since=10) == [
            Earlier("m_1.1", "d", "recorded", 10, KEY, "m_1"),
            Earlier("m_2.1", "d", "recorded", 20, other, "m_2"),
        ]


def test_a_format_without_control_numbers_has_no_key(database: Database) -> None:
    with database.writing.begin() as connection:
        put_documents(connection, [_row("m_1", key=Key("", "", "", "", ""))])

        assert find_keys(connection, [Key("", "", "", "", "")], since=0) == []
        assert find_interchanges(connection, [Key("", "", "", "", "")], since=0) == []


def test_a_replay_writes_its_documents_again(database: Database) -> None:
    with database.writing.begin() as connection:
        put_documents(connection, [_row("m_1", 1), _row("m_1", 2)])
        replace_documents(connection, [_row("m_1", 2, digest="new")])

        assert [row.digest for row in load_documents(connection, "m_1")] == ["d", "new"]


def test_control_numbers_go_on_where_they_stopped_and_never_repeat(database: Database) -> None:
    with database.writing.begin() as connection:
        numbers = ControlNumbers(connection, [("us", "acme", "ISA")])
        taken = [numbers.take("us", "acme", "ISA") for _ in range(3)] + [numbers.take("us", "bolt", "ISA")]
        numbers.save()
        numbers.save()
    with database.writing.begin() as connection:
        numbers = ControlNumbers(connection, [("us", "acme", "ISA")])
        taken += [numbers.take("us", "acme", "ISA"), numbers.take("us", "acme", "GS")]
        numbers.save()

    assert taken == [1, 2, 3, 1, 4, 1]


def test_control_numbers_start_over_after_nine_digits(database: Database) -> None:
    with database.writing.begin() as connection:
        set_last(connection, "us", "acme", "ISA", LAST - 1)
        numbers = ControlNumbers(connection, [])

        assert [numbers.take("us", "acme", "ISA") for _ in range(3)] == [LAST, 1, 2]


def test_configuration_is_published_once_per_hash_and_kept_for_ever(database: Database) -> None:
    old, new = {"a": b"1", "b": b"2"}, {"a": b"3", "b": b"2"}
    with database.writing.begin() as connection:
        assert publish(connection, "h1", old, now=1) is True
        assert publish(connection, "h1", old, now=2) is False
        assert publish(connection, "h2", new, now=3) is True

        assert in_force(connection) == "h2"
        assert (load_files(connection, "h1"), load_files(connection, "h2")) == (old, new)
        assert load_files(connection, "h3") == {}


def test_history_is_found_by_its_index_however_long_it_is(database: Database) -> None:
    # SQLite looks through the whole table for `(a, b) IN (...)`: a batch took the longer the more was ever received.
    for query in (documents._find_keys, documents._find_interchanges):
        with database.writing.begin() as connection:
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {query.statement}"), {"keys": "[]", "since": 0})
            steps = [row.detail for row in plan]

        assert [step for step in steps if step.startswith("SEARCH d USING INDEX document_key")]
        assert not [step for step in steps if step.startswith("SCAN d")]
