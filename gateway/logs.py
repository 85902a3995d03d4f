"""Log set-up: structlog for our own lines, and the same look for what libraries log through `logging`.

A line is an event name and keys: `log.info("message.received", message=id, partner="acme", bytes=812)`. Contents of
messages and secrets never appear: values under tell-tale names are masked, and byte strings are replaced by their
length, whoever logged them. Logs go to stderr, since stdout belongs to a command's answer.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

MASK = "***"

_SECRET_NAMES = frozenset(
    {"authorization", "key", "api_key", "secret", "token", "password", "cookie", "signature", "webhook-signature"}
)
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""structlog's own default writes the local variables of every frame: whole documents, with partners' data."""
_TALKATIVE = ("alembic", "uvicorn", "httpx", "paramiko")
"""Libraries whose own everyday lines say nothing that ours do not; at `debug` they speak too."""
_CONTENT_NAMES = frozenset({"body", "content", "payload", "data"})


def set_up_logs(level: str, form: str = "auto", stream: TextIO | None = None) -> None:
    """Send every log line of this process from `level` on to `stream` (stderr when None).

    `form` is json, text, or auto: text on a terminal and JSON elsewhere.
    """
    stream = sys.stderr if stream is None else stream
    as_text = form == "text" or (form == "auto" and stream.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_contents,
    ]
    renderer: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if as_text
        else [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in _TALKATIVE:
        quiet = max(root.level, logging.WARNING)
        logging.getLogger(name).setLevel(root.level if root.level <= logging.DEBUG else quiet)
    # Paths and peers of each request are logged by gateway.api with the message id beside them, once.
    logging.getLogger("uvicorn.access").propagate = False


def hide_contents(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what must never be written: secrets by their name, contents by name or by being bytes."""
    for name, value in line.items():
        lowered = name.lower()
        if lowered in _SECRET_NAMES and value:
            line[name] = MASK
        elif isinstance(value, bytes | bytearray | memoryview):
            line[name] = f"<{len(value)} bytes>"
        elif lowered in _CONTENT_NAMES and isinstance(value, str):
            line[name] = f"<{len(value)} characters>"
    return line
