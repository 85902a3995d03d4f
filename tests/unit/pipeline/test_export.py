"""Transport evidence leaves as files: what came and went byte for byte, and what OpenSSL needs cut out of it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.cli.message_transport import describe_transport
from gateway.partners import read_own_keys
from gateway.pipeline.asking.export import export_message, load_raw, open_keys
from gateway.settings import Settings
from gateway.store.transports import join_raw
from gateway.transports import as2
from tests.unit.pipeline.as2_partner import OURS, THEIRS, As2Partner, as2_town, key_of, post
from tests.unit.pipeline.as2_server import As2Server
from tests.unit.pipeline.world import Town, interchange, notice, order


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    one = as2_town(tmp_path / "home")
    yield one
    one.street.close()


def exported(town: Town, id: str, *, opened: bool = False) -> dict[str, bytes]:
    folder = town.home / "keys"
    keys = open_keys(read_own_keys(folder), Settings(home=town.home)) if opened else ()
    with town.street.read() as connection:
        return export_message(connection, id, folder, keys)


def openssl_verifies(files: dict[str, bytes], name: str, signer: str, folder: Path) -> bool:
    folder.mkdir(exist_ok=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", f"{name}.p7s", "-content",
               f"{name}.part", "-certfile", signer, "-nointern", "-noverify", "-out", "verified"]  # fmt: skip
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def test_a_received_message_leaves_with_all_its_evidence(town: Town) -> None:
    payload = interchange(("856", notice()))
    built = As2Partner().build(payload, "one@acme.example")
    answer = post(town, built)

    files = exported(town, answer.message, opened=True)

    assert sorted(files) == [
        "README.txt", "content", "facts.json", "inner.eml", "inner.p7s", "inner.part", "mdn-signer.pem", "mdn.eml",
        "mdn.p7s", "mdn.part", "recipient.pem", "request.eml", "request.p7m", "signer.pem",
    ]  # fmt: skip
    assert files["content"] == payload
    assert files["mdn.eml"] == join_raw(answer.headers, answer.body)
    assert files["request.eml"].endswith(b"\r\n\r\n" + built.body)
    assert files["request.p7m"] == built.body
    assert [files[name] for name in ("signer.pem", "recipient.pem", "mdn-signer.pem")] == [
        as2.certificate_pem(key_of(name)) for name in (THEIRS, OURS, OURS)
    ]
    assert msgspec.json.decode(files["facts.json"])["signed_by"] == key_of(THEIRS).certificate.fingerprint
    assert b"ours.key.pem" in files["README.txt"]
    assert b"PRIVATE" not in b"".join(files.values())


def test_without_our_key_nothing_that_is_encrypted_leaves_in_clear(town: Town) -> None:
    answer = post(town, As2Partner().build(interchange(("856", notice())), "one@acme.example"))

    assert not [name for name in exported(town, answer.message) if name.startswith("inner")]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the OpenSSL command line is not installed")
def test_a_signed_message_that_was_not_encrypted_is_proved_from_its_parts(tmp_path: Path) -> None:
    town = as2_town(tmp_path / "home", more="  require: {signed: true, encrypted: false}\n")
    answer = post(town, As2Partner(encrypt="none").build(interchange(("856", notice())), "one@acme.example"))
    files = exported(town, answer.message)
    town.street.close()
    forged = files | {"request.part": files["request.part"].replace(b"856", b"850")}

    proved = [openssl_verifies(one, "request", "signer.pem", tmp_path / "x") for one in (files, forged)]

    assert proved == [True, False]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the OpenSSL command line is not installed")
def test_the_partners_mdn_about_what_we_sent_is_proved(tmp_path: Path) -> None:
    server = As2Server()
    town = as2_town(tmp_path / "home", url=f"{server.url}/as2")
    town.edit("acme", "deliver: {to: mailbox}", "deliver: {to: as2}")
    town.bring(order(), "erp")
    (id,) = [one["id"] for one in town.street.messages(direction="out") if one["kind"] == "850"]
    files, shown = exported(town, id), town.street.message(id)["transport"]
    town.street.close()
    server.close()

    assert openssl_verifies(files, "mdn", "mdn-signer.pem", tmp_path / "x")
    assert files["mdn-signer.pem"] == as2.certificate_pem(key_of(THEIRS))
    assert f"Received-Content-MIC: {shown['mic']}".encode() in files["mdn.part"]
    assert not [name for name in files if name.startswith("inner")]


def test_a_certificate_that_is_no_longer_listed_is_still_handed_out(town: Town) -> None:
    answer = post(town, As2Partner().build(interchange(("856", notice())), "one@acme.example"))
    page = town.home / "partners/acme/partner.yaml"
    page.write_text(page.read_text().replace("certificates: [{file: certs/acme.pem}]", "certificates: []"))
    (town.home / "partners/acme/certs/acme.pem").unlink()
    town.street.configure()

    files = exported(town, answer.message)

    assert hashlib.sha256(as2.read_certificate(files["signer.pem"]).der).hexdigest() == (
        key_of(THEIRS).certificate.fingerprint
    )


def test_a_message_that_did_not_come_by_as2_leaves_its_content_alone(town: Town) -> None:
    id = town.street.receive(b"hello", "acme")

    with town.street.read() as connection:
        raw = [load_raw(connection, id, what) for what in ("request", "mdn")]

    assert (sorted(exported(town, id)), raw) == (["README.txt", "content"], [None, None])
    assert exported(town, "m_" + "0" * 26) == {}


def test_the_view_names_certificates_mic_layers_and_times(town: Town) -> None:
    answer = post(town, As2Partner().build(interchange(("856", notice())), "one@acme.example"))

    transport = town.street.message(answer.message)["transport"]

    lines = [line.strip() for line in describe_transport(transport)]
    ours, theirs = (key_of(name).certificate.fingerprint for name in (OURS, THEIRS))
    assert lines[0] == "transport as2"
    assert {
        "id: <one@acme.example>", "layers: encrypted > signed", f"signed by: {theirs}", f"encrypted to: {ours}",
        "cipher: aes-256-cbc", "MDN sync: signed, processed",
    } <= set(lines)  # fmt: skip
    assert [line for line in lines if line.startswith("MIC: ") and line.endswith(", sha-256")]
    assert [line for line in lines if line.startswith("timings ms: open ")]
    assert f"signed by: {ours}" in lines[lines.index("MDN sync: signed, processed") :]


def test_the_view_names_host_key_and_remote_file() -> None:
    transport = {
        "channel": "sftp", "key": "k", "mic": "", "endpoint": "us@wms:22", "name": "a.csv", "name_hex": "612e637376",
        "host_key": "SHA256:x", "host_key_kind": "ssh-ed25519", "fetch_seconds": 0.01,
    }  # fmt: skip

    assert [line.strip() for line in describe_transport(transport)] == [
        "transport sftp",
        "id: k",
        "endpoint: us@wms:22",
        "host key: SHA256:x",
        "kind of host key: ssh-ed25519",
        "remote name: a.csv",
        "remote name in hex: 612e637376",
        "fetch seconds: 0.01",
    ]
