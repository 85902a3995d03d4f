"""A partner file is read whole: every mistake with its line, every identity findable, no secret inside."""

from __future__ import annotations

import pytest

from gateway.document import Party
from gateway.errors import OperatorMistake
from gateway.partners import Agreement, Partner, read_partner, read_partners
from gateway.resources import CHECKOUT, Mistakes

ACME = """\
partner: acme
kind: supplier
time_zone: America/Detroit
currency: USD
identities: {isa: ["01:123456789"], gs: ["123456789"], party: ["92:A123"], as2: [ACME], sftp: [acme], keys: [main]}
carries: [acme, bolt]
test: false
x12: {release: "004010", element: "*", segment: "~", component: ">", duplicates: enforce}
receive: {"856": {as: ShipmentNotified}, "997": {as: ack}}
send: {"850": {on: OrderPlaced}, "997": {}, "861": {on: discrepancies}, "824": {on: faults}}
deliver: {to: http, url: "https://hooks.example/x", secret: "env:ACME_HOOK"}
terms: {asn_due_minutes: 30, title_passes: receipt, tolerances: {over: {percent: "5"}}, special: "yes"}
"""
BOLT = 'partner: bolt\nidentities: {isa: ["ZZ:BOLT"], gs: [BOLT], party: ["92:B7"]}\n'
FILE = "partners/acme/partner.yaml"


def mistakes(text: str, file: str = FILE) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        read_partner(text.encode(), file)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_partner_file_is_read_whole() -> None:
    acme = read_partner(ACME.encode(), FILE)

    assert (acme.id, acme.kind, acme.time_zone, acme.currency, acme.test) == (
        "acme",
        "supplier",
        "America/Detroit",
        "USD",
        False,
    )
    assert acme.receives("856") == Agreement(document="856", direction="receive", meaning="ShipmentNotified")
    assert [agreement.document for agreement in acme.sends_on("discrepancies")] == ["861"]
    assert acme.terms.tolerances == {"over": {"percent": "5"}}
    assert acme.terms.other == {"special": "yes"}
    assert (acme.may_carry("bolt"), acme.may_carry("try")) == (True, False)


def test_a_release_keeps_its_suffix() -> None:
    old = read_partner(ACME.replace('"004010"', '"002040CHRY"').encode(), FILE)

    assert old.x12.release == "002040CHRY"


def test_a_partner_that_says_nothing_of_it_carries_itself() -> None:
    assert read_partner(BOLT.encode(), "partners/bolt/partner.yaml").carries == ("bolt",)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("partner: acme", "partner: acm", 1, 'partner "acm" stands in folder "acme" (one name for both)'),
        ("partner: acme", "partner: ACME", 1, 'partner "ACME" must be lower case letters, digits, - and _'),
        ("kind: supplier", "kind: suplier", 2, 'unknown kind "suplier" (did you mean "supplier"?)'),
        ("America/Detroit", "Detroit", 3, 'time_zone "Detroit" is no IANA time zone'),
        ("currency: USD", "currency: usd", 4, 'currency "usd" is no ISO 4217 code'),
        ('"01:1', '"1', 5, 'identities.isa.0 "123456789" must be qualifier:id, as "01:123456789"'),
        ("sftp: [acme]", "stfp: [acme]", 5, 'unknown key "stfp" (did you mean "sftp"?)'),
        ("carries:", "caries:", 6, 'unknown key "caries" (did you mean "carries"?)'),
        ("test: false", "test: NO", 7, 'unknown test "NO" (known: false, true)'),
        (
            '"004010"',
            '"4010"',
            8,
            'x12.release "4010" must be six digits, as 004010, with the suffix of its GS08 if any, as 002040CHRY',
        ),
        ("enforce", "ignored", 8, 'unknown duplicates "ignored" (did you mean "ignore"?)'),
        ('element: "*"', 'element: "~"', 8, "two delimiters of x12 are the same character"),
        ('"*"', '"AB"', 8, 'x12.element "AB" must be one character, neither letter, digit nor blank'),
        ('element: "*"', "line_break: cr", 8, 'unknown line_break "cr" (did you mean "crlf"?)'),
        ('element: "*"', "columns: wide", 8, 'x12.columns "wide" must be a whole number from 0 to 1000'),
        (
            'element: "*"',
            'element: "\\n", columns: 80',
            8,
            "a line break that is a delimiter of x12 cannot also end lines (leave line_break and columns out)",
        ),
        ("as: ack", "as: acked", 9, 'unknown 997 as "acked" (did you mean "ack"?)'),
        ("on: faults", "on: fault", 10, 'unknown 824 on "fault" (did you mean "faults"?)'),
        ("https://h", "ftp://h", 11, 'deliver.url "ftp://hooks.example/x" must begin with https:// or http://'),
        ("minutes: 30", "minutes: x", 12, 'terms.asn_due_minutes "x" must be a whole number from 0 to 100000'),
    ],
)
def test_each_mistake_is_told_with_its_line_and_the_mend(old: str, new: str, line: int, told: str) -> None:
    assert mistakes(ACME.replace(old, new)) == [f"{FILE} line {line}: {told}"]


def test_all_mistakes_are_told_at_once() -> None:
    assert len(mistakes("kind: suplier\nfoo: 1\nidentities: []\n")) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", 'line 2: key "a" stands twice'),
        ("a: &x 1\nb: *x\n", "line 1: anchors and aliases are not read here"),
        ("a: [1\n", "is not YAML"),
        ("\ta: 1\n", "line 1: a tab indents this line"),
        ("a: {b: X[1].2}\n", r"inside \{ \} a text that holds \[ \] stands in quotes"),
        ("a: " + "[" * 50 + "]" * 50 + "\n", "nests deeper than 32"),
    ],
)
def test_yaml_that_is_none_is_told(text: str, told: str) -> None:
    with pytest.raises(OperatorMistake, match=told):
        read_partner(text.encode(), FILE)


# --- finding -------------------------------------------------------------------------------------------------


def partners_of(**files: str) -> dict[str, bytes]:
    return {f"partners/{name}/partner.yaml": text.encode() for name, text in files.items()}


def test_a_partner_is_found_by_every_identity() -> None:
    partners = read_partners(partners_of(acme=ACME, bolt=BOLT))

    def found(partner: Partner | None) -> str:
        return partner.id if partner is not None else ""

    assert found(partners.get("acme")) == "acme"
    assert found(partners.by_isa(Party("01", "123456789      "), "123456789")) == "acme"
    assert found(partners.by_isa(Party("ZZ", "BOLT"))) == "bolt"
    assert found(partners.by_isa(Party("01", "123456789"), "OTHER")) == ""
    assert found(partners.by_isa(Party("14", "123456789"))) == ""
    assert found(partners.by_party("92:B7")) == "bolt"
    assert found(partners.by_as2("ACME")) == "acme"
    assert found(partners.by_sftp("acme")) == "acme"
    assert found(partners.by_key("main")) == "acme"
    assert [p.id for p in partners] == ["acme", "bolt"]
    assert [p.id for p in partners.by_gs("BOLT")] == ["bolt"]


def test_two_partners_of_one_mailbox_are_told_apart_by_their_group_ids() -> None:
    one = 'partner: one\nidentities: {isa: ["ZZ:VAN"], gs: [ONE]}\n'
    two = 'partner: two\nidentities: {isa: ["ZZ:VAN"], gs: [TWO]}\n'

    partners = read_partners(partners_of(one=one, two=two))

    by_group = [partners.by_isa(Party("ZZ", "VAN"), group) for group in ("ONE", "TWO", "THREE", "")]
    assert [partner.id if partner else "" for partner in by_group] == ["one", "two", "", ""]


def test_an_identity_of_two_partners_and_a_stranger_carried_are_mistakes() -> None:
    twin = ACME.replace("partner: acme", "partner: twin").replace("[acme, bolt]", "[nobody]")
    twin = twin.replace("as2: [ACME], sftp: [acme], keys: [main]", "as2: []")

    with pytest.raises(Mistakes) as caught:
        read_partners(partners_of(acme=ACME, bolt=BOLT, twin=twin))

    assert [mistake.text for mistake in caught.value.mistakes] == [
        'carries unknown partner "nobody"',
        'identities.isa "01:123456789" with gs "123456789" belongs to acme too',
        'identities.party "92:A123" belongs to acme too',
    ]


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    (told,) = mistakes(ACME.replace("env:ACME_HOOK", "hunter2"))

    assert (
        told == f"{FILE} line 11: deliver.secret must be a reference, env:NAME or file:PATH, never the secret itself"
    )


def test_nobody_is_found_as_an_example() -> None:
    example = ACME.replace("partner: acme", "partner: _example").replace("[acme, bolt]", "[_example]")

    partners = read_partners(partners_of(_example=example))

    assert partners.get("_example") is not None
    assert partners.by_isa(Party("01", "123456789")) is None


def test_the_shipped_example_is_a_partner() -> None:
    assert read_partner(CHECKOUT / "partners/_example/partner.yaml").id == "_example"
