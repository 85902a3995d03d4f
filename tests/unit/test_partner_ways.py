"""Sections `as2` and `sftp` of a partner file: read whole, checked with lines, certificates carried as bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.partners import As2Terms, Certificate, Pickup, Push, Required, SftpTerms, read_partner, read_partners
from gateway.partners.forms import is_as2_name, origin_of
from gateway.resources import Mistakes
from tests.unit.partner_files import BOTH_WAYS, FILES, FINGERPRINT, pem_of

FILE = "partners/acme/partner.yaml"


def mistakes(text: str, files: dict[str, bytes] | None = None) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        read_partner(text.encode(), FILE, (FILES if files is None else files).get)
    return [str(mistake).removeprefix(FILE + " ") for mistake in caught.value.mistakes]


def test_both_ways_are_read_whole() -> None:
    acme = read_partner(BOTH_WAYS.encode(), FILE, FILES.get)

    assert acme.as2 == As2Terms(
        url="https://acme.example/as2",
        our_name="CROSSDOCK-EU",
        sign="sha-384",
        encrypt="aes-128-cbc",
        compress="before-sign",
        mdn="async",
        require=Required(signed=True, encrypted=False),
        legacy=("sha-1", "3des"),
        certificates=(
            Certificate(
                file="certs/one.pem",
                pem=pem_of(b"one"),
                use=("sign",),
                valid_from=datetime(2026, 1, 1, tzinfo=UTC),
                valid_to=datetime(2027, 1, 1, tzinfo=UTC),
            ),
            Certificate(file="certs/two.pem", pem=pem_of(b"two")),
        ),
        mdn_urls=("https://acme.example:4080", "http://acme.example:80", "10.1.0.0/16"),
        mdn_timeout_minutes=90,
        user="us",
        password="env:ACME_HTTP",
        chunked=True,
    )
    assert acme.sftp == SftpTerms(
        host="sftp.acme.example",
        port=2222,
        user="crossdock",
        key="file:acme-key",
        host_keys=(FINGERPRINT,),
        pickup=(
            Pickup(
                folder="/out",
                include=("*.csv",),
                ready="done",
                suffix=".done",
                settle_seconds=5,
                after="delete",
                processing="/out/processing",
                archive="/out/archive",
                failed="/bad",
                claim="lease",
            ),
            Pickup(
                folder="/more/",
                ready="suffix",
                suffix=".tmp",
                processing="/more/processing",
                archive="/more/archive",
                failed="/more/failed",
            ),
        ),
        push=Push(folder="/in", clash="version", done=True),
    )


def test_a_partner_without_the_sections_has_neither_way() -> None:
    bolt = read_partner(b"partner: bolt\n", "partners/bolt/partner.yaml")

    assert (bolt.as2, bolt.sftp) == (None, None)


def test_what_the_section_does_not_say_is_safe() -> None:
    text = "partner: acme\nidentities: {as2: [ACME]}\nas2: {url: https://acme.example/as2}\n"

    assert read_partner(text.encode(), FILE).as2 == As2Terms(
        url="https://acme.example/as2",
        sign="sha-256",
        encrypt="aes-256-cbc",
        mdn="sync",
        require=Required(signed=True, encrypted=True),
        legacy=(),
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("chunked:", "chunkde:", 'line 20: unknown key "chunkde" (did you mean "chunked"?)'),
        ("/as2", "/as 2", 'line 5: as2.url "https://acme.example/as 2" must begin with https:// or http:// and hold'),
        ("https://acme", "https://us:pw@acme", "must begin with https:// or http:// and hold no login"),
        ("CROSSDOCK-EU", '"a\\"b"', "line 6: as2.our_name"),
        ("sha-384", "sha384", 'line 7: unknown sign "sha384" (did you mean "sha-384"?)'),
        ("aes-128-cbc", "aes-128", 'line 8: unknown encrypt "aes-128" (did you mean "aes-128-cbc"?)'),
        ("before-sign", "before", 'line 9: unknown compress "before"'),
        ("mdn: async", "mdn: asnyc", 'line 10: unknown mdn "asnyc" (did you mean "async"?)'),
        ("encrypted: false", "encrpted: no", 'unknown key "encrpted" (did you mean "encrypted"?)'),
        ("[sha-1, 3des]", "[md5]", 'line 12: unknown legacy algorithm "md5" (known: 3des, sha-1)'),
        ("use: [sign]", "use: [sing]", 'line 14: unknown use "sing" (did you mean "sign"?)'),
        ("use: [sign]", "use: []", "line 14: a certificate without a use is never used"),
        ("2026-01-01", "2026-13-01", 'line 14: as2.certificates.0.from "2026-13-01" is no date'),
        ("to: 2027-01-01", "to: 2025-01-01", "line 14: certs/one.pem ends before it begins"),
        ("certs/two.pem", "certs/tow.pem", 'line 15: certificate file "certs/tow.pem" is not there'),
        ("certs/two.pem", "../two.pem", 'line 15: certificate file "../two.pem" must lie in certs/'),
        ("certs/two.pem}", "certs/one.pem}", "line 15: certs/one.pem is the same certificate as one above"),
        ("{file: certs/two.pem}", "{use: [sign]}", "line 15: a certificate needs its file (file: certs/NAME.pem)"),
        (":4080", ":4080/x", 'line 16: as2.mdn_urls.0 "https://ACME.example:4080/x" must be scheme, host and port'),
        ("_minutes: 90", "_minutes: 0", 'line 17: as2.mdn_timeout_minutes "0" must be a whole number from 1 to'),
        ("  user: us\n", "", "line 4: as2.user and as2.password belong together"),
        ("env:ACME_HTTP", "hunter2", "line 19: as2.password must be a reference, env:NAME or file:PATH, never"),
        ("as2: [ACME]", "as2: []", "as2 needs their own AS2 name (identities: {as2: [THEIR-NAME]})"),
        ("  url: https://acme.example/as2\n", "", "line 3: deliver to as2 needs section as2 with its url"),
        ("to: as2", "to: sftp", ""),
    ],
)  # fmt: skip
def test_each_mistake_about_as2_is_told_with_its_line(old: str, new: str, told: str) -> None:
    text = BOTH_WAYS.replace(old, new, 1)
    if not told:
        assert read_partner(text.encode(), FILE, FILES.get).deliver.to == "sftp"
        return

    (found,) = mistakes(text)

    assert told in found
    assert "hunter2" not in found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sftp.acme.example", "sftp://acme.example", 'line 22: sftp.host "sftp://acme.example" must be a host name'),
        ("2222", "222222", 'line 23: sftp.port "222222" must be a whole number from 1 to 65535'),
        ("  user: crossdock\n", "", "line 21: sftp needs user"),
        ("  key: file:acme-key\n", "", "line 21: sftp needs key or password (key: file:PATH, or password: env:NAME)"),
        ("SHA256:AAA", "SHA256:", "is no fingerprint (SHA256:... as ssh-keygen -l prints it)"),
        (
            f'["{FINGERPRINT}"]',
            "[" + ", ".join([FINGERPRINT] * 3) + "]",
            "line 26: 3 host keys are pinned, 2 at most",
        ),
        ("ready: done", "ready: dun", 'line 28: unknown ready "dun" (known: done, immediate, stable, suffix)'),
        ("folder: /out", "folder: /../out", 'line 28: sftp.pickup.0.folder "/../out" must be a path without ..'),
        (
            "failed: /bad",
            "failed: /out",
            "line 28: failed is the folder that is picked up: it would be fetched again",
        ),
        ("{folder: /more/, ready: suffix}", '{folder: /out, include: "*.csv"}', "folder /out is picked up twice by"),
        ("{folder: /more/, ", "{", "line 29: a pickup needs its folder"),
        ('"*.csv"', '"a/*.csv"', 'line 28: sftp.pickup.0.include "a/*.csv" must be a name or glob without /'),
        ("{id}.edi", "{ident}.edi", 'line 30: sftp.push.name "{kind}-{ident}.edi" must be a name of {kind} {id}'),
        ('{kind}-{id}.edi", clash: version', 'out.edi", clash: fail', 'push.name "out.edi" gives every message the'),
        ("push: {folder: /in, ", "push: {", "line 30: sftp.push needs its folder"),
        ("clash: version", "clash: versoin", 'line 30: unknown clash "versoin" (did you mean "version"?)'),
    ],
)
def test_each_mistake_about_sftp_is_told_with_its_line(old: str, new: str, told: str) -> None:
    (found,) = mistakes(BOTH_WAYS.replace(old, new, 1))

    assert told in found


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "holds no certificate in PEM"),
        (b"\x30\x03abc", "is DER, and PEM is wanted here"),
        (pem_of().replace(b"MA", b"M*"), "holds a certificate whose base64 is broken"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "is cut or not DER inside"),
        (pem_of() * 5000, "is larger than 100000 bytes"),
        (b"-----BEGIN RSA PRIVATE" + b" KEY-----\n" + pem_of(), '"certs/one.pem" holds a private key'),
    ],
)
def test_a_file_that_holds_no_certificate_is_told(data: bytes, told: str) -> None:
    (found,) = mistakes(BOTH_WAYS, FILES | {"certs/one.pem": data})

    assert found.startswith("line 14: ")
    assert told in found


def test_a_private_key_among_the_certificates_is_refused_even_if_nothing_lists_it() -> None:
    files = {FILE: b"partner: acme\n", "partners/acme/certs/x.pem": b"-----BEGIN PRIVATE" + b" KEY-----\n"}

    with pytest.raises(Mistakes) as caught:
        read_partners(files)

    assert [str(one) for one in caught.value.mistakes] == [
        "partners/acme/certs/x.pem: holds a private key (our keys belong to HOME/keys, theirs are not ours to have)"
    ]


def test_certificates_travel_with_the_published_files() -> None:
    files = {FILE: BOTH_WAYS.encode()} | {f"partners/acme/{name}": data for name, data in FILES.items()}

    acme = read_partners(files).get("acme")

    assert acme is not None
    assert acme.as2 is not None
    assert [one.pem for one in acme.as2.certificates_for("sign")] == [pem_of(b"one"), pem_of(b"two")]
    assert [one.pem for one in acme.as2.certificates_for("encrypt")] == [pem_of(b"two")]


def test_a_listed_certificate_counts_from_its_first_moment_and_no_longer_at_its_last() -> None:
    listed = Certificate(
        file="certs/one.pem",
        pem=pem_of(),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_to=datetime(2026, 2, 1, tzinfo=UTC),
    )

    at = [datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]

    assert [listed.is_listed_at(moment) for moment in at] == [False, True, False]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Partner.example", "https://partner.example:443"),
        ("http://partner.example:80/x", "http://partner.example:80"),
        ("https://[::1]:4080/", "https://[::1]:4080"),
        ("https://us:pw@partner.example", ""),
        ("https://partner.example:99999", ""),
        ("ftp://partner.example", ""),
    ],
)
def test_origins_are_spelled_in_one_way(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_as2_names_are_what_every_product_repeats_exactly() -> None:
    good = ["A", "My Company-1", "x" * 128]
    bad = ["", " A", "A ", 'a"b', "a\\b", "x" * 129, "\u00e4", "a\nb"]

    assert [name for name in good + bad if is_as2_name(name)] == good
