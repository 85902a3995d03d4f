"""The logistics provider: it puts its counts on its SFTP server and finds there what the plant has to say.

It speaks with nobody; the plant comes and fetches (`out`), and brings (`in`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paramiko import PKey

from gateway.demo.agreements import LOGIN_KEY
from gateway.demo.keys import host_key, login_key
from gateway.demo.sftp_server import SftpServer
from gateway.demo.sshd import Sshd, find_sshd, start_sshd
from gateway.errors import Unavailable
from gateway.partners.own import PASSPHRASE_FILE
from gateway.transports.sftp import Endpoint, Trouble, connect

WAIT_S = 15
POLL_S = 0.05


class Logistics:
    """The provider's folders, and the server that shows them to the plant."""

    def __init__(self, root: Path, server: Sshd | SftpServer, host_key: str) -> None:
        self.root, self.server, self.host_key = root, server, host_key

    def put_out(self, name: str, data: bytes, written_at: float) -> None:
        """Lay a file out to be fetched: whole at once, and when it comes again, dated as it was the first time."""
        draft = self.root / "out" / f".{name}"
        draft.write_bytes(data)
        os.utime(draft, (written_at, written_at))
        draft.rename(draft.with_name(name))

    def wait_until_fetched(self, name: str) -> None:
        """Return when the plant has put the file into the archive. Raises Unavailable when it does not come."""
        until = time.monotonic() + WAIT_S
        places = [self.root / "out" / name, self.root / "out" / "processing" / name]
        while any(place.exists() for place in places):
            if time.monotonic() > until:
                raise Unavailable(f"nobody fetched {name}; HOME/demo/serve.log says why")
            time.sleep(POLL_S)

    def brought(self) -> dict[str, bytes]:
        """What the plant has brought, by name."""
        return {file.name: file.read_bytes() for file in sorted((self.root / "in").glob("*.edi"))}


@contextmanager
def at_work(folder: Path, keys: Path, sshd: str, say: Callable[[str], None]) -> Iterator[Logistics]:
    """The provider with its server running: an sshd if there is one that lets us in, else the small one."""
    root, host_key_file = folder / "files", folder / "server" / "host_key.pem"
    for place in ("out", "in"):
        (root / place).mkdir(parents=True, exist_ok=True)
    own_key, login = host_key(host_key_file), login_key(keys)
    server: Sshd | SftpServer | None = None
    if program := find_sshd(sshd):
        server = _start(program, root, host_key_file, login, keys, say)
    server = server or SftpServer(root, own_key, login)
    say(f"logistics opens its SFTP server: {server.name}")
    try:
        yield Logistics(root, server, own_key.fingerprint)
    finally:
        server.close()


def _start(
    program: Path, root: Path, host_key_file: Path, login: PKey, keys: Path, say: Callable[[str], None]
) -> Sshd | None:
    """The sshd, once it has let us in; None where it does not, which some systems settle outside of its own file."""
    started = start_sshd(program, root, host_key_file, login)
    if isinstance(started, str):
        say(f"sshd cannot be used here: {started}")
        return None
    session = connect(
        Endpoint(
            host="127.0.0.1",
            port=started.port,
            user=started.user,
            host_keys=(host_key(host_key_file).fingerprint,),
            key=(keys / LOGIN_KEY).read_bytes(),
            passphrase=(keys / PASSPHRASE_FILE).read_text("ascii").strip(),
        )
    )
    if isinstance(session, Trouble):
        started.close()
        say(f"sshd cannot be used here: {session.text}")
        return None
    session.close()
    return started
