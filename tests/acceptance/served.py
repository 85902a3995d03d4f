"""`serve` in a process of its own that tests kill and start again."""

from __future__ import annotations

import re
import selectors
import signal
import subprocess
import sys
import threading
from pathlib import Path

START_SECONDS = 60


class Served:
    """`serve` on one home, killed and started again; senders wait for its next address."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._url = ""
        self._up = threading.Condition()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gateway.cli", "serve", "--home", str(self._home), "--port", "0"]
        log = (self._home / "serve.log").open("a")
        with log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        url = self._read_address()
        with self._up:
            self._url = url
            self._up.notify_all()

    def stop(self, how: signal.Signals) -> int:
        assert self._process is not None
        with self._up:
            self._url = ""
        self._process.send_signal(how)
        code = self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def url(self) -> str:
        """The address, waiting while there is none."""
        with self._up:
            assert self._up.wait_for(lambda: self._url, START_SECONDS)
            return self._url

    def _read_address(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._process.stdout, selectors.EVENT_READ)
            while waiting.select(START_SECONDS) and (line := self._process.stdout.readline()):
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    return found[0]
        raise AssertionError((self._home / "serve.log").read_text()[-2000:])

    def pause(self, seconds: float) -> None:
        """Let it work for so long."""
        threading.Event().wait(seconds)
