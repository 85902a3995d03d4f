"""A small SFTP server on paramiko, for the logistics provider where no sshd is installed: one folder, one key.

Names never lead out of the folder, links are not followed, and there is no shell. Enough for a demo, and no more.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko

NAME = f"a small server inside the demo (paramiko {paramiko.__version__})"


class SftpServer:
    """Serves `root` to whoever holds `login`, from the start until `close`."""

    name = NAME
    user = "plant7"

    def __init__(self, root: Path, host_key: paramiko.PKey, login: paramiko.PKey) -> None:
        self._root, self._host_key, self._login = root, host_key, login
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[paramiko.Transport] = []
        threading.Thread(target=self._accept, name="sftp-server", daemon=True).start()

    def close(self) -> None:
        # Shut first: closing alone does not wake the thread that waits for the next caller.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for transport in self._open:
            transport.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(caller)
            transport.daemon = True
            transport.add_server_key(self._host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root=self._root)
            self._open = [one for one in self._open if one.is_active()] + [transport]
            # An event of its own, so that a slow caller never holds up the next one.
            transport.start_server(event=threading.Event(), server=_Door(self._login))


class _Door(paramiko.ServerInterface):  # type: ignore[misc]
    """Lets one key in, and to SFTP only."""

    def __init__(self, login: paramiko.PKey) -> None:
        self._login = login

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        fits = username == SftpServer.user and key == self._login
        return int(paramiko.AUTH_SUCCESSFUL if fits else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        is_session = kind == "session"
        return int(paramiko.OPEN_SUCCEEDED if is_session else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED)


def _answers(work: Callable[..., Any]) -> Callable[..., Any]:
    """What the operating system refuses is a status of SFTP."""

    def answer(*given: Any) -> Any:
        try:
            return work(*given)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    return answer


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    """The folder, and what may be done in it."""

    def __init__(self, server: paramiko.ServerInterface, root: Path) -> None:
        super().__init__(server)
        self._root = root

    @_answers
    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [_attributes(one) for one in sorted(self._place(path).iterdir())]

    @_answers
    def stat(self, path: str) -> paramiko.SFTPAttributes:
        return _attributes(self._place(path))

    lstat = stat

    @_answers
    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle:
        opened = os.open(self._place(path), flags | os.O_NOFOLLOW, 0o644)
        mode = "r+b" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb"
        return _Handle(os.fdopen(opened, mode), flags)

    @_answers
    def remove(self, path: str) -> int:
        self._place(path).unlink()
        return int(paramiko.SFTP_OK)

    @_answers
    def rename(self, oldpath: str, newpath: str) -> int:
        old, new = self._place(oldpath), self._place(newpath)
        # In version 3 of the protocol a rename never replaces; a link is refused where the name is taken.
        os.link(old, new, follow_symlinks=False)
        old.unlink()
        return int(paramiko.SFTP_OK)

    @_answers
    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        self._place(path).mkdir()
        return int(paramiko.SFTP_OK)

    def _place(self, path: str) -> Path:
        """Where it lies; `canonicalize` makes every path absolute and free of `..` first."""
        inside: str = self.canonicalize(path).lstrip("/")
        return self._root / inside


class _Handle(paramiko.SFTPHandle):  # type: ignore[misc]
    def __init__(self, file: Any, flags: int) -> None:
        super().__init__(flags)
        self.readfile = self.writefile = file

    @_answers
    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


def _attributes(place: Path) -> paramiko.SFTPAttributes:
    return paramiko.SFTPAttributes.from_stat(place.lstat(), place.name)
