"""SFTP: fetching small files and listing a full folder, against the OpenSSH command line and with one OpenSSH server.

    python -m benchmarks sftp --json

Both sides have a session open before the clock starts. `sftp.get.openssh`: list a folder of 1,000 files of 5 KB and
bring them all to the local disk, nobody flushing; ours also hashes each file and looks at it again afterwards, as it
always does. `sftp.list.ms`: list 10,000 entries, in milliseconds (less is better, the ratio is theirs over ours).
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from benchmarks.rows import Row, interleave, make_row
from gateway.transports.sftp import Fetched, Listing, Session, Spool, connect
from tests.sftp.sshd import Sshd

FILES = 1_000
FILE_BYTES = 5_000
ENTRIES = 10_000
LISTINGS_A_ROUND = 5
LIMIT_MS = 150


def rows(rounds: int) -> Iterator[Row]:
    """Both rows, each over `rounds` interleaved rounds."""
    with Sshd() as sshd, tempfile.TemporaryDirectory(prefix="crossdock-bench-") as local:
        get, full = Path(sshd.make("get")), Path(sshd.make("full"))
        randomness = random.Random(7)
        digest = hashlib.sha256()
        for number in range(FILES):
            content = randomness.randbytes(FILE_BYTES)
            digest.update(content)
            sshd.give(f"get/{number:04d}.edi", content)
        for number in range(ENTRIES):
            sshd.give(f"full/DESADV_{number:06d}_20261123.edi")
        session = connect(sshd.endpoint())
        if not isinstance(session, Session):
            raise AssertionError(f"the benchmark's server cannot be reached: {session}")
        with session, _OpenSsh(sshd, Path(local)) as peer:
            yield _get_row(rounds, session, peer, get, Path(local), digest.hexdigest())
            yield _list_row(rounds, session, peer, full, digest.hexdigest())


def _get_row(rounds: int, session: Session, peer: _OpenSsh, remote: Path, local: Path, sha: str) -> Row:
    cpu_s: list[float] = []

    def ours(_: int) -> float:
        with _empty(local / "ours") as folder:
            began, cpu = time.perf_counter(), time.process_time()
            _fetch_all(session, remote, Spool(folder, is_durable=False))
            cpu_s.append(time.process_time() - cpu)
            return FILES / (time.perf_counter() - began)

    def theirs(_: int) -> float:
        with _empty(local / "theirs") as folder:
            rate = FILES / peer.seconds(f"get {remote}/* {folder}/")
            if len(list(folder.iterdir())) != FILES:
                raise AssertionError("the command line did not bring every file")
            return rate

    ours(0), theirs(0)  # warm-up
    cpu_s.clear()
    peer_cpu_s = peer.cpu_s()
    mine, peers = interleave(rounds, ours, theirs)
    extra: dict[str, float | str] = {
        "cpu_s": round(statistics.median(cpu_s), 3),
        "peer_cpu_s": round((peer.cpu_s() - peer_cpu_s) / rounds, 3),
        "one_at_a_time": round(_one_at_a_time(session, remote, local), 1),
    }
    return make_row(
        "sftp.get.openssh", mine, peers, against="OpenSSH sftp, get folder/*", unit="files/s", n=FILES,
        durable="none", corpus_sha=sha, extra=extra,
        note=f"{FILES} files of {FILE_BYTES} bytes, listing and files, session open; CPU of a client for one round",
    )  # fmt: skip


def _list_row(rounds: int, session: Session, peer: _OpenSsh, remote: Path, sha: str) -> Row:
    cpu_ms: list[float] = []

    def ours(_: int) -> float:
        took: list[float] = []
        for _ in range(LISTINGS_A_ROUND):
            began, cpu = time.perf_counter(), time.process_time()
            found = session.list(str(remote))
            took.append(1000 * (time.perf_counter() - began))
            cpu_ms.append(1000 * (time.process_time() - cpu))
            if not isinstance(found, Listing) or len(found.entries) != ENTRIES:
                raise AssertionError("the listing is not whole")
        return statistics.median(took)

    def theirs(_: int) -> float:
        return statistics.median(1000 * peer.seconds(f"ls -1f {remote}") for _ in range(LISTINGS_A_ROUND))

    ours(0), theirs(0)  # warm-up
    cpu_ms.clear()
    mine, peers = interleave(rounds, ours, theirs)
    row = make_row(
        "sftp.list.ms", mine, peers, against="OpenSSH sftp, ls -1f", unit="ms", n=ENTRIES, durable="none",
        corpus_sha=sha, extra={"cpu_ms": round(statistics.median(cpu_ms), 1), "limit_ms": LIMIT_MS},
        note=f"one folder of {ENTRIES} entries, session open; less is better, the ratio is theirs over ours",
    )  # fmt: skip
    ratio = statistics.median(b / a for a, b in zip(mine, peers, strict=True))
    return msgspec.structs.replace(row, ratio=round(ratio, 4))


def _fetch_all(session: Session, remote: Path, spool: Spool) -> None:
    found = session.list(str(remote))
    if not isinstance(found, Listing):
        raise AssertionError(f"cannot list: {found}")
    outcomes = session.fetch_many([entry.wanted(found.folder) for entry in found.entries], spool)
    if sum(isinstance(outcome, Fetched) for _, outcome in outcomes) != FILES:
        raise AssertionError("not every file was fetched")


def _one_at_a_time(session: Session, remote: Path, local: Path) -> float:
    """Files per second when each is waited for before the next is asked for."""
    with _empty(local / "one") as folder:
        spool = Spool(folder, is_durable=False)
        found = session.list(str(remote))
        if not isinstance(found, Listing):
            raise AssertionError(f"cannot list: {found}")
        began = time.perf_counter()
        for entry in found.entries:
            session.fetch(entry.wanted(found.folder), spool)
        return FILES / (time.perf_counter() - began)


@contextmanager
def _empty(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class _OpenSsh:
    """`sftp` with its session open, fed one command at a time."""

    def __init__(self, sshd: Sshd, folder: Path) -> None:
        if shutil.which("sftp") is None:
            raise AssertionError("no sftp command here: install openssh-client, the benchmark's peer")
        key, known = folder / "key", folder / "known_hosts"
        key.write_bytes(sshd.user_key)
        key.chmod(0o600)
        known.write_text(f"[127.0.0.1]:{sshd.port} {sshd.host_key_lines[0]}")
        options = {
            "IdentityFile": key, "IdentitiesOnly": "yes", "UserKnownHostsFile": known, "StrictHostKeyChecking": "yes",
            "BatchMode": "yes", "LogLevel": "ERROR",
        }  # fmt: skip
        self._command = [
            "sftp", "-q", "-F", "/dev/null", "-P", str(sshd.port), "-b", "-",
            *(f"-o{name}={value}" for name, value in options.items()), f"{sshd.account.name}@127.0.0.1",
        ]  # fmt: skip

    def __enter__(self) -> _OpenSsh:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.seconds("lpwd")  # answers once the session is open
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe(self._process.stdin).close()
        self._process.wait(30)

    def seconds(self, command: str) -> float:
        """How long a command takes, by the answer to the harmless one behind it."""
        began = time.perf_counter()
        feed = self._pipe(self._process.stdin)
        feed.write(f"{command}\npwd\n")
        feed.flush()
        for line in self._pipe(self._process.stdout):
            if line.startswith("Remote working directory:"):
                return time.perf_counter() - began
        raise AssertionError(f"the command line ended at: {command}")

    def cpu_s(self) -> float:
        """CPU seconds so far of the command and the ssh it runs."""
        tick = os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        if not children.exists():
            return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        pids = [self._process.pid, *map(int, children.read_text().split())]
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        return sum(int(each[11]) + int(each[12]) for each in stats) / tick

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise AssertionError("no pipe")
        return pipe
