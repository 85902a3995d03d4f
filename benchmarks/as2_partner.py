"""The second process: the partners. It sends what was prebuilt, takes our 997s, and says what all that cost.

Commands come over a pipe (`Partners.call`). The messages are signed, encrypted and laid out as bytes before any clock
runs; the MDNs are verified after it stops.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

from benchmarks.as2_wire import Heard, Line, Listening, join_message
from benchmarks.as2_world import World
from gateway.transports import as2

CONNECTIONS = 8
OPEN_LOOP_CONNECTIONS = 16
SENT_TIMEOUT_S = 120


class Load(NamedTuple):
    """What one stretch of sending showed. Latencies in seconds, in the order of sending."""

    seconds: float
    latencies: list[float]
    cpu_seconds: float
    answered: int = 0
    """997s that came back, were opened, verified and receipted."""


class Partners:
    """Starts the process; `call` names a method of `_Process` and gives its result."""

    def __init__(self, world: World, now: datetime) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self.stop = context.Event()
        """Set it to end an open loop early; whoever sets it clears it."""
        self._process = context.Process(target=_run, args=(other, world, now, self.stop), daemon=True)
        self._process.start()
        other.close()

    def call(self, name: str, *arguments: Any) -> Any:
        """Raises RuntimeError with what the process says when it fails."""
        self._pipe.send((name, arguments))
        failed, result = self._pipe.recv()
        if failed:
            raise RuntimeError(result)
        return result

    def close(self) -> None:
        self._pipe.close()
        self._process.join(10)


def _run(pipe: Connection, world: World, now: datetime, stop: Event) -> None:
    process = _Process(world, now, stop)
    with contextlib.suppress(EOFError):
        while True:
            name, arguments = pipe.recv()
            try:
                pipe.send((False, getattr(process, name)(*arguments)))
            except Exception as error:
                pipe.send((True, f"{name}: {type(error).__name__}: {error}"))
    # Threads that still listen must not keep the process.
    os._exit(0)


class _Process:
    def __init__(self, world: World, now: datetime, stop: Event) -> None:
        self._now, self._stop = now, stop
        ours = world.ours.certificate_pem
        self._stations = [speaker.station(ours) for speaker in world.speakers]
        self._by_name = {station.our_name: station for station in self._stations}
        self._requests: list[bytes] = []
        self._expected: list[tuple[as2.Expected, as2.Station]] = []
        self._answers: dict[int, Heard] = {}
        self._listening: Listening | None = None
        self._returned: set[str] = set()
        self._turns = threading.Semaphore(0)
        self._wrong = ""

    # --- before the clock ---

    def build(self, notices: Sequence[tuple[int, bytes]]) -> int:
        """Sign, encrypt and lay out each notice of a speaker; they are sent in this order, each once."""
        for speaker, payload in notices:
            station, number = self._stations[speaker], len(self._requests)
            message_id = f"{number:08d}.bench@{station.our_name}"
            built = as2.build_message(
                payload, station, message_id=message_id, filename=f"856-{number:08d}.edi",
                content_type="application/edi-x12", now=self._now,
            )  # fmt: skip
            headers = [("Host", "127.0.0.1"), *built.headers]
            self._requests.append(join_message("POST /as2 HTTP/1.1", headers, built.body))
            expected = as2.Expected(message_id=built.message_id, mic=built.mic, mic_algorithm=built.mic_algorithm)
            self._expected.append((expected, station))
        return len(self._requests)

    def listen(self) -> int:
        """Take our 997s from now on; the port."""
        self._listening = Listening(self._take)
        return self._listening.port

    # --- sending ---

    def closed_loop(self, port: int, start: int, count: int) -> Load:
        """Send so many from `start`, each connection its next one as soon as it was answered."""
        latencies = [0.0] * count
        turns = iter(range(count))

        def send(line: Line, place: int, _: float) -> None:
            began = time.perf_counter()
            self._answers[start + place] = line.ask(self._requests[start + place])
            latencies[place] = time.perf_counter() - began

        return self._timed(CONNECTIONS, port, turns, send, latencies)

    def open_loop(self, port: int, start: int, count: int, per_second: float) -> Load:
        """Send one every 1/`per_second`, however long the answers take; latency counts from the scheduled moment.

        Ends after `count`, or soon after `stop` is set.
        """
        latencies = [0.0] * count
        turns = (place for place in range(count) if not self._stop.is_set())

        def send(line: Line, place: int, began: float) -> None:
            at = began + place / per_second
            time.sleep(max(0.0, at - time.perf_counter()))
            self._answers[start + place] = line.ask(self._requests[start + place])
            latencies[place] = time.perf_counter() - at

        return self._timed(OPEN_LOOP_CONNECTIONS, port, turns, send, latencies)

    def round_trips(self, port: int, start: int, seconds: float, in_flight: int) -> Load:
        """Send for so long, with at most `in_flight` whose 997 is still to come; ends when every 997 has come."""
        before = len(self._returned)
        self._turns = threading.Semaphore(in_flight)
        until = time.perf_counter() + seconds
        latencies: list[float] = []

        def turns() -> Iterator[int]:
            place = 0
            while self._turns.acquire(timeout=SENT_TIMEOUT_S) and time.perf_counter() < until:
                yield place
                place += 1

        def send(line: Line, place: int, _: float) -> None:
            began = time.perf_counter()
            self._answers[start + place] = line.ask(self._requests[start + place])
            latencies.append(time.perf_counter() - began)

        began, cpu = time.perf_counter(), _cpu_seconds()
        self._timed(CONNECTIONS, port, turns(), send, latencies)
        deadline = time.perf_counter() + SENT_TIMEOUT_S
        while len(self._returned) - before < len(latencies) and not self._wrong and time.perf_counter() < deadline:
            time.sleep(0.005)
        took, answered = time.perf_counter() - began, len(self._returned) - before
        if self._wrong or answered != len(latencies):
            raise AssertionError(self._wrong or f"{len(latencies)} sent, {answered} answered")
        return Load(took, latencies, _cpu_seconds() - cpu, answered)

    def _timed(self, connections: int, port: int, turns: Iterator[int], send: Any, latencies: list[float]) -> Load:
        lines = [Line.to(port) for _ in range(connections)]
        lock, failures = threading.Lock(), []
        began, cpu = time.perf_counter(), _cpu_seconds()

        def work(line: Line) -> None:
            try:
                while True:
                    with lock:
                        place = next(turns, None)
                    if place is None:
                        return
                    send(line, place, began)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(line,)) for line in lines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        for line in lines:
            line.close()
        if failures:
            raise failures[0]
        return Load(took, latencies, _cpu_seconds() - cpu)

    # --- after the clock ---

    def verify(self) -> int:
        """How many MDNs came; raises unless each is signed by us, says `processed` and brings the right MIC."""
        count = 0
        for number, heard in sorted(self._answers.items()):
            if heard.status != 200:
                raise AssertionError(f"message {number} was answered {heard.first}: {heard.body[:200]!r}")
            expected, station = self._expected[number]
            reading = as2.read_mdn(heard.headers, heard.body, expected, station, now=self._now)
            if reading.result != "delivered":
                raise AssertionError(f"the MDN of message {number}: {reading.result}, {reading.reason}")
            count += 1
        self._answers.clear()
        return count

    # --- taking 997s ---

    def _take(self, heard: Heard) -> bytes:
        opened = as2.open_message(heard.headers, heard.body, self._find, now=self._now)
        if not opened.accepted or opened.layers != ("encrypted", "signed") or b"997" not in opened.payload:
            self._wrong = f"what came back cannot be taken: {opened.disposition} {opened.reason} {opened.layers}"
        elif _accepts_all(opened.payload):
            if opened.message_id not in self._returned:
                self._returned.add(opened.message_id)
                self._turns.release()
        else:
            self._wrong = f"a 997 refuses: {opened.payload!r}"
        mdn = as2.write_mdn(opened, message_id=f"mdn.{opened.message_id.strip('<>')}", now=self._now)
        return join_message("HTTP/1.1 200 OK", list(mdn.headers), mdn.body)

    def _find(self, _: str, as2_to: str) -> as2.Station | None:
        return self._by_name.get(as2_to)


def _accepts_all(payload: bytes) -> bool:
    """Every AK9 of a 997 says A; its separator stands after ISA."""
    separator = payload[3:4]
    return payload.count(b"AK9" + separator) == payload.count(b"AK9" + separator + b"A" + separator) > 0


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
