"""Fixtures of the SFTP tests: a real server, a session with it, a spool of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.transports.sftp import Endpoint, Session, Spool, connect
from tests.sftp.sshd import Sshd


@pytest.fixture
def sshd() -> Iterator[Sshd]:
    """An OpenSSH server for this test alone."""
    with Sshd() as server:
        yield server


@pytest.fixture
def opened() -> Iterator[Callable[[Endpoint], Session]]:
    """Opens sessions that must succeed, and closes them."""
    with ExitStack() as stack:

        def open_session(endpoint: Endpoint) -> Session:
            session = connect(endpoint)
            assert isinstance(session, Session), session
            return stack.enter_context(session)

        yield open_session


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """A folder for what is fetched; flushing is another test's business."""
    folder = tmp_path / "spool"
    folder.mkdir()
    return Spool(folder, headroom_bytes=0, is_durable=False)


@pytest.fixture
def session(sshd: Sshd, opened: Callable[[Endpoint], Session]) -> Session:
    """A session with `sshd`."""
    return opened(sshd.endpoint())
