"""Read an MDN about a message that we sent: believed only as far as its signature reaches.

Whatever lies outside the signed part is not looked at to judge, so an unsigned report slipped in beside a signed one
says nothing. Source: RFC 4130 section 7, RFC 3798 section 3.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime

import msgspec

from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.cms.signed import Verified
from gateway.transports.as2.dispositions import read_disposition
from gateway.transports.as2.headers import read_addressed, read_micalg
from gateway.transports.as2.layers import read_multipart_signed, verify_trusted
from gateway.transports.as2.messages import Expected, Headers, MdnReading, MdnResult
from gateway.transports.as2.mime import (
    Entity,
    Fields,
    decode_body,
    read_fields,
    split_entity,
    split_parts,
    split_value,
)
from gateway.transports.as2.terms import DEFAULT_LIMITS, Limits, Station

NOTIFICATION = "message/disposition-notification"
TEXT_MAX = 2_000


def is_mdn(headers: Headers, body: bytes, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """True if what was posted is an MDN, signed or not. Looks at shapes only and believes nothing."""
    try:
        return _report_of(Entity(read_addressed(headers).fields, body), limits) is not None
    except CmsMistake:
        return False


def peek_original_message_id(headers: Headers, body: bytes, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """The message that a posted MDN says it is about, to find what was expected; "" if it names none.

    Unverified: use it to look up, then let `read_mdn` decide.
    """
    try:
        report = _report_of(Entity(read_addressed(headers).fields, body), limits)
        return _notification(report, limits)[0].get("original-message-id", "") if report else ""
    except CmsMistake:
        return ""


def read_mdn(
    headers: Headers,
    body: bytes,
    expected: Expected,
    station: Station,
    *,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> MdnReading:
    """Read and judge an MDN. Never raises for what was sent; see `MdnReading` for the four results."""
    try:
        entity = Entity(read_addressed(headers).fields, body)
        kind, parameters = split_value(entity.fields.get("content-type", ""))
        if kind != "multipart/signed":
            return MdnReading(result="untrusted", reason="the MDN is not signed")
        part, signed = read_multipart_signed(entity, parameters.get("boundary", ""), limits)
        verified = verify_trusted(signed, part, station, now)
        report = split_entity(part, limits)
        if split_value(report.fields.get("content-type", ""))[0] != "multipart/report":
            return MdnReading(result="untrusted", reason="what is signed is no report")
        fields, text = _notification(report, limits)
    except CmsMistake as mistake:
        return MdnReading(result="untrusted", reason=f"{mistake.code}: {mistake.text}")
    return _judged(fields, text, expected, verified)


def _judged(fields: Fields, text: str, expected: Expected, verified: Verified) -> MdnReading:
    about = fields.get("original-message-id", "")
    if about != expected.message_id:
        return MdnReading(result="untrusted", reason="the MDN is about another message, or does not say about which")
    disposition = read_disposition(fields.get("disposition", ""))
    if disposition is None:
        return MdnReading(result="untrusted", reason="the MDN's disposition cannot be read")
    mic, _, spelling = fields.get("received-content-mic", "").partition(",")
    mic, algorithm = mic.strip(), read_micalg(spelling.strip())
    reading = MdnReading(
        result="delivered",
        reason=disposition.text,
        disposition=disposition,
        original_message_id=about,
        mic=mic,
        mic_algorithm=algorithm,
        signer=verified.certificate.fingerprint,
        text=text,
    )
    if not disposition.delivered:
        return _with(reading, "refused", f"their MDN says {disposition}")
    reason = _mic_difference(mic, algorithm, expected)
    return _with(reading, "mic-differs", reason) if reason else reading


def _mic_difference(mic: str, algorithm: str, expected: Expected) -> str:
    """What is wrong with the MIC that came back; "" if nothing. Source: RFC 4130 section 7.3.1."""
    if not mic:
        return "their MDN has no MIC, so it does not say what they received"
    if algorithm != expected.mic_algorithm:
        return f"their MIC is computed with {algorithm or 'an unknown algorithm'}, ours with {expected.mic_algorithm}"
    try:
        theirs = base64.b64decode(mic, validate=True)
    except (binascii.Error, ValueError):
        return "their MIC is no base64"
    same = hmac.compare_digest(theirs, base64.b64decode(expected.mic))
    return "" if same else "their MIC differs: they received other bytes than we sent"


def _report_of(entity: Entity, limits: Limits) -> Entity | None:
    """The multipart/report that an entity is or carries as its signed part; None if neither. Unverified."""
    kind, parameters = split_value(entity.fields.get("content-type", ""))
    if kind == "multipart/signed":
        parts = split_parts(entity.body, parameters.get("boundary", ""), limits)
        if not parts:
            return None
        entity = split_entity(parts[0], limits)
        kind, parameters = split_value(entity.fields.get("content-type", ""))
    is_report = kind == "multipart/report"
    return entity if is_report and parameters.get("report-type", "disposition-notification").lower() == _MDN else None


def _notification(report: Entity, limits: Limits) -> tuple[Fields, str]:
    """Fields of the only notification in a report, and the text for people. Raises CmsMistake (`malformed`)."""
    boundary = split_value(report.fields.get("content-type", ""))[1].get("boundary", "")
    found: list[Fields] = []
    text = ""
    for part in split_parts(report.body, boundary, limits):
        entity = split_entity(part, limits)
        kind = split_value(entity.fields.get("content-type", "text/plain"))[0]
        if kind not in (NOTIFICATION, "text/plain"):
            continue
        body = decode_body(entity.body, entity.fields.get("content-transfer-encoding", ""))
        if kind == NOTIFICATION:
            found.append(read_fields(body.strip(b"\r\n"), limits))
        elif not text:
            text = body[:TEXT_MAX].decode("utf-8", "replace").strip()
    if len(found) != 1:
        raise CmsMistake("malformed", f"a report holds {len(found)} notifications, not one")
    return found[0], text


def _with(reading: MdnReading, result: MdnResult, reason: str) -> MdnReading:
    return msgspec.structs.replace(reading, result=result, reason=reason)


_MDN = "disposition-notification"
