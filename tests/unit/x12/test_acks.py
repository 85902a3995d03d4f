"""TA1 and 997 say what was found, where, and no more; and nothing answers an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.document import Delimiters
from gateway.x12 import AckPlan, plan_acks
from tests.unit.x12.interchanges import BODY, GS, ISA, document, interchange, only

SAMPLES = Path("mappings/x12/004010")
WRONG = [*BODY[:8], "SN1**24O*EA", BODY[9]]


def answer(text: str) -> list[str]:
    """The 997 body of the only group."""
    (group,) = plan_acks(only(text)).groups
    return ["*".join(segment) for segment in group.segments]


def test_clean_document_is_accepted() -> None:
    (group,) = plan_acks(only(interchange())).groups

    assert (group.verdict, group.group_id, group.control, group.version) == ("A", "SH", "101", "004010")
    assert (group.group_sender, group.group_receiver) == ("987654321", "123456789")
    assert answer(interchange()) == ["AK1*SH*101", "AK2*856*0001", "AK5*A", "AK9*A*1*1*1"]


def test_release_of_the_partner_is_echoed_suffix_and_all() -> None:
    (group,) = plan_acks(only(interchange(gs=GS + "AIAG"))).groups

    assert group.version == "004010AIAG"


def test_faults_stand_with_segment_element_and_value() -> None:
    assert answer((SAMPLES / "856/faulty-elements.sample.edi").read_text()) == [
        "AK1*SH*125",
        "AK2*856*0001",
        "AK3*LIN*20*HL*8",
        "AK4*3*234*1",
        "AK3*SN1*21*HL*8",
        "AK4*2*382*6*24O",
        "AK3*REF*22*HL*8",
        "AK4*2*127*2",
        "AK3*DTM*23*HL*8",
        "AK4*2*373*8*20261301",
        "AK5*R*5",
        "AK9*R*1*1*0",
    ]


def test_segment_faults_stand_with_their_own_code() -> None:
    assert answer((SAMPLES / "856/faulty-segments.sample.edi").read_text())[2:-1] == [
        "AK3*LIN*20*HL*3",
        "AK3*QQQ*21*HL*6",
        "AK3*BSN*22*HL*7",
        "AK3*SN1*23*HL*5",
        "AK5*R*5",
    ]


def test_orphan_level_is_refused_as_agreed() -> None:
    assert answer((SAMPLES / "856/faulty-orphan.sample.edi").read_text())[2:] == [
        "AK3*HL*19*HL*8",
        "AK4*2*734*7*9",
        "AK5*R*5",
        "AK9*R*1*1*0",
    ]


def test_gap_in_levels_is_accepted_with_errors() -> None:
    assert answer((SAMPLES / "856/faulty-gap.sample.edi").read_text())[2:] == [
        "AK3*HL*19*HL*8",
        "AK4*1*628*7*4",
        "AK5*E*5",
        "AK9*E*1*1*1",
    ]


def test_component_is_named_in_the_delimiters_of_the_answer() -> None:
    found = only(interchange(document([*BODY[:9], "REF*LT*L1**LS", BODY[9]])))

    (group,) = plan_acks(found, delimiters=Delimiters("|", "^", "!")).groups

    assert ("AK4", "4^2", "127", "1") in group.segments


def test_one_wrong_document_of_two_makes_the_group_partly_accepted() -> None:
    text = interchange([*document(), *document(WRONG, number="0002")], ge="GE*2*101")

    assert answer(text) == [
        "AK1*SH*101",
        "AK2*856*0001",
        "AK5*A",
        "AK2*856*0002",
        "AK3*SN1*10*HL*8",
        "AK4*2*382*6*24O",
        "AK5*R*5",
        "AK9*P*2*2*1",
    ]


@pytest.mark.parametrize(
    ("ge", "codes", "declared"),
    [("GE*2*101", "5", "2"), ("GE*1*102", "4", "1"), ("", "3", "1"), ("GE*2*102", "4*5", "2")],
)
def test_refused_group_lists_only_documents_with_faults_of_their_own(ge: str, codes: str, declared: str) -> None:
    assert answer(interchange(ge=ge)) == ["AK1*SH*101", f"AK9*R*{declared}*1*0*{codes}"]


@pytest.mark.parametrize(
    ("segments", "ak5"),
    [
        (document()[:-1], "AK5*R*2"),
        ([*document()[:-1], "SE*12*0002"], "AK5*R*3"),
        ([*document()[:-1], "SE*11*0001"], "AK5*R*4"),
        (["ST*850*0001", *document()[1:]], "AK5*R*6"),
    ],
)
def test_envelope_of_a_document_is_told_in_ak5(segments: list[str], ak5: str) -> None:
    assert ak5 in answer(interchange(segments))


def test_set_without_a_guide_is_not_supported() -> None:
    text = interchange(document(["B3**1"], set_id="210"), gs=GS.replace("*SH*", "*IM*"))

    assert answer(text) == ["AK1*IM*101", "AK2*210*0001", "AK5*R*1", "AK9*R*1*1*0"]


def test_totals_are_content_and_never_refused() -> None:
    assert answer(interchange(document([*BODY[:9], "CTT*99*1"])))[2:] == ["AK5*A", "AK9*A*1*1*1"]


def test_ta1_comes_only_when_asked_for() -> None:
    asked = interchange(isa=ISA.replace("*0*T", "*1*T"))

    assert plan_acks(only(interchange())).ta1 is None
    assert plan_acks(only(asked)).ta1 == ("TA1", "000000101", "261122", "1200", "A", "000")
    assert len(plan_acks(only(asked)).groups) == 1


def test_ta1_with_errors_noted_is_e() -> None:
    isa = ISA.replace("*0*T", "*1*T").replace("*1200*", "*2500*")

    assert plan_acks(only(interchange(isa=isa))).ta1 == ("TA1", "000000101", "261122", "2500", "E", "015")


def test_refused_interchange_gets_a_ta1_unasked_and_no_997() -> None:
    plan = plan_acks(only(interchange(iea="IEA*2*000000101")))

    assert plan == AckPlan(ta1=("TA1", "000000101", "261122", "1200", "R", "021"))


def test_street_may_refuse_what_reads_well() -> None:
    plan = plan_acks(only(interchange()), refused="025")

    assert plan == AckPlan(ta1=("TA1", "000000101", "261122", "1200", "R", "025"))


@pytest.mark.parametrize("wrong", [False, True])
def test_acknowledgments_are_never_answered(wrong: bool) -> None:
    text = (SAMPLES / "997/accepted.sample.edi").read_text().replace("*0*T", "*1*T")

    assert plan_acks(only(text.replace("IEA*1", "IEA*7") if wrong else text)) == AckPlan()


def test_ta1_of_the_partner_is_never_answered() -> None:
    isa = ISA.replace("*0*T", "*1*T")

    assert plan_acks(only(f"{isa}~TA1*000000007*261122*1100*R*021~IEA*0*000000101~")) == AckPlan()


def test_group_of_acknowledgments_beside_others_is_passed_over() -> None:
    fa = "GS*FA*123456789*987654321*20261122*1200*102*X*004010~ST*997*0001~AK1*PO*1~AK9*A*1*1*1~SE*4*0001~GE*1*102"
    text = interchange().replace("~IEA*1", f"~{fa}~IEA*2")

    assert [group.group_id for group in plan_acks(only(text)).groups] == ["SH"]


def test_number_of_answered_faults_is_capped() -> None:
    lines = [part for n in range(3, 400) for part in (f"HL*{n}*2*I", "LIN**BP*X", "SN1**A*EA")]

    segments = answer(interchange(document([*BODY[:6], *lines])))

    assert len(segments) <= 210
    assert segments[-2:] == ["AK5*R*5", "AK9*R*1*1*0"]


def test_value_that_cannot_be_written_is_left_out() -> None:
    found = only(interchange(document([*BODY[:9], "REF*LT*A\x01B", BODY[9]])))

    assert ("AK4", "2", "127", "6") in plan_acks(found).groups[0].segments
