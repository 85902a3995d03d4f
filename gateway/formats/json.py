"""JSON: the parsed value as it stands, numbers exact. What its members mean is the map's business."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from gateway.document import Control, Document, Fault

_decoder = msgspec.json.Decoder(float_hook=Decimal)


def read_json(data: bytes, type: str) -> Document:
    """Read a JSON document; `accepted` is False, with a fault, when it is none. Nothing passes through float.

    A member `book: test` of an event marks it as test traffic.
    """
    faults: tuple[Fault, ...] = ()
    value: Any = None
    try:
        value = _decoder.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        faults = (Fault(code="not_json", text=f"is not JSON: {error}", level="document"),)
    except RecursionError:
        faults = (Fault(code="too_deep", text="is not read: nests too deep", level="document"),)
    return Document(
        format="json",
        type=type,
        value=value,
        control=Control(test=isinstance(value, dict) and value.get("book") == "test"),
        accepted=not faults,
        faults=faults,
        digest=hashlib.sha256(data).hexdigest(),
        last_byte=len(data),
    )
