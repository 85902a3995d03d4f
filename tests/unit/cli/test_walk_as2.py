"""`crossdock partner test` over AS2: each step of the way, and a test message only when it is asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.walk_as2 import TEST_CONTENT, walk_as2
from gateway.cli.walk_steps import Step
from gateway.partners import Partner, read_partner
from gateway.settings import Settings
from tests.unit.cli.running import read_json_lines, run
from tests.unit.pipeline.as2_partner import agree, give_keys
from tests.unit.pipeline.as2_server import As2Server
from tests.unit.pipeline.world import START, WORLD


@pytest.fixture
def server() -> Iterator[As2Server]:
    one = As2Server()
    yield one
    one.close()


def acme_at(home: Path, url: str, **agreed: str) -> Partner:
    """Acme with its certificate, reached at `url`; our keys lie in the home."""
    folder = home / "partners" / "acme"
    folder.mkdir(parents=True)
    (folder / "partner.yaml").write_bytes((WORLD / "partners/acme/partner.yaml").read_bytes())
    give_keys(home)
    agree(home, url=url, **agreed)
    return read_partner(folder / "partner.yaml")


def walk(partner: Partner, home: Path, *, send: bool = False, **settings: str) -> list[Step]:
    assert partner.as2 is not None
    given = Settings(home=home, **settings)  # type: ignore[arg-type]
    return list(
        walk_as2(partner, partner.as2, given, home / "keys", now=START, send=send, message_id="walk-1@crossdock")
    )


def states(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.check, step.state) for step in steps]


def test_nothing_reaches_the_partner_unless_it_is_asked_for(server: As2Server, tmp_path: Path) -> None:
    steps = walk(acme_at(tmp_path, f"{server.url}/as2"), tmp_path)

    assert states(steps) == [
        ("name", "ok"),
        ("tcp", "ok"),
        ("tls", "skipped"),
        ("certificates", "ok"),
        ("our keys", "ok"),
        ("test message", "skipped"),
    ]
    assert server.got == []


def test_a_test_message_goes_signed_and_encrypted_and_its_mdn_is_read(server: As2Server, tmp_path: Path) -> None:
    # What is agreed is an asynchronous MDN; the test asks for one at once, so that it can wait for it.
    acme = acme_at(tmp_path, f"{server.url}/as2", mdn="async")

    last = walk(acme, tmp_path, send=True, as2_url="https://us.example/as2")[-1]

    (opened,) = server.opened
    assert (last.check, last.state) == ("test message", "ok")
    assert last.text.startswith("<walk-1@crossdock> arrived: their signed MDN says so, MIC ")
    assert (opened.payload, opened.layers) == (TEST_CONTENT, ("encrypted", "signed"))


def test_a_refusal_is_told_with_the_partners_reason(server: As2Server, tmp_path: Path) -> None:
    server.answer = "busy"

    last = walk(acme_at(tmp_path, f"{server.url}/as2"), tmp_path, send=True)[-1]

    assert (last.check, last.state, last.mend) == ("test message", "failed", "show the partner the Message-ID")
    assert "HTTP 200" in last.text


def test_nothing_is_sent_when_a_step_before_it_failed(server: As2Server, tmp_path: Path) -> None:
    acme = acme_at(tmp_path, f"{server.url}/as2", mdn="async")

    steps = walk(acme, tmp_path, send=True)

    assert states(steps)[-2:] == [("async MDN", "failed"), ("test message", "skipped")]
    assert server.got == []


def test_a_port_where_nobody_listens_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    steps = walk(acme_at(tmp_path, f"https://127.0.0.1:{port}/as2"), tmp_path)

    assert states(steps)[:3] == [("name", "ok"), ("tcp", "failed"), ("certificates", "ok")]


def test_a_server_without_tls_behind_an_https_address_is_told(server: As2Server, tmp_path: Path) -> None:
    steps = walk(acme_at(tmp_path, server.url.replace("http:", "https:")), tmp_path)

    assert steps[2].check == "tls"
    assert (steps[2].state, steps[2].mend) == ("failed", "check that as2.url should be https")


def test_keys_that_do_not_open_and_passwords_that_are_missing_are_told(server: As2Server, tmp_path: Path) -> None:
    acme = acme_at(tmp_path, f"{server.url}/as2", more="  user: us\n  password: env:NO_SUCH_PASSWORD\n")
    (tmp_path / "keys" / "passphrase").write_text("another one")

    steps = walk(acme, tmp_path)

    assert states(steps)[4:6] == [("our keys", "failed"), ("password", "failed")]
    assert "the private key cannot be read" in steps[4].text


def test_the_command_tells_every_step_and_fails_with_one(server: As2Server, tmp_path: Path) -> None:
    acme_at(tmp_path, f"{server.url}/as2")
    environment = {"CROSSDOCK_HOME": str(tmp_path), "CROSSDOCK_NOW": START.isoformat()}

    fine = run("partner", "test", "acme", "--send", "--json", environment=environment)
    (tmp_path / "keys" / "passphrase").write_text("another one")
    failed = run("partner", "test", "acme", environment=environment)
    nobody = run("partner", "test", "acne", environment=environment)

    assert [(one["way"], one["check"], one["state"]) for one in read_json_lines(fine)][-1] == (
        "as2",
        "test message",
        "ok",
    )
    assert failed.exit_code == 1
    assert "failed   as2 our keys: " in failed.stdout
    assert (nobody.exit_code, nobody.stderr) == (
        2,
        'crossdock: there is no partner "acne" (crossdock partner list)\n',
    )
