"""Listing: every regular file with a harmless name, its bytes kept, and nothing else, whatever the server says."""

from __future__ import annotations

import os
import stat
import struct
import threading
import time
from collections.abc import Callable

import pytest

from gateway.transports.sftp import Endpoint, Entry, Limits, Listing, RefusedName, Session, Trouble, join, wire
from gateway.transports.sftp.names import shown
from tests.sftp.liar import IMPATIENT, MTIME, File, HangUp, Liar, attributes, names, status
from tests.sftp.sshd import Sshd


def listed(found: Listing | Trouble) -> Listing:
    assert isinstance(found, Listing), found
    return found


def by_name(listing: Listing) -> dict[str, tuple[int, int]]:
    return {entry.name: (entry.size, entry.mtime) for entry in listing.entries}


def test_listing_has_each_file_with_its_size_and_the_servers_time(sshd: Sshd, session: Session) -> None:
    sshd.give("a.csv", b"abc", mtime=1_790_000_001)
    sshd.give("b.csv", mtime=1_790_000_002)

    found = listed(session.list(str(sshd.folder)))

    assert by_name(found) == {"a.csv": (3, 1_790_000_001), "b.csv": (0, 1_790_000_002)}
    assert found._replace(entries=()) == Listing(str(sshd.folder), ())


def test_only_regular_files_are_listed(sshd: Sshd, session: Session) -> None:
    sshd.give("real.csv", b"1")
    (sshd.folder / "link.csv").symlink_to("real.csv")
    (sshd.folder / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(sshd.folder / "fifo.csv")
    sshd.make("folder.csv")

    found = listed(session.list(str(sshd.folder)))

    assert (tuple(by_name(found)), found.others, found.refused) == (("real.csv",), 4, ())


def test_name_that_is_no_utf8_is_listed_with_its_bytes_and_opens_its_file(sshd: Sshd, session: Session) -> None:
    sshd.give(b"caf\xe9.csv", b"latin")
    sshd.give("other.csv", b"other")

    found = listed(session.list(str(sshd.folder)))
    fetched = {e.name_hex: session.fetch(e.wanted(found.folder)) for e in found.entries}

    assert {each: getattr(outcome, "content", outcome) for each, outcome in fetched.items()} == {
        b"caf\xe9.csv".hex(): b"latin",
        b"other.csv".hex(): b"other",
    }


ODD_NAMES = [
    "two\nlines",
    "bell\x07\x1b[31m",
    "-rf",
    "x" * 255,
    "parts \N{PACKAGE}.csv",
    "dot.",
    "Case.csv",
    "case.csv",
]


def test_odd_but_harmless_names_are_listed_and_fetched(sshd: Sshd, session: Session) -> None:
    for name in ODD_NAMES:
        sshd.give(name, name.encode())

    found = listed(session.list(str(sshd.folder)))
    contents = [getattr(session.fetch(e.wanted(found.folder)), "content", b"") for e in found.entries]

    assert sorted(by_name(found)) == sorted(ODD_NAMES)
    assert [content.decode() for content in contents] == [entry.name for entry in found.entries]


def test_names_are_shown_without_what_steers_a_terminal() -> None:
    assert shown("two\nlines \x1b[31m caf\udce9 \N{PACKAGE}") == "two\\x0alines \\x1b[31m caf\\xe9 \N{PACKAGE}"


HOSTILE = {
    b"../../x": "holds a path",
    b"/etc/x": "holds a path",
    b"a/b": "holds a path",
    b"..\\x": "holds a path",
    b"": "is empty",
    b"a\0b": "holds a NUL",
    b"y" * 256: "is longer than 255 bytes",
}


def test_hostile_names_are_refused_before_any_path_is_built(opened: Callable[[Endpoint], Session]) -> None:
    told = [(name, attributes(File(b"1"))) for name in [b".", b"..", *HOSTILE, b"honest.csv"]]
    answers = iter([names(told), status(wire.EOF)])
    with Liar(hooks={wire.READDIR: lambda body, honest: next(answers, status(wire.EOF))}) as liar:
        found = listed(opened(liar.endpoint()).list("out"))

        assert found.entries == (Entry("honest.csv", 1, MTIME),)
        assert found.refused == tuple(RefusedName(name.hex(), reason) for name, reason in HOSTILE.items())
        assert liar.requests(wire.LSTAT) == liar.requests(wire.OPEN) == 0


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "", ".", "..", "a\0b", "a\\b", "x" * 256])
def test_no_path_is_joined_from_a_hostile_name(name: str) -> None:
    with pytest.raises(ValueError, match="the name"):
        join("/out", name)


def test_paths_are_joined_with_one_slash() -> None:
    assert [join(folder, "a") for folder in ("/out", "/out/", "out", "", ".", "/")] == [
        "/out/a", "/out/a", "out/a", "a", "a", "/a",
    ]  # fmt: skip


def test_times_far_from_ours_are_taken_as_the_server_says(sshd: Sshd, session: Session) -> None:
    now = int(time.time())
    times = {"epoch": 0, "future": now + 86_400, "past": now - 86_400, "after2038": 2**31 + 5}
    for name, mtime in times.items():
        sshd.give(name, b"1", mtime=mtime)

    found = listed(session.list(str(sshd.folder)))
    contents = {e.name: getattr(session.fetch(e.wanted(found.folder)), "content", b"") for e in found.entries}

    assert {name: mtime for name, (_, mtime) in by_name(found).items()} == times
    assert contents == dict.fromkeys(times, b"1")


def test_folder_that_is_too_full_is_listed_up_to_the_limit(sshd: Sshd, opened: Callable[[Endpoint], Session]) -> None:
    for number in range(250):
        sshd.give(f"{number}.csv")

    found = listed(opened(sshd.endpoint(limits=Limits(entries_max=120))).list(str(sshd.folder)))

    assert (len(found.entries), found.is_whole) == (120, False)


def test_listing_without_end_is_stopped_by_the_limit(opened: Callable[[Endpoint], Session]) -> None:
    endless = names([(b"again.csv", attributes(File()))] * 1000)
    with Liar(hooks={wire.READDIR: lambda body, honest: endless}) as liar:
        session = opened(liar.endpoint(limits=Limits(entries_max=5000)))

        assert len(listed(session.list("out")).entries) == 5000
        assert session.stat("nothing") is None


def test_server_that_tells_no_modes_is_asked_for_each_unclear_name(opened: Callable[[Endpoint], Session]) -> None:
    size_only = struct.pack(">IQ", 1, 1)
    folder = File(mode=stat.S_IFDIR | 0o755)
    with Liar(files={b"out/a.csv": File(b"1"), b"out/sub": folder}) as liar:
        liar.hooks[wire.READDIR] = lambda body, honest: (
            names([(b"a.csv", size_only), (b"sub", size_only)])
            if liar.requests(wire.READDIR) == 1
            else status(wire.EOF)
        )
        found = listed(opened(liar.endpoint()).list("out"))

    assert (found.entries, found.others) == ((Entry("a.csv", 1, MTIME),), 1)


def test_folder_that_may_not_be_listed_and_one_that_is_missing_differ(sshd: Sshd, session: Session) -> None:
    closed = sshd.make("closed", mode=0o300)

    found = [session.list(closed), session.list(str(sshd.folder / "nowhere"))]

    assert [(each.kind, each.code) if isinstance(each, Trouble) else each for each in found] == [
        ("never", "list_denied"),
        ("never", "folder_missing"),
    ]


def test_stall_in_a_listing_ends_in_time_and_closes_the_session(opened: Callable[[Endpoint], Session]) -> None:
    def never(body: bytes, honest: Callable[[], bytes]) -> bytes:
        time_out.wait(10)
        raise HangUp

    time_out = threading.Event()
    began = time.monotonic()
    with Liar(hooks={wire.READDIR: never}) as liar:
        session = opened(liar.endpoint(timeouts=IMPATIENT))
        found = session.list("out")
        time_out.set()

    assert isinstance(found, Trouble)
    assert (found.kind, found.code) == ("later", "stalled")
    assert time.monotonic() - began < 5
    assert not session.is_alive


@pytest.mark.parametrize(
    "answer",
    [
        bytes((wire.NAME,)) + struct.pack(">I", 2**31),
        names([(b"a", b"")]),
        bytes((wire.NAME,)) + struct.pack(">I", 1) + struct.pack(">I", 2**31) + b"a",
        bytes((wire.DATA,)) + wire.text(b"no names"),
        bytes((99,)),
        b"",
    ],
)
def test_answers_that_are_not_sftp_are_a_trouble_and_never_an_exception(
    answer: bytes, opened: Callable[[Endpoint], Session]
) -> None:
    with Liar(hooks={wire.READDIR: lambda body, honest: answer or status(wire.OK)}) as liar:
        session = opened(liar.endpoint())
        found = session.list("out")

    assert isinstance(found, Trouble)
    assert found.code == ("protocol" if answer else "failed")
    assert session.is_alive == (not answer)


def test_closed_session_answers_that_it_is_closed(session: Session) -> None:
    session.close()

    found = session.list("/")

    assert isinstance(found, Trouble)
    assert (found.kind, found.code) == ("later", "cut")
