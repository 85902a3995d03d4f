"""Pushing: a partner sees the whole file or nothing, and a lost answer makes no duplicate."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.transports.sftp import Endpoint, Pushed, Session, Trouble, wire
from tests.sftp.liar import IMPATIENT, File, HangUp, Liar, status
from tests.sftp.proxy import FaultProxy
from tests.sftp.sshd import Sshd

MB = 1_000_000
BODY = random.Random(1).randbytes(100_000)


def verdict(found: Pushed | Trouble) -> tuple[str, str]:
    return (found.kind, found.code) if isinstance(found, Trouble) else ("", "was there" if found.was_there else "new")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("clash", ["fail", "overwrite", "version"])
def test_file_arrives_whole_under_its_name_alone(clash: str, sshd: Sshd, session: Session) -> None:
    found = session.push(str(sshd.folder), "850-1.edi", BODY, token="t", clash=clash)  # type: ignore[arg-type]

    assert isinstance(found, Pushed)
    assert (found.path, found.size, found.was_there) == (f"{sshd.folder}/850-1.edi", len(BODY), False)
    assert contents(sshd.folder) == {"850-1.edi": BODY}


def test_done_file_comes_after_the_file(sshd: Sshd, session: Session) -> None:
    session.push(str(sshd.folder), "a.edi", BODY, token="t", done_name="a.edi.done")
    again = session.push(str(sshd.folder), "a.edi", BODY, token="t", done_name="a.edi.done", is_again=True)

    assert verdict(again) == ("", "was there")
    assert contents(sshd.folder) == {"a.edi": BODY, "a.edi.done": b""}


def test_nothing_is_visible_under_the_name_before_it_is_whole(opened: Callable[[Endpoint], Session]) -> None:
    seen: list[list[bytes]] = []

    def look_around(body: bytes, honest: Callable[[], bytes]) -> bytes:
        seen.append(sorted(liar.files))
        return honest()

    with Liar(hooks={wire.WRITE: look_around, wire.CLOSE: look_around}) as liar:
        opened(liar.endpoint()).push("in", "a.edi", BODY, token="t1")

        assert {tuple(each) for each in seen} == {(b"in/.a.edi.t1.tmp",)}
        assert liar.files == {b"in/a.edi": File(BODY)}


# --- names that are taken ----------------------------------------------------------------------------------


def test_taken_name_follows_the_clash_policy(sshd: Sshd, session: Session) -> None:
    sshd.give("a.edi", b"theirs")
    folder = str(sshd.folder)

    failed = session.push(folder, "a.edi", BODY, token="t1", clash="fail")
    second = session.push(folder, "a.edi", b"second", token="t2", clash="version")
    third = session.push(folder, "a.edi", b"third", token="t3", clash="version")
    after_versions = contents(sshd.folder)
    over = session.push(folder, "a.edi", BODY, token="t4", clash="overwrite")

    assert [verdict(each) for each in (failed, second, third, over)] == [("never", "exists")] + [("", "new")] * 3
    assert after_versions == {"a.edi": b"theirs", "a-2.edi": b"second", "a-3.edi": b"third"}
    assert contents(sshd.folder)["a.edi"] == BODY


@pytest.mark.parametrize("extensions", [(), (wire.POSIX_RENAME,)], ids=["not offered", "offered but refused"])
def test_overwrite_without_posix_rename_removes_and_renames(
    extensions: tuple[bytes, ...], opened: Callable[[Endpoint], Session]
) -> None:
    with Liar(files={b"in/a.edi": File(b"old")}, extensions=extensions) as liar:
        found = opened(liar.endpoint()).push("in", "a.edi", BODY, token="t", clash="overwrite")

        assert verdict(found) == ("", "new")
        assert liar.files == {b"in/a.edi": File(BODY)}


def test_name_taken_between_the_look_and_the_rename_is_not_replaced(opened: Callable[[Endpoint], Session]) -> None:
    def somebody_was_faster(body: bytes, honest: Callable[[], bytes]) -> bytes:
        liar.files[b"in/a.edi"] = File(b"theirs")
        return honest()

    with Liar(hooks={wire.RENAME: somebody_was_faster}) as liar:
        found = opened(liar.endpoint()).push("in", "a.edi", BODY, token="t")

        assert verdict(found) == ("never", "exists")
        assert liar.files == {b"in/a.edi": File(b"theirs")}


# --- trying again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clash", ["fail", "overwrite", "version"])
def test_lost_answer_to_the_rename_makes_no_duplicate(clash: str, opened: Callable[[Endpoint], Session]) -> None:
    def renamed_and_cut(body: bytes, honest: Callable[[], bytes]) -> bytes:
        honest()
        raise HangUp

    with Liar(hooks={wire.RENAME: renamed_and_cut}) as liar:
        first = opened(liar.endpoint()).push("in", "a.edi", BODY, token="t", clash=clash)  # type: ignore[arg-type]
        liar.hooks.clear()
        second = opened(liar.endpoint()).push(
            "in", "a.edi", BODY, token="t", clash=clash, is_again=True  # type: ignore[arg-type]
        )  # fmt: skip

        assert isinstance(first, Trouble)
        assert (verdict(first), first.is_unsure) == (("later", "cut"), True)
        assert verdict(second) == ("", "was there")
        assert liar.files == {b"in/a.edi": File(BODY)}


def test_other_content_of_the_same_size_is_no_earlier_try(sshd: Sshd, session: Session) -> None:
    sshd.give("a.edi", BODY[::-1])

    found = session.push(str(sshd.folder), "a.edi", BODY, token="t", is_again=True)

    assert verdict(found) == ("never", "exists")
    assert contents(sshd.folder) == {"a.edi": BODY[::-1]}


def test_line_cut_midway_leaves_no_name_and_the_next_try_clears_up(
    sshd: Sshd, opened: Callable[[Endpoint], Session]
) -> None:
    body = random.Random(2).randbytes(4 * MB)
    with FaultProxy(sshd.port) as proxy:
        session = opened(sshd.endpoint(port=proxy.port, timeouts=IMPATIENT))
        proxy.stall_up_after = proxy.up + MB
        first = session.push(str(sshd.folder), "a.edi", body, token="t")
    left = list(contents(sshd.folder))
    second = opened(sshd.endpoint()).push(str(sshd.folder), "a.edi", body, token="t", is_again=True)

    assert (verdict(first), left) == (("later", "stalled"), [".a.edi.t.tmp"])
    assert verdict(second) == ("", "new")
    assert contents(sshd.folder) == {"a.edi": body}


def test_server_that_takes_nothing_ends_in_time(sshd: Sshd, opened: Callable[[Endpoint], Session]) -> None:
    with FaultProxy(sshd.port) as proxy:
        session = opened(sshd.endpoint(port=proxy.port, timeouts=IMPATIENT))
        proxy.stall_up_after = proxy.up
        began = time.monotonic()
        found = session.push(str(sshd.folder), "a.edi", bytes(40 * MB), token="t")

    assert (verdict(found), session.is_alive) == (("later", "stalled"), False)
    assert time.monotonic() - began < 6


# --- disks that are full -----------------------------------------------------------------------------------


def test_quota_at_the_partners_stores_nothing_under_either_name(opened: Callable[[Endpoint], Session]) -> None:
    with Sshd(file_bytes_max=MB) as sshd:
        session = opened(sshd.endpoint())
        found = session.push(str(sshd.folder), "a.edi", bytes(3 * MB), token="t")

        assert verdict(found) == ("later", "not_stored")
        assert contents(sshd.folder) == {}
        assert session.is_alive


def test_server_that_stores_half_and_says_fine_is_found_out(opened: Callable[[Endpoint], Session]) -> None:
    def fine(body: bytes, honest: Callable[[], bytes]) -> bytes:
        return honest() if liar.requests(wire.WRITE) == 1 else status(wire.OK)

    with Liar(hooks={wire.WRITE: fine}) as liar:
        found = opened(liar.endpoint()).push("in", "a.edi", BODY, token="t")

        assert verdict(found) == ("later", "not_stored")
        assert liar.files == {}
        assert liar.requests(wire.RENAME) == 0


@pytest.mark.parametrize(("kind", "code"), [(wire.CLOSE, wire.FAILURE), (wire.EXTENDED, wire.FAILURE)])
def test_failure_at_the_end_counts_as_not_stored(kind: int, code: int, opened: Callable[[Endpoint], Session]) -> None:
    def fails(body: bytes, honest: Callable[[], bytes]) -> bytes:
        honest()
        return status(code)

    hooks = {wire.EXTENDED: lambda body, honest: status(wire.OK)} | {kind: fails}
    with Liar(hooks=hooks, extensions=(wire.FSYNC,)) as liar:
        found = opened(liar.endpoint()).push("in", "a.edi", BODY, token="t")

        assert verdict(found) == ("later", "not_stored")
        assert liar.files == {}


# --- names and rights --------------------------------------------------------------------------------------


def test_folder_that_is_missing_says_so(sshd: Sshd, session: Session) -> None:
    assert verdict(session.push(f"{sshd.folder}/nowhere", "a.edi", b"1", token="t")) == ("never", "folder_missing")


@pytest.mark.parametrize("name", ["../a.edi", "/a.edi", "", "..", "a\0"])
def test_name_that_is_a_path_is_never_pushed(name: str, opened: Callable[[Endpoint], Session]) -> None:
    with Liar() as liar:
        assert verdict(opened(liar.endpoint()).push("in", name, b"1", token="t")) == ("never", "hostile_name")
        assert liar.asked == []


def test_longest_name_leaves_room_for_the_temporary_one(sshd: Sshd, session: Session) -> None:
    name = "\N{PACKAGE}" * 62 + ".edi"

    found = session.push(str(sshd.folder), name, b"1", token="m_01kd4p0000000000000000000a")

    assert verdict(found) == ("", "new")
    assert contents(sshd.folder) == {name: b"1"}
