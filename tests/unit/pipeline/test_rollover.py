"""Keys and certificates change over while traffic runs: two are good at once, on both sides, and nobody waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from gateway.partners.own import OwnKey, add_own_key
from gateway.transports import as2
from tests.unit.pipeline.as2_partner import (
    OURS,
    PASSPHRASE,
    THEIRS,
    TO,
    As2Partner,
    as2_town,
    key_of,
    post,
)
from tests.unit.pipeline.as2_server import As2Server
from tests.unit.pipeline.world import START, Town, interchange, notice, order

NEXT_OURS = "CROSSDOCK next"
NEXT_THEIRS = "ACME next"
ROLLS_OVER = START + timedelta(days=10)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Our next key is there, and signs in ten days."""
    one = as2_town(tmp_path / "home")
    key = key_of(NEXT_OURS)
    add_own_key(
        one.home / "keys",
        OwnKey(
            name="next",
            valid_from=ROLLS_OVER,
            valid_to=TO,
            certificate=as2.certificate_pem(key),
            private_key=as2.private_key_pem(key, PASSPHRASE),
        ),
    )
    one.street.configure()
    yield one
    one.street.close()


def exchange(town: Town, number: int, *, encrypted_to: str, signed_by: str = THEIRS) -> tuple[str, str, str]:
    """What acme sends under these keys: how it was received, who signed it, and who signed the MDN."""
    acme = As2Partner()
    acme.station = msgspec.structs.replace(
        acme.station,
        our_keys=(key_of(signed_by),),
        their_encryption=(key_of(encrypted_to).certificate,),
        their_signing=tuple(key_of(name).certificate for name in (OURS, NEXT_OURS)),
    )
    built = acme.build(interchange(("856", notice(f"S{number}")), control=number), f"{number}@acme.example")
    answer = post(town, built)
    facts = town.street.message(answer.message)["transport"]
    names = {key_of(name).certificate.fingerprint: name for name in (OURS, NEXT_OURS, THEIRS, NEXT_THEIRS)}
    read = acme.read(answer, built)
    return facts["disposition"], names.get(facts["signed_by"], ""), names.get(read.signer, read.reason)


def test_our_next_key_opens_at_once_and_signs_from_its_day(town: Town) -> None:
    before = [exchange(town, 1, encrypted_to=OURS), exchange(town, 2, encrypted_to=NEXT_OURS)]
    town.clock.now = ROLLS_OVER
    after = [exchange(town, 3, encrypted_to=OURS), exchange(town, 4, encrypted_to=NEXT_OURS)]

    assert before == [("processed", THEIRS, OURS)] * 2
    assert after == [("processed", THEIRS, NEXT_OURS)] * 2


def test_signatures_by_either_of_their_certificates_are_good_from_the_listed_day(town: Town) -> None:
    strangers = exchange(town, 1, encrypted_to=OURS, signed_by=NEXT_THEIRS)
    _list_both(town, from_="2026-01-01")
    either = [exchange(town, n, encrypted_to=OURS, signed_by=name) for n, name in ((2, THEIRS), (3, NEXT_THEIRS))]

    assert strangers[:2] == ("processed/error: authentication-failed", "")
    assert [one[:2] for one in either] == [("processed", THEIRS), ("processed", NEXT_THEIRS)]


def test_we_encrypt_to_their_newest_certificate_from_its_listed_day(tmp_path: Path) -> None:
    server = As2Server()
    one = as2_town(tmp_path / "home", url=f"{server.url}/as2")
    one.edit("acme", "deliver: {to: mailbox}", "deliver: {to: as2}")
    server.acme.station = msgspec.structs.replace(server.acme.station, our_keys=(key_of(THEIRS), key_of(NEXT_THEIRS)))
    _list_both(one, from_=ROLLS_OVER.date().isoformat())
    one.bring(order("PO1"), "erp")
    one.clock.now = ROLLS_OVER + timedelta(days=1)
    one.street.configure()
    one.bring(order("PO2"), "erp")
    one.street.close()
    server.close()

    recipients = [opened.recipient for opened in server.opened]
    assert recipients == [key_of(name).certificate.fingerprint for name in (THEIRS, NEXT_THEIRS)]


def _list_both(town: Town, *, from_: str) -> None:
    """Acme's next certificate beside the one in force."""
    folder = town.home / "partners" / "acme"
    (folder / "certs" / "next.pem").write_bytes(as2.certificate_pem(key_of(NEXT_THEIRS)))
    page = folder / "partner.yaml"
    old = "[{file: certs/acme.pem}]"
    page.write_text(
        page.read_text().replace(old, f"[{{file: certs/acme.pem}}, {{file: certs/next.pem, from: {from_}}}]")
    )
    town.street.configure()
