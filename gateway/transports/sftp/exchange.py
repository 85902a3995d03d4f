"""Requests and answers over one SSH channel: many outstanding, each wait bounded, each packet bounded.

Must not know what requests mean. Everything that breaks the line is `Stopped` with cut, stalled, slow or protocol;
a refused request is an answer like any other; an answer that cannot be decoded is `wire.NotSftp`. One thread at a
time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import paramiko

from gateway.transports.sftp import wire
from gateway.transports.sftp.trouble import Stopped, trouble

RECEIVE_BYTES = 1 << 18


class Line(Protocol):
    """What is used of a `paramiko.Channel`."""

    def recv(self, nbytes: int) -> bytes: ...
    def sendall(self, s: bytes) -> None: ...
    def settimeout(self, timeout: float | None) -> None: ...


class Answer:
    """One answer: its type and what follows the request id."""

    __slots__ = ("body", "kind")

    def __init__(self, kind: int, body: bytes) -> None:
        self.kind, self.body = kind, body

    @property
    def status(self) -> wire.Status:
        """The status; OK for an answer that carries something instead."""
        return wire.read_status(self.body) if self.kind == wire.STATUS else wire.Status(wire.OK, "")

    def expect(self, kind: int) -> bytes:
        """The body of an answer of that type. Raises NotSftp for any other: a status must be looked at first."""
        if self.kind != kind:
            raise wire.NotSftp(f"answer of type {self.kind} where {kind} belongs")
        return self.body


class Exchange:
    """`where` names the server in messages."""

    def __init__(
        self, line: Line, where: str, patience_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = line
        self._where = where
        self._patience_s = patience_s
        self._clock = clock
        self._deadline = clock() + patience_s
        self._next = 1
        self._received = bytearray()
        self._answers: dict[int, Answer] = {}
        self._open: set[int] = set()
        self._unwanted: set[int] = set()
        self.sending_since: float | None = None
        """When the send that is under way began; paramiko puts no end to one that TCP does not take."""
        self.extensions: dict[bytes, bytes] = {}

    def begin(self, seconds: float) -> None:
        """A new piece of work: it may take that long in all, and `patience_s` without a byte."""
        self._deadline = self._clock() + seconds

    def greet(self) -> None:
        """Agree on version 3. Source: section 4."""
        self._transmit(wire.build_init())
        packet = self._packet()
        if packet[0] != wire.VERSION_ANSWER:
            raise self._nonsense("no version")
        version, self.extensions = wire.read_version(packet[1:])
        if version < wire.VERSION:
            raise self._nonsense(f"version {version}")

    def send(self, requests: Sequence[tuple[int, bytes]], *, is_wanted: bool = True) -> list[int]:
        """Send requests in one go and return their numbers. Answers that are not wanted are dropped as they come."""
        numbers = range(self._next, self._next + len(requests))
        self._next += len(requests)
        (self._open if is_wanted else self._unwanted).update(numbers)
        packets = [wire.build_request(kind, n, body) for n, (kind, body) in zip(numbers, requests, strict=True)]
        if packets:
            self._transmit(b"".join(packets))
        return list(numbers)

    def answer(self, number: int) -> Answer:
        """Wait for the answer to that request; others that arrive meanwhile are kept."""
        while number not in self._answers:
            self._take(self._packet())
        return self._answers.pop(number)

    def ask(self, *requests: tuple[int, bytes]) -> list[Answer]:
        """Send and wait for all answers, in the order of the requests."""
        return [self.answer(number) for number in self.send(requests)]

    def forget(self, numbers: Sequence[int]) -> None:
        """Nobody waits for these any more: their answers are dropped, whether they came or not."""
        for number in numbers:
            if self._answers.pop(number, None) is None and number in self._open:
                self._open.remove(number)
                self._unwanted.add(number)

    def _take(self, packet: bytes) -> None:
        if len(packet) < 5:
            raise self._nonsense("a packet without a request id")
        number = int.from_bytes(packet[1:5], "big")
        if number in self._open:
            self._open.remove(number)
            self._answers[number] = Answer(packet[0], packet[5:])
        elif number in self._unwanted:
            self._unwanted.remove(number)
        else:
            raise self._nonsense("an answer nobody asked for")

    def _packet(self) -> bytes:
        """The next whole packet without its length."""
        self._fill(4)
        length = int.from_bytes(self._received[:4], "big")
        if not 1 <= length <= wire.PACKET_BYTES_MAX:
            raise self._nonsense(f"a packet of {length} bytes")
        self._fill(4 + length)
        packet = bytes(self._received[4 : 4 + length])
        del self._received[: 4 + length]
        return packet

    def _fill(self, size: int) -> None:
        while len(self._received) < size:
            left = self._deadline - self._clock()
            if left <= 0:
                raise Stopped(trouble("slow", f"{self._where} did not finish in time"))
            self._line.settimeout(min(left, self._patience_s))
            try:
                data = self._line.recv(RECEIVE_BYTES)
            except TimeoutError:
                if left > self._patience_s:
                    text = f"{self._where} sent nothing for {self._patience_s:g} s"
                    raise Stopped(trouble("stalled", text)) from None
                continue
            except (OSError, EOFError, paramiko.SSHException) as error:
                raise self._cut() from error
            if not data:
                raise self._cut()
            self._received += data

    def _transmit(self, data: bytes) -> None:
        self._line.settimeout(self._patience_s)
        began = self.sending_since = self._clock()
        try:
            self._line.sendall(data)
        except (OSError, EOFError, paramiko.SSHException) as error:
            if isinstance(error, TimeoutError) or self._clock() - began >= self._patience_s:
                text = f"{self._where} took nothing for {self._patience_s:g} s"
                raise Stopped(trouble("stalled", text)) from error
            raise self._cut() from error
        finally:
            self.sending_since = None

    def _cut(self) -> Stopped:
        return Stopped(trouble("cut", f"{self._where} closed the connection"))

    def _nonsense(self, what: str) -> Stopped:
        return Stopped(trouble("protocol", f"{self._where} answered what is not SFTP: {what}"))
