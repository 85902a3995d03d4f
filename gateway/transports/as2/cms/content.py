"""ContentInfo: what kind of CMS content some bytes are, and where it lies."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gateway.transports.as2.cms import algorithms
from gateway.transports.as2.cms.ber import CONTEXT_0, OID, SEQUENCE, Element, Reader
from gateway.transports.as2.cms.der import sequence, tlv
from gateway.transports.as2.cms.mistakes import CmsMistake

ContentKind = Literal["signed", "enveloped", "auth-enveloped", "compressed"]

_KINDS: dict[bytes, ContentKind] = {
    algorithms.SIGNED_DATA: "signed",
    algorithms.ENVELOPED_DATA: "enveloped",
    algorithms.AUTH_ENVELOPED_DATA: "auth-enveloped",
    algorithms.COMPRESSED_DATA: "compressed",
}
_LINE_ENDS = b"\r\n \t\x00"


class Content(NamedTuple):
    """One ContentInfo: its kind, and the elements of the content itself."""

    kind: ContentKind
    reader: Reader
    fields: list[Element]


def read_content(data: bytes) -> Content:
    """Read a ContentInfo, BER or DER. Line ends after it are tolerated: they come with some HTTP bodies.

    Raises CmsMistake (`malformed`, `unsupported`). Source: RFC 5652 section 3.
    """
    reader = Reader(data)
    outer = reader.expect(SEQUENCE, 0, len(data))
    if data[outer[4] :].strip(_LINE_ENDS):
        raise CmsMistake("malformed", "something follows the CMS content")
    oid = reader.expect(OID, outer[2], outer[3])
    kind = _KINDS.get(reader.content(oid))
    if kind is None:
        raise CmsMistake("unsupported", "a kind of CMS content that AS2 does not use")
    explicit = reader.expect(CONTEXT_0, oid[4], outer[3])
    inner = reader.expect(SEQUENCE, explicit[2], explicit[3])
    return Content(kind, reader, reader.children(inner))


def algorithm(reader: Reader, element: Element) -> tuple[bytes, bytes]:
    """OID content and whole parameters (b"" if absent) of an AlgorithmIdentifier."""
    if element[0] != SEQUENCE:
        raise CmsMistake("malformed", "an algorithm identifier is no sequence")
    oid = reader.expect(OID, element[2], element[3])
    return reader.content(oid), reader.data[oid[4] : element[3]]


def write_content(oid: bytes, content: bytes) -> bytes:
    """ContentInfo as DER around a whole content element."""
    return sequence(tlv(OID, oid), tlv(CONTEXT_0, content))
