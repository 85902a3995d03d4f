"""Request bodies: read as a stream up to a bound, and JSON bodies decoded by msgspec with their faults located.

The readers are the only coroutines among the endpoints: everything else runs in the thread pool.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import msgspec.inspect as inspecting
from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from gateway.api.limits import SMALL_BODY_BYTES_MAX
from gateway.api.problems import Located, Problem
from gateway.resources import did_you_mean


async def _read_message(request: Request) -> bytes:
    return await _read(request, request.app.state.settings.message_bytes_max)


async def _read_small(request: Request) -> bytes:
    return await _read(request, SMALL_BODY_BYTES_MAX)


MessageBody = Annotated[bytes, Depends(_read_message)]
"""A message as sent, never empty, at most `message_bytes_max`."""
SmallBody = Annotated[bytes, Depends(_read_small)]
"""A body that only a person or a console writes."""


async def _read(request: Request, bytes_max: int) -> bytes:
    """Refuses by Content-Length before the first byte is read, and by count while reading: a length may lie."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("encoding", "send it without Content-Encoding")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > bytes_max:
        raise Problem("too-large", f"at most {bytes_max} bytes are taken")
    chunks, size, seconds_max = [], 0, request.app.state.settings.body_seconds_max
    try:
        async with asyncio.timeout(seconds_max):
            async for chunk in request.stream():
                size += len(chunk)
                if size > bytes_max:
                    raise Problem("too-large", f"at most {bytes_max} bytes are taken")
                chunks.append(chunk)
    except TimeoutError:
        raise Problem("too-slow", f"a body may take {seconds_max} s") from None
    except ClientDisconnect:
        # Half a body is no message, and its sender, who has no answer, will send it again.
        raise Problem("not-readable", "the connection ended before the body did") from None
    if not size:
        raise Problem("empty-body")
    return b"".join(chunks)


def decode(body: bytes, kind: Any) -> Any:
    """The body as `kind`. Raises Problem: `not-readable` when it is no JSON, `not-valid` with the place otherwise."""
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), type=kind)
    except msgspec.ValidationError as error:
        fault = locate(error, kind)
        raise Problem("not-valid", "the body does not have the form that is asked for", [fault]) from error
    except UnicodeDecodeError as error:
        raise Problem("not-readable", f"byte {error.start} of the body is not UTF-8") from error
    except msgspec.DecodeError as error:
        raise Problem("not-readable", f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise Problem("not-readable", "the body is JSON that nests too deep") from error


_STEP = re.compile(r"\.([^.\[]+)|\[([^\]]*)\]")
_WORD = re.compile("[`']([^`']*)[`']")


def locate(error: msgspec.ValidationError, kind: Any) -> Located:
    """Where a body is no `kind`, and what was meant: "... - at `$.lines[3].quantity`" is `/lines/3/quantity`."""
    text, _, path = str(error).partition(" - at `")
    pointer = _STEP.sub(r"/\1\2", path.rstrip("`").removeprefix("$"))
    word = _WORD.search(text)
    mend = did_you_mean(word[1], _known(text, kind, pointer)) if word else ""
    return Located(detail=f"{text} ({mend})" if mend else text, pointer=pointer)


def _known(text: str, kind: Any, pointer: str) -> list[str]:
    """The words that are taken where one is not: fields of an object, or values."""
    found = list(_each(inspecting.type_info(kind)))
    for step in pointer.split("/")[1:]:
        found = [inner for one in found for inner in _within(one, step)]
    if text.startswith("Object contains unknown field"):
        structs = [one for one in found if isinstance(one, inspecting.StructType)]
        return [field.encode_name for one in structs for field in one.fields]
    if text.startswith("Invalid enum value"):
        return [str(value) for one in found if isinstance(one, inspecting.LiteralType) for value in one.values]
    return []


def _within(kind: inspecting.Type, step: str) -> Iterator[inspecting.Type]:
    """The types that a field of an object, or an item of a list, may be of; unions taken apart."""
    inner: list[inspecting.Type] = []
    if isinstance(kind, inspecting.StructType):
        inner = [field.type for field in kind.fields if field.encode_name == step]
    elif isinstance(kind, inspecting.CollectionType):
        inner = [kind.item_type]
    elif isinstance(kind, inspecting.DictType):
        inner = [kind.value_type]
    for one in inner:
        yield from _each(one)


def _each(kind: inspecting.Type) -> Iterator[inspecting.Type]:
    yield from kind.types if isinstance(kind, inspecting.UnionType) else (kind,)
