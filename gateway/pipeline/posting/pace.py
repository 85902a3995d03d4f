"""How large a posting may be: batches are cut so that the write lock is held for about a given time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.pipeline.reading.values import ReadMessage


class Pace:
    """How many lines may be posted while the write lock is held: learned are a batch's own cost and a line's.

    In one figure, a batch's own cost would look like dear lines, and batches shrink until each is one message.
    """

    def __init__(self) -> None:
        # Fading sums: 1, lines, seconds, lines squared, lines times seconds; begun with 20 lines in 10 ms, 200 in 30.
        self._sums = [2.0, 220.0, 0.040, 40_400.0, 6.2]

    def learn(self, weight: int, seconds: float) -> None:
        for n, value in enumerate((1.0, weight, seconds, weight * weight, weight * seconds)):
            self._sums[n] = 0.95 * self._sums[n] + value

    def lines_max(self, lock_seconds: float) -> float:
        """Lines that fit into the time; never fewer than take as long as the batch itself."""
        count, lines, seconds, squares, products = self._sums
        spread = count * squares - lines * lines
        per_line = max((count * products - lines * seconds) / spread, 1e-6) if spread > 0 else 1e-4
        per_batch = min(max((seconds - per_line * lines) / count, 0.0), seconds / count)
        return max(lock_seconds - per_batch, per_batch) / per_line

    def cut(self, messages: Sequence[ReadMessage], lock_seconds: float) -> Iterator[list[ReadMessage]]:
        """Batches in order, each within `lock_seconds`; a larger message is a batch of its own and never split."""
        most = self.lines_max(lock_seconds)
        batch: list[ReadMessage] = []
        weight = 0.0
        for message in messages:
            if batch and weight + message.weight > most:
                yield batch
                batch, weight = [], 0
            batch.append(message)
            weight += message.weight
        if batch:
            yield batch
