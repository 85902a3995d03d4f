"""Reading children: processes that do the pure work of large backlogs, over pipes of our own.

A child is started before any thread exists, is sent the configuration once, and ends when its pipe does, so it cannot
outlive a killed parent. Batches, not single messages: one at a time costs more than it saves.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import IO, Any

import msgspec

from gateway.errors import Unavailable
from gateway.pipeline.answering.envelopes import Refused, Written
from gateway.pipeline.answering.writing import Gathered
from gateway.pipeline.context import Context
from gateway.pipeline.frames import read_frame, write_frame
from gateway.pipeline.reading.references import Names, Referring
from gateway.pipeline.reading.values import ReadMessage
from gateway.store.inbox import Claimed


class Work(msgspec.Struct, frozen=True, array_like=True):
    """One batch for a child, to be read or to be written.

    `files` is the configuration, `zones` are those of places, `names` what identifiers mean where some map asks; None
    when the child has them from the batch before.
    """

    files: dict[str, bytes] | None
    zones: dict[str, str] | None
    names: Names | None
    messages: tuple[tuple[Claimed, bytes], ...] = ()
    drafts: tuple[Gathered, ...] = ()
    at: datetime | None = None
    """When the drafts are written."""


class Result(msgspec.Struct, frozen=True, array_like=True):
    """A child's answer: `failure` is set when it could not work at all."""

    readings: tuple[ReadMessage, ...] = ()
    written: tuple[Written | Refused, ...] = ()
    failure: str = ""


encoder = msgspec.msgpack.Encoder()
result_decoder = msgspec.msgpack.Decoder(Result)
work_decoder = msgspec.msgpack.Decoder(Work)


class _Child:
    """One process and the hash of the configuration that it has."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "gateway.pipeline.reading.child"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        self._has = ""
        self._zones: Mapping[str, str] | None = None
        self._referring: Referring | None = None

    @property
    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        to_child, from_child = self._process.stdin, self._process.stdout
        if to_child is None or from_child is None:
            raise AssertionError("a child is always started with pipes")
        return to_child, from_child

    def work(
        self,
        context: Context,
        messages: Sequence[tuple[Claimed, bytes]] = (),
        drafts: Sequence[Gathered] = (),
    ) -> Result:
        configuration = context.configuration
        files = configuration.files if self._has != configuration.hash else None
        zones = dict(context.zones) if self._zones is not context.zones else None
        referring = context.referring if configuration.refers else self._referring
        names = Names.of(referring.masterdata) if referring is not None and referring is not self._referring else None
        to_child, from_child = self._pipes
        try:
            work = Work(files, zones, names, tuple(messages), tuple(drafts), context.now)
            write_frame(to_child, encoder.encode(work))
            body = read_frame(from_child)
        except OSError as error:
            raise Unavailable(f"a reading child ended: {error}") from error
        if body is None:
            raise Unavailable("a reading child ended")
        result = result_decoder.decode(body)
        if result.failure:
            self._has, self._zones, self._referring = "", None, None
            raise Unavailable(result.failure)
        self._has, self._zones, self._referring = configuration.hash, context.zones, referring
        return result

    def close(self) -> None:
        to_child, from_child = self._pipes
        with contextlib.suppress(OSError):
            to_child.close()
        self._process.wait()
        from_child.close()


class Children:
    """A fixed number of children; each takes one batch at a time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._all = tuple(_Child() for _ in range(count))
        self._idle = list(self._all)
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix="reading")

    def read(self, context: Context, messages: Sequence[tuple[Claimed, bytes]]) -> Future[list[ReadMessage]]:
        """Read a batch in the next idle child. The future raises Unavailable when the child could not."""
        return self._threads.submit(lambda: list(self._work(context, messages=messages).readings))

    def write(self, context: Context, drafts: Sequence[Gathered]) -> Future[list[Written | Refused]]:
        """Write documents from drafts in the next idle child, each in its place; as `read`."""
        return self._threads.submit(lambda: list(self._work(context, drafts=drafts).written))

    def _work(self, context: Context, **work: Any) -> Result:
        # As many threads as children: an idle one is always there. Appending and popping are atomic.
        child = self._idle.pop()
        try:
            return child.work(context, **work)
        finally:
            self._idle.append(child)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        for child in self._all:
            child.close()
