"""AS2's header fields: names and their quotes, Message-ID, what receipt is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.transports.as2 import Disposition, MdnRequest, dispositions, write_mdn
from gateway.transports.as2.dispositions import read_disposition
from gateway.transports.as2.filenames import read_filename, write_content_disposition
from gateway.transports.as2.headers import read_mdn_request, read_micalg, read_name, write_name
from tests.unit.as2.world import NOW, headers_with, opened, sent


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("ACME", "ACME"),
        (" ACME ", "ACME"),
        ("acme", "acme"),
        ('"ACME Corp"', "ACME Corp"),
        ('"ACME"', "ACME"),
        (r'"a \"b\" \\c"', r'a "b" \c'),
        ("two words", ""),
        ('"open', ""),
        ("folded\r\n name", ""),
        ("caf\xe9", ""),
        ("", ""),
        ('""', ""),
        ("x" * 129, ""),
        ("x" * 128, "x" * 128),
    ],
)
def test_names_are_read_as_as2_writes_them(value: str, name: str) -> None:
    assert read_name(value) == name


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=128).filter(str.strip))
def test_every_allowed_name_survives_writing_and_reading(name: str) -> None:
    assert read_name(write_name(name)) == name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("sha-256", "sha-256"), ("SHA256", "sha-256"), ("sha256", "sha-256"), ("rsa-sha256", "sha-256"),
        ("sha-384", "sha-384"), ("sha512", "sha-512"), ("md5", ""), ("sha1", ""), ("sha-1", ""), ("", ""),
    ],
)  # fmt: skip
def test_mic_algorithms_are_known_in_every_spelling(spelling: str, name: str) -> None:
    assert read_micalg(spelling, ()) == name


class TestMdnRequest:
    @staticmethod
    def ask(options: str, *legacy: str, **more: str) -> tuple[MdnRequest, Disposition | None]:
        fields = {"disposition-notification-to": "x", "disposition-notification-options": options, **more}
        return read_mdn_request(fields, legacy)

    def test_nothing_is_asked_without_an_address_to_notify(self) -> None:
        assert read_mdn_request({"disposition-notification-options": "x"}, ()) == (MdnRequest(), None)

    def test_unsigned_receipt_is_asked_without_options(self) -> None:
        assert self.ask("") == (MdnRequest(wanted=True), None)

    def test_first_supported_algorithm_counts_not_the_strongest(self) -> None:
        request, refused = self.ask(
            "signed-receipt-protocol=optional, pkcs7-signature;"
            " signed-receipt-micalg=optional, md5, sha1, sha256, sha512"
        )

        assert (request.signed, request.algorithm, request.spelling, refused) == (True, "sha-256", "sha256", None)

    def test_sha_1_is_first_for_a_legacy_partner(self) -> None:
        options = "signed-receipt-protocol=required,pkcs7-signature;signed-receipt-micalg=required,sha1,sha256"

        assert self.ask(options, "sha-1")[0].algorithm == "sha-1"
        assert self.ask(options)[0].algorithm == "sha-256"

    def test_order_case_and_quotes_of_options_say_nothing(self) -> None:
        request, refused = self.ask(
            'Signed-Receipt-Micalg = Optional , "SHA-256" ; Signed-Receipt-Protocol=Optional,PKCS7-Signature'
        )

        assert (request.signed, request.algorithm, request.spelling, refused) == (True, "sha-256", "SHA-256", None)

    def test_required_algorithms_that_nobody_supports_refuse_the_message(self) -> None:
        options = "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, md5"

        assert self.ask(options)[1] == dispositions.UNSUPPORTED_MIC_ALGORITHMS
        assert self.ask(options.replace("micalg=required", "micalg=optional"))[1] is None

    def test_required_protocol_that_nobody_supports_refuses_the_message(self) -> None:
        assert self.ask("signed-receipt-protocol=required, pgp")[1] == dispositions.UNSUPPORTED_FORMAT
        assert self.ask("signed-receipt-protocol=optional, pgp") == (MdnRequest(wanted=True), None)

    def test_refusal_for_an_unsupported_algorithm_is_signed_all_the_same(self) -> None:
        built = sent()
        options = "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, md5"

        found = opened(built, headers=headers_with(built, disposition_notification_options=options))
        mdn = write_mdn(found, message_id="r@crossdock", now=NOW)

        assert (found.disposition, found.payload) == (dispositions.UNSUPPORTED_MIC_ALGORITHMS, b"")
        assert mdn.signed
        assert b"; failed/failure: unsupported mic-algorithms\r\n" in mdn.body


@pytest.mark.parametrize(
    ("value", "disposition"),
    [
        ("automatic-action/MDN-sent-automatically; processed", dispositions.PROCESSED),
        ("Automatic-Action/mdn-sent-automatically;Processed", dispositions.PROCESSED),
        (
            "automatic-action/MDN-sent-automatically; processed/Error: decryption-failed",
            dispositions.DECRYPTION_FAILED,
        ),
        ("manual-action/MDN-sent-manually ; processed / error :decryption-failed ", dispositions.DECRYPTION_FAILED),
        (
            "automatic-action/MDN-sent-automatically; failed/Failure: unsupported  format",
            dispositions.UNSUPPORTED_FORMAT,
        ),
        ("automatic-action/MDN-sent-automatically; processed/warning: duplicate-document", dispositions.DUPLICATE),
        ("automatic-action/MDN-sent-automatically; processed/error", Disposition("processed", "error")),
        ("automatic-action/MDN-sent-automatically; displayed", None),
        ("automatic-action/MDN-sent-automatically; processed error", None),
        ("processed", None),
        ("", None),
    ],
)
def test_dispositions_are_read_in_every_spelling(value: str, disposition: Disposition | None) -> None:
    assert read_disposition(value) == disposition


class TestStrangers:
    @pytest.mark.parametrize(
        "changed", [{"as2_from": "NOBODY"}, {"as2_to": "crossdock"}, {"as2_from": None}, {"as2_to": "a b"}]
    )
    def test_stranger_gets_an_unsigned_answer_that_names_no_key(self, changed: dict[str, str | None]) -> None:
        built = sent()

        found = opened(built, headers=headers_with(built, **changed))
        mdn = write_mdn(found, message_id="r@crossdock", now=NOW)

        assert (found.disposition, found.payload, found.station) == (
            dispositions.UNKNOWN_TRADING_RELATIONSHIP, b"", None,
        )  # fmt: skip
        assert (mdn.signed, mdn.signer) == (False, "")
        assert b"; processed/error: unknown-trading-relationship\r\n" in mdn.body

    def test_field_that_stands_twice_is_refused(self) -> None:
        built = sent()

        found = opened(built, headers=(*built.headers, ("as2-from", "OTHER")))

        assert (found.disposition, found.reason) == (
            dispositions.UNEXPECTED_PROCESSING_ERROR, "the field as2-from stands twice",
        )  # fmt: skip


@pytest.mark.parametrize("name", ["asn.edi", "a b.edi", "bestellung-für-märz.edi", "注文.edi", "50% off.edi"])
def test_file_names_survive_writing_and_reading(name: str) -> None:
    assert read_filename({"content-disposition": write_content_disposition(name)}) == name
