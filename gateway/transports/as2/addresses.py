"""Where an asynchronous MDN may be posted: the agreement's list, and private addresses only where it names them."""

from __future__ import annotations

from collections.abc import Sequence


def mdn_url_allowed(url: str, allowed: Sequence[str]) -> bool:
    """True if the URL's scheme, host and port are on the list. Looks up no names: `Sender.post_mdn` checks where the
    host leads."""
    raise NotImplementedError
