"""A reading child: batches in on standard input, readings out on standard output, until the pipe ends.

Does the pure work only; it never opens the database.
"""

from __future__ import annotations

import os
import signal
import sys

from gateway.mapping import Configuration
from gateway.pipeline.answering.writing import write
from gateway.pipeline.frames import read_frame, write_frame
from gateway.pipeline.reading.children import Result, Work, encoder, work_decoder
from gateway.pipeline.reading.message import read_message
from gateway.pipeline.reading.references import Referring


def main() -> None:
    # Ctrl-C goes to the whole foreground group; the parent decides when its children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    configuration: Configuration | None = None
    zones: dict[str, str] = {}
    referring = Referring()
    while (body := read_frame(sys.stdin.buffer)) is not None:
        try:
            work = work_decoder.decode(body)
            if work.files is not None:
                configuration = Configuration.from_files(work.files, check=False)
            if work.zones is not None:
                zones = work.zones
            if work.names is not None:
                referring = Referring(work.names.masterdata())
            if configuration is None:
                raise AssertionError("the first batch brings the configuration")
            result = _result(work, configuration, zones, referring)
        except Exception as error:
            # The parent reads the batch itself then, message by message, and finds the culprit.
            configuration, result = None, Result(failure=f"{type(error).__name__}: {error}")
        write_frame(answers, encoder.encode(result))


def _result(work: Work, configuration: Configuration, zones: dict[str, str], referring: Referring) -> Result:
    now = work.at
    return Result(
        tuple(read_message(claimed, data, configuration, zones, referring) for claimed, data in work.messages),
        tuple(write(one, configuration, referring, now) for one in work.drafts) if now is not None else (),
    )


if __name__ == "__main__":
    main()
