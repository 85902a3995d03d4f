"""The demo's partners as they stand alone: an AS2 station that believes nobody, an SFTP server with one folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paramiko
import pytest

from gateway.demo.sftp_server import SftpServer
from gateway.demo.sshd import find_sshd, start_sshd
from gateway.demo.supplier import Supplier
from gateway.transports import as2
from gateway.transports.sftp import Endpoint, Session, Trouble, connect

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def new_key(name: str) -> as2.Key:
    return as2.create_key(name, valid_from=NOW - timedelta(days=1), valid_to=NOW + timedelta(days=30))


PLANT, SUPPLIER, STRANGER = new_key("PLANT7"), new_key("BRIGHTWELL"), new_key("PLANT7")


@pytest.fixture
def supplier(tmp_path: Path) -> Iterator[Supplier]:
    with closing(Supplier(tmp_path, SUPPLIER, PLANT.certificate, lambda: NOW)) as one:
        yield one


def post(supplier: Supplier, key: as2.Key) -> as2.Sent:
    station = as2.Station(
        our_name="PLANT7", their_name="BRIGHTWELL", our_keys=(key,),
        their_signing=(SUPPLIER.certificate,), their_encryption=(SUPPLIER.certificate,),
    )  # fmt: skip
    built = as2.build_message(
        b"ISA*00~", station, message_id="one@plant7", filename="850.edi", content_type="application/edi-x12", now=NOW
    )
    with closing(as2.Sender()) as sender:
        return sender.post(as2.Endpoint(url=supplier.url), built, station, now=NOW)


def test_supplier_takes_what_the_plant_signed_and_knows_it_again(supplier: Supplier, tmp_path: Path) -> None:
    first, second = post(supplier, PLANT), post(supplier, PLANT)

    assert (first.result, second.result) == ("arrived", "arrived")
    assert second.body == first.body
    assert [(one.data, one.signer) for one in supplier.letters] == [(b"ISA*00~", PLANT.certificate.fingerprint)]
    with closing(Supplier(tmp_path, SUPPLIER, PLANT.certificate, lambda: NOW)) as tomorrow:
        assert tomorrow.letters == supplier.letters


def test_supplier_refuses_what_another_key_signed_in_the_plants_name(supplier: Supplier) -> None:
    sent = post(supplier, STRANGER)

    assert sent.result == "never"
    assert sent.mdn is not None
    assert str(sent.mdn.disposition) == "processed/error: authentication-failed"
    assert supplier.letters == []


LOGIN, HOST = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(b"not yours")
    folder = tmp_path / "files"
    (folder / "out").mkdir(parents=True)
    (folder / "out" / "link").symlink_to(tmp_path / "secret")
    return folder


@pytest.fixture
def server(root: Path) -> Iterator[SftpServer]:
    with closing(SftpServer(root, HOST, LOGIN)) as one:
        yield one


def enter(server: SftpServer, folder: Path, key: paramiko.PKey) -> Session | Trouble:
    file = folder / "login.pem"
    key.write_private_key_file(str(file))
    return connect(
        Endpoint(
            host="127.0.0.1", port=server.port, user=server.user, host_keys=(HOST.fingerprint,), key=file.read_bytes()
        )
    )


def test_small_server_lets_one_key_in(server: SftpServer, tmp_path: Path) -> None:
    refused = enter(server, tmp_path, paramiko.ECDSAKey.generate())
    session = enter(server, tmp_path, LOGIN)

    assert isinstance(refused, Trouble)
    assert refused.code == "credentials"
    assert isinstance(session, Session)
    session.close()


def test_small_server_shows_its_folder_and_nothing_above_it(server: SftpServer, tmp_path: Path) -> None:
    session = enter(server, tmp_path, LOGIN)
    assert isinstance(session, Session)

    with session:
        assert session.stat("../secret") is None
        assert session.stat("out/../../secret") is None
        with paramiko.Transport(("127.0.0.1", server.port)) as line:
            line.connect(username=server.user, pkey=LOGIN)
            client = paramiko.SFTPClient.from_transport(line)
            assert client is not None
            with pytest.raises(OSError, match=r"."):
                client.open("out/link").read()


def test_small_server_never_replaces_by_a_rename(server: SftpServer, root: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (root / "out" / name).write_bytes(name.encode())
    session = enter(server, tmp_path, LOGIN)
    assert isinstance(session, Session)

    with session:
        trouble = session.claim("out/a", "out/b")

    assert trouble is not None
    assert (root / "out" / "a").read_bytes() + (root / "out" / "b").read_bytes() == b"ab"


def test_sshd_that_does_not_start_is_a_reason_and_no_error(tmp_path: Path) -> None:
    said = start_sshd(Path("/bin/false"), tmp_path, tmp_path / "host_key", LOGIN)

    assert isinstance(said, str)
    assert said.startswith("/bin/false did not start")


@pytest.mark.parametrize("blank", ["a b", "100%"])
def test_folder_that_sshd_cannot_begin_in_is_a_reason(blank: str, tmp_path: Path) -> None:
    said = start_sshd(Path("/bin/false"), tmp_path / blank, tmp_path / "host_key", LOGIN)

    assert isinstance(said, str)
    assert "no folder" in said


def test_sshd_is_looked_for_only_when_asked() -> None:
    assert find_sshd("none") is None
    assert find_sshd("/opt/sshd") == Path("/opt/sshd")
