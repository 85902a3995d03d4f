"""Fetching: exactly the bytes that were announced, hashed as they come; and the file is looked at again at the end.

Small files are read in one go, several at once; larger ones through a bounded window of requests, never one more
byte than announced. Raises Stopped and wire.NotSftp; leaves no handle and no local file behind.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Sequence

from gateway.transports.sftp import wire
from gateway.transports.sftp.endpoint import Limits
from gateway.transports.sftp.exchange import Answer, Exchange
from gateway.transports.sftp.names import encode_path, shown
from gateway.transports.sftp.refusals import not_sftp, refusal
from gateway.transports.sftp.spool import Spool, SpoolFile
from gateway.transports.sftp.trouble import BREAKING, Stopped, Trouble, trouble
from gateway.transports.sftp.values import Fetched, Wanted

CHUNK_BYTES = 32 * 1024
"""What every server gives in one answer; more is often cut short."""
SMALL_BYTES = 64 * 1024
WINDOW = 64
"""READ requests outstanding for one large file: 2 MiB, which is also all that is ever held of it."""


class _Sink:
    """Where bytes go, and their running digest."""

    def __init__(self, spool: Spool | None) -> None:
        self._digest = hashlib.sha256()
        self._parts: list[bytes] = []
        self._file: SpoolFile | None = spool.create() if spool else None

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        if self._file:
            self._file.write(data)
        else:
            self._parts.append(data)

    def finish(self, wanted: Wanted, began: float) -> Fetched:
        file = self._file.finish() if self._file else None
        content = None if file else b"".join(self._parts)
        return Fetched(wanted, self._digest.hexdigest(), content, file, time.monotonic() - began)

    def discard(self) -> None:
        if self._file:
            self._file.discard()


def check_size(wanted: Wanted, limits: Limits, spool: Spool | None) -> Trouble | None:
    """What can be said before anything is asked for."""
    if wanted.size > limits.file_bytes_max:
        text = f"{shown(wanted.path)} has {wanted.size} bytes, {limits.file_bytes_max} are taken at most"
        return trouble("too_large", text)
    return spool.check_room(wanted.size) if spool else None


def seconds_for(size: int, limits: Limits, patience_s: float) -> float:
    """How long a transfer of that many bytes may take in all."""
    return patience_s + size / limits.rate_min_bytes_s


def fetch_small(exchange: Exchange, batch: Sequence[Wanted], spool: Spool | None) -> list[Fetched | Trouble]:
    """Files of at most SMALL_BYTES each, all at once; one outcome for each, in order.

    A line that breaks midway ends the batch: what was whole by then counts, the rest has that Trouble.
    """
    began = time.monotonic()
    outcomes: list[Fetched | Trouble] = []
    try:
        opened = exchange.ask(*[(wire.OPEN, _open_body(wanted)) for wanted in batch])
        handles = [None if a.kind == wire.STATUS else wire.read_string(a.expect(wire.HANDLE)) for a in opened]
        requests = [_requests(w, h) if h is not None else [] for w, h in zip(batch, handles, strict=True)]
        numbers = iter(exchange.send([request for each in requests for request in each]))
        for wanted, answer, handle, asked in zip(batch, opened, handles, requests, strict=True):
            answers = [exchange.answer(next(numbers)) for _ in asked]
            if handle is None:
                outcomes.append(refusal(answer.status, "read", wanted.path, denied="read_denied"))
            else:
                outcomes.append(_take_small(exchange, wanted, handle, answers, spool, began))
        exchange.send([(wire.CLOSE, wire.text(handle)) for handle in handles if handle is not None], is_wanted=False)
    except Stopped as stopped:
        outcomes += [stopped.trouble] * (len(batch) - len(outcomes))
    except wire.NotSftp as error:
        outcomes += [not_sftp(error)] * (len(batch) - len(outcomes))
    return outcomes


def fetch_large(exchange: Exchange, wanted: Wanted, spool: Spool | None) -> Fetched:
    """One file of any size."""
    began = time.monotonic()
    (opened,) = exchange.ask((wire.OPEN, _open_body(wanted)))
    if opened.kind == wire.STATUS:
        raise Stopped(refusal(opened.status, "read", wanted.path, denied="read_denied"))
    handle = wire.read_string(opened.expect(wire.HANDLE))
    try:
        check_still(wanted, *exchange.ask(*_looks(wanted, handle)))
        sink = _Sink(spool)
        try:
            _read_window(exchange, wanted, handle, 0, sink)
            check_still(wanted, *exchange.ask(*_looks(wanted, handle)))
            return sink.finish(wanted, began)
        except BaseException:
            sink.discard()
            raise
    finally:
        _close(exchange, handle)


def check_still(wanted: Wanted, by_handle: Answer, by_name: Answer) -> None:
    """Raises Stopped unless both the open file and the name are still exactly what was listed.

    A file that grew is still being written; one that is smaller, younger or another was truncated or replaced.
    """
    if by_name.kind == wire.STATUS and by_name.status.code == wire.NO_SUCH_FILE:
        raise Stopped(trouble("vanished", f"{shown(wanted.path)} vanished while it was read"))
    seen = [wire.read_attributes(a.expect(wire.ATTRS))[0] for a in (by_handle, by_name) if a.kind != wire.STATUS]
    if not seen:
        raise Stopped(refusal(by_handle.status, "look at", wanted.path, denied="read_denied"))
    for attributes in seen:
        if attributes.mode is not None and not attributes.is_file:
            raise Stopped(trouble("not_a_file", f"{shown(wanted.path)} is no regular file"))
        if attributes.size is not None and attributes.size > wanted.size:
            text = f"{shown(wanted.path)} grew from {wanted.size} to {attributes.size} bytes"
            raise Stopped(trouble("grew", text))
        if attributes.size != wanted.size or (attributes.mtime or 0) != wanted.mtime:
            text = (
                f"{shown(wanted.path)} was {wanted.size} bytes of time {wanted.mtime} and is now {attributes.size} "
                f"of {attributes.mtime}"
            )
            raise Stopped(trouble("changed", text))


def _open_body(wanted: Wanted) -> bytes:
    return wire.open_body(encode_path(wanted.path), wire.READ_FLAG)


def _looks(wanted: Wanted, handle: bytes) -> list[tuple[int, bytes]]:
    return [(wire.FSTAT, wire.text(handle)), (wire.LSTAT, wire.text(encode_path(wanted.path)))]


def _requests(wanted: Wanted, handle: bytes) -> list[tuple[int, bytes]]:
    """All of a small file and a look at it afterwards: a server works on one file in the order of the requests."""
    reads = [
        (wire.READ, wire.read_body(handle, offset, min(CHUNK_BYTES, wanted.size - offset)))
        for offset in range(0, wanted.size, CHUNK_BYTES)
    ]
    return reads + _looks(wanted, handle)


def _take_small(
    exchange: Exchange, wanted: Wanted, handle: bytes, answers: list[Answer], spool: Spool | None, began: float
) -> Fetched | Trouble:
    """The outcome of one small file. Raises Stopped only for what breaks the line."""
    sink: _Sink | None = None
    try:
        *reads, by_handle, by_name = answers
        check_still(wanted, by_handle, by_name)
        sink = _Sink(spool)
        offset = 0
        for number, answer in enumerate(reads):
            data = _data(wanted, answer, min(CHUNK_BYTES, wanted.size - offset))
            sink.write(data)
            offset += len(data)
            if offset != min((number + 1) * CHUNK_BYTES, wanted.size):
                # Cut short, as a server may: the rest is asked for by itself, and the file looked at once more.
                _read_window(exchange, wanted, handle, offset, sink)
                check_still(wanted, *exchange.ask(*_looks(wanted, handle)))
                break
        return sink.finish(wanted, began)
    except BaseException as error:
        if sink is not None:
            sink.discard()
        if isinstance(error, Stopped) and error.trouble.code not in BREAKING:
            return error.trouble
        raise


def _read_window(exchange: Exchange, wanted: Wanted, handle: bytes, offset: int, sink: _Sink) -> None:
    """Read from `offset` to the announced end with at most WINDOW requests outstanding, in order into the sink."""
    waiting: deque[tuple[int, int, int]] = deque()
    try:
        while offset < wanted.size or waiting:
            if offset < wanted.size and len(waiting) <= WINDOW // 2:
                pieces: list[tuple[int, int]] = []
                while offset < wanted.size and len(waiting) + len(pieces) < WINDOW:
                    length = min(CHUNK_BYTES, wanted.size - offset)
                    pieces.append((offset, length))
                    offset += length
                numbers = exchange.send([(wire.READ, wire.read_body(handle, *piece)) for piece in pieces])
                waiting += [(number, *piece) for number, piece in zip(numbers, pieces, strict=True)]
            number, place, length = waiting.popleft()
            data = _data(wanted, exchange.answer(number), length)
            sink.write(data)
            while len(data) < length:
                place, length = place + len(data), length - len(data)
                (again,) = exchange.ask((wire.READ, wire.read_body(handle, place, length)))
                data = _data(wanted, again, length)
                sink.write(data)
    finally:
        exchange.forget([number for number, _, _ in waiting])


def _data(wanted: Wanted, answer: Answer, asked: int) -> bytes:
    """The bytes of one READ answer, one at least."""
    if answer.kind == wire.STATUS:
        if answer.status.code == wire.EOF:
            raise Stopped(trouble("changed", f"{shown(wanted.path)} ended before its {wanted.size} bytes"))
        raise Stopped(refusal(answer.status, "read", wanted.path, denied="read_denied"))
    data = wire.read_string(answer.expect(wire.DATA))
    if not 1 <= len(data) <= asked:
        raise wire.NotSftp(f"{len(data)} bytes for a request of {asked}")
    return data


def _close(exchange: Exchange, handle: bytes) -> None:
    try:
        exchange.send([(wire.CLOSE, wire.text(handle))], is_wanted=False)
    except Stopped:
        # The line is gone, and its handles with it.
        pass
