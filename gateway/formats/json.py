"""JSON: the parsed value as it stands, numbers exact. What its members mean is the map's business."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import msgspec

from gateway.document import Control, Document, Fault

_decoder = msgspec.json.Decoder(float_hook=Decimal)


def read_json(data: bytes, type: str) -> Document:
    """Read a JSON document; `accepted` is False, with a fault, when it is none. Nothing passes through float.

    A member `book: test` of an event marks it as test traffic; a list is test traffic when all of it is.
    """
    fault: Fault | None = None
    value: Any = None
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
        control=Control(test=bool(tests) and all(tests)),
        accepted=fault is None,
        faults=() if fault is None else (fault,),
        digest=hashlib.sha256(data).hexdigest(),
        last_byte=len(data),
    )


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
