"""What leaves for a partner lies in lines, and in the release, as its agreement says."""

from __future__ import annotations

from tests.unit.pipeline.world import Town, order


def written(town: Town, terms: str) -> bytes:
    """The 850 that leaves for an order, with these terms of X12."""
    town.edit("acme", 'x12: {release: "004010", ', f"x12: {{{terms}")
    town.bring(order(), "erp")
    (one,) = [message for message in town.street.messages(direction="out") if message["kind"] == "850"]
    return bytes(town.street.fetch(one["id"]))


def test_each_segment_ends_its_line(town: Town) -> None:
    data = written(town, "line_break: crlf, ")

    assert data.count(b"~\r\n") == data.count(b"~") == data.count(b"\n")


def test_lines_have_80_columns(town: Town) -> None:
    lines = written(town, "columns: 80, ").split(b"\r\n")

    assert {len(line) for line in lines[:-2]} == {80}
    assert b"".join(lines).count(b"~") > len(lines)


def test_marks_and_release_are_the_partners_own(town: Town) -> None:
    data = written(town, 'release: "005010", element: "|", repetition: "!", ')

    assert b"|!|00501|" in data
    assert b"|X|005010~" in data
