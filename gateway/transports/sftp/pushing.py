"""Pushing: written under a unique temporary name, counted by the server, then renamed; a partner never sees half.

Must not trust a server's silence: full disks and quotas have answered "fine", so sizes decide. Before a re-send the
final name is looked at, since the answer to the last rename may have been lost. Raises Stopped and wire.NotSftp.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from typing import Literal

from gateway.transports.sftp import wire
from gateway.transports.sftp.exchange import Exchange
from gateway.transports.sftp.fetching import fetch_large
from gateway.transports.sftp.names import NAME_BYTES_MAX, encode_path, join, shown, why_refused
from gateway.transports.sftp.refusals import refusal
from gateway.transports.sftp.trouble import BREAKING, Stopped, Trouble, trouble
from gateway.transports.sftp.values import Stat, Wanted

Clash = Literal["fail", "overwrite", "version"]

CHUNK_BYTES = 32 * 1024
WINDOW = 32
VERSIONS_MAX = 99
COMPARED_BYTES_MAX = 64 * 1024 * 1024
"""Above this a file that lies there already is compared by its size alone."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """The file is there, whole. `was_there` is true if an earlier try had already brought it."""

    path: str
    size: int
    sha256: str
    was_there: bool = False


def push_file(
    exchange: Exchange, folder: str, name: str, body: bytes, *, clash: Clash, token: str, is_again: bool
) -> Pushed:
    """Bring `body` to `folder/name`. `token` makes the temporary name unique; the same one cleans up after itself."""
    reason = why_refused(encode_path(name)) or why_refused(encode_path(token))
    if reason:
        raise Stopped(trouble("hostile_name", f"cannot push {shown(name)}: the name {reason}"))
    digest = hashlib.sha256(body).hexdigest()
    final = _final_name(exchange, folder, name, body, digest, clash, is_again)
    if isinstance(final, Pushed):
        return final
    temporary = join(folder, _temporary_name(name, token))
    try:
        _write(exchange, temporary, body)
        _rename(exchange, temporary, final, clash)
    except Stopped as stopped:
        raise Stopped(_clean_up(exchange, temporary, stopped.trouble)) from stopped
    found = look(exchange, final)
    if found is None or found.size != len(body):
        size = "nothing" if found is None else f"{found.size} bytes"
        raise Stopped(trouble("not_stored", f"{shown(final)} should have {len(body)} bytes, there is {size}"))
    return Pushed(final, len(body), digest)


def look(exchange: Exchange, path: str) -> Stat | None:
    """What lies under that name, links not followed; None if nothing."""
    (answer,) = exchange.ask((wire.LSTAT, wire.text(encode_path(path))))
    if answer.kind == wire.STATUS:
        if answer.status.code == wire.NO_SUCH_FILE:
            return None
        raise Stopped(refusal(answer.status, "look at", path, denied="read_denied"))
    attributes, _ = wire.read_attributes(answer.expect(wire.ATTRS))
    return Stat(attributes.size or 0, attributes.mtime or 0, attributes.is_file, attributes.is_folder)


def remove(exchange: Exchange, path: str) -> Trouble | None:
    (answer,) = exchange.ask((wire.REMOVE, wire.text(encode_path(path))))
    status = answer.status
    return None if status.code == wire.OK else refusal(status, "delete", path, denied="delete_denied")


def rename(exchange: Exchange, path: str, to: str) -> Trouble | None:
    """Plain RENAME, which never replaces. `vanished`: the source is gone; `folder_missing`: the target's folder is;
    `exists`: the target is there. A status alone does not say which, so the server is looked at."""
    (answer,) = exchange.ask((wire.RENAME, wire.text(encode_path(path)) + wire.text(encode_path(to))))
    status = answer.status
    if status.code == wire.OK:
        return None
    if status.code == wire.NO_SUCH_FILE and look(exchange, path) is not None:
        return trouble("folder_missing", f"cannot rename {shown(path)} to {shown(to)}: no such folder")
    if status.code == wire.FAILURE and look(exchange, to) is not None:
        return trouble("exists", f"cannot rename {shown(path)} to {shown(to)}: that name is taken")
    return refusal(status, "rename", path, denied="rename_denied")


def _final_name(
    exchange: Exchange, folder: str, name: str, body: bytes, digest: str, clash: Clash, is_again: bool
) -> str | Pushed:
    """The path to rename to, or what an earlier try had already brought."""
    for number in range(1, VERSIONS_MAX + 1):
        final = join(folder, _versioned(name, number))
        found = look(exchange, final)
        if found is None:
            return final
        if is_again and _is_same(exchange, final, found, len(body), digest):
            return Pushed(final, len(body), digest, was_there=True)
        if clash == "overwrite" and found.is_file:
            return final
        if clash != "version":
            break
    raise Stopped(trouble("exists", f"{shown(join(folder, name))} is taken on the partner's server"))


def _is_same(exchange: Exchange, path: str, found: Stat, size: int, digest: str) -> bool:
    if not found.is_file or found.size != size:
        return False
    if size > COMPARED_BYTES_MAX:
        return True
    try:
        return fetch_large(exchange, Wanted(path, found.size, found.mtime), None).sha256 == digest
    except Stopped as stopped:
        # A folder that we may only write into: equal names and sizes must do.
        if stopped.trouble.code == "read_denied":
            return True
        raise


def _write(exchange: Exchange, temporary: str, body: bytes) -> None:
    handle = _create(exchange, temporary)
    waiting: deque[int] = deque()
    rest = memoryview(body)
    for offset in range(0, len(body), CHUNK_BYTES):
        if len(waiting) >= WINDOW:
            _check_stored(exchange, waiting.popleft(), temporary)
        data = rest[offset : offset + CHUNK_BYTES]
        waiting += exchange.send([(wire.WRITE, wire.write_body(handle, offset, data))])
    while waiting:
        _check_stored(exchange, waiting.popleft(), temporary)
    flush = [(wire.EXTENDED, wire.text(wire.FSYNC) + wire.text(handle))] if wire.FSYNC in exchange.extensions else []
    for number in exchange.send([*flush, (wire.CLOSE, wire.text(handle))]):
        _check_stored(exchange, number, temporary)
    found = look(exchange, temporary)
    if found is None or found.size != len(body):
        size = "nothing" if found is None else f"{found.size} bytes"
        raise Stopped(trouble("not_stored", f"{shown(temporary)} should have {len(body)} bytes, there is {size}"))


def _create(exchange: Exchange, temporary: str) -> bytes:
    """A handle of a new file; what an earlier try with the same token left behind is removed."""
    flags = wire.WRITE_FLAG | wire.CREATE_FLAG | wire.EXCLUSIVE_FLAG
    request = (wire.OPEN, wire.open_body(encode_path(temporary), flags))
    (opened,) = exchange.ask(request)
    if opened.kind == wire.STATUS and opened.status.code == wire.FAILURE and look(exchange, temporary) is not None:
        remove(exchange, temporary)
        (opened,) = exchange.ask(request)
    if opened.kind == wire.STATUS:
        raise Stopped(refusal(opened.status, "write", temporary, denied="write_denied", missing="folder_missing"))
    return wire.read_string(opened.expect(wire.HANDLE))


def _check_stored(exchange: Exchange, number: int, temporary: str) -> None:
    status = exchange.answer(number).status
    if status.code == wire.PERMISSION_DENIED:
        raise Stopped(refusal(status, "write", temporary, denied="write_denied"))
    if status.code != wire.OK:
        raise Stopped(trouble("not_stored", f"writing {shown(temporary)} failed: the server answered {status.code}"))


def _rename(exchange: Exchange, temporary: str, final: str, clash: Clash) -> None:
    """Give the file its name. Only `overwrite` may replace, and does it in one step where the server can."""
    try:
        if clash == "overwrite" and wire.POSIX_RENAME in exchange.extensions:
            paths = wire.text(encode_path(temporary)) + wire.text(encode_path(final))
            (answer,) = exchange.ask((wire.EXTENDED, wire.text(wire.POSIX_RENAME) + paths))
            if answer.status.code == wire.OK:
                return
            if answer.status.code != wire.UNSUPPORTED:
                raise Stopped(refusal(answer.status, "rename", temporary, denied="rename_denied"))
        failed = rename(exchange, temporary, final)
        if failed is not None and failed.code == "exists" and clash == "overwrite":
            failed = remove(exchange, final) or rename(exchange, temporary, final)
    except Stopped as stopped:
        if stopped.trouble.code in BREAKING:
            raise Stopped(stopped.trouble._replace(is_unsure=True)) from stopped
        raise
    if failed is not None:
        raise Stopped(failed)


def _clean_up(exchange: Exchange, temporary: str, failed: Trouble) -> Trouble:
    """Remove the temporary file if the line still stands; the Trouble stays what it was."""
    if failed.code not in BREAKING:
        try:
            remove(exchange, temporary)
        except Stopped as stopped:
            return stopped.trouble
    return failed


def _temporary_name(name: str, token: str) -> str:
    room = NAME_BYTES_MAX - len(encode_path(token)) - len("...tmp")
    kept = encode_path(name)[:room].decode("utf-8", "ignore")
    return f".{kept}.{token}.tmp"


def _versioned(name: str, number: int) -> str:
    """`order.edi`, `order-2.edi`, `order-3.edi`..."""
    if number == 1:
        return name
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{number}{dot}{suffix}" if stem else f"{name}-{number}"
