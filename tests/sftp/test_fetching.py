"""Fetching: exactly the announced bytes or a Trouble that says why not, and no local file unless it is whole."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from gateway.transports.sftp import Endpoint, Fetched, Limits, Session, Spool, Timeouts, Trouble, Wanted, wire
from tests.sftp.liar import IMPATIENT, MTIME, File, HangUp, Liar, attributes, status
from tests.sftp.proxy import FaultProxy
from tests.sftp.sshd import Sshd

MB = 1_000_000
SIZES = (0, 1, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 64 * 1024, 64 * 1024 + 1, 5 * MB + 17)


def some_bytes(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def wanted_at(session: Session, path: str) -> Wanted:
    found = session.stat(path)
    assert found is not None
    assert not isinstance(found, Trouble)
    return Wanted(path, found.size, found.mtime)


def verdict(found: Fetched | Trouble) -> tuple[str, str]:
    return (found.kind, found.code) if isinstance(found, Trouble) else ("", "fetched")


def left_in(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.folder.iterdir())


@pytest.mark.parametrize("size", SIZES)
def test_file_arrives_whole_with_its_digest(size: int, sshd: Sshd, session: Session, spool: Spool) -> None:
    content = some_bytes(size)
    wanted = wanted_at(session, sshd.give("a.csv", content))

    in_memory, in_file = session.fetch(wanted), session.fetch(wanted, spool)

    assert isinstance(in_memory, Fetched)
    assert isinstance(in_file, Fetched)
    assert in_file.file is not None
    assert (in_memory.content, in_memory.file) == (content, None)
    assert (in_file.content, in_file.file.read_bytes()) == (None, content)
    assert in_memory.sha256 == in_file.sha256 == hashlib.sha256(content).hexdigest()


def test_many_files_arrive_in_order_each_with_its_own_outcome(sshd: Sshd, session: Session, spool: Spool) -> None:
    contents = [some_bytes(size) for size in (5000, 0, 70_000, 33_000, *[200] * 40)]
    wanted = [wanted_at(session, sshd.give(f"{n}.csv", content)) for n, content in enumerate(contents)]
    os.remove(wanted[3].path)
    os.chmod(wanted[7].path, 0)

    outcomes = list(session.fetch_many(wanted, spool))

    assert [each for each, _ in outcomes] == wanted
    assert {n: verdict(found) for n, (_, found) in enumerate(outcomes) if isinstance(found, Trouble)} == {
        3: ("later", "vanished"),
        7: ("never", "read_denied"),
    }
    assert {n: o.file.read_bytes() for n, (_, o) in enumerate(outcomes) if isinstance(o, Fetched) and o.file} == {
        n: content for n, content in enumerate(contents) if n not in (3, 7)
    }


def test_local_names_are_generated_and_private(sshd: Sshd, session: Session, tmp_path: Path) -> None:
    wanted = wanted_at(session, sshd.give("..\N{PACKAGE} --evil.csv", b"1"))

    session.fetch(wanted, Spool(tmp_path, new_name=lambda: "generated"))

    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("generated.bin", 0o600)]


# --- lines that break --------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_rough", [False, True], ids=["FIN", "RST"])
def test_line_cut_midway_leaves_nothing_and_the_next_try_begins_anew(
    is_rough: bool, sshd: Sshd, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    content = some_bytes(20 * MB)
    path = sshd.give("big.csv", content)
    with FaultProxy(sshd.port) as proxy:
        session = opened(sshd.endpoint(port=proxy.port))
        wanted = wanted_at(session, path)
        proxy.is_rough, proxy.cut_after = is_rough, 10 * MB
        first = session.fetch(wanted, spool)
        left = left_in(spool)
        proxy.cut_after = None
        second = opened(sshd.endpoint(port=proxy.port)).fetch(wanted, spool)

    assert (verdict(first), left, session.is_alive) == (("later", "cut"), [], False)
    assert isinstance(second, Fetched)
    assert second.sha256 == hashlib.sha256(content).hexdigest()
    assert Path(path).exists()


def test_stall_midway_ends_in_time_and_frees_its_thread(
    sshd: Sshd, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    path = sshd.give("big.csv", some_bytes(4 * MB))
    before = set(threading.enumerate())
    with FaultProxy(sshd.port) as proxy:
        session = opened(sshd.endpoint(port=proxy.port, timeouts=IMPATIENT))
        wanted = wanted_at(session, path)
        proxy.stall_after = proxy.down + MB
        began = time.monotonic()
        found = session.fetch(wanted, spool)
        took_s = time.monotonic() - began
        ours = [each for each in set(threading.enumerate()) - before if isinstance(each, paramiko.Transport)]
        for each in ours:
            each.join(5)

    assert (verdict(found), left_in(spool), session.is_alive) == (("later", "stalled"), [], False)
    assert took_s < 5
    assert [each for each in ours if each.is_alive()] == []


def test_distance_delays_a_large_file_once_and_not_every_read(
    sshd: Sshd, opened: Callable[[Endpoint], Session]
) -> None:
    content = some_bytes(2 * MB)
    path = sshd.give("big.csv", content)
    with FaultProxy(sshd.port) as proxy:
        session = opened(sshd.endpoint(port=proxy.port))
        wanted = wanted_at(session, path)
        proxy.latency_s = 0.1
        began = time.monotonic()
        found = session.fetch(wanted)
        took_s = time.monotonic() - began

    assert isinstance(found, Fetched)
    assert found.content == content
    assert 0.4 < took_s < 61 * 0.1 / 2  # 61 reads; the file has at least four answers to wait for


def test_trickle_is_given_up_at_the_least_rate(
    sshd: Sshd, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    path = sshd.give("big.csv", some_bytes(200_000))
    limits = Limits(rate_min_bytes_s=1_000_000)
    with FaultProxy(sshd.port) as proxy:
        session = opened(sshd.endpoint(port=proxy.port, timeouts=Timeouts(channel_s=2), limits=limits))
        wanted = wanted_at(session, path)
        proxy.rate_bytes_s = 50_000
        found = session.fetch(wanted, spool)

    assert (verdict(found), left_in(spool)) == (("later", "slow"), [])


def test_line_that_breaks_in_a_batch_keeps_what_was_whole(opened: Callable[[Endpoint], Session]) -> None:
    files = {b"%d.csv" % n: File(b"x" * n) for n in range(1, 6)}

    def cut_at_the_fourth(body: bytes, honest: Callable[[], bytes]) -> bytes:
        if liar.requests(wire.READ) == 4:
            raise HangUp
        return honest()

    with Liar(files=files, hooks={wire.READ: cut_at_the_fourth}) as liar:
        session = opened(liar.endpoint())
        outcomes = list(session.fetch_many([Wanted(f"{n}.csv", n, MTIME) for n in range(1, 6)]))

    assert [verdict(found) for _, found in outcomes] == [("", "fetched")] * 3 + [("later", "cut")] * 2


# --- files that move ---------------------------------------------------------------------------------------


def test_file_that_vanished_after_the_listing_is_skipped_without_a_local_file(
    sshd: Sshd, session: Session, spool: Spool
) -> None:
    for size in (10, 100_000):
        wanted = wanted_at(session, sshd.give("gone.csv", some_bytes(size)))
        os.remove(wanted.path)

        assert (verdict(session.fetch(wanted, spool)), left_in(spool)) == (("later", "vanished"), [])


@pytest.mark.parametrize("size", [10, 100_000])
def test_file_that_grew_is_not_taken(size: int, sshd: Sshd, session: Session, spool: Spool) -> None:
    wanted = wanted_at(session, sshd.give("a.csv", some_bytes(size)))
    with open(wanted.path, "ab") as file:
        file.write(b"more")

    assert (verdict(session.fetch(wanted, spool)), left_in(spool)) == (("later", "grew"), [])


@pytest.mark.parametrize("size", [10, 100_000])
def test_file_that_was_truncated_or_rewritten_is_not_taken(
    size: int, sshd: Sshd, session: Session, spool: Spool
) -> None:
    wanted = wanted_at(session, sshd.give("a.csv", some_bytes(size), mtime=1_790_000_000))
    sshd.give("a.csv", some_bytes(size - 1), mtime=1_790_000_000)
    truncated = session.fetch(wanted, spool)
    sshd.give("a.csv", some_bytes(size), mtime=1_790_000_001)
    rewritten = session.fetch(wanted, spool)

    assert (verdict(truncated), verdict(rewritten), left_in(spool)) == (("later", "changed"),) * 2 + ([],)


def grow(file: File) -> None:
    file.content += b"more"


def shrink(file: File) -> None:
    file.content = file.content[:-1]


def touch(file: File) -> None:
    file.mtime += 1


@pytest.mark.parametrize(("change", "code"), [(grow, "grew"), (shrink, "changed"), (touch, "changed")])
@pytest.mark.parametrize("size", [40_000, 300_000])
def test_file_that_moves_while_it_is_read_is_not_taken(
    size: int, change: Callable[[File], None], code: str, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    file = File(some_bytes(size))

    def change_after_the_first(body: bytes, honest: Callable[[], bytes]) -> bytes:
        answer = honest()
        if liar.requests(wire.READ) == 1:
            change(file)
        return answer

    with Liar(files={b"a.csv": file}, hooks={wire.READ: change_after_the_first}) as liar:
        session = opened(liar.endpoint())
        found = session.fetch(Wanted("a.csv", size, MTIME), spool)
        asked_up_to = max(
            sum(struct.unpack_from(">QI", body, 4 + len(wire.read_string(body))))
            for kind, body in liar.asked
            if kind == wire.READ
        )

    assert (verdict(found), left_in(spool), session.is_alive) == (("later", code), [], True)
    assert asked_up_to <= size


@pytest.mark.parametrize("size", [10, 100_000])
def test_file_replaced_under_its_name_while_it_is_read_is_not_taken(
    size: int, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    replaced = bytes((wire.ATTRS,)) + attributes(File(b"x" * size, mtime=MTIME + 7))

    def other_later(body: bytes, honest: Callable[[], bytes]) -> bytes:
        return replaced if liar.requests(wire.READ) else honest()

    with Liar(files={b"a.csv": File(some_bytes(size))}, hooks={wire.LSTAT: other_later}) as liar:
        found = opened(liar.endpoint()).fetch(Wanted("a.csv", size, MTIME), spool)

    assert (verdict(found), left_in(spool)) == (("later", "changed"), [])


@pytest.mark.parametrize("size", [10, 100_000])
def test_file_that_ends_before_its_announced_size_is_not_taken(
    size: int, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    with Liar(files={b"a.csv": File(some_bytes(size))}) as liar:
        liar.hooks[wire.READ] = lambda body, honest: status(wire.EOF)
        session = opened(liar.endpoint())
        found = session.fetch(Wanted("a.csv", size, MTIME), spool)

        assert (verdict(found), left_in(spool)) == (("later", "changed"), [])
        assert session.stat("nothing") is None


def test_name_that_became_a_link_is_not_taken(sshd: Sshd, session: Session, spool: Spool) -> None:
    wanted = wanted_at(session, sshd.give("a.csv", b"ab"))
    os.rename(wanted.path, wanted.path + ".real")
    os.symlink(wanted.path + ".real", wanted.path)

    assert (verdict(session.fetch(wanted, spool)), left_in(spool)) == (("never", "not_a_file"), [])


# --- servers that lie --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [50_000, 300_000])
def test_reads_that_are_cut_short_are_asked_for_again(size: int, opened: Callable[[Endpoint], Session]) -> None:
    content = some_bytes(size)

    def at_most_7000(body: bytes, honest: Callable[[], bytes]) -> bytes:
        answer = honest()
        return answer[:1] + wire.text(wire.read_string(answer[1:])[:7000]) if answer[0] == wire.DATA else answer

    with Liar(files={b"a.csv": File(content)}, hooks={wire.READ: at_most_7000}) as liar:
        found = opened(liar.endpoint()).fetch(Wanted("a.csv", size, MTIME))

    assert isinstance(found, Fetched)
    assert found.content == content


@pytest.mark.parametrize("data", [b"", b"far more than was asked for" * 10_000], ids=["nothing", "too much"])
def test_reads_of_a_wrong_length_close_the_session(
    data: bytes, opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    lie = bytes((wire.DATA,)) + wire.text(data)
    with Liar(files={b"a.csv": File(b"12345")}, hooks={wire.READ: lambda body, honest: lie}) as liar:
        session = opened(liar.endpoint())
        found = session.fetch(Wanted("a.csv", 5, MTIME), spool)

    assert (verdict(found), left_in(spool), session.is_alive) == (("later", "protocol"), [], False)


def test_answer_of_two_gigabytes_is_never_waited_for(opened: Callable[[Endpoint], Session]) -> None:
    with Liar(files={b"a.csv": File(b"12345")}) as liar:
        liar.length_told = 2**31 - 1
        found = opened(liar.endpoint()).fetch(Wanted("a.csv", 5, MTIME))

    assert verdict(found) == ("later", "protocol")


# --- limits and our own disk -------------------------------------------------------------------------------


def test_file_above_the_limit_is_refused_from_its_listed_size(
    opened: Callable[[Endpoint], Session], spool: Spool
) -> None:
    with Liar(files={b"a.csv": File(b"x" * 11)}) as liar:
        found = opened(liar.endpoint(limits=Limits(file_bytes_max=10))).fetch(Wanted("a.csv", 11, MTIME), spool)

        assert (verdict(found), liar.requests(wire.OPEN), left_in(spool)) == (("never", "too_large"), 0, [])


def test_file_without_room_for_it_here_is_not_begun(opened: Callable[[Endpoint], Session], tmp_path: Path) -> None:
    with Liar(files={b"a.csv": File(b"1")}) as liar:
        found = opened(liar.endpoint()).fetch(Wanted("a.csv", 1, MTIME), Spool(tmp_path, headroom_bytes=2**60))

        assert (verdict(found), liar.requests(wire.OPEN)) == (("later", "disk_full_here"), 0)


@contextmanager
def file_bytes_at_most(limit: int) -> Iterator[None]:
    """No file of this process may grow beyond that: what a full disk does, for anybody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_our_disk_full_midway_leaves_nothing_and_touches_nothing_there(
    sshd: Sshd, session: Session, spool: Spool
) -> None:
    content = some_bytes(40 * MB)
    wanted = wanted_at(session, sshd.give("big.csv", content))

    with file_bytes_at_most(16 * MB):
        found = session.fetch(wanted, spool)

    assert (verdict(found), left_in(spool)) == (("later", "disk_full_here"), [])
    assert Path(wanted.path).read_bytes() == content
    assert session.is_alive


def test_our_disk_really_full_leaves_nothing(sshd: Sshd, session: Session, tmp_path: Path) -> None:
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", tmp_path]).returncode:
        pytest.skip("NO TMPFS HERE: a really full disk needs root and mount; the file size limit stands in for it")
    try:
        spool = Spool(tmp_path, headroom_bytes=-(2**40))
        found = session.fetch(wanted_at(session, sshd.give("big.csv", some_bytes(3 * MB))), spool)

        assert (verdict(found), left_in(spool)) == (("later", "disk_full_here"), [])
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_missing_spool_is_our_own_trouble(sshd: Sshd, session: Session, tmp_path: Path) -> None:
    wanted = wanted_at(session, sshd.give("a.csv", b"1"))

    assert verdict(session.fetch(wanted, Spool(tmp_path / "nowhere"))) == ("later", "local_file")
