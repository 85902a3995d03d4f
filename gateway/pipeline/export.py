"""A message's transport evidence as files: what came and went, cut only where OpenSSL alone wants it cut.

Reads what is kept and changes no byte of it. Private keys are never among the files; certificates are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from gateway.partners.forms import certificate_der, certificate_in
from gateway.resources import CERTIFICATE_SUFFIXES
from gateway.store.evidence import load_evidence
from gateway.store.published import Part
from gateway.store.tables import configuration, published
from gateway.store.transports import load_facts, mdn_of, request_of, split_raw
from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.mime import decode_body, split_parts, split_value
from gateway.transports.as2.terms import Limits

EVIDENCE = ("request", "mdn")
"""What is kept beside the content: the HTTP request that brought or carried it, and the MDN about it."""

_PARTS = Limits(parts_max=64)


def load_raw(connection: Connection, message: str, what: str) -> bytes | None:
    """The request or the MDN of a message as it came or went: header lines, an empty line, the body; None: none."""
    facts = load_facts(connection, message)
    usual = request_of(message) if what == "request" else mdn_of(message)
    # A message that was built anew or receipted twice names the one that counts.
    id = str(facts.facts.get("evidence", {}).get(what, usual)) if facts is not None else usual
    return load_evidence(connection, [id]).get(id)


def export_message(connection: Connection, message: str, keys: Path) -> dict[str, bytes]:
    """Files by name, for a folder: content, request, MDN, their signed parts and signatures, certificates, README.

    `keys` is HOME/keys, from which our certificates are taken. Empty when there is no such message.
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
            files[f"{what}.eml"] = raw
            files |= {f"{what}.{name}": data for name, data in _cut(raw).items()}
    if facts is not None:
        files["facts.json"] = msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n"
    wanted = {
        "signer.pem": shown.get("signed_by"),
        "recipient.pem": shown.get("encrypted_to"),
        "mdn-signer.pem": shown.get("mdn", {}).get("signed_by"),
    }
    known = dict(_certificates(connection, keys)) if any(wanted.values()) else {}
    files |= {name: known[print] for name, print in wanted.items() if print and print in known}
    mic = facts.mic if facts is not None else ""
    files["README.txt"] = _readme(message, files, mic, shown, sorted(set(filter(None, wanted.values())) - set(known)))
    return files


def _cut(raw: bytes) -> dict[str, bytes]:
    """What OpenSSL reads in DER: `p7m` of an encrypted body; `part` and `p7s` of a signed one."""
    headers, body = split_raw(raw)
    fields = {name.lower(): value for name, value in headers}
    kind, parameters = split_value(fields.get("content-type", ""))
    try:
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return {"p7m": decode_body(body, fields.get("content-transfer-encoding", ""))}
        if kind == "multipart/signed":
            part, signature = split_parts(body, parameters.get("boundary", ""), _PARTS)[:2]
            return {"part": part, "p7s": _body_of(signature)}
    except (CmsMistake, ValueError):
        # What could not be read is exported as it came, and nothing is cut out of it.
        return {}
    return {}


def _body_of(part: bytes) -> bytes:
    headers, separator, body = part.partition(b"\r\n\r\n")
    if not separator:
        headers, _, body = part.partition(b"\n\n")
    fields = (line.partition(":") for line in headers.decode("latin-1").splitlines())
    encodings = [value for name, _, value in fields if name.strip().lower() == "content-transfer-encoding"]
    return decode_body(body, encodings[0] if encodings else "")


def _certificates(connection: Connection, keys: Path) -> Iterator[tuple[str, bytes]]:
    """SHA-256 and PEM of every certificate of ours, and of every one that was ever published."""
    ours = (path.read_bytes() for path in sorted(keys.glob("*.cert.pem")))
    for data in (*ours, *_published(connection)):
        pem, wrong = certificate_in(data)
        if not wrong:
            yield hashlib.sha256(certificate_der(pem)).hexdigest(), pem


def _published(connection: Connection) -> Iterable[bytes]:
    seen: set[str] = set()
    for row in connection.execute(select(configuration.c.parts).order_by(configuration.c.seq.desc())):
        parts = msgspec.json.decode(row.parts, type=list[Part])
        seen |= {p.hash for p in parts if p.path.startswith("partners/") and p.path.endswith(CERTIFICATE_SUFFIXES)}
    rows = connection.execute(select(published.c.body).where(published.c.hash.in_(sorted(seen))))
    return [row.body for row in rows]


def _readme(message: str, files: dict[str, bytes], mic: str, facts: dict[str, Any], missing: list[str]) -> bytes:
    """What each file is, and the commands that prove it."""
    lines = [f"Message {message}", ""]
    lines += [
        f"  {name:<16} {len(data):>9} bytes  SHA-256 {hashlib.sha256(data).hexdigest()}"
        for name, data in files.items()
    ]
    lines += [""]
    if mic:
        lines += [f"MIC: {mic}", ""]
    lines += [f"Certificate {one} is no longer kept here." for one in missing]
    for what, signer in (("mdn", "mdn-signer.pem"), ("request", "signer.pem")):
        if f"{what}.p7s" in files and signer in files:
            lines += [
                f"The signature of the {what}, over {what}.part as it came:",
                f"  openssl cms -verify -binary -inform DER -in {what}.p7s -content {what}.part \\",
                f"    -certfile {signer} -nointern -noverify -out {what}.verified",
            ]
    if "request.p7m" in files and facts.get("encrypted_to") and "recipient.pem" in files:
        lines += [
            "What is encrypted, opened by the private key of recipient.pem:",
            "  openssl cms -decrypt -binary -inform DER -in request.p7m -recip recipient.pem \\",
            "    -inkey KEY -out inner.eml",
        ]
    return ("\n".join(lines) + "\n").encode()
