"""Properties: what is sent arrives in every nesting and size, and no bytes of a stranger make anything raise."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.transports.as2 import (
    cms,
    dispositions,
    is_mdn,
    open_message,
    peek_original_message_id,
    read_mdn,
    write_mdn,
)
from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.terms import Limits
from tests.unit.as2.world import NOW, acme, crossdock, expected, opened, read, sent

SIGNS = st.sampled_from(["none", "sha-256", "sha-384", "sha-512"])
ENCRYPTS = st.sampled_from(["none", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"])
COMPRESSES = st.sampled_from(["none", "before-sign", "after-sign"])
NESTINGS = st.fixed_dictionaries({"sign": SIGNS, "encrypt": ENCRYPTS, "compress": COMPRESSES})
LIMITS = Limits(inflated_bytes_max=1024 * 1024)
# Sizes around blocks, line ends at both ends, delimiters inside: where cutting bytes goes wrong.
PAYLOADS = st.one_of(
    st.binary(max_size=200),
    st.integers(0, 70_000).map(lambda size: b"\r\n" + b"ISA*00~" * (size // 7) + b"\n"),
    st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"--", b"--=_", b"~", b"\x00", b" "]), max_size=12).map(
        b"".join
    ),
)


@settings(max_examples=120)
@given(payload=PAYLOADS, terms=NESTINGS)
@example(payload=b"", terms={"sign": "sha-256", "encrypt": "aes-256-cbc", "compress": "none"})
def test_every_payload_arrives_in_every_nesting(payload: bytes, terms: dict[str, Any]) -> None:
    built = sent(payload, **terms)

    found = opened(built, **terms)
    reading = read(write_mdn(found, message_id="r@crossdock", now=NOW), built)

    assert (found.disposition, found.payload, found.mic) == (dispositions.PROCESSED, payload, built.mic)
    assert reading.result == "delivered"


def mutated(data: st.DataObject, body: bytes) -> bytes:
    """The body with some bytes changed, cut out, repeated or put in."""
    result = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(result)))
        kind = data.draw(st.sampled_from(["change", "cut", "repeat", "insert", "end"]))
        size = data.draw(st.integers(1, 40))
        if kind == "change":
            result[at : at + 1] = data.draw(st.binary(min_size=1, max_size=2))
        elif kind == "cut":
            del result[at : at + size]
        elif kind == "repeat":
            result[at:at] = result[at : at + size]
        elif kind == "insert":
            result[at:at] = data.draw(
                st.sampled_from([b"\x80", b"\x30\x80", b"\x00\x00", b"\r\n", b"\x24\x80", b"\xff" * 9])
            )
        else:
            del result[at:]
    return bytes(result)


@settings(max_examples=250)
@given(data=st.data(), terms=NESTINGS)
def test_mutated_messages_are_answered_and_never_raise(data: st.DataObject, terms: dict[str, Any]) -> None:
    built = sent(b"ISA*00~" * 20, **terms)
    body = mutated(data, built.body)

    found = opened(built, body, **terms)
    mdn = write_mdn(found, message_id="r@crossdock", now=NOW)

    # What is accepted under a signature is what was signed: a change that survives is one outside of it.
    if found.accepted and terms["sign"] != "none":
        assert found.payload == b"ISA*00~" * 20
        assert found.mic == built.mic
    assert mdn.signed


@settings(max_examples=150)
@given(data=st.data())
def test_mutated_mdns_are_never_taken_for_more_than_they_are(data: st.DataObject) -> None:
    built = sent(encrypt="none")
    mdn = write_mdn(
        opened(built), message_id="r@crossdock", now=NOW, disposition=dispositions.UNEXPECTED_PROCESSING_ERROR
    )
    body = mutated(data, mdn.body)

    is_mdn(mdn.headers, body)
    peek_original_message_id(mdn.headers, body)
    reading = read(mdn, built, body)

    assert reading.result in ("refused", "untrusted")


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                ["AS2-From", "AS2-To", "Message-ID", "Content-Type", "Content-Transfer-Encoding",
                 "Disposition-Notification-To", "Disposition-Notification-Options", "Receipt-Delivery-Option",
                 "Content-Disposition"]
            ),
            st.one_of(
                st.text(st.characters(max_codepoint=255), max_size=60),
                st.sampled_from(["ACME", "CROSSDOCK", "<a@b>", "multipart/signed; boundary=x", "base64",
                                 "application/pkcs7-mime", "multipart/report; boundary=x", "http://x:99999/"]),
            ),
        ),
        max_size=12,
    ),
    body=st.binary(max_size=300),
)  # fmt: skip
def test_any_headers_and_body_are_answered(headers: list[tuple[str, str]], body: bytes) -> None:
    found = open_message(headers, body, lambda *_: crossdock(), now=NOW, limits=LIMITS)
    mdn = write_mdn(found, message_id="r@crossdock", now=NOW)
    is_mdn(headers, body)
    peek_original_message_id(headers, body)
    reading = read_mdn(headers, body, expected(sent()), acme(), now=NOW)

    assert not found.accepted
    assert reading.result == "untrusted"
    assert all("\n" not in value and "\r" not in value for _, value in mdn.headers)


@given(st.binary(max_size=400))
def test_any_bytes_are_cms_or_a_mistake(data: bytes) -> None:
    for read_one in (cms.read_content, cms.read_signed, cms.read_enveloped, lambda each: cms.decompress(each, 1000)):
        for content in (
            data,
            b"\x30\x80" + data,
            b"\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + data,
        ):
            try:
                read_one(content)
            except CmsMistake:
                pass
