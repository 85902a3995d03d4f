"""Open a received AS2 message: who, to whom, under which agreement, what is in it, and what the MDN has to say.

Order: names and Message-ID, partnership, what receipt can be given, layers with the policy on them, MIC. Stores
nothing and knows no duplicates; the caller does.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime

from gateway.transports.as2 import dispositions
from gateway.transports.as2.addresses import mdn_url_allowed
from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.filenames import read_filename
from gateway.transports.as2.headers import Addressed, read_addressed, read_mdn_request
from gateway.transports.as2.layers import Refused, Unwrapped, split_signed, unwrap
from gateway.transports.as2.messages import Headers, MdnRequest, Opened
from gateway.transports.as2.mime import Entity, split_value
from gateway.transports.as2.terms import DEFAULT_LIMITS, Limits, Station

FindStation = Callable[[str, str], Station | None]


def open_message(
    headers: Headers, body: bytes, find_station: FindStation, *, now: datetime, limits: Limits = DEFAULT_LIMITS
) -> Opened:
    """Open one received message: headers, partnership, policy, layers, MIC. Never raises for what was sent.

    `find_station(as2_from, as2_to)` gives the partnership for the unquoted names, case-sensitive; None for strangers.
    Check `is_mdn` before: an asynchronous MDN comes to the same address.
    """
    addressed = read_addressed(headers)
    station = None
    if addressed.as2_from and addressed.as2_to:
        station = find_station(addressed.as2_from, addressed.as2_to)
    request, cannot = read_mdn_request(addressed.fields, station.policy.legacy if station else ())
    unwrapped = Unwrapped(Entity(addressed.fields, body))
    try:
        station = _checked(addressed, station, request)
        if cannot is not None:
            raise Refused(cannot, "the receipt that is required cannot be given")
        payload = unwrap(unwrapped, station, limits, now)
    except Refused as refused:
        return _opened(addressed, station, request, unwrapped, refused.disposition, refused.text)
    return _opened(addressed, station, request, unwrapped, dispositions.PROCESSED, payload=payload)


def signed_part(headers: Headers, body: bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, bytes]:
    """The bytes that a multipart/signed message or MDN signs, and its signature as DER: what to export for a check by
    others, `openssl cms -verify -binary -inform DER -in <signature> -content <bytes>`. Empty if it is not such.
    """
    fields = read_addressed(headers).fields
    kind, parameters = split_value(fields.get("content-type", ""))
    if kind != "multipart/signed":
        return b"", b""
    try:
        return split_signed(Entity(fields, body), parameters.get("boundary", ""), limits)
    except CmsMistake:
        return b"", b""


def _checked(addressed: Addressed, station: Station | None, request: MdnRequest) -> Station:
    """The station, if headers allow to go on. Raises Refused."""
    if not addressed.message_id:
        raise Refused(dispositions.INVALID_MESSAGE_ID, "the Message-ID is absent, too long, or has spaces in it")
    if addressed.repeated:
        raise Refused(dispositions.UNEXPECTED_PROCESSING_ERROR, f"the field {addressed.repeated} stands twice")
    if station is None:
        if not addressed.as2_from or not addressed.as2_to:
            text = "AS2-From or AS2-To is absent, or no name that AS2 allows"
        else:
            text = f"no partner exchanges messages as {addressed.as2_from!r} with {addressed.as2_to!r}"
        raise Refused(dispositions.UNKNOWN_TRADING_RELATIONSHIP, text)
    if request.url and not mdn_url_allowed(request.url, station.policy.mdn_urls):
        text = f"the MDN is asked for at {request.url}, which the agreement does not list (as2.mdn_urls)"
        raise Refused(dispositions.UNEXPECTED_PROCESSING_ERROR, text)
    return station


def _opened(
    addressed: Addressed,
    station: Station | None,
    request: MdnRequest,
    unwrapped: Unwrapped,
    disposition: dispositions.Disposition,
    reason: str = "",
    payload: bytes = b"",
) -> Opened:
    fields = unwrapped.entity.fields
    accepted = disposition is dispositions.PROCESSED
    algorithm = ""
    if accepted or "signed" in unwrapped.layers:
        algorithm = request.algorithm or unwrapped.signature_digest or "sha-256"
    if request.url and (station is None or not mdn_url_allowed(request.url, station.policy.mdn_urls)):
        # Nobody is written to at an address that no agreement lists: the answer goes to whoever asked, at once.
        request = MdnRequest(
            wanted=True, signed=request.signed, algorithm=request.algorithm, spelling=request.spelling
        )
    return Opened(
        as2_from=addressed.as2_from,
        as2_to=addressed.as2_to,
        message_id=addressed.message_id,
        disposition=disposition,
        reason=reason,
        payload=payload,
        filename=read_filename(fields) if accepted else "",
        content_type=split_value(fields.get("content-type", ""))[0] if accepted else "",
        layers=unwrapped.layers,
        mic=base64.b64encode(unwrapped.mic(algorithm)).decode("ascii") if algorithm else "",
        mic_algorithm=algorithm,
        signer=unwrapped.signer,
        signature_digest=unwrapped.signature_digest,
        recipient=unwrapped.recipient,
        cipher=unwrapped.cipher,
        mdn=request,
        station=station,
    )
