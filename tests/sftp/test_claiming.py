"""Claiming and clearing up: one of many wins a file, and each missing right has its own name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.transports.sftp import Endpoint, Session, Trouble, Wanted, wire
from tests.sftp.liar import File, HangUp, Liar
from tests.sftp.sshd import Sshd


def code_of(found: object) -> str:
    return found.code if isinstance(found, Trouble) else ("" if found is None else type(found).__name__)


def test_claim_moves_the_file_and_the_second_claim_finds_it_gone(sshd: Sshd, session: Session) -> None:
    path = sshd.give("a.csv", b"1")
    to = f"{sshd.make('processing')}/n1~a.csv"

    first, second = session.claim(path, to), session.claim(path, to + "~2")

    assert (first, code_of(second)) == (None, "vanished")
    assert isinstance(second, Trouble)
    assert second.kind == "later"
    assert (Path(path).exists(), Path(to).read_bytes()) == (False, b"1")


def test_of_four_pollers_each_file_has_exactly_one(sshd: Sshd, opened: Callable[[Endpoint], Session]) -> None:
    paths = [sshd.give(f"{number}.csv") for number in range(60)]
    folder = sshd.make("processing")
    sessions = [opened(sshd.endpoint()) for _ in range(4)]
    start = threading.Barrier(4)
    codes: list[list[str]] = [[] for _ in sessions]

    def poll(number: int) -> None:
        start.wait(10)
        for path in paths:
            codes[number].append(code_of(sessions[number].claim(path, f"{folder}/{number}~{Path(path).name}")))

    pollers = [threading.Thread(target=poll, args=(number,)) for number in range(4)]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join(60)

    assert sorted(sum(each == "" for each in told) for told in zip(*codes, strict=True)) == [1] * 60
    assert {each for told in codes for each in told} == {"", "vanished"}
    assert len(list(Path(folder).iterdir())) == 60


def test_claim_never_replaces_what_is_there(sshd: Sshd, session: Session) -> None:
    path, other = sshd.give("a.csv", b"1"), sshd.give("b.csv", b"2")

    found = session.claim(path, other)

    assert code_of(found) == "exists"
    assert (Path(path).read_bytes(), Path(other).read_bytes()) == (b"1", b"2")


def test_claim_into_a_missing_folder_is_no_lost_race(sshd: Sshd, session: Session) -> None:
    path = sshd.give("a.csv", b"1")

    assert code_of(session.claim(path, f"{sshd.folder}/nowhere/a.csv")) == "folder_missing"


def test_each_missing_right_has_its_own_trouble(sshd: Sshd, session: Session) -> None:
    unlisted = sshd.make("unlisted", mode=0o300)
    unread = sshd.give("unread.csv", b"1", mtime=1_790_000_000, mode=0o000)
    fixed = sshd.make("fixed")
    sshd.give("fixed/a.csv", b"1")
    (sshd.folder / "fixed").chmod(0o500)

    found = [
        session.list(unlisted),
        session.fetch(Wanted(unread, 1, 1_790_000_000)),
        session.rename(f"{fixed}/a.csv", f"{sshd.folder}/b.csv"),
        session.remove(f"{fixed}/a.csv"),
        session.push(fixed, "b.csv", b"1", token="t"),
    ]

    assert [(each.kind, each.code) for each in found if isinstance(each, Trouble)] == [
        ("never", "list_denied"), ("never", "read_denied"), ("never", "rename_denied"), ("never", "delete_denied"),
        ("never", "write_denied"),
    ]  # fmt: skip


def test_read_only_server_denies_each_change_by_its_name(opened: Callable[[Endpoint], Session]) -> None:
    with Sshd(sftp="internal-sftp -R") as sshd:
        session = opened(sshd.endpoint())
        path = sshd.give("a.csv", b"1", mtime=1_790_000_000)

        found = [
            session.fetch(Wanted(path, 1, 1_790_000_000)), session.claim(path, path + "x"), session.remove(path),
            session.push(str(sshd.folder), "b.csv", b"1", token="t"), session.make_folder(f"{sshd.folder}/new"),
        ]  # fmt: skip

    assert [code_of(each) for each in found] == [
        "Fetched", "rename_denied", "delete_denied", "write_denied", "write_denied",
    ]  # fmt: skip


def test_remove_deletes_and_a_second_one_finds_it_gone(sshd: Sshd, session: Session) -> None:
    path = sshd.give("a.csv", b"1")

    assert [code_of(session.remove(path)) for _ in range(2)] == ["", "vanished"]
    assert not Path(path).exists()


def test_folder_is_made_once_and_is_fine_the_second_time(sshd: Sshd, session: Session) -> None:
    path = f"{sshd.folder}/archive"
    sshd.give("file", b"")

    found = [
        session.make_folder(path), session.make_folder(path), session.make_folder(f"{path}/20261123/deep"),
        session.make_folder(f"{sshd.folder}/file"),
    ]  # fmt: skip

    assert [code_of(each) for each in found] == ["", "", "folder_missing", "failed"]
    assert Path(path).is_dir()


@pytest.mark.parametrize("kind", [wire.RENAME, wire.REMOVE])
def test_change_whose_answer_was_lost_is_unsure(kind: int, opened: Callable[[Endpoint], Session]) -> None:
    def done_and_cut(body: bytes, honest: Callable[[], bytes]) -> bytes:
        honest()
        raise HangUp

    with Liar(files={b"a.csv": File(b"1")}, hooks={kind: done_and_cut}) as liar:
        session = opened(liar.endpoint())
        found = session.rename("a.csv", "b.csv") if kind == wire.RENAME else session.remove("a.csv")

    assert isinstance(found, Trouble)
    assert (found.kind, found.code, found.is_unsure, session.is_alive) == ("later", "cut", True, False)
