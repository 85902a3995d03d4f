"""The opener's process: tasks in on standard input, what is to be stored of each out, until the pipe ends.

Opens and signs only; it never sees the database.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from gateway.partners import read_partners
from gateway.pipeline.as2.opener import Done, SetUp, Task, encoder, task_decoder
from gateway.pipeline.as2.opening import open_request
from gateway.pipeline.as2.stations import Stations, open_stations
from gateway.pipeline.frames import read_frame, write_frame
from gateway.transports import as2


def main() -> None:
    # Ctrl-C goes to the whole foreground group; the parent decides when its children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    stations = Stations(mistake="the first frame brings the partners")
    while (body := read_frame(sys.stdin.buffer)) is not None:
        item = task_decoder.decode(body)
        if isinstance(item, SetUp):
            stations = _set_up(item)
        else:
            write_frame(answers, encoder.encode(_do(item, stations)))


def _set_up(given: SetUp) -> Stations:
    try:
        stations = open_stations(read_partners(given.files), given.keys, given.settings, now=given.now)
    except Exception as error:
        stations = Stations(mistake=f"{type(error).__name__}: {error}")
    # Keys and certificates stay as long as the process; the collector need not walk them.
    gc.collect()
    gc.freeze()
    return stations


def _do(task: Task, stations: Stations) -> Done:
    if stations.mistake:
        return Done(failure=stations.mistake)
    try:
        if as2.is_mdn(task.request.headers, task.request.body):
            return Done()
        return Done(open_request(task.request, stations, id=task.id, now=task.now))
    except Exception as error:
        # Whoever asked opens it then, and meets the error in the open.
        return Done(failure=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
