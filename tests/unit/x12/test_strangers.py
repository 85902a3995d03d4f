"""What is no X12 is named, with what to do about it; and stands in the way of no interchange around it."""

from __future__ import annotations

import base64
import gzip

import pytest

from gateway.x12 import read
from gateway.x12.envelope.strangers import recognise_stranger
from tests.unit.x12.interchanges import GS, GUIDES, document, interchange

CLEAN = interchange()
MAIL = "From: a@example.com\r\nSubject: order\r\n\r\nsee below\r\n"
NAMES: dict[bytes, str] = {
    b"UNA:+.? 'UNB+UNOA:1+A+B'": "UN/EDIFACT",
    b"UNB+UNOC:3+A+B+261122:1200+1'UNH+1+DESADV:D:97A:UN'": "UN/EDIFACT (DESADV)",
    b"UNB\x1d1UNOA\x1f1\x1dA\x1dB\x1cUNH\x1d1\x1dDELINS\x1f2": "UN/EDIFACT (DELINS)",
    b"UNH+1+DELFOR:D:97A:UN'": "a UN/EDIFACT message without its UNB",
    b"STX=ANA:1+5000000000000+A'MHD=1+ORDHDR:9'": "TRADACOMS (ORDHDR)",
    b"51102" + b" " * 123: "VDA 4905, a call-off",
    b"71103" + b" " * 123: "VDA 4913, a delivery note",
    b"55101" + b" " * 123: "VDA 4915, a detailed call-off",
    b"82102" + b" " * 123: "VDA 4906, an invoice",
    b"EDI_DC40  800000": "an SAP IDoc",
    b"<?xml version='1.0'?>\n<!-- x --><ubl:DespatchAdvice xmlns:ubl='u'/>": "XML (DespatchAdvice)",
    b"\xef\xbb\xbf<Order/>": "XML (Order)",
    b"<!DOCTYPE html><title>Login</title>": "HTML",
    b"<HTML><body>": "HTML",
    b'{"event": "x"}': "JSON",
    b'[{"event": "x"}]': "JSON",
    b"%PDF-1.7": "a PDF",
    b"\x89PNG\r\n\x1a\n": "a picture",
    b"PK\x03\x04" + b"." * 26 + b"[Content_Types].xml": "an Office document",
    b"PK\x03\x04....": "a ZIP archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document",
    gzip.compress(CLEAN.encode()): "a gzip file (X12)",
    gzip.compress(b"%PDF-1.7"): "a gzip file (a PDF)",
    gzip.compress(b"hello"): "a gzip file",
    b"\x1f\x8b": "a gzip file",
    b"BZh91AY": "an archive",
    b"7z\xbc\xaf\x27\x1c": "an archive",
    CLEAN.encode("utf-16"): "UTF-16 text",
    CLEAN.encode("utf-16-be"): "UTF-16 text",
    CLEAN.encode("utf-16-le"): "UTF-16 text",
    CLEAN.encode("utf-32-le"): "UTF-32 text",
    CLEAN.encode("cp037"): "EBCDIC text",
    b"-----BEGIN PGP MESSAGE-----": "a PGP message",
    b"-----BEGIN PKCS7-----": "PEM",
    bytes.fromhex("3080" "06092a864886f70d010703"): "an S/MIME envelope",
    bytes.fromhex("30820a01" "06092a864886f70d010702"): "an S/MIME envelope",
    MAIL.encode(): "a MIME message",
    b"Content-Type: application/edi-x12\r\n\r\n": "a MIME message",
    GS.encode() + b"~": "X12 without an ISA",
    ("~".join(document()) + "~").encode(): "an X12 document without ISA and GS",
    b"ICS*0002*X": "an interchange older than the ISA",
    b"ISA*00*short~": "an ISA that cannot be read",
    CLEAN.lower().encode(): "X12 in small letters",
    b'"ISA*00*": "': "X12 in quotation marks",
    base64.encodebytes(CLEAN.encode()): "Base64",
    CLEAN.encode().hex().encode(): "hexadecimal text",
    b"$$ADD ID=ACME BATCHID='X'\n": "cards of a mailbox or job",
    b"a,b,c\n1,2,3\n": "perhaps CSV",
    b"a;b;c\n1;2;3\n": "perhaps CSV with semicolons",
    b"a\tb\tc\n1\t2\t3\n": "perhaps CSV with tabs",
}  # fmt: skip


@pytest.mark.parametrize(("data", "name"), NAMES.items(), ids=NAMES.values())
def test_other_formats_are_named_with_a_mend(data: bytes, name: str) -> None:
    reading = read(data, GUIDES)

    found = recognise_stranger(data)
    assert found is not None
    assert (found.name, bool(found.mend)) == (name, True)
    assert reading.interchanges == ()
    (fault,) = reading.faults
    assert fault.text.endswith(f": they look like {found.name}: {found.mend}")
    assert (fault.code, fault.rejects, fault.line) == ("unreadable", True, 1)


@pytest.mark.parametrize(("data", "name"), NAMES.items(), ids=NAMES.values())
def test_other_formats_between_interchanges_lose_neither(data: bytes, name: str) -> None:
    reading = read(CLEAN.encode() + b"\n" + data + b"\n" + CLEAN.encode(), GUIDES)

    assert [d.accepted for d in reading.documents] == [True, True]
    assert [fault.first_byte for fault in reading.faults] == [
        len(CLEAN) + 1 + len(data) - len(data.lstrip(b"\xef\xbb\xbf\0"))
    ]
    assert f"line 2: they look like {name}: " in reading.faults[0].text


@pytest.mark.parametrize("data", [b"Dear partner,", b"\x00\x01\x02", b"ISAAC was here", b"-" * 5000])
def test_what_looks_like_nothing_is_shown_by_its_beginning(data: bytes) -> None:
    assert recognise_stranger(data) is None
    assert "they begin" in read(data, GUIDES).faults[0].text
