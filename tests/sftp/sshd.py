"""A real OpenSSH server of one's own: on loopback, with its own keys, user and folder, gone at the end.

Started by root it lets `nobody` in, so that permissions mean something; by anybody else that user. Where no sshd is
installed the tests that need one are skipped, and say so.
"""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from gateway.transports.sftp import Endpoint, Limits, Timeouts

PLACES = ("/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd")
NEVER_CONNECTS_S = 20.0

BRISK = Timeouts(connect_s=5, banner_s=10, auth_s=10, channel_s=10)
"""Patient enough for a busy machine; tests of patience choose less."""


def find_sshd() -> str:
    """The program, or a skip that says what is missing."""
    found = shutil.which("sshd") or next((place for place in PLACES if os.access(place, os.X_OK)), "")
    if not found or shutil.which("ssh-keygen") is None:
        pytest.skip("NO SSHD HERE: install openssh-server (Debian, Ubuntu) to run the SFTP tests")
    return found


@functools.cache
def private_key(
    kind: str = "ed25519", bits: int = 0, passphrase: str = "", form: str = "RFC4716"
) -> tuple[bytes, str]:
    """A private key made for these tests, and its public line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "key"
        command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "test", "-m", form, "-f", str(file)]
        subprocess.run([*command, *(["-b", str(bits)] if bits else [])], check=True)
        return file.read_bytes(), file.with_suffix(".pub").read_text()


def fingerprint(public_line: str) -> str:
    """`SHA256:...` as OpenSSH itself prints it."""
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-E", "sha256", "-f", "-"], input=public_line, capture_output=True, text=True, check=True
    )
    return printed.stdout.split()[1]


@dataclass(frozen=True)
class Account:
    name: str
    number: int
    group: int


def account() -> Account:
    """Whom one logs in as, and who owns the partner's files."""
    entry = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


class Sshd:
    """`folder` is the partner's: make what the server shall show in it, with `give`."""

    def __init__(
        self, *extra: str, host_keys: tuple[str, ...] = ("ed25519",), sftp: str = "internal-sftp",
        file_bytes_max: int = 0, user_key: str = "ed25519",
    ) -> None:  # fmt: skip
        self._program = find_sshd()
        self._extra, self._sftp, self._file_bytes_max = extra, sftp, file_bytes_max
        self._host_keys = host_keys
        self.user_key, self._user_public = private_key(user_key)
        self.account = account()
        # Not pytest's own folder: the server's user could not come in there.
        self._root = Path(tempfile.mkdtemp(prefix="crossdock-sshd-"))
        self.folder = self._root / "partner"
        self.host_key_lines: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Sshd:
        self._root.chmod(0o755)
        self.folder.mkdir()
        self._give(self.folder)
        self._write("authorized_keys", self._user_public.encode())
        for number, kind in enumerate(self._host_keys):
            content, line = private_key(kind, 3072 if kind == "rsa" else 0)
            self._write(f"host_{number}", content)
            self.host_key_lines.append(line)
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for _ in range(5):  # a free port may be taken by somebody else before sshd has it
            self.port = _free_port()
            self._write("sshd_config", self._configuration().encode())
            if self._start():
                return self
        raise AssertionError(f"sshd does not start: {self.log()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
        for path in [self._root, *self._root.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(self._root, ignore_errors=True)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        return tuple(fingerprint(line) for line in self.host_key_lines)

    def endpoint(self, **other: Any) -> Endpoint:
        """Everything right; `other` makes one thing wrong. One host key is pinned: the first."""
        given: dict[str, Any] = {
            "host": "127.0.0.1", "port": self.port, "user": self.account.name, "key": self.user_key,
            "host_keys": self.fingerprints[:1], "timeouts": BRISK, "limits": Limits(),
        }  # fmt: skip
        return Endpoint(**(given | other))

    def give(self, name: str | bytes, content: bytes = b"", *, mtime: int = 1_790_000_000, mode: int = 0o644) -> str:
        """A file of the partner's; its path as the server knows it."""
        path = os.fsencode(self.folder) + b"/" + os.fsencode(name)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        os.utime(path, (mtime, mtime))
        self._give(path)
        return os.fsdecode(path)

    def make(self, name: str, mode: int = 0o755) -> str:
        """A folder of the partner's."""
        path = self.folder / name
        path.mkdir()
        self._give(path)
        path.chmod(mode)
        return str(path)

    def log(self) -> str:
        """What sshd says, level VERBOSE."""
        return (self._root / "sshd.log").read_text()

    def _configuration(self) -> str:
        keys = [f"HostKey {self._root}/host_{number}" for number in range(len(self._host_keys))]
        return "\n".join([
            f"Port {self.port}", "ListenAddress 127.0.0.1", *keys, f"PidFile {self._root}/sshd.pid",
            f"AuthorizedKeysFile {self._root}/authorized_keys", "StrictModes no", "UsePAM no",
            "PasswordAuthentication no", "KbdInteractiveAuthentication no", "AllowTcpForwarding no",
            "X11Forwarding no", "PermitUserRC no", "LogLevel VERBOSE",
            *(() if any(line.startswith("MaxStartups") for line in self._extra) else ("MaxStartups 200:30:400",)),
            *self._extra, f"Subsystem sftp {self._sftp}", f"ForceCommand {self._sftp}", "",
        ])  # fmt: skip

    def _start(self) -> bool:
        limit = ["prlimit", f"--fsize={self._file_bytes_max}"] if self._file_bytes_max else []
        with (self._root / "sshd.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*limit, self._program, "-D", "-e", "-f", str(self._root / "sshd_config")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                restore_signals=not limit,  # SIGXFSZ stays ignored: a full quota shall be an error and no death
            )  # fmt: skip
        while self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), NEVER_CONNECTS_S) as opened:
                    if opened.recv(16).startswith(b"SSH-"):
                        return True
            except ConnectionRefusedError:
                continue
        return False

    def _write(self, name: str, content: bytes) -> None:
        file = self._root / name
        file.write_bytes(content)
        file.chmod(0o600)
        self._give(file)

    def _give(self, path: Path | bytes) -> None:
        if os.getuid() == 0:
            os.chown(path, self.account.number, self.account.group)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
