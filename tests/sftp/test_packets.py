"""Packets: whatever bytes a server sends, decoding ends in a value or in NotSftp."""

from __future__ import annotations

import stat
import struct
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from gateway.transports.sftp import KINDS, join, wire
from gateway.transports.sftp.names import decode_name, encode_path, why_refused
from gateway.transports.sftp.trouble import MENDS, Code
from tests.sftp.liar import File, attributes, names

READERS = (wire.read_names, wire.read_status, wire.read_string, wire.read_version, wire.read_attributes)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_decode_or_are_not_sftp(body: bytes) -> None:
    for read in READERS:
        try:
            read(body)
        except wire.NotSftp:
            continue


@given(st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=40)), max_size=5), st.data())
def test_names_cut_short_anywhere_are_not_sftp(files: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    whole = names([(name, attributes(File(content))) for name, content in files])[1:]
    place = data.draw(st.integers(0, len(whole) - 1))

    read = wire.read_names(whole)
    try:
        cut: object = wire.read_names(whole[:place])
    except wire.NotSftp:
        cut = None

    assert [(each.raw, each.attributes.size, each.attributes.is_file) for each in read] == [
        (name, len(content), True) for name, content in files
    ]
    assert cut is None


@given(st.binary(max_size=300))
def test_every_name_comes_back_with_its_bytes_or_is_refused(raw: bytes) -> None:
    name = decode_name(raw)

    assert encode_path(name) == raw
    if not why_refused(raw):
        assert encode_path(join("/in", name)) == b"/in/" + raw


def test_attributes_are_read_with_any_of_their_parts() -> None:
    extended = struct.pack(">I", 1) + wire.text(b"a") + wire.text(b"b")
    told = {
        0: b"", 1: struct.pack(">Q", 7), 2: struct.pack(">II", 1, 2), 4: struct.pack(">I", stat.S_IFDIR),
        8: struct.pack(">II", 5, 6), 0x80000000: extended,
    }  # fmt: skip

    found = {flags: wire.read_attributes(struct.pack(">I", flags) + body) for flags, body in told.items()}

    assert found == {
        0: (wire.Attributes(None, None, None), 4),
        1: (wire.Attributes(7, None, None), 12),
        2: (wire.Attributes(None, None, None), 12),
        4: (wire.Attributes(None, stat.S_IFDIR, None), 8),
        8: (wire.Attributes(None, None, 6), 12),
        0x80000000: (wire.Attributes(None, None, None), 4 + len(extended)),
    }


def test_status_without_a_text_is_a_status() -> None:
    assert wire.read_status(struct.pack(">I", 4)) == wire.Status(4, "")


def test_every_trouble_says_who_mends_it() -> None:
    assert set(KINDS) == set(MENDS) == set(get_args(Code))
