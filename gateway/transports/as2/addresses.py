"""Where an asynchronous MDN may be posted: the agreement's list, and private addresses only where it names them.

A sender's Receipt-Delivery-Option is no more than a wish of somebody on the network: followed blindly it makes us
post wherever they like, into our own network too.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def mdn_url_allowed(url: str, allowed: Sequence[str]) -> bool:
    """True if the URL's scheme, host and port are on the list. Looks up no names: `Sender.post_mdn` checks where the
    host leads."""
    origin = origin_of(url)
    return origin is not None and any(origin_of(entry) == origin for entry in allowed if "://" in entry)


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host in lower case and port; None for anything but an http or https URL without credentials."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or port is None or "@" in parts.netloc or "\\" in url:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port


def address_allowed(address: Address, url: str, allowed: Sequence[str]) -> bool:
    """True if a host's address may be connected to: public, or itself or its network listed.

    `localhost` on the list permits what it leads to. Source: RFC 6890 (special-purpose addresses).
    """
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address.is_global and not address.is_multicast:
        return True
    origin = origin_of(url)
    if origin is None:
        return False
    if origin[1] in ("localhost", str(address)):
        return mdn_url_allowed(url, allowed)
    return any(_is_in(address, entry) for entry in allowed if "://" not in entry)


def _is_in(address: Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network)
    except ValueError:
        return False
