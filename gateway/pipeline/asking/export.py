"""A message's transport evidence as files: what came and went, cut only where OpenSSL alone wants it cut.

Reads what is kept and changes no byte of it. Private keys are never among the files; certificates are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from gateway.partners import OwnKeys
from gateway.partners.forms import certificate_der, certificate_in
from gateway.resources import CERTIFICATE_SUFFIXES
from gateway.settings import Settings, resolve_secret
from gateway.store.evidence import load_evidence
from gateway.store.published import Part
from gateway.store.tables import configuration, published
from gateway.store.transports import load_facts, mdn_of, request_of
from gateway.transports import as2
from gateway.transports.as2.cms import CmsMistake, decrypt, read_enveloped
from gateway.transports.as2.mime import Entity, decode_body, split_entity, split_parts, split_value

EVIDENCE = ("request", "mdn")
"""What is kept beside the content: the HTTP request that brought or carried it, and the MDN about it."""

LIMITS = as2.DEFAULT_LIMITS


def load_raw(connection: Connection, message: str, what: str) -> bytes | None:
    """The request or the MDN of a message as it came or went: header lines, an empty line, the body; None: none."""
    facts = load_facts(connection, message)
    usual = request_of(message) if what == "request" else mdn_of(message)
    # A message that was built anew or receipted twice names the one that counts.
    id = str(facts.facts.get("evidence", {}).get(what, usual)) if facts is not None else usual
    return load_evidence(connection, [id]).get(id)


def export_message(
    connection: Connection, message: str, keys: Path, opened_keys: Sequence[as2.Key] = ()
) -> dict[str, bytes]:
    """Files by name, for a folder: content, request, MDN, their signed parts and signatures, certificates, README.

    `keys` is HOME/keys, from which our certificates are taken. With `opened_keys` a request that was encrypted to us
    is decrypted too (`inner`). Empty when there is no such message.
    """
    content = load_evidence(connection, [message]).get(message)
    facts = load_facts(connection, message)
    if content is None and facts is None:
        return {}
    shown = dict(facts.facts) if facts is not None else {}
    files: dict[str, bytes] = {} if content is None else {"content": content}
    for what in EVIDENCE:
        raw = load_raw(connection, message, what)
        if raw is not None:
            files |= {f"{what}.eml": raw, **_cut(what, raw)}
    if "request.p7m" in files and opened_keys:
        files |= _open(files["request.p7m"], opened_keys)
    if facts is not None:
        files["facts.json"] = msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n"
    wanted = {
        "signer.pem": shown.get("signed_by"),
        "recipient.pem": shown.get("encrypted_to"),
        "mdn-signer.pem": shown.get("mdn", {}).get("signed_by"),
    }
    known = _certificates(connection, keys) if any(wanted.values()) else {}
    files |= {name: known[print].pem for name, print in wanted.items() if print and print in known}
    lost = sorted({print for print in wanted.values() if print and print not in known})
    key = known[shown["encrypted_to"]].key if shown.get("encrypted_to") in known else ""
    files["README.txt"] = _readme(message, files, facts.mic if facts is not None else "", key, lost)
    return files


def open_keys(own: OwnKeys, settings: Settings) -> tuple[as2.Key, ...]:
    """Our private keys, opened. Raises OperatorMistake where the passphrase or a key does not fit."""
    passphrase = resolve_secret(settings.as2_passphrase_reference).encode() if own.keys else b""
    return tuple(as2.load_key(key.private_key, key.certificate, passphrase, file=key.name) for key in own.keys)


class _Known(NamedTuple):
    """A certificate, and the name of our key that belongs to it ("" for one of theirs)."""

    pem: bytes
    key: str


def _cut(name: str, raw: bytes) -> dict[str, bytes]:
    """What OpenSSL reads in DER: `p7m` of an encrypted entity; `part` and `p7s` of a signed one."""
    try:
        entity = split_entity(raw, LIMITS)
        kind, parameters = split_value(entity.fields.get("content-type", ""))
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return {f"{name}.p7m": _decoded(entity)}
        if kind == "multipart/signed":
            part, signature = split_parts(entity.body, parameters.get("boundary", ""), LIMITS)[:2]
            return {f"{name}.part": part, f"{name}.p7s": _decoded(split_entity(signature, LIMITS))}
    except (CmsMistake, ValueError):
        # What cannot be read is exported as it came, and nothing is cut out of it.
        return {}
    return {}


def _decoded(entity: Entity) -> bytes:
    return decode_body(entity.body, entity.fields.get("content-transfer-encoding", ""))


def _open(encrypted: bytes, keys: Sequence[as2.Key]) -> dict[str, bytes]:
    try:
        inner = decrypt(read_enveloped(encrypted), keys).content
    except CmsMistake:
        return {}
    return {"inner.eml": inner, **_cut("inner", inner)}


def _certificates(connection: Connection, keys: Path) -> dict[str, _Known]:
    """Every certificate of ours, and every one that was ever published, by its SHA-256."""
    ours = [(path.read_bytes(), path.name.removesuffix(".cert.pem")) for path in sorted(keys.glob("*.cert.pem"))]
    found: dict[str, _Known] = {}
    for data, key in (*((body, "") for body in _published(connection)), *ours):
        pem, wrong = certificate_in(data)
        if not wrong:
            found[hashlib.sha256(certificate_der(pem)).hexdigest()] = _Known(pem, key)
    return found


def _published(connection: Connection) -> Iterable[bytes]:
    seen: set[str] = set()
    for row in connection.execute(select(configuration.c.parts).order_by(configuration.c.seq.desc())):
        parts = msgspec.json.decode(row.parts, type=list[Part])
        seen |= {p.hash for p in parts if p.path.startswith("partners/") and p.path.endswith(CERTIFICATE_SUFFIXES)}
    rows = connection.execute(select(published.c.body).where(published.c.hash.in_(sorted(seen))))
    return [row.body for row in rows]


def _readme(message: str, files: dict[str, bytes], mic: str, key: str, lost: list[str]) -> bytes:
    """What each file is, and the commands that prove it."""
    lines = [f"Message {message}", ""]
    for name, data in files.items():
        lines.append(f"  {name:<16} {len(data):>9} bytes  SHA-256 {hashlib.sha256(data).hexdigest()}")
    lines += ["", f"MIC: {mic}"] if mic else []
    lines += [f"The certificate with SHA-256 {one} is no longer here." for one in lost]
    for name, signer in (("mdn", "mdn-signer.pem"), ("request", "signer.pem"), ("inner", "signer.pem")):
        if f"{name}.p7s" in files and signer in files:
            lines += [
                "",
                f"# The signature over {name}.part, byte for byte as it came:",
                f"openssl cms -verify -binary -inform DER -in {name}.p7s -content {name}.part \\",
                f"  -certfile {signer} -nointern -noverify -out {name}.verified",
            ]
    if "request.p7m" in files and key:
        lines += [
            "",
            f"# What was encrypted to us, opened by our key {key}:",
            "openssl cms -decrypt -binary -inform DER -in request.p7m -recip recipient.pem \\",
            f'  -inkey "$CROSSDOCK_HOME/keys/{key}.key.pem" \\',
            '  -passin "file:$CROSSDOCK_HOME/keys/passphrase" -out opened.eml',
        ]
    return ("\n".join(lines) + "\n").encode()
