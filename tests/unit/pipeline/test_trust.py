"""Certificates that end are told 30, 7 and 1 days before, once each, and not when the next one is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.partners import As2Terms, Certificate, Identities, OwnKeys, Partner
from gateway.pipeline.asking.trust import find_ends, list_trusted, mistakes_in_certificates
from gateway.pipeline.signals.show import list_signals
from gateway.transports.as2 import certificate_pem
from tests.unit.pipeline.as2_partner import THEIRS, As2Partner, as2_town, key_of, post
from tests.unit.pipeline.world import interchange, notice

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def acme(*days: int) -> Partner:
    """A partner whose certificates are listed until so many days from now."""
    listed = tuple(
        Certificate(
            file=f"certs/{n}.pem",
            pem=certificate_pem(key_of(THEIRS)),
            use=("sign",),
            valid_to=NOW + timedelta(days=one),
        )
        for n, one in enumerate(days)
    )
    return Partner(id="acme", identities=Identities(as2=("ACME",)), as2=As2Terms(certificates=listed))


def told(*days: int) -> list[str]:
    return [one.text for one in find_ends([acme(*days)], OwnKeys(), NOW)]


def test_an_end_is_told_in_three_stages_and_when_it_is_past() -> None:
    stages = [told(days) for days in (31, 30, 8, 7, 2, 1, 0, -1)]

    begins = "certs/0.pem, the last certificate of acme to sign, "
    assert [text.removeprefix(begins) for listed in stages for text in listed] == [
        "ends on 2026-07-01, within 30 days",
        "ends on 2026-06-09, within 30 days",
        "ends on 2026-06-08, within 7 days",
        "ends on 2026-06-03, within 7 days",
        "ends on 2026-06-02, within 1 day",
        "ends on 2026-06-01, within 1 day",
        "ended on 2026-05-31",
    ]


def test_an_end_is_not_told_when_the_next_certificate_is_there() -> None:
    assert told(5, 300) == []


def test_a_certificate_that_cannot_be_read_is_listed_with_its_reason() -> None:
    broken = Certificate(file="certs/x.pem", pem=b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
    partner = Partner(id="acme", as2=As2Terms(certificates=(broken,)))

    (listed,) = list_trusted([partner], OwnKeys(), NOW)

    assert (listed.state, listed.trouble) == ("unreadable", "no certificate that can be read")


def test_a_certificate_that_cannot_count_is_a_mistake_of_its_partner() -> None:
    broken = Certificate(file="certs/x.pem", pem=b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
    outside = Certificate(
        file="certs/y.pem", pem=certificate_pem(key_of(THEIRS)), valid_from=datetime(2029, 1, 1, tzinfo=UTC)
    )
    partner = Partner(id="acme", as2=As2Terms(certificates=(broken, outside)))

    assert [str(one) for one in mistakes_in_certificates([partner, acme(30), Partner(id="bolt")])] == [
        "partners/acme/certs/x.pem: no certificate that can be read "
        "(give one X.509 certificate as PEM (-----BEGIN CERTIFICATE-----) or DER)",
        "partners/acme/partner.yaml: the dates listed for certs/y.pem lie outside its own, 2026-01-01 to 2027-12-31 "
        "(correct from and to)",
    ]


def test_a_bad_certificate_of_one_partner_leaves_as2_with_the_others_at_work(tmp_path: Path) -> None:
    town = as2_town(tmp_path / "home")
    before = town.street.configuration.hash
    (town.home / "partners/acme/certs/acme.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    )
    town.street.configure()
    answer = post(town, As2Partner().build(interchange(("856", notice())), "one@acme.example"))
    kept = town.street.configuration.hash
    alerts = town.alerts()
    town.street.close()

    assert (answer.status, kept, alerts) == (200, before, ["configuration_kept"])


def test_each_stage_is_told_once_however_often_time_passes(tmp_path: Path) -> None:
    # Acme's certificate and our key end on the last day of 2027.
    town = as2_town(tmp_path / "home")
    counts = []
    for day in (1, 2, 27, 28, 29):
        town.clock.now = datetime(2027, 12, day, tzinfo=UTC)
        town.street.run_due()
        counts.append(town.alerts().count("certificate_ends"))
    with town.street.read() as connection:
        causes = [one.cause for one in list_signals(connection, kind="certificate_expiry")]
    town.street.close()

    # Ours and theirs, each to sign and to encrypt; 30 days before, and from the 24th on 7 days before.
    assert counts == [4, 4, 8, 8, 8]
    # Each stage of each is a cause of its own.
    assert (len(causes), len(set(causes))) == (8, 8)
    assert [cause.rsplit("/", 1)[-1] for cause in causes] == ["30"] * 4 + ["7"] * 4
