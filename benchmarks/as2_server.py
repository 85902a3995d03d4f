"""The server of the benchmarks: `gateway.serve` as it is, in a process of its own, on the corpus's calendar.

    python -m benchmarks.as2_server HOME NOW [--accept-only]

`Server` starts it, reads its port, says what it cost and ends it.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.as2_world import OUR_NAME
from gateway.logs import set_up_logs
from gateway.serve import serve
from gateway.settings import Settings

QUEUE_MAX = 1_000_000
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """`with Server(home, now) as server:` is a server on `server.port` whose clock began at `now`."""

    def __init__(self, home: Path, now: datetime, *, accept_only: bool = False) -> None:
        command = [sys.executable, "-m", "benchmarks.as2_server", str(home), now.isoformat()]
        self._log = (home / "server.log").open("ab")
        self._process = subprocess.Popen(
            command + ["--accept-only"] * accept_only, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if ":" not in line:
            raise RuntimeError(f"the server did not start: {(home / 'server.log').read_text('utf-8')[-2000:]}")
        self.port = int(line.rstrip().rpartition(":")[2])

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """Of the server and its reading children so far; NaN where the system does not tell."""
        try:
            pids = [self.pid, *_children(self.pid)]
            return sum(_cpu_seconds(pid) for pid in pids)
        except OSError:
            return float("nan")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._log.close()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text("ascii").split():
            found += [int(child), *_children(int(child))]
    return found


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("now", type=datetime.fromisoformat)
    parser.add_argument("--accept-only", action="store_true")
    chosen = parser.parse_args()
    # The clock runs from there: the traffic is of the corpus's days.
    settings = Settings(home=chosen.home, now=chosen.now, port=0, queue_max=QUEUE_MAX, as2_name=OUR_NAME)
    # As `crossdock serve` does by default: one line for each request is part of what a request costs.
    set_up_logs("info", "json")
    serve(settings, works=not chosen.accept_only)


if __name__ == "__main__":
    main()
