"""What passes between this library and its caller: opened and built messages, MDNs and how they read. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from gateway.transports.as2.dispositions import Disposition
from gateway.transports.as2.terms import Station

Headers = Sequence[tuple[str, str]]
"""HTTP header fields in order, names in any case, values decoded as Latin-1, repeats kept."""

Layer = Literal["encrypted", "signed", "compressed"]


class MdnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender asks for. Source: RFC 4130 sections 7.2 and 7.3, RFC 3798 section 2.2."""

    wanted: bool = False
    signed: bool = False
    algorithm: str = ""
    """The first of the asked MIC algorithms that we support; "" when none was asked or none is supported."""
    spelling: str = ""
    """That algorithm as the sender wrote it; the MDN writes it back the same way."""
    url: str = ""
    """Where an asynchronous MDN is to go, as the sender wrote it; "" asks for a synchronous one."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A received message, opened as far as it could be. `disposition` says whether it may be processed.

    Of a refused message `payload` is empty, whatever could be read on the way. Everything here is safe to store;
    `reason` is for our own people (the MDN says less, so that it tells an attacker nothing).
    """

    as2_from: str
    as2_to: str
    message_id: str
    """Byte for byte as sent, with its brackets; "" if there was none that may be written back."""
    disposition: Disposition
    reason: str = ""
    payload: bytes = b""
    filename: str = ""
    """The last part of the name the sender gave, free of control characters; never use it as a path."""
    content_type: str = ""
    """Type and subtype of the payload, lower case."""
    layers: tuple[Layer, ...] = ()
    """Layers really present, outermost first, as far as the message was opened."""
    mic: str = ""
    """Base64; "" if the message could not be opened far enough."""
    mic_algorithm: str = ""
    """In our spelling: `sha-256`."""
    signer: str = ""
    """Fingerprint of the certificate whose signature verified; "" if none did."""
    signature_digest: str = ""
    recipient: str = ""
    """Fingerprint of our certificate whose key decrypted; "" if none did."""
    cipher: str = ""
    mdn: MdnRequest = MdnRequest()
    station: Station | None = None
    """The partnership that was found; None for strangers, whose MDN is unsigned."""

    @property
    def accepted(self) -> bool:
        """True if the payload may be processed."""
        return self.disposition.delivered


class Mdn(msgspec.Struct, frozen=True, kw_only=True):
    """An MDN to answer with or to post. `headers` has no Content-Length."""

    message_id: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    disposition: Disposition
    signed: bool
    signer: str = ""
    """Fingerprint of our certificate that signed it."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A message to post. Keep `mic` and `mic_algorithm`: its MDN is believed only if it brings the same."""

    message_id: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    layers: tuple[Layer, ...]
    mic: str
    mic_algorithm: str
    signer: str = ""
    recipient: str = ""
    cipher: str = ""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the MDN of a message that we sent has to say to be believed."""

    message_id: str
    mic: str
    mic_algorithm: str


MdnResult = Literal["delivered", "refused", "mic-differs", "untrusted"]


class MdnReading(msgspec.Struct, frozen=True, kw_only=True):
    """How an MDN reads.

    `delivered`: signed by them, about our message, processed, with our MIC. `refused`: signed by them, and they could
    not or would not process it. `mic-differs`: signed by them and processed, but the MIC is absent, of another
    algorithm or of other content. `untrusted`: anything else; nothing in it is believed, `disposition` is None.
    """

    result: MdnResult
    reason: str = ""
    disposition: Disposition | None = None
    original_message_id: str = ""
    """From verified bytes; "" if untrusted."""
    mic: str = ""
    mic_algorithm: str = ""
    signer: str = ""
    text: str = ""
    """The human-readable part, from verified bytes, at most 2,000 characters."""
