"""DER as we write it: definite lengths, shortest forms. Writes the few shapes that CMS needs, by hand.

Building by hand is some twenty times faster than by a general ASN.1 library, which the tests hold it equal to.
"""

from __future__ import annotations


def tlv(tag: int, *contents: bytes) -> bytes:
    """One element with a one-byte tag."""
    content = contents[0] if len(contents) == 1 else b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    if length < 0x100:
        return bytes((tag, 0x81, length)) + content
    if length < 0x10000:
        return bytes((tag, 0x82, length >> 8, length & 0xFF)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def sequence(*contents: bytes) -> bytes:
    return tlv(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    """The members must come in DER's order: ascending, compared as bytes."""
    return tlv(0x31, *contents)


def octet_string(content: bytes) -> bytes:
    return tlv(0x04, content)


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def object_identifier(dotted: str) -> bytes:
    """The whole element of an OID given as numbers with dots."""
    first, second, *rest = (int(number) for number in dotted.split("."))
    content = bytearray()
    for number in (first * 40 + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7F)
        content += bytes(reversed(digits))
    return tlv(0x06, bytes(content))
