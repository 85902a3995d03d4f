"""Logs: one form for our lines and the libraries', and nothing secret in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import set_up_logs


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def log_lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_off_a_terminal_a_line_is_json_with_name_level_and_time() -> None:
    stream = io.StringIO()
    set_up_logs("info", stream=stream)
    structlog.get_logger("gateway.test").info("document.translated", partner="acme", lines=12)
    (line,) = log_lines(stream)
    assert line.pop("timestamp")
    assert line == {
        "event": "document.translated", "logger": "gateway.test", "level": "info", "partner": "acme", "lines": 12,
    }  # fmt: skip


def test_text_is_for_people() -> None:
    stream = io.StringIO()
    set_up_logs("info", "text", stream)
    structlog.get_logger("gateway.test").info("document.translated", partner="acme")
    assert "document.translated" in stream.getvalue()
    assert "partner=acme" in stream.getvalue()


def test_library_lines_have_the_same_form() -> None:
    stream = io.StringIO()
    set_up_logs("info", "json", stream)
    logging.getLogger("uvicorn.error").warning("socket %s", "closed")
    (line,) = log_lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("socket closed", "uvicorn.error", "warning")


def test_below_the_level_nothing_is_written() -> None:
    stream = io.StringIO()
    set_up_logs("warning", "json", stream)
    structlog.get_logger("gateway.test").info("quiet")
    logging.getLogger("uvicorn.error").info("quiet")
    assert stream.getvalue() == ""


def test_keys_and_contents_never_reach_a_line() -> None:
    stream = io.StringIO()
    set_up_logs("info", "json", stream)
    structlog.get_logger("gateway.test").info(
        "leak", authorization="Bearer abc", secret="abc", body="ISA*00", sent=b"ISA*00", api_key="abc"
    )
    (line,) = log_lines(stream)
    shown = {name: line[name] for name in ("authorization", "secret", "body", "sent", "api_key")}
    assert shown == {
        "authorization": "***", "secret": "***", "body": "<6 characters>", "sent": "<6 bytes>", "api_key": "***",
    }  # fmt: skip


def test_an_exception_is_one_line() -> None:
    stream = io.StringIO()
    set_up_logs("info", "json", stream)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("gateway.test").exception("failed")
    (line,) = log_lines(stream)
    assert line["event"] == "failed"


def test_traceback_never_shows_what_a_frame_held() -> None:
    # structlog's default writes every frame's locals; a failed posting once logged a whole notice.
    for form in ("json", "text"):
        stream = io.StringIO()
        set_up_logs("info", form, stream)
        document = "ISA*" + "PARTNERS-OWN-WORDS"

        try:
            raise ValueError(len(document))
        except ValueError:
            structlog.get_logger(f"test.{form}").exception("posting.failed")

        assert "posting.failed" in stream.getvalue()
        assert "ISA*PARTNERS-OWN-WORDS" not in stream.getvalue()


@pytest.mark.parametrize(("level", "heard"), [("info", False), ("debug", True)])
def test_everyday_lines_of_libraries_are_heard_only_at_debug(level: str, heard: bool) -> None:
    stream = io.StringIO()
    set_up_logs(level, "json", stream)

    for name in ("alembic.runtime.migration", "uvicorn.error", "paramiko.transport"):
        logging.getLogger(name).info("everyday")
        logging.getLogger(name).warning("trouble")

    lines = [line["event"] for line in log_lines(stream)]
    assert lines == ["everyday", "trouble"] * 3 if heard else ["trouble"] * 3
