"""JSON: the parsed value as it stands, numbers exact. What its members mean is the map's business."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import Any

import msgspec

from gateway.document import Control, Document, Fault

LINES_TEXT_MAX = 4_000_000
"""Characters of a text in which lines are looked for."""

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def read_json(data: bytes, type: str) -> Document:
    """Read a JSON document; `accepted` is False, with a fault, when it is none. Nothing passes through float.

    A member `book: test` of an event marks it as test traffic; a list is test traffic when all of it is.
    """
    fault: Fault | None = None
    value: Any = None
    text = ""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        value = _decoder.decode(text)
        if name := _repeated_member(text):
            fault = _fault(
                "repeated_member", f'member "{name}" stands twice in one object: nobody can say which counts'
            )
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = _fault("encoding", f"line {line}: byte {error.start} is not utf-8")
    except msgspec.DecodeError as error:
        fault = _fault("not_json", f"is not JSON: {error}")
    except RecursionError:
        fault = _fault("too_deep", "is not read: nests too deep")
    said = value if isinstance(value, list) else [value]
    tests = [isinstance(one, dict) and one.get("book") == "test" for one in said]
    if fault is None and any(tests) and not all(tests):
        fault = _fault("mixed_books", "test and live events stand in one message: send them apart")
    return Document(
        format="json",
        type=type,
        value=value,
        text=text,
        control=Control(test=bool(tests) and all(tests)),
        accepted=fault is None,
        faults=() if fault is None else (fault,),
        digest=hashlib.sha256(data).hexdigest(),
        last_byte=len(data),
    )


def lines_of(text: str) -> dict[str, int]:
    """The line on which the value at each JSON Pointer begins; nothing of a text that is too long, or is no JSON."""
    found: dict[str, int] = {}
    if len(text) > LINES_TEXT_MAX:
        return found
    stack: list[tuple[str, list[int]]] = []
    """Pointer of each object or list around, and of a list the index that it has come to."""
    pointer, key_next, line, last = "", False, 1, 0
    for match in _TOKEN.finditer(text):
        mark = match[0]
        line += text.count("\n", last, match.start())
        last = match.start()
        if mark == ",":
            before, index = stack[-1] if stack else ("", [])
            key_next = not index
            if index:
                index[0] += 1
                pointer = f"{before}/{index[0]}"
        elif mark in "}]":
            key_next = False
            del stack[-1:]
        elif key_next and stack:
            pointer = f"{stack[-1][0]}/{_unquoted(mark).replace('~', '~0').replace('/', '~1')}"
            key_next = False
        elif mark != ":":
            found.setdefault(pointer, line)
            if mark in "{[":
                stack.append((pointer, [0] if mark == "[" else []))
                key_next = mark == "{"
                pointer = pointer if key_next else f"{pointer}/0"
    return found


def _unquoted(mark: str) -> str:
    try:
        name = json.loads(mark, strict=False)
    except ValueError:
        return mark
    return name if isinstance(name, str) else mark


def _fault(code: str, text: str) -> Fault:
    return Fault(code=code, text=text, level="document")


def _repeated_member(text: str) -> str:
    """The first name that stands twice in one object, else ""; msgspec keeps the last of them without a word."""
    repeated: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            repeated.append(next(name for name in names if names.count(name) > 1))

    json.loads(text, object_pairs_hook=note, parse_float=str, parse_int=str, strict=False)
    return repeated[0] if repeated else ""
