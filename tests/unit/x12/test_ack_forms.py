"""Each release is answered in its own form, and each code by one that it knows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from gateway.document import Delimiters, Fault, Party
from gateway.x12 import LIMITS, OutgoingGroup, answer_envelope, outgoing_groups, plan_acks
from gateway.x12.answers.forms import document_codes, element_code, form_for, group_codes, segment_code
from tests.unit.x12.interchanges import BODY, GS, ISA, document, interchange, only


def element(code: str, component: int | None = None, origin: str = "") -> Fault:
    return Fault(
        code=code, text="", level="element", segment=3, tag="REF", element=2, component=component, origin=origin
    )


@pytest.mark.parametrize(
    ("version", "answers", "set_id"),
    [
        ("002040CHRY", ("997", "999"), "997"),
        ("003060", ("999",), "997"),
        ("004010", ("997", "999"), "997"),
        ("004060", ("999",), "997"),
        ("005010", ("997", "999"), "999"),
        ("005010", ("997",), "997"),
        ("006020", ("999",), "999"),
        ("", (), "997"),
    ],
)
def test_set_that_answers(version: str, answers: Sequence[str], set_id: str) -> None:
    assert form_for(version, answers).set_id == set_id


@pytest.mark.parametrize(
    ("release", "codes"),
    [
        ("002040", ["6", "7", "7", "3", "3", "3"]),
        ("003040", ["6", "7", "7", "3", "3", "3"]),
        ("003060", ["6", "8", "9", "10", "3", "3"]),
        ("004010", ["6", "8", "9", "10", "3", "3"]),
        ("005010", ["6", "8", "9", "10", "12", "13"]),
    ],
)
def test_element_code_is_one_that_the_release_knows(release: str, codes: list[str]) -> None:
    faults = [*(element(code) for code in ("6", "8", "9", "10", "12")), element("3", component=4)]

    assert [element_code(form_for(release), fault) for fault in faults] == codes


@pytest.mark.parametrize(
    ("release", "documents", "groups"),
    [
        ("002040", ["7", "4", "1"], ["4"]),
        ("003060", ["7", "4", "1"], ["4", "6"]),
        ("004010", ["23", "4", "1"], ["4", "6"]),
        ("005010", ["23", "4", "1"], ["4", "6", "19"]),
    ],
)
def test_document_and_group_codes_stand_once(release: str, documents: list[str], groups: list[str]) -> None:
    form = form_for(release)

    told = [Fault(code=code, text="", level="document") for code in ("23", "4", "no_guide", "4")]
    assert document_codes(form, told) == documents
    assert group_codes(form, [Fault(code=code, text="", level="group") for code in ("4", "6", "19", "4")]) == groups


def test_999_tells_what_only_our_guide_asks_for() -> None:
    form, plain = form_for("005010"), form_for("005010", ("997",))

    ours = [element(code, origin="partners/acme/x12/005010/856/guide.yaml:4") for code in ("1", "3", "7", "5")]
    assert [element_code(form, fault) for fault in ours] == ["I9", "I10", "I6", "5"]
    assert [element_code(plain, fault) for fault in ours] == ["1", "3", "7", "5"]
    missing = Fault(code="3", text="", segment=3, tag="REF", origin="guide.yaml:4")
    assert (segment_code(form, missing), segment_code(plain, missing)) == ("I8", "3")


def answer(text: str) -> list[str]:
    (group,) = plan_acks(only(text)).groups
    return ["*".join(segment) for segment in group.segments]


def late(body: Sequence[str] = BODY) -> str:
    isa = ISA.replace("*U*00401*", "*^*00501*")
    return interchange(document(list(body)), isa=isa, gs=GS.replace("004010", "005010"))


def test_999_names_the_business_document_and_what_asked_for_an_element() -> None:
    body = [*BODY[:3], "N1*SF**92", *BODY[4:8], "SN1**24O*EA", BODY[9]]

    assert answer(late(body)) == [
        "AK1*SH*101*005010",
        "AK2*856*0001",
        "IK3*N1*5*N1*8",
        "CTX*BSN02>0000457",
        "IK4*4*67*2",
        "CTX*SITUATIONAL TRIGGER*N1*5*N1",
        "IK3*SN1*10*HL*8",
        "CTX*BSN02>0000457",
        "IK4*2*382*6*24O",
        "IK5*R*5",
        "AK9*R*1*1*0",
    ]


def test_999_repeats_the_implementation_that_the_document_names() -> None:
    assert "AK2*856*0001*005010X1" in answer(late().replace("ST*856*0001", "ST*856*0001*005010X1"))


def test_clean_late_group_is_answered_shortly() -> None:
    assert answer(late()) == ["AK1*SH*101*005010", "AK2*856*0001", "IK5*A", "AK9*A*1*1*1"]


@pytest.mark.parametrize(
    ("gs", "version", "parties"),
    [
        (GS + "AIAG", "004010AIAG", ("987654321", "123456789")),
        (GS + "-AND-MUCH-MORE", "004010", ("987654321", "123456789")),
        (GS.replace("*004010", "*4010"), "004010", ("987654321", "123456789")),
        (GS.replace("*123456789*", "**"), "004010", ("987654321", "123456789")),
        (GS.replace("*123456789*", "*X*"), "004010", ("987654321", "123456789")),
        (GS.replace("*123456789*", f"*{'A' * 20}*"), "004010", ("987654321", "A" * 15)),
    ],
)
def test_of_the_group_header_only_what_can_be_repeated_comes_back(
    gs: str, version: str, parties: tuple[str, str]
) -> None:
    (group,) = plan_acks(only(interchange(gs=gs))).groups

    assert (group.version, (group.group_sender, group.group_receiver)) == (version, parties)


def test_group_of_acknowledgments_under_another_name_is_not_answered() -> None:
    body = ["AK1*PO*1", "AK9*A*1*1*1"]

    assert plan_acks(only(interchange(document(body, set_id="997")))).groups == ()
    assert plan_acks(only(interchange(document(body, set_id="999")))).groups == ()


def test_answer_to_a_huge_group_ends_in_verdicts() -> None:
    notes = LIMITS.ack_group_segments_max // LIMITS.ack_segments_max
    wrong = [part for n in range(3, 110) for part in (f"HL*{n}*2*I", "LIN**BP*X", "SN1**A*EA")]
    documents = [part for n in range(1, notes + 60) for part in document([*BODY[:6], *wrong], number=f"{n:04d}")]

    segments = answer(interchange(documents, ge=f"GE*{notes + 59}*101"))

    assert sum(one.startswith("AK5*R") for one in segments) == notes + 59
    assert len(segments) < LIMITS.ack_group_segments_max + 2 * LIMITS.ack_segments_max + 120
    assert segments[-3:] == [f"AK2*856*{notes + 59:04d}", "AK5*R*5", f"AK9*R*{notes + 59}*{notes + 59}*0"]


def test_answers_between_the_same_ids_share_a_group() -> None:
    (one,) = plan_acks(only(interchange())).groups
    other = msgspec.structs.replace(one, version="005010", set_id="999")
    numbers = iter(range(1, 10))

    groups = outgoing_groups([one, other, one], lambda: next(numbers), lambda: next(numbers))

    def shape(group: OutgoingGroup) -> tuple[int, str, list[tuple[str, str]]]:
        return group.control, group.version, [(one.set_id, one.control) for one in group.documents]

    assert [shape(group) for group in groups] == [
        (1, "004010", [("997", "0002"), ("997", "0003")]),
        (4, "005010", [("999", "0005")]),
    ]


def test_envelope_of_an_answer_is_turned_round() -> None:
    envelope = answer_envelope(only(late()))

    assert envelope is not None
    assert envelope.sender == Party("01", "987654321")
    assert envelope.receiver == Party("01", "123456789")
    assert envelope.delimiters == Delimiters("*", ">", "~", "^")
    assert envelope.version == "00501"


def test_agreed_marks_go_before_the_partners_own() -> None:
    envelope = answer_envelope(only(interchange()), Delimiters("|", ":", "!"))

    assert envelope is not None
    assert envelope.delimiters[:3] == ("|", ":", "!")


@pytest.mark.parametrize(
    ("old", "new", "party"),
    [
        ("01*123456789      ", "01*               ", None),
        ("01*123456789      ", "Q9*123456789      ", Party("ZZ", "123456789")),
        ("01*123456789      ", "01*1234\x016789      ", Party("01", "12346789")),
    ],
)
def test_nobody_is_answered_who_is_not_named(old: str, new: str, party: Party | None) -> None:
    envelope = answer_envelope(only(interchange(isa=ISA.replace(old, new))))

    assert (envelope.receiver if envelope else None) == party


def test_release_that_x12_does_not_have_is_not_echoed() -> None:
    envelope = answer_envelope(only(interchange(isa=ISA.replace("*00401*", "*26112*"))))

    assert envelope is not None
    assert envelope.version == "00401"


def test_message_that_ends_behind_its_isa_is_answered_in_usual_marks() -> None:
    envelope = answer_envelope(only(ISA[:-1]))

    assert envelope is not None
    assert envelope.delimiters[:3] == ("*", ">", "~")
