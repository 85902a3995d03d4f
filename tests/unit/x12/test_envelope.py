"""Each wrong control number and count has its code, stands at its level, and refuses what it must and no more."""

from __future__ import annotations

import pytest

from gateway.document import Party
from gateway.x12 import read
from tests.unit.x12.interchanges import BODY, GS, GUIDES, ISA, codes, document, interchange, only

IEA = "IEA*1*000000101"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (interchange(iea="IEA*1*000000999"), [("001", True)]),
        (interchange(iea="IEA*1*101"), []),
        (interchange(isa=ISA.replace("123456789      ", "               ")), [("006", True)]),
        (interchange(isa=ISA.replace("987654321      ", "               ")), [("008", True)]),
        (interchange(isa=ISA.replace("261122", "261322")), [("014", False)]),
        (interchange(isa=ISA.replace("*1200*", "*2500*")), [("015", False)]),
        (interchange(isa=ISA.replace("000000101", "00000010A"), iea="IEA*1*00000010A"), [("018", True)]),
        (interchange(isa=ISA.replace("*0*T", "*X*T")), [("019", False)]),
        (interchange(isa=ISA.replace("*0*T", "*0*Q")), [("020", True)]),
        (interchange(iea="IEA*2*000000101"), [("021", True)]),
        (interchange(iea="IEA*X*000000101"), [("021", True)]),
        (f"{ISA}~IEA*0*000000101~", [("022", True)]),
        (f"{ISA}~{'~'.join(document())}~IEA*0*000000101~", [("022", True), ("022", True)]),
        (interchange(iea="-"), [("023", True)]),
        (interchange()[:-1], [("023", False)]),
        (interchange()[:200] + "~", [("023", True)]),
        (interchange([*document(), "REF*BM*1"]), [("024", True)]),
    ],
)
def test_interchange_faults_carry_their_ta105_code(text: str, expected: list[tuple[str, bool]]) -> None:
    found = only(text)

    assert codes(found.faults) == expected
    assert found.accepted == (not any(rejects for _code, rejects in expected))
    assert found.ta1_code == (expected[0][0] if expected else "000")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (interchange(gs=GS.replace("*SH*", "*S*")), ["1"]),
        (interchange(gs=GS.replace("*004010", "*4010")), ["2"]),
        (interchange(ge=""), ["3"]),
        (interchange(ge="GE*1*102"), ["4"]),
        (interchange(ge="GE*1*000101"), []),
        (interchange(ge="GE*2*101"), ["5"]),
        (interchange(gs=GS.replace("*101*", "*10A*"), ge="GE*1*10A"), ["6"]),
        (interchange(gs=GS.replace("*101*", "*1234567890*"), ge="GE*1*1234567890"), ["6"]),
    ],
)
def test_group_faults_carry_their_ak905_code_and_refuse_the_documents(text: str, expected: list[str]) -> None:
    (group,) = only(text).groups

    assert codes(group.faults) == [(code, True) for code in expected]
    assert [bool(d.accepted) for d in group.documents] == [not expected]


def test_group_number_used_twice_in_an_interchange_is_code_19() -> None:
    text = interchange().replace("~IEA*1", "~" + "~".join([GS, *document(), "GE*1*101"]) + "~IEA*2")

    found = only(text)

    assert [codes(group.faults) for group in found.groups] == [[], [("19", True)]]
    assert [d.accepted for d in found.documents] == [True, False]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (document()[:-1], ["2"]),
        ([*document()[:-1], "SE*12*0002"], ["3"]),
        ([*document()[:-1], "SE*11*0001"], ["4"]),
        ([*document()[:-1], "SE**0001"], ["4", "1"]),
        (["ST*850*0001", *document()[1:]], ["6"]),
        (["ST**0001", *document()[1:]], ["6", "no_guide"]),
        (document(number="001"), ["7", "4", "4"]),
        (document(number="0123456789"), ["7", "5", "5"]),
    ],
)
def test_document_faults_carry_their_ak502_code(segments: list[str], expected: list[str]) -> None:
    (one,) = only(interchange(segments)).documents

    assert [fault.code for fault in one.faults][: len(expected)] == expected
    assert one.accepted is False


def test_document_number_used_twice_in_a_group_is_code_23() -> None:
    found = only(interchange([*document(), *document()], ge="GE*2*101"))

    assert [codes(d.faults) for d in found.documents] == [[], [("23", True)]]


def test_set_without_a_guide_is_neither_accepted_nor_refused() -> None:
    text = interchange(document(["B3**1"], set_id="210"), gs=GS.replace("*SH*", "*IM*"))

    (one,) = only(text).documents

    assert (one.accepted, one.guide) == (None, "")
    assert [(fault.level, fault.code) for fault in one.faults] == [("document", "no_guide")]
    assert [segment.tag for segment in one.root.segments] == ["ST", "B3", "SE"]


@pytest.mark.parametrize("version", ["004010AIAG", "004010VICS", "004010X123A1"])
def test_release_is_the_prefix_of_gs08(version: str) -> None:
    (suffixed,) = only(interchange(gs=GS.replace("004010", version))).documents
    (other,) = only(interchange(gs=GS.replace("004010", "001999"))).documents

    assert (suffixed.accepted, suffixed.control.version, suffixed.release) == (True, version, "004010")
    assert other.accepted is None


def test_one_wrong_document_leaves_the_others_of_its_group_standing() -> None:
    segments = [*document(), *document(BODY[:-2], number="0002"), *document(number="0003")]

    found = only(interchange(segments, ge="GE*3*101"))

    assert [d.accepted for d in found.documents] == [True, False, True]
    assert found.accepted


def test_missing_se_does_not_swallow_the_next_document() -> None:
    segments = [*document()[:-1], *document(number="0002")]

    found = only(interchange(segments, ge="GE*2*101"))

    assert [(d.control.number, codes(d.faults)) for d in found.documents] == [
        ("0001", [("2", True)]),
        ("0002", []),
    ]


def test_st_alone_does_not_swallow_the_next_document() -> None:
    group = only(interchange(["ST*856*0001", *document(number="0002")], ge="GE*2*101")).groups[0]

    assert [(d.control.number, d.accepted, codes(d.faults)) for d in group.documents] == [
        ("0001", False, [("2", True)]),
        ("0002", True, []),
    ]


def test_ta1_of_the_partner_is_kept_and_needs_no_group() -> None:
    ta1 = "TA1*000000007*261122*1100*A*000"

    found = only(f"{ISA}~{ta1}~IEA*0*000000101~")

    assert found.acks == (tuple(ta1.split("*")),)
    assert found.faults == ()


def test_who_speaks_to_whom_is_told_by_interchange_and_document() -> None:
    asked: list[tuple[Party, Party, str, str]] = []

    def partner_of(sender: Party, receiver: Party, group_sender: str, group_receiver: str) -> str:
        asked.append((sender, receiver, group_sender, group_receiver))
        return ""

    reading = read(interchange().encode(), GUIDES, partner_of=partner_of)

    assert asked == [(Party("01", "123456789"), Party("01", "987654321"), "123456789", "987654321")]
    (one,) = reading.documents
    assert (one.control.interchange, one.control.group, one.control.number) == ("000000101", "101", "0001")
    assert one.control.test


def test_next_interchange_begins_where_iea_is_missing() -> None:
    reading = read((interchange(iea="-") + interchange()).encode(), GUIDES)

    assert [codes(i.faults) for i in reading.interchanges] == [[("023", True)], []]
    assert [d.accepted for d in reading.documents] == [False, True]
