"""Certificates that are legal and yet will bite: gaps and ends are told before they stop traffic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.partners import As2Terms, Identities, Partner, SftpTerms
from gateway.partners.editing import add_certificate
from gateway.partners.trust import Concern, Window, concerns_about, concerns_of_windows, window_of
from gateway.resources import read_yaml

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def window(start: int, end: int, name: str = "x") -> Window:
    """From and to in days from now."""
    return Window(name, NOW + timedelta(days=start), NOW + timedelta(days=end))


@pytest.mark.parametrize(
    ("windows", "told"),
    [
        ([window(-10, 100)], []),
        ([window(-10, 40), window(30, 400)], []),
        ([window(-10, 20), window(10, 400)], []),
        ([], ["fail: keys: none"]),
        ([window(-20, -1)], ["fail: keys: all have ended"]),
        ([window(5, 100)], ["fail: keys: the first begins on 2026-06-06"]),
        ([window(-10, 40), window(50, 400)], ["warn: keys: none from 2026-07-11 to 2026-07-21"]),
        ([window(-10, 30)], ["warn: keys: the last ends on 2026-07-01, in 30 days"]),
        ([window(-10, 1)], ["warn: keys: the last ends on 2026-06-02, in 1 day"]),
        ([window(-10, 31)], []),
    ],
)
def test_gaps_and_ends_are_told(windows: list[Window], told: list[str]) -> None:
    assert [f"{one.severity}: {one.text}" for one in concerns_of_windows("keys", windows, NOW)] == told


def test_the_narrower_of_list_and_certificate_counts() -> None:
    own = (NOW - timedelta(days=1), NOW + timedelta(days=9))

    assert window_of("x", (NOW, None), own) == window(0, 9)
    assert window_of("x", (None, NOW + timedelta(days=5)), own) == window(-1, 5)


def test_a_partner_is_told_of_only_for_what_it_needs() -> None:
    only_receives = Partner(id="acme", identities=Identities(as2=("ACME",)), as2=As2Terms())

    concerns = concerns_about(only_receives, [], NOW)

    assert concerns == [
        Concern("fail", "acme: certificates to verify what they sign: none", "crossdock partner keys add acme FILE")
    ]


def test_traffic_without_protection_and_servers_without_a_pinned_key_are_told() -> None:
    as2 = As2Terms(url="http://acme.example", sign="none", encrypt="none", mdn="none")
    sftp = SftpTerms(host="sftp.acme.example", user="us", password="env:X")
    partner = Partner(id="acme", as2=as2, sftp=sftp)

    concerns = concerns_about(partner, [("sign", window(-1, 100))], NOW)

    assert [one.text for one in concerns] == [
        "acme: what we send is not protected (sign and encrypt: none)",
        "acme: no host key of sftp.acme.example is pinned, so nothing connects to it",
    ]


# --- one more line in a partner file --------------------------------------------------------------------------

ENTRY = "{file: certs/new.pem, use: [sign]}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "as2:  # ways\n  certificates: []   # none yet\n  mdn: sync\n",
            f"as2:  # ways\n  certificates:\n    - {ENTRY}\n  mdn: sync\n",
        ),
        ("as2:\n  mdn: sync\nx: 1\n", f"as2:\n  certificates:\n    - {ENTRY}\n  mdn: sync\nx: 1\n"),
        (
            "as2:\n  certificates:\n    # first\n    - {file: certs/a.pem}\n    - file: certs/b.pem\n"
            "      use: [sign]  # only\n\n  mdn: sync",
            "as2:\n  certificates:\n    # first\n    - {file: certs/a.pem}\n    - file: certs/b.pem\n"
            f"      use: [sign]  # only\n    - {ENTRY}\n\n  mdn: sync\n",
        ),
        (
            "as2:\n  certificates:\n  - {file: certs/a.pem}\n",
            f"as2:\n  certificates:\n  - {{file: certs/a.pem}}\n  - {ENTRY}\n",
        ),
    ],
)
def test_a_certificate_is_added_as_one_line_and_nothing_else_moves(before: str, after: str) -> None:
    added = add_certificate(before, ENTRY)

    assert added == after
    assert read_yaml(added.encode()).value["as2"]["certificates"][-1] == {"file": "certs/new.pem", "use": ["sign"]}


@pytest.mark.parametrize(
    "text",
    ["partner: acme\n", "as2: {mdn: sync}\n", "as2:\n  certificates: [{file: certs/a.pem}]\n", "as2:\n"],
)
def test_a_layout_that_one_more_line_does_not_fit_is_left_to_a_person(text: str) -> None:
    assert add_certificate(text, ENTRY) is None
