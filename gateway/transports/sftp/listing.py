"""Listing a folder: regular files with harmless names, up to a cap, whatever else the server says."""

from __future__ import annotations

from gateway.transports.sftp import wire
from gateway.transports.sftp.exchange import Exchange
from gateway.transports.sftp.names import decode_name, encode_path, why_refused
from gateway.transports.sftp.refusals import refusal
from gateway.transports.sftp.trouble import Stopped
from gateway.transports.sftp.values import Entry, Listing, RefusedName

AHEAD = 8
"""READDIR requests outstanding: the answers come in order, and the ones after the end only say so."""


def list_folder(exchange: Exchange, folder: str, entries_max: int) -> Listing:
    """One folder. Raises Stopped (list_denied, folder_missing) and wire.NotSftp."""
    path = encode_path(folder or ".")
    (opened,) = exchange.ask((wire.OPENDIR, wire.text(path)))
    if opened.kind == wire.STATUS:
        raise Stopped(refusal(opened.status, "list", folder, denied="list_denied", missing="folder_missing"))
    handle = wire.read_string(opened.expect(wire.HANDLE))
    collector = _Collector(folder, entries_max)
    waiting: list[int] = []
    while collector.is_whole:
        if len(waiting) <= AHEAD // 2:
            waiting += exchange.send([(wire.READDIR, wire.text(handle))] * (AHEAD - len(waiting)))
        answer = exchange.answer(waiting.pop(0))
        if answer.kind == wire.STATUS:
            if answer.status.code == wire.EOF:
                break
            raise Stopped(refusal(answer.status, "list", folder, denied="list_denied", missing="folder_missing"))
        collector.take(wire.read_names(answer.expect(wire.NAME)))
    for number in waiting:
        exchange.answer(number)
    exchange.send([(wire.CLOSE, wire.text(handle))], is_wanted=False)
    return collector.finish(exchange)


class _Collector:
    """Sorts names into files, refused names and the rest, as they come."""

    def __init__(self, folder: str, entries_max: int) -> None:
        self._folder = folder
        self._entries_max = entries_max
        self._seen = 0
        self._others = 0
        self._entries: list[Entry] = []
        self._refused: list[RefusedName] = []
        self._unclear: list[bytes] = []
        self.is_whole = True

    def take(self, names: list[wire.Named]) -> None:
        for raw, attributes, kind in names:
            if raw in (b".", b".."):
                continue
            if self._seen >= self._entries_max:
                self.is_whole = False
                return
            self._seen += 1
            reason = why_refused(raw)
            if reason:
                self._refused.append(RefusedName(raw[:4096].hex(), reason))
            elif attributes.mode is None and kind not in (b"-", b"d", b"l"):
                self._unclear.append(raw)
            elif attributes.is_file or (attributes.mode is None and kind == b"-"):
                self._file(raw, attributes)
            else:
                self._others += 1

    def finish(self, exchange: Exchange) -> Listing:
        """The listing, after asking one by one for what the server did not say of itself."""
        for raw in self._unclear:
            path = encode_path(f"{self._folder.rstrip('/')}/") + raw if self._folder not in ("", ".") else raw
            (answer,) = exchange.ask((wire.LSTAT, wire.text(path)))
            attributes = wire.read_attributes(answer.body)[0] if answer.kind == wire.ATTRS else None
            if attributes is not None and attributes.is_file:
                self._file(raw, attributes)
            else:
                self._others += 1
        return Listing(self._folder, tuple(self._entries), tuple(self._refused), self._others, self.is_whole)

    def _file(self, raw: bytes, attributes: wire.Attributes) -> None:
        if attributes.size is None:
            self._refused.append(RefusedName(raw.hex(), "has no size"))
        else:
            self._entries.append(Entry(decode_name(raw), attributes.size, attributes.mtime or 0))
