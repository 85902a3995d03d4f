from __future__ import annotations

from gateway.pipeline.posting.pace import Pace
from gateway.pipeline.reading.values import ReadDocument, ReadMessage
from gateway.store.documents import DocumentRow
from gateway.store.writer import LOCK_SECONDS, QUIET_LOCK_SECONDS


def _message(id: str, lines: int) -> ReadMessage:
    document = ReadDocument(row=DocumentRow(message=id, n=1), line_count=lines)
    return ReadMessage(id=id, token=1, partner="acme", received_at=0, documents=(document,))


def _taught(*, per_batch: float, per_line: float) -> Pace:
    pace = Pace()
    for weight in (20, 60, 120, 40, 90, 150) * 40:
        pace.learn(weight, per_batch + per_line * weight)
    return pace


def test_batches_keep_their_order_and_lose_nothing() -> None:
    messages = [_message(f"m_{n}", 30) for n in range(50)]

    batches = list(Pace().cut(messages, LOCK_SECONDS))

    assert [one for batch in batches for one in batch] == messages
    assert len(batches) > 1


def test_a_message_larger_than_any_batch_goes_alone_and_whole() -> None:
    small, large = _message("m_1", 1), _message("m_2", 1_000_000)

    assert list(Pace().cut([small, large, small], LOCK_SECONDS)) == [[small], [large], [small]]


def test_batches_are_cut_to_the_time_the_lock_may_be_held() -> None:
    pace = _taught(per_batch=0.005, per_line=0.0001)

    assert 140 <= pace.lines_max(LOCK_SECONDS) <= 160


def test_a_dear_batch_never_shrinks_to_nothing() -> None:
    """Where a batch costs more than the whole time by itself, smaller ones would only hold the lock more often."""
    pace = _taught(per_batch=0.040, per_line=0.0001)

    assert pace.lines_max(LOCK_SECONDS) >= 200


def test_batches_are_larger_while_nobody_waits_to_be_accepted() -> None:
    pace = _taught(per_batch=0.005, per_line=0.0001)

    assert 2400 <= pace.lines_max(QUIET_LOCK_SECONDS) <= 2500
