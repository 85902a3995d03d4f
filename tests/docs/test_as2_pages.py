"""The pages about AS2 and SFTP partners are run as they stand; OpenSSL proves what they say that it proves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.transports import as2
from tests.docs.test_pages_run import DOCS, Step, is_as_written, run_in_one_shell, steps_of
from tests.unit.pipeline.as2_partner import OURS, THEIRS, As2Partner, as2_town, key_of, post, request
from tests.unit.pipeline.world import interchange, notice

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the OpenSSL command line is not installed")


def run_page(name: str, folder: Path, prepared: str) -> None:
    steps = [Step(0, prepared, None), *steps_of(DOCS / "how-to" / name)]

    code, printed = run_in_one_shell(steps, folder)

    assert code == 0, f"after line {steps[len(printed) - 1].line}:\n{printed[-1]}"
    for step, output in zip(steps, printed, strict=True):
        if step.printed is not None:
            assert is_as_written(output, step.printed), f"line {step.line} printed:\n{output}"


def made_by_openssl(folder: Path, payload: bytes) -> bytes:
    """Signed by acme and encrypted to us by the command line alone, as DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    clear = key_of(THEIRS).private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, data in (
        ("k", clear),
        ("c", as2.certificate_pem(key_of(THEIRS))),
        ("o", as2.certificate_pem(key_of(OURS))),
    ):
        (folder / f"{name}.pem").write_bytes(data)
    (folder / "in.mime").write_bytes(b"Content-Type: application/edi-x12\r\n\r\n" + payload)
    for command in (
        "openssl cms -sign -binary -crlfeol -md sha256 -signer c.pem -inkey k.pem -in in.mime -out signed.eml",
        "openssl cms -encrypt -binary -aes256 -outform DER -in signed.eml -out sealed.der o.pem",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return (folder / "sealed.der").read_bytes()


@pytest.mark.parametrize("maker", ["openssl", pytest.param("ourselves", marks=pytest.mark.long)])
def test_openssl_alone_proves_a_received_message_and_its_mdn(maker: str, tmp_path: Path) -> None:
    town = as2_town(tmp_path / "home")
    # Segments end in a bare line feed: what OpenSSL would turn into CRLF if it were let.
    payload = interchange(("856", notice()))
    built = As2Partner().build(payload, "one@acme.example")
    body = made_by_openssl(tmp_path, payload) if maker == "openssl" else built.body
    answer = post(town, request(as2.Built(**{**_fields(built), "body": body})))
    town.street.close()
    page = tmp_path / "page"
    page.mkdir()

    run_page("prove-a-message-with-openssl.md", page, f"export CROSSDOCK_HOME={tmp_path}/home\nID={answer.message}\n")


def _fields(built: as2.Built) -> dict[str, object]:
    return {name: getattr(built, name) for name in built.__struct_fields__}


def test_the_pages_about_partners_and_their_certificates_run(tmp_path: Path) -> None:
    for name in ("theirs", "acme-2027"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1000", "-subj", f"/CN={name}",
             "-keyout", f"{name}.key", "-out", f"{name}.pem"],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
    home = f"export CROSSDOCK_HOME={tmp_path}/home\n"

    run_page("add-an-as2-partner.md", tmp_path, home)
    run_page("roll-over-a-certificate.md", tmp_path, home)


def test_the_page_about_sftp_partners_runs(tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")

    run_page("add-an-sftp-partner.md", tmp_path, f"export CROSSDOCK_HOME={tmp_path}/home\n")
