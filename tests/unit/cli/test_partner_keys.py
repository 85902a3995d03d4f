"""Keys and certificates from the command line: made, listed, handed over, rolled over; private ones never shown."""

from __future__ import annotations

import json
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.transports.as2 import certificate_pem, create_key
from tests.unit.cli.running import Ran, read_json, read_json_lines
from tests.unit.cli.running import run as run_command

NOW = "2026-06-01T12:00:00Z"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Any:
    def run(*arguments: str, now: str = NOW, given: bytes = b"") -> Ran:
        return run_command(*arguments, environment={"CROSSDOCK_HOME": str(home), "CROSSDOCK_NOW": now}, given=given)

    return run


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A partner's certificate of 2026 to 2036, with its key in clear beside it."""
    folder = tmp_path_factory.mktemp("theirs")
    dates = [datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2036)]
    key = create_key("ACME", valid_from=dates[0], valid_to=dates[1])
    (folder / "acme.pem").write_bytes(certificate_pem(key))
    (folder / "acme.key").write_bytes(key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "acme.pem"


def fingerprint(file: Path) -> str:
    """As OpenSSL says it."""
    done = subprocess.run(
        ["openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True
    )
    return done.stdout.decode().strip().partition("=")[2].replace(":", "").lower()


def test_the_first_key_is_in_force_at_once_and_the_next_one_waits_for_partners(run: Any, home: Path) -> None:
    first = read_json(run("partner", "keys", "new", "--json"))
    second = read_json(run("partner", "keys", "new", "--json"))

    listed = read_json_lines(run("partner", "keys", "--json"))
    assert [(one["name"], one["state"], one["valid_from"], one["days_left"]) for one in listed] == [
        ("crossdock-2026-06-01", "in force", "2026-06-01T12:00:00Z", 730),
        ("crossdock-2026-06-01-2", "to come", "2026-06-15T12:00:00Z", 744),
    ]
    assert [first["name"], second["name"]] == [one["name"] for one in listed]


def test_a_private_key_lies_encrypted_and_opens_with_the_passphrase_alone(run: Any, home: Path) -> None:
    run("partner", "keys", "new", "--name", "ours")

    file = home / "keys" / "ours.key.pem"
    opened = [
        subprocess.run(
            ["openssl", "pkey", "-in", file, "-noout", "-passin", passphrase], check=False, capture_output=True
        ).returncode
        for passphrase in (f"file:{home}/keys/passphrase", "pass:wrong")
    ]
    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE" + b" KEY-----")
    assert opened == [0, 1]
    assert [stat.S_IMODE((home / "keys" / name).stat().st_mode) for name in ("ours.key.pem", "passphrase")] == [
        0o600,
        0o600,
    ]


def test_what_is_exported_is_our_certificate_and_nothing_else(run: Any, home: Path, tmp_path: Path) -> None:
    run("partner", "keys", "new", "--name", "old")
    run("partner", "keys", "new", "--name", "new")

    newest = run("partner", "keys", "export")
    named = run("partner", "keys", "export", "old", "--to", str(tmp_path / "old.pem"))

    assert newest.stdout == (home / "keys" / "new.cert.pem").read_text()
    assert (tmp_path / "old.pem").read_bytes() == (home / "keys" / "old.cert.pem").read_bytes()
    assert fingerprint(tmp_path / "old.pem") in named.stdout
    assert "PRIVATE" not in newest.stdout + (tmp_path / "old.pem").read_text()


def test_a_given_key_is_taken_when_it_opens_and_fits_its_certificate(run: Any, home: Path, theirs: Path) -> None:
    run("partner", "keys", "new", "--name", "made")
    given = home / "given.key"
    subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", theirs.with_suffix(".key"), "-out", given,
         "-passout", f"file:{home}/keys/passphrase"],
        check=True,
    )  # fmt: skip

    taken = run("partner", "keys", "new", "--name", "given", "--key", str(given), "--certificate", str(theirs),
                "--from", "2027-01-01")  # fmt: skip
    clear = run("partner", "keys", "new", "--name", "clear", "--key", str(theirs.with_suffix(".key")),
                "--certificate", str(theirs))  # fmt: skip
    wrong = run("partner", "keys", "new", "--name", "wrong", "--key", str(given),
                "--certificate", str(home / "keys" / "made.cert.pem"))  # fmt: skip

    listed = {one["name"]: one for one in read_json_lines(run("partner", "keys", "--json"))}
    assert taken.exit_code == 0, taken.stderr
    assert sorted(listed) == ["given", "made"]
    assert listed["given"]["fingerprint"] == fingerprint(theirs)
    assert (clear.exit_code, "the private key is stored in clear" in clear.stderr) == (2, True)
    assert (wrong.exit_code, "key and certificate do not belong together" in wrong.stderr) == (2, True)


def test_a_partner_of_both_ways_is_written_checked_and_given_its_certificate(
    run: Any, home: Path, theirs: Path
) -> None:
    written = run(
        "partner", "new", "acme", "--as2", "ACME", "--url", "https://acme.example/as2", "--sftp", "us@acme.example"
    )
    before = read_json(run("partner", "check", "acme", "--json"))
    run("partner", "keys", "new")
    added = read_json(run("partner", "keys", "add", "acme", str(theirs), "--to", "2026-06-20", "--json"))

    after = read_json(run("partner", "check", "acme", "--json"))
    assert (written.exit_code, before["mistakes"], after["mistakes"]) == (0, [], [])
    assert [one["text"] for one in before["warnings"]] == [
        "ours: keys to sign with: none",
        "ours: keys to open with: none",
        "acme: certificates to verify what they sign: none",
        "acme: certificates to encrypt to them: none",
        "acme: no host key of acme.example is pinned, so nothing connects to it",
    ]
    assert [one["text"] for one in after["warnings"]] == [
        "acme: certificates to verify what they sign: the last ends on 2026-06-20, in 18 days",
        "acme: certificates to encrypt to them: the last ends on 2026-06-20, in 18 days",
        "acme: no host key of acme.example is pinned, so nothing connects to it",
    ]
    assert added["fingerprint"] == fingerprint(theirs)
    assert (home / "partners/acme" / added["file"]).read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")


def test_a_file_with_their_private_key_in_it_is_not_taken(run: Any, home: Path, theirs: Path) -> None:
    run("partner", "new", "acme", "--as2", "ACME")
    both = theirs.read_bytes() + theirs.with_suffix(".key").read_bytes()

    refused = run("partner", "keys", "add", "acme", "-", given=both)

    assert (refused.exit_code, "holds a private key" in refused.stderr) == (2, True)
    assert list((home / "partners/acme/certs").iterdir()) == []


def test_their_next_certificate_goes_beside_the_one_in_force(run: Any, home: Path, theirs: Path) -> None:
    run("partner", "new", "acme", "--as2", "ACME")
    run("partner", "keys", "new", "--name", "other")
    other = str(home / "keys" / "other.cert.pem")
    page = home / "partners/acme/partner.yaml"
    untouched = page.read_text()

    run("partner", "keys", "add", "acme", other, "--name", "one", "--use", "sign")
    run("partner", "keys", "add", "acme", str(theirs), "--name", "two", "--from", "2027-01-01")

    added = [line.strip() for line in page.read_text().splitlines() if line not in untouched.splitlines()]
    assert added == [
        "certificates:",
        "- {file: certs/one.pem, use: [sign]}",
        "- {file: certs/two.pem, use: [sign, encrypt], from: 2027-01-01}",
    ]


def test_a_key_that_ends_soon_is_told_by_the_list_and_by_doctor(run: Any, home: Path) -> None:
    run("partner", "new", "acme", "--as2", "ACME")
    run("partner", "keys", "new", "--name", "ours", "--days", "40")

    listed = run("partner", "keys", now="2026-07-05T12:00:00Z")
    doctor = [
        one for one in _lines(run("doctor", "--json", now="2026-07-05T12:00:00Z")) if one["check"] == "certificates"
    ]

    told = "ours: keys to sign with: the last ends on 2026-07-11, in 6 days"
    assert f"warn: {told} (crossdock partner keys new)" in listed.stdout
    assert told in [one["text"] for one in doctor]
    assert doctor[0]["text"] == "ours, key of ours to sign and encrypt: in force, ends on 2026-07-11, in 6 days"


def _lines(done: Ran) -> list[Any]:
    return [json.loads(line) for line in done.stdout.splitlines()]
