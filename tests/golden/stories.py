"""Plays a golden story: its input files, in order, through the whole street, and writes down all that came of it.

A story is a folder with `WHY.md`, inputs `NN.<partner>.<ext>` and the answers. `<partner>` is whose key brings the
bytes (`.test` before the ending: as test traffic); `tick` lets time pass (`20 minutes`), `events` hands events to
the ledger as its own operator would, `fetch` lets a partner empty its mailbox, `review` and `resend` are what a
person does about what was refused or never acknowledged (a comment; `anew` or nothing), and `kpi` asks for the key
figures of a month (`2026-11`) with all that they sum. The clock starts on a Monday
morning and moves a minute per step, so that every answer is the same each time.

`make golden` rewrites the answers, and a person reads the diff.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from gateway.pipeline import Street
from gateway.pipeline.asking import show
from gateway.pipeline.signals.show import list_signals
from ledger import queries
from ledger.book import verify
from ledger.events import MASTER_DATA, AnyEvent
from tests.homes import lay

HERE = Path(__file__).parent
WORLD = HERE / "_world"
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
_CASE_STAMPS = {"opened_at", "opened_seq", "due_at", "escalates_at", "resolved_at", "book", "number"}

_SHOWN_STAMPS = {"bucket", "cursor", "message", "document"}
"""Where a list goes on, and what the events say already."""

_STEP = re.compile(r"\d\d\.([a-z]+)(\.test)?\.[a-z]+\Z")
_VOLATILE = {
    "digest",
    "policy",
    "chain",
    "source",
    "actor",
    "correlation",
    "causation",
    "schema",
    "recorded_at",
    "rules",
    "card",
}


def stories() -> list[Path]:
    return sorted(path.parent for path in HERE.glob("*/WHY.md"))


def steps(story: Path) -> list[tuple[str, Path]]:
    """(who, file) in order of play."""
    found = [(match[1], path) for path in sorted(story.iterdir()) if (match := _STEP.match(path.name))]
    assert found, f"{story.name} has no input"
    return found


class _Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def play(story: Path, home: Path) -> dict[str, bytes]:
    """The answers by file name: `events.json`, `outcomes.json`, and `997.edi`, `861.edi` and so on where any."""
    shutil.copytree(WORLD / "partners", home / "partners")
    if (story / "partners").is_dir():
        shutil.copytree(story / "partners", home / "partners", dirs_exist_ok=True)
    if (story / "signals.yaml").is_file():
        shutil.copy(story / "signals.yaml", home)
    clock = _Clock()
    received: dict[str, str] = {}
    figures: dict[str, Any] = {}
    with Street.open(lay(home), clock=clock) as street:
        street.record_events(_events((WORLD / "masterdata.json").read_bytes()))
        first = len(_all_events(street, "live"))
        for who, path in steps(story):
            clock.now += timedelta(minutes=1)
            data = path.read_bytes()
            if who == "tick":
                number, unit = data.decode().split()
                clock.now += timedelta(**{unit: int(number)})
                street.run_due()
            elif who == "events":
                street.record_events(_events(data))
            elif who == "fetch":
                _fetch(street, data.decode().strip())
            elif who == "kpi":
                figures = _figures(street, data.decode().strip())
            elif who in ("review", "resend"):
                _mend(street, who, data.decode().strip())
            else:
                test = path.suffixes[-2:-1] == [".test"]
                received[street.accept(data, partner=who, name=path.name, test=test).id] = path.stem
            street.run_until_idle()
        return _answers(street, received, first, figures)


def _figures(street: Street, month: str) -> dict[str, Any]:
    """The key figures of a month: value, unit, and each entry with the event behind it."""
    found: dict[str, Any] = {}
    with street.read() as conn:
        for name in queries.KPIS:
            (one,) = queries.kpis(conn, month=month, now=street.clock(), policy=street.policy, name=name)
            measure = one.measure
            found[name] = {
                "formula": one.formula, "value": measure.value, "unit": measure.unit, "details": measure.details,
                "sums": [f"{each.achieved:f} of {each.possible:f} {each.unit}".rstrip() for each in measure.sums],
                "entries": [
                    f"{each.text} ({each.achieved:f} of {each.possible:f}; event {each.behind.seq})"
                    for each in measure.deductions
                ],
            }  # fmt: skip
    return found


def _fetch(street: Street, partner: str) -> None:
    """A partner takes all that waits in its mailbox."""
    for answer in street.messages(direction="out", partner=partner, status="ready", limit=1000):
        street.fetch(answer["id"], partner)


def _mend(street: Street, how: str, words: str) -> None:
    """What a person does about every document that is open."""
    with street.read() as conn:
        messages = {one["id"].partition(".")[0] for one in show.list_open(conn, partner="", limit=100)}
    for message in sorted(messages):
        if how == "review":
            street.review(message, 0, words, by="kim")
        else:
            street.resend(message, anew=words == "anew", by="kim")


def _events(data: bytes) -> list[AnyEvent]:
    return msgspec.json.decode(data, type=list[AnyEvent])


def _all_events(street: Street, book: str) -> list[queries.EventKept]:
    with street.read() as conn:
        listed = queries.tail(conn, 0, book=book, limit=10_000)
        return [event for one in listed if (event := queries.event(conn, one.seq, book=book))]


def _answers(street: Street, received: dict[str, str], first: int, figures: dict[str, Any]) -> dict[str, bytes]:
    live = _all_events(street, "live")[first:]
    test = [event for event in _all_events(street, "test") if not isinstance(event.body, MASTER_DATA)]
    outcomes = {
        "messages": [_message(street.message(id)) for id in received],
        "events": [
            {"kind": event.kind, "number": event.number, "result": event.result, "outcomes": _plain(event.outcomes)}
            for event in live + test
        ],
        "live": _books(street, "live"),
    }
    if sent := _sent(street):
        outcomes["sent"] = sent
    if figures:
        outcomes["figures"] = figures
    if signals := _signals(street):
        outcomes["signals"] = signals
    if test:
        outcomes["test"] = _books(street, "test")
    files = {"events.json": _json([_event(event) for event in live + test]), "outcomes.json": _json(outcomes)}
    for answer in street.messages(direction="out", limit=1000):
        if answer["status"] == "parked":
            raise AssertionError(f"{answer['kind']} to {answer['to']} is parked: {answer['reason']}")
        if answer["status"] in ("collected", "bundled"):
            continue
        name = ("997" if answer["kind"] == "TA1" else answer["kind"]) + ".edi"
        files[name] = files.get(name, b"") + _readable(street.fetch(answer["id"]))
    return {name: _name_messages(body, received) for name, body in files.items()}


def _signals(street: Street) -> list[dict[str, Any]]:
    """What fired, and what was done about it."""
    with street.read() as conn:
        return [_shown(one) for one in list_signals(conn)]


def _sent(street: Street) -> list[dict[str, Any]]:
    """What became of each document of ours that a partner had or answered, and how it came to that."""
    shown = []
    for answer in street.messages(direction="out", limit=1000):
        message = street.message(answer["id"])
        for document in message["documents"]:
            if document["status"] not in ("none", "unsent") or message["history"]:
                facts = {name: document[name] for name in _SENT if document[name]}
                own = [one for one in message["history"] if one["document"] == document["id"]]
                steps = [{name: one[name] for name in _STEPS if one[name]} for one in own]
                shown.append(facts | ({"history": steps} if steps else {}))
    return shown


def _books(street: Street, book: str) -> dict[str, Any]:
    """Cases and balances as they stand in the end; every law holds."""
    with street.read() as conn:
        assert verify(conn) == []
        balances = queries.balances(conn, book=book, by=queries.DIMENSIONS, external=True)
        return (
            {
                "cases": [
                    {name: value for name, value in _plain(case).items() if value and name not in _CASE_STAMPS}
                    for case in queries.cases(conn, book=book, policy=street.policy)
                ],
                "movements": [_moved(one) for one in _movements(conn, book)],
                "balances": [_shown(one) for one in balances],
            }
            | _papers(conn, book)
            | _scores(conn, street, book)
        )


def _movements(conn: Connection, book: str) -> list[queries.MovementMade]:
    return queries.movements(conn, book=book, limit=10_000)


def _moved(one: queries.MovementMade) -> str:
    """One movement in a line: who said so, what, from where and to where."""
    ends = [" ".join(str(value) for value in _plain(end).values()) for end in (one.source, one.target)]
    return f"{one.kind} {one.line}: {one.quantity} {one.unit} of {one.part}: {ends[0]} -> {ends[1]}"


def _scores(conn: Connection, street: Street, book: str) -> dict[str, Any]:
    """What it costs each supplier in the card of the month: the metrics that lost something, and why."""
    found: dict[str, Any] = {}
    if book == "live":
        now = street.clock()
        for supplier in sorted(queries.masterdata(conn).suppliers):
            card = queries.score(conn, supplier, now=now, policy=street.policy)
            lost = {
                one.measure.metric: {
                    "value": one.measure.value,
                    "because": [why.text for why in one.measure.deductions],
                }
                for one in card.metrics
                if one.measure.deductions
            }
            found |= {supplier: lost} if lost else {}
    return {"score": found} if found else {}


def _papers(conn: Connection, book: str) -> dict[str, Any]:
    """What moves no goods, read beside what it speaks of; nothing where a story has none of it."""
    found: dict[str, list[Any]] = {
        "promises": [one for one in queries.orders(conn, book=book) if any(line.promises for line in one.lines)],
        "carriage": [one for one in queries.shipments(conn, book=book) if one.carriage.seq],
        "schedules": queries.schedules(conn, book=book),
        "invoices": queries.invoices(conn, book=book),
    }
    return {name: [_shown(one) for one in rows] for name, rows in found.items() if rows}


def _shown(one: Any) -> dict[str, Any]:
    return {key: value for key, value in _plain(one).items() if value and key not in _SHOWN_STAMPS}


def _event(event: queries.EventKept) -> dict[str, Any]:
    """What was said, and how each line stands; stamps and digests are left out."""
    said = {name: value for name, value in _plain(event.body).items() if name not in _VOLATILE}
    return said | {"result": event.result, "line_status": {line.line: line.status for line in event.lines}}


_MESSAGE = ("status", "reason", "partner", "name", "documents", "faults")
_SENT = ("type", "number", "group", "control", "status", "faults", "answered_by", "comment")
_STEPS = ("event", "by", "comment", "at")
_DOCUMENT = ("id", "type", "status", "reason_code", "reason", "faults", "unmapped")


def _message(message: dict[str, Any]) -> dict[str, Any]:
    plain = _plain(message)
    shown = {name: plain[name] for name in _MESSAGE if plain.get(name)}
    shown["documents"] = [
        {name: document[name] for name in _DOCUMENT if document.get(name)} for document in shown.get("documents", [])
    ]
    return shown


def _plain(value: Any) -> Any:
    return msgspec.json.decode(_encoder.encode(value))


_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=str)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n").encode()


def _readable(interchange: bytes) -> bytes:
    return interchange.replace(b"\r", b"").replace(b"\n", b"").replace(b"~", b"~\n")


def _name_messages(body: bytes, received: dict[str, str]) -> bytes:
    """Message ids are drawn by lot; the input's own name says more."""
    for id, name in received.items():
        body = body.replace(id.encode(), name.encode())
    return re.sub(rb"m_[0-9A-Z]{26}", b"m_", body)


ANSWERS = re.compile(r"(events|outcomes)\.json\Z|\w+\.edi\Z")


def expected(story: Path) -> dict[str, bytes]:
    inputs = {path.name for _, path in steps(story)}
    return {
        path.name: path.read_bytes()
        for path in sorted(story.iterdir())
        if path.name not in inputs and ANSWERS.match(path.name)
    }


def rewrite(story: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answers = play(story, Path(folder))
    for name in expected(story):
        (story / name).unlink()
    for name, body in answers.items():
        (story / name).write_bytes(body)
