"""Where asynchronous MDNs may go: scheme, host and port of the agreement, and private networks only by name."""

from __future__ import annotations

import ipaddress

import pytest

from gateway.transports.as2 import mdn_url_allowed
from gateway.transports.as2.addresses import address_allowed

LISTED = ("https://acme.example:4080", "http://[2001:db8::1]", "http://127.0.0.1:4081", "10.1.0.0/16")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://acme.example:4080/any/path?x=1", True),
        ("https://ACME.example:4080", True),
        ("https://acme.example.:4080", True),
        ("http://[2001:db8::1]:80/", True),
        ("http://acme.example:4080/", False),
        ("https://acme.example/", False),
        ("https://acme.example:4080@evil.example/", False),
        ("https://user:pw@acme.example:4080/", False),
        ("https://acme.example:4080\\@evil.example/", False),
        ("https://evil.example/https://acme.example:4080", False),
        ("https://acme.example.evil.example:4080/", False),
        ("https://acme.example:99999/", False),
        ("//acme.example:4080/", False),
        ("unreadable:", False),
        ("", False),
    ],
)
def test_url_is_allowed_by_scheme_host_and_port(url: str, allowed: bool) -> None:
    assert mdn_url_allowed(url, LISTED) is allowed


@pytest.mark.parametrize(
    ("address", "url", "allowed"),
    [
        ("8.8.8.8", "https://acme.example:4080/", True),
        ("127.0.0.1", "https://acme.example:4080/", False),
        ("169.254.169.254", "https://acme.example:4080/", False),
        ("192.168.1.1", "https://acme.example:4080/", False),
        ("::1", "https://acme.example:4080/", False),
        ("::ffff:127.0.0.1", "https://acme.example:4080/", False),
        ("224.0.0.1", "https://acme.example:4080/", False),
        ("0.0.0.1", "https://acme.example:4080/", False),
        ("10.1.2.3", "https://acme.example:4080/", True),
        ("10.2.2.3", "https://acme.example:4080/", False),
        ("127.0.0.1", "http://127.0.0.1:4081/", True),
        ("127.0.0.1", "http://127.0.0.1:4082/", False),
    ],
)
def test_private_address_needs_its_own_entry(address: str, url: str, allowed: bool) -> None:
    assert address_allowed(ipaddress.ip_address(address), url, LISTED) is allowed
