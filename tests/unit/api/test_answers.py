"""Answers: decimals as strings, and cursors that lead through every row exactly once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from fastapi import Request

from gateway.api.answers import answer, answer_page, open_cursor, open_number_cursor
from gateway.api.problems import Problem


def request(query: str) -> Request:
    return Request({
        "type": "http", "method": "GET", "path": "/v1/things", "query_string": query.encode(), "headers": [],
        "server": ("crossdock.example", 80), "scheme": "http",
    })  # fmt: skip


def test_quantities_are_strings_and_times_iso_8601() -> None:
    found = answer({"quantity": Decimal("12.50"), "at": datetime(2026, 11, 22, tzinfo=UTC)})
    assert found.body == b'{"quantity":"12.50","at":"2026-11-22T00:00:00Z"}'


def test_the_last_page_has_no_next() -> None:
    found = answer_page(request("limit=3"), [1, 2, 3], 3, lambda row: row)
    assert found.body == b'{"items":[1,2,3],"next":null}'
    assert "link" not in found.headers


def test_a_page_links_to_the_next_one_and_keeps_the_filter() -> None:
    found = answer_page(request("part=P1&limit=2"), [1, 2, 3], 2, lambda row: row)
    assert found.body == b'{"items":[1,2],"next":"YWZ0ZXI6Mg"}'
    assert found.headers["link"] == '</v1/things?part=P1&limit=2&cursor=YWZ0ZXI6Mg>; rel="next"'
    assert open_number_cursor("YWZ0ZXI6Mg") == 2


def test_without_a_cursor_a_list_begins_at_its_beginning() -> None:
    assert (open_cursor(None), open_number_cursor(None)) == ("", 0)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "_-_-", "YWZ0ZXI6bV8x", f"YWZ0ZXI6{'OTk5' * 1_000}"])
def test_a_cursor_that_we_never_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        open_number_cursor(cursor)
    assert caught.value.kind.code == "not-valid"
