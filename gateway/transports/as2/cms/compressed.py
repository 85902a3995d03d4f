"""CompressedData: deflate what we send, inflate what comes within a bound. Source: RFC 3274, RFC 5402."""

from __future__ import annotations

import zlib

from gateway.transports.as2.cms import algorithms
from gateway.transports.as2.cms.ber import CONTEXT_0, INTEGER, OCTET_STRING, OID, SEQUENCE
from gateway.transports.as2.cms.content import Content, algorithm, read_content, write_content
from gateway.transports.as2.cms.der import octet_string, sequence, tlv
from gateway.transports.as2.cms.mistakes import CmsMistake


def decompress(data: bytes | Content, bytes_max: int) -> bytes:
    """The inflated content. Raises CmsMistake: `malformed`, `unsupported`, or `decompression-failed`, also where it
    would grow past `bytes_max`; it is never inflated further than that."""
    content = data if isinstance(data, Content) else read_content(data)
    if content.kind != "compressed":
        raise CmsMistake("malformed", f"{content.kind} content where compressed content belongs")
    reader, fields = content.reader, content.fields
    if len(fields) != 3 or fields[0][0] != INTEGER or fields[2][0] != SEQUENCE:
        raise CmsMistake("malformed", "the compressed content lacks a field")
    if algorithm(reader, fields[1])[0] != algorithms.ZLIB:
        raise CmsMistake("unsupported", "a compression that is not ZLIB")
    parts = reader.children(fields[2])
    if len(parts) != 2 or parts[1][0] != CONTEXT_0 or reader.content(parts[0]) != algorithms.DATA:
        raise CmsMistake("malformed", "what was compressed is not of the type data")
    inner = reader.element(parts[1][2], parts[1][3])
    if inner[0] & 0x1F != OCTET_STRING:
        raise CmsMistake("malformed", "the compressed content is no octet string")
    return _inflated(reader.octets(inner), bytes_max)


def compress(content: bytes) -> bytes:
    """CompressedData as DER."""
    inner = sequence(tlv(OID, algorithms.DATA), tlv(CONTEXT_0, octet_string(zlib.compress(content))))
    return write_content(algorithms.COMPRESSED_DATA, sequence(b"\x02\x01\x00", _ZLIB_IDENTIFIER, inner))


def _inflated(deflated: memoryview, bytes_max: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(deflated, bytes_max + 1)
    except zlib.error as error:
        raise CmsMistake("decompression-failed", "the compressed content is damaged") from error
    if len(content) > bytes_max:
        raise CmsMistake("decompression-failed", f"the content inflates to more than {bytes_max} bytes")
    if not inflater.eof or inflater.unused_data:
        raise CmsMistake("decompression-failed", "the compressed content is cut off, or something follows it")
    return content


_ZLIB_IDENTIFIER = sequence(tlv(OID, algorithms.ZLIB))
