"""Reaching a partner's server: every way in which it fails has its own Trouble, and no login before the host key."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko
import pytest

from gateway.transports.sftp import Endpoint, Session, Trouble, check_private_key, connect
from tests.sftp.liar import IMPATIENT, Liar
from tests.sftp.proxy import FaultProxy
from tests.sftp.sshd import Sshd, fingerprint, private_key

STRANGER = "SHA256:" + "A" * 43
ENDS_WITHIN_S = 8.0
"""No wait of IMPATIENT adds up to more, even on a busy machine."""


def verdict(found: Session | Trouble | None) -> tuple[str, str]:
    """Kind and code; a session is closed and is no verdict."""
    if isinstance(found, Session):
        found.close()
        return ("", "a session")
    return (found.kind, found.code) if found is not None else ("", "")


def test_session_names_the_host_key_it_trusts_and_what_the_line_is_made_of(
    sshd: Sshd, opened: Callable[[Endpoint], Session]
) -> None:
    facts = opened(sshd.endpoint()).facts

    assert facts._replace(connect_s=0.0, server="") == (
        f"{sshd.account.name}@127.0.0.1:{sshd.port}", sshd.fingerprints[0], "ssh-ed25519", "", "aes128-ctr",
        "hmac-sha2-256", 0.0,
    )  # fmt: skip
    assert facts.server.startswith("SSH-2.0-")
    assert 0 < facts.connect_s < 30


def test_refused_connection_is_tried_later(sshd: Sshd) -> None:
    with FaultProxy(sshd.port) as proxy:
        proxy.refuse()
        found = connect(sshd.endpoint(port=proxy.port))

    assert verdict(found) == ("later", "refused")


def test_unknown_host_name_is_tried_later(sshd: Sshd) -> None:
    def no_such_name(host: str, port: int, timeout_s: float) -> socket.socket:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert verdict(connect(sshd.endpoint(host="sftp.invalid"), dial=no_such_name)) == ("later", "dns")


def test_host_name_that_is_none_is_a_trouble_like_any_other(sshd: Sshd) -> None:
    assert verdict(connect(sshd.endpoint(host="sftp..example"))) == ("later", "dns")


def test_connection_that_nobody_answers_is_tried_later(sshd: Sshd) -> None:
    def no_answer(host: str, port: int, timeout_s: float) -> socket.socket:
        raise TimeoutError

    assert verdict(connect(sshd.endpoint(), dial=no_answer)) == ("later", "timeout")


def test_server_without_a_banner_ends_in_time(sshd: Sshd) -> None:
    began = time.monotonic()
    with FaultProxy(sshd.port) as proxy:
        proxy.is_silent = True
        found = connect(sshd.endpoint(port=proxy.port, timeouts=IMPATIENT))

    assert verdict(found) == ("later", "silent")
    assert time.monotonic() - began < ENDS_WITHIN_S


def test_stall_in_the_key_exchange_ends_in_time(sshd: Sshd) -> None:
    began = time.monotonic()
    with FaultProxy(sshd.port) as proxy:
        proxy.stall_after = 100
        found = connect(sshd.endpoint(port=proxy.port, timeouts=IMPATIENT))

    assert verdict(found) == ("later", "silent")
    assert time.monotonic() - began < ENDS_WITHIN_S


def test_stall_during_the_login_is_no_wrong_password() -> None:
    began = time.monotonic()
    with Liar(login_waits_for=threading.Event()) as liar:
        found = connect(liar.endpoint(timeouts=IMPATIENT))

    assert verdict(found) == ("later", "stalled")
    assert time.monotonic() - began < ENDS_WITHIN_S


def test_line_cut_before_and_during_the_login_is_tried_later(sshd: Sshd) -> None:
    found = []
    for after in (0, 600):
        with FaultProxy(sshd.port) as proxy:
            proxy.cut_after = after
            found.append(verdict(connect(sshd.endpoint(port=proxy.port))))

    assert found == [("later", "cut"), ("later", "cut")]


def test_every_failure_leaves_no_thread_behind(sshd: Sshd) -> None:
    with FaultProxy(sshd.port) as proxy:
        proxy.stall_after = 100
        connect(sshd.endpoint(port=proxy.port, timeouts=IMPATIENT))

    left = [each for each in threading.enumerate() if isinstance(each, paramiko.Transport)]
    for each in left:
        each.join(ENDS_WITHIN_S)
    assert [each for each in left if each.is_alive()] == []


# --- host keys ---------------------------------------------------------------------------------------------


def test_changed_host_key_stops_before_any_login_and_shows_both_fingerprints() -> None:
    with Liar() as liar:
        found = connect(liar.endpoint(host_keys=(STRANGER,)))
        tried = liar.logins

    assert isinstance(found, Trouble)
    assert verdict(found) == ("never", "host_key_changed")
    assert (found.presented, found.pinned) == ((fingerprint(liar.host_key_line),), (STRANGER,))
    assert tried == []


def test_unknown_host_key_is_shown_and_never_learned() -> None:
    with Liar() as liar:
        first = connect(liar.endpoint(host_keys=()))
        second = connect(liar.endpoint(host_keys=()))
        tried = liar.logins

    assert isinstance(first, Trouble)
    assert verdict(first) == verdict(second) == ("never", "host_key_unknown")
    assert (first.presented, first.pinned) == ((fingerprint(liar.host_key_line),), ())
    assert tried == []


def test_either_of_two_pinned_host_keys_will_do_while_one_rolls_over() -> None:
    with Liar() as liar:
        right = fingerprint(liar.host_key_line)
        found = [verdict(connect(liar.endpoint(host_keys=keys))) for keys in ((STRANGER, right), (right, STRANGER))]

    assert found == [("", "a session")] * 2


def test_pinned_key_of_another_kind_than_the_preferred_is_found(opened: Callable[[Endpoint], Session]) -> None:
    with Sshd(host_keys=("ed25519", "rsa")) as sshd:
        session = opened(sshd.endpoint(host_keys=(sshd.fingerprints[1],)))

        assert (session.facts.host_key_kind, session.facts.host_key) == ("ssh-rsa", sshd.fingerprints[1])


def test_all_host_keys_of_a_stranger_are_shown() -> None:
    with Sshd(host_keys=("ed25519", "rsa")) as sshd:
        found = connect(sshd.endpoint(host_keys=(STRANGER,)))

        assert isinstance(found, Trouble)
        assert found.presented == sshd.fingerprints


# --- algorithms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "host_keys"),
    [
        ("HostKeyAlgorithms ssh-rsa", ("rsa",)),
        ("KexAlgorithms diffie-hellman-group14-sha1", ("ed25519",)),
        ("MACs hmac-sha1,hmac-md5", ("ed25519",)),
        ("Ciphers aes256-cbc,3des-cbc", ("ed25519",)),
    ],
)
def test_server_with_broken_algorithms_only_is_refused_for_good(line: str, host_keys: tuple[str, ...]) -> None:
    extra = ("Ciphers aes128-ctr",) if line.startswith("MACs") else ()  # an AEAD cipher would need no MAC
    with Sshd(line, *extra, host_keys=host_keys) as sshd:
        found = connect(sshd.endpoint())

    assert verdict(found) == ("never", "algorithms")
    assert isinstance(found, Trouble)
    assert "SHA-1" in found.text


# --- being let in ------------------------------------------------------------------------------------------


def test_wrong_key_is_tried_once_and_never_again(sshd: Sshd) -> None:
    found = connect(sshd.endpoint(key=private_key("ecdsa")[0]))

    assert verdict(found) == ("never", "credentials")
    assert sshd.log().count("Failed publickey") == 1


def test_wrong_key_at_a_server_that_hangs_up_is_still_a_wrong_key() -> None:
    with Sshd("MaxAuthTries 1") as sshd:
        assert verdict(connect(sshd.endpoint(key=private_key("ecdsa")[0]))) == ("never", "credentials")


def test_unknown_user_is_a_wrong_login(sshd: Sshd) -> None:
    assert verdict(connect(sshd.endpoint(user="somebodyelse"))) == ("never", "credentials")


def test_password_lets_in_and_a_wrong_one_is_tried_once() -> None:
    with Liar(password="right") as liar:
        right = verdict(connect(liar.endpoint(key=b"", password="right")))
        wrong = verdict(connect(liar.endpoint(key=b"", password="wrong")))

        assert (right, wrong) == (("", "a session"), ("never", "credentials"))
        assert liar.logins == ["password", "password"]


def test_password_where_only_keys_are_taken_says_so(sshd: Sshd) -> None:
    found = connect(sshd.endpoint(key=b"", password="secret"))

    assert verdict(found) == ("never", "credentials")
    assert isinstance(found, Trouble)
    assert "publickey" in found.text
    assert "secret" not in str(found)


def test_neither_key_nor_password_is_a_wrong_login(sshd: Sshd) -> None:
    assert verdict(connect(sshd.endpoint(key=b""))) == ("never", "credentials")


def test_account_without_sftp_says_so() -> None:
    with Liar(gives_sftp=False) as liar:
        assert verdict(connect(liar.endpoint())) == ("never", "no_sftp")


@pytest.mark.parametrize(
    ("kind", "bits", "passphrase", "form"),
    [
        ("ed25519", 0, "", "RFC4716"),
        ("ed25519", 0, "open sesame", "RFC4716"),
        ("ecdsa", 256, "", "RFC4716"),
        ("ecdsa", 384, "", "PEM"),
        ("ecdsa", 521, "open sesame", "PKCS8"),
        ("rsa", 2048, "", "PEM"),
        ("rsa", 3072, "open sesame", "PKCS8"),
        ("rsa", 3072, "open sesame", "RFC4716"),
    ],
)
def test_private_keys_of_each_kind_and_form_log_in(kind: str, bits: int, passphrase: str, form: str) -> None:
    content, _ = private_key(kind, bits, passphrase, form)
    with Liar() as liar:
        assert verdict(connect(liar.endpoint(key=content, passphrase=passphrase))) == ("", "a session")


def test_ed25519_key_of_openssl_is_read(tmp_path: Path) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(tmp_path / "key")], check=True)

    assert check_private_key((tmp_path / "key").read_bytes()) is None


@pytest.mark.parametrize(
    ("key", "passphrase", "says"),
    [
        (("ed25519", 0, "open sesame", "RFC4716"), "", "is encrypted"),
        (("ed25519", 0, "open sesame", "RFC4716"), "wrong", "passphrase is wrong"),
        (("rsa", 2048, "open sesame", "PEM"), "wrong", "passphrase is wrong"),
        (("rsa", 1024, "", "PEM"), "", "1024 bits"),
        (None, "", "no OpenSSH or PEM key"),
    ],
)
def test_private_key_that_cannot_be_used_is_refused_before_connecting(
    key: tuple[Any, ...] | None, passphrase: str, says: str
) -> None:
    content = private_key(*key)[0] if key else b"ssh-ed25519 AAAA public"

    def never_dialled(host: str, port: int, timeout_s: float) -> socket.socket:
        raise AssertionError("dialled")

    endpoint = Endpoint(host="h", user="u", host_keys=(STRANGER,), key=content, passphrase=passphrase)
    found = connect(endpoint, dial=never_dialled)

    assert verdict(found) == ("never", "key_unreadable")
    assert isinstance(found, Trouble)
    assert says in found.text
    assert found == check_private_key(content, passphrase)


def test_endpoint_never_shows_its_secrets() -> None:
    endpoint = Endpoint(host="h", user="u", host_keys=(), key=b"KEY", passphrase="PASS", password="WORD")

    assert [secret for secret in ("KEY", "PASS", "WORD") if secret in repr(endpoint)] == []
