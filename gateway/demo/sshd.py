"""OpenSSH's sshd for the logistics provider, where one is installed: loopback, a free port, one key, SFTP only.

Works as root and as any other user: whoever runs the demo is who may log in. Ended by its process id.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import paramiko

PLACES = "/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/sbin"
START_S = 5
STOP_S = 5
PRIVILEGE_SEPARATION = Path("/run/sshd")
"""sshd asks for it when root runs it; the service that usually starts sshd makes it."""

CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey "{host_key}"
AuthorizedKeysFile "{authorized_keys}"
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers {user}
PermitUserRC no
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTTY no
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d {root}
"""


class Sshd(NamedTuple):
    """A running sshd. `name` is what the story calls it."""

    name: str
    port: int
    user: str
    process: subprocess.Popen[bytes]

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def find_sshd(wanted: str) -> Path | None:
    """The program: `auto` looks for it, `none` never finds one, anything else is its path."""
    if wanted == "none":
        return None
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:{PLACES}") if wanted == "auto" else wanted
    return Path(found).absolute() if found else None


def start_sshd(program: Path, root: Path, host_key: Path, login: paramiko.PKey) -> Sshd | str:
    """Serve the folder `root` to whoever holds `login`; or why sshd would not."""
    if set(str(root)) & set(" \t%"):
        return f"internal-sftp begins in no folder with a blank or % in its name: {root}"
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "this user has no name that sshd could log in"
    authorized_keys = host_key.with_name("authorized_keys")
    authorized_keys.write_text(f"{login.get_name()} {login.get_base64()} plant7\n", "ascii")
    if os.getuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(mode=0o755, parents=True, exist_ok=True)
    port = _free_port()
    config, log = host_key.with_name("sshd_config"), host_key.with_name("sshd.log")
    config.write_text(
        CONFIG.format(port=port, host_key=host_key, authorized_keys=authorized_keys, user=user, root=root), "utf-8"
    )
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [str(program), "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    greeting = _wait_for_greeting(process, port)
    server = Sshd(f"{greeting} ({program})", port, user, process)
    if not greeting:
        server.close()
        return f"{program} did not start: {log.read_text('utf-8', 'replace').strip()[-200:]}"
    return server


def _wait_for_greeting(process: subprocess.Popen[bytes], port: int) -> str:
    """The version that the server calls itself, such as `OpenSSH_9.2p1`; "" if it does not come up."""
    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                return line.recv(255).decode("ascii", "replace").split("-", 2)[-1].split()[0]
        except OSError:
            time.sleep(0.01)
    return ""


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
