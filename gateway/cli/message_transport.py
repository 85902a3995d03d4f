"""How a message's transport facts read for a person: who signed, to whom it was encrypted, MIC, MDN, host key, times.

Text only; facts come as `message show --json` prints them, and one that is not known here is shown as it is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Facts = Mapping[str, Any]

LABELS = {
    "key": "id",
    "as2_from": "AS2-From",
    "as2_to": "AS2-To",
    "layers": "layers",
    "signed_by": "signed by",
    "signature_digest": "digest of the signature",
    "encrypted_to": "encrypted to",
    "cipher": "cipher",
    "mic": "MIC",
    "disposition": "disposition",
    "url": "url",
    "remote": "remote",
    "http_status": "HTTP status",
    "endpoint": "endpoint",
    "host_key": "host key",
    "host_key_kind": "kind of host key",
    "folder": "folder",
    "name": "remote name",
    "name_hex": "remote name in hex",
    "mdn_due_at": "MDN awaited until",
    "request_sha256": "request SHA-256",
}
"""The order in which they are shown, and what they are called; the rest follows under its own name."""
NOT_SHOWN = ("channel", "evidence", "mdn", "builds", "mdns")


def describe_transport(transport: Facts) -> Iterator[str]:
    """Lines, without indent. Certificates are named by their SHA-256, as `crossdock partner keys` lists them."""
    yield f"transport {transport.get('channel', '')}".rstrip()
    known = [name for name in LABELS if name in transport]
    others = [name for name in transport if name not in LABELS and name not in NOT_SHOWN]
    for name in (*known, *others):
        value = _text(name, transport[name])
        if value:
            yield f"  {LABELS.get(name, name.replace('_', ' '))}: {value}"
    mdn = transport.get("mdn") or {}
    if mdn:
        said = mdn.get("result") or ("signed" if mdn.get("signed") else "not signed")
        yield f"  MDN {mdn.get('mode', '')}: {said}, {mdn.get('disposition', '')}".rstrip(", ")
        for name in ("signed_by", "mic", "message_id", "url", "reason", "received_at"):
            if mdn.get(name):
                yield f"    {LABELS.get(name, name.replace('_', ' '))}: {mdn[name]}"


def _text(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        unit = " ms" if name.endswith("_ms") else ""
        return ", ".join(f"{key} {one}{unit}" for key, one in value.items())
    if isinstance(value, list):
        return " > ".join(map(str, value)) or "none"
    return "" if value is None else str(value)
