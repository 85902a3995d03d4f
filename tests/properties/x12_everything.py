"""Everything that is done with bytes from outside, in one call: read, checked, shown, told as JSON and answered.

Nothing in it may raise, whatever the bytes; what must hold of any of it is asserted here, so that every way of making
bytes (`test_x12_reader.py`, `test_x12_fuzzing.py`) asks for the same.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from gateway.cli.x12_ack import answer_json, write_answer
from gateway.cli.x12_json import reading_json
from gateway.document import Fault
from gateway.x12 import Guides, Interchange, Reading, document_page, plan_acks, read, show
from gateway.x12.envelope.reader import nobody
from gateway.x12.limits import LIMITS

SMALL = LIMITS._replace(chunk_bytes=64, first_chunk_bytes=16, segment_bytes_max=512)
CLOCK = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def exercise(data: bytes, guides: Guides) -> list[bytes]:
    """The answers that are written to these bytes."""
    reading = read(data, guides)
    _assert_sane(reading, data)
    assert read(data, guides, trees=False).accepted == reading.accepted
    _assert_sane(read(data, guides, limits=SMALL), data)
    assert json.dumps(reading_json(reading))
    assert "\x1b" not in show(reading, guides)
    assert "".join(document_page(reading, guides)).endswith("</html>\n")
    return [answer for one in reading.interchanges if (answer := _answer(one, guides))]


def is_for_the_oracle(answer: bytes) -> bool:
    """True for an answer with groups, in marks that pyx12's guides know how to read."""
    return answer[105:106] == b"~" and answer[3:4] == b"*" and b"\nST*" in answer


def _assert_sane(reading: Reading, data: bytes) -> None:
    behind = 0
    for interchange in reading.interchanges:
        assert behind <= interchange.first_byte < interchange.last_byte <= len(data)
        behind = interchange.last_byte
        for document in interchange.documents:
            assert interchange.first_byte < document.first_byte < document.last_byte <= interchange.last_byte
            assert document.fault_count >= len(document.faults)
            if document.accepted is not None:
                assert document.accepted != any(fault.rejects for fault in document.faults)
    faults = [fault for one in reading.interchanges for d in one.documents for fault in d.faults]
    assert all(0 <= (fault.first_byte or 0) <= len(data) for fault in faults)


def _judged(faults: tuple[Fault, ...]) -> list[Fault]:
    return [fault for fault in faults if fault.code != "no_guide"]


def _answer(interchange: Interchange, guides: Guides) -> bytes:
    answer = write_answer(interchange, guides, 1, CLOCK, nobody)
    if answer:
        assert answer_json(interchange, answer)["segments"]
        (back,) = read(answer, guides).interchanges
        assert [fault.text for fault in back.faults] == []
        assert [fault.text for group in back.groups for fault in group.faults] == []
        # An answer to a release without a 997 of its own is written by another's; no guide reads it back.
        assert [fault.text for document in back.documents for fault in _judged(document.faults)] == []
        plan = plan_acks(back)
        assert (plan.ta1, plan.groups) == (None, ())
    return answer
