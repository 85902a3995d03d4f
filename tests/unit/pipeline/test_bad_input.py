"""Bad input is never lost: each has a located message, the right answer, and a state in which it can be seen."""

from __future__ import annotations

import pytest

from tests.unit.pipeline.world import Town, interchange, joined, notice, order, state

GOOD = ("856", notice())


def _faults(message: dict[str, object]) -> list[tuple[object, object, object]]:
    """(code, segment, text) of every fault of the first document."""
    (document, *_) = message["documents"]  # type: ignore[misc]
    return [(fault["code"], fault.get("segment"), fault["text"]) for fault in document["faults"]]


def test_unreadable_bytes_are_kept_and_parked_and_answered_by_nobody(town: Town) -> None:
    data = b"\x00\x01\xff\xfe no format at all \x80\n"

    message = town.bring(data)

    assert message["status"] == "parked"
    assert message["reason"] != ""
    assert town.street.fetch(message["id"]) == data
    assert (town.answers(), town.events()) == ([], [])
    assert len(town.alerts()) == 1


@pytest.mark.parametrize("data", [b"", b"   \r\n", b"{", b'{"kind": "Nonsense"}', b"[]", b"ISA*00*"])
def test_what_is_no_document_is_parked_with_a_reason(town: Town, data: bytes) -> None:
    message = town.bring(data)

    assert message["status"] == "parked"
    assert message["reason"] != ""
    assert (town.answers(), town.events()) == ([], [])


def test_wrong_segment_count_rejects_its_document_only(town: Town) -> None:
    message = town.bring(interchange(GOOD, se_extra=1))

    assert state(message) == ("done", [("rejected", "syntax")])
    assert _faults(message) == [("4", None, 'SE01 says "19" segments, 18 came')]
    assert town.answers() == ["997 acme: AK1*SH*1 AK2*856*0001 AK5*R*4 AK9*R*1*1*0"]
    assert town.events() == []


def test_wrong_set_count_rejects_the_group(town: Town) -> None:
    message = town.bring(interchange(GOOD, ge_extra=1))

    assert state(message) == ("done", [("rejected", "group_refused")])
    assert message["documents"][0]["reason"] == 'GE01 says "2" documents, 1 came'
    assert town.answers() == ["997 acme: AK1*SH*1 AK9*R*2*1*0*5"]
    assert town.events() == []


def test_wrong_group_count_refuses_the_interchange_by_ta1(town: Town) -> None:
    message = town.bring(interchange(GOOD, iea_extra=1))

    assert state(message) == ("done", [("rejected", "interchange_refused")])
    assert message["documents"][0]["reason"] == 'IEA01 says "2" groups, 1 came'
    assert town.answers() == ["TA1 acme: TA1*000000001*261123*0900*R*021"]
    assert town.events() == []


def test_another_control_number_in_the_trailer_refuses_the_interchange_by_ta1(town: Town) -> None:
    message = town.bring(interchange(GOOD, iea_control=7))

    assert state(message) == ("done", [("rejected", "interchange_refused")])
    assert message["documents"][0]["reason"] == 'IEA02 "000000007" is not ISA13 "000000001"'
    assert town.answers() == ["TA1 acme: TA1*000000001*261123*0900*R*001"]


def test_other_control_numbers_of_set_and_group_are_refused_where_they_stand(town: Town) -> None:
    data = interchange(GOOD).replace(b"*0001~\nGE", b"*0002~\nGE")
    other_group = interchange(GOOD, control=2).replace(b"GE*1*2~", b"GE*1*3~")

    first, second = town.bring(data), town.bring(other_group)

    assert state(first) == ("done", [("rejected", "syntax")])
    assert state(second) == ("done", [("rejected", "group_refused")])
    assert town.answers() == [
        "997 acme: AK1*SH*1 AK2*856*0001 AK5*R*3 AK9*R*1*1*0",
        "997 acme: AK1*SH*2 AK9*R*1*1*0*4",
    ]


def test_unknown_partner_is_parked_alerted_and_not_answered(town: Town) -> None:
    message = town.bring(interchange(GOOD, sender="01*999999999      "))

    assert (message["status"], message["reason_code"]) == ("parked", "unknown_partner")
    assert message["reason"] == (
        "no partner has the ISA sender 01:999999999 with GS02 999999999: add it to identities of a partner.yaml"
    )
    assert (town.answers(), town.events(), town.alerts()) == ([], [], ["unknown_partner"])


def test_wrong_carrier_is_parked_alerted_and_the_impersonated_partner_hears_nothing(town: Town) -> None:
    message = town.bring(interchange(GOOD), "bolt")

    assert (message["status"], message["reason_code"]) == ("parked", "wrong_carrier")
    assert message["reason"] == (
        "bolt may not bring documents of acme (ISA sender 01:123456789): "
        "if it may, list acme under carries in partners/bolt/partner.yaml"
    )
    assert (town.answers(), town.events(), town.alerts()) == ([], [], ["wrong_carrier"])


def test_a_group_of_another_partner_under_an_own_isa_id_is_a_wrong_carrier_too(town: Town) -> None:
    message = town.bring(interchange(GOOD, group_sender="222333444"))

    assert message["status"] == "parked"
    assert message["reason_code"] in ("unknown_partner", "wrong_carrier")
    assert town.events() == []


def test_an_interchange_for_somebody_else_is_parked_and_told_when_it_asked(town: Town) -> None:
    message = town.bring(interchange(GOOD, receiver="01*555555555      ", ack=True))

    assert (message["status"], message["reason_code"]) == ("parked", "unknown_receiver")
    assert town.answers() == ["TA1 acme: TA1*000000001*261123*0900*R*009"]
    assert town.events() == []


def test_one_foreign_interchange_does_not_hold_up_the_others_of_its_message(town: Town) -> None:
    town.bring(order(), "erp")
    data = interchange(GOOD) + interchange(("856", notice("S9")), sender="01*999999999      ", control=2)

    message = town.bring(data, "van")

    assert state(message) == ("parked", [("recorded", ""), ("parked", "unknown_partner")])
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]
    assert town.answers("997") == ["997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"]


def test_a_set_without_a_guide_is_answered_as_not_supported_and_stays_visible(town: Town) -> None:
    message = town.bring(interchange(("888", ["BXX*1"])))

    assert message["documents"][0]["status"] in ("parked", "rejected")
    assert town.events() == []
    assert [answer.split()[0] for answer in town.answers()] == ["997"]


def test_a_document_that_nobody_agreed_to_is_parked(town: Town) -> None:
    town.edit("acme", '"856": {as: ShipmentNotified}, ', "")

    message = town.bring(interchange(GOOD))

    assert state(message) == ("parked", [("parked", "no_agreement")])
    assert message["reason"] == "acme has no agreement to send 856: receive in its partner.yaml"
    assert town.answers() == ["997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"]


@pytest.mark.parametrize(
    ("bent", "needs", "grade"),
    [
        ({"po": "PO404"}, "order:PO404", ""),
        ({"part": "NOPE"}, "part:NOPE", "OTI*IR"),
        ({"unit": "BX"}, "unit:BRK-100/XBX", "OTI*IR"),
        ({"site": "PLT99"}, "site:92:PLT99", "OTI*TR"),
    ],
)
def test_an_unknown_reference_waits_and_is_answered_by_its_grade(
    town: Town, bent: dict[str, str], needs: str, grade: str
) -> None:
    town.bring(order(), "erp")

    message = town.bring(interchange(("856", notice(**bent))))  # type: ignore[arg-type]

    assert state(message) == ("done", [("waiting", "")])
    assert message["documents"][0]["reason"] == needs
    assert town.answers("997") == ["997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"]
    assert [grade in answer for answer in town.answers("824")] == ([True] if grade else [])


def test_an_unknown_order_is_refused_by_824_when_its_grace_time_ends(town: Town) -> None:
    town.bring(interchange(("856", notice(po="PO404"))))
    town.clock.pass_by(minutes=20)
    town.street.run_due()

    (answer,) = town.answers("824")
    assert "OTI*TR*SI*S1*123456789*987654321*20261123*0900*1*0001*856" in answer
    # TED names the place: the PRF, its first element, and the value.
    assert "*PRF*13*1**PO404" in answer


def test_a_faulty_file_is_parked_with_the_line_and_can_be_seen(town: Town) -> None:
    head = b"record_type,provider_id,site_code,receipt_id,receipt_ts,part_no,qty_received,uom,location,status\n"
    row = b"D,QUAY,PLT07,GR1,2026-11-23T09:10:00-05:00,BRK-100,ten,EA,DOCK,AVL\n"

    message = town.bring(head + row, "quay")

    assert message["status"] == "parked"
    assert "qty_received" in message["reason"]
    assert "line 2" in message["reason"] or _faults(message)[0][1] == 2
    assert [one["id"] for one in town.street.messages(status="parked")] == [message["id"]]
    assert (town.answers(), town.events()) == ([], [])


def test_bytes_between_interchanges_are_named_and_lose_nothing(town: Town) -> None:
    town.bring(order(), "erp")
    data = interchange(GOOD) + b"garbage here" + joined([]) + interchange(("856", notice("S2")), control=2)

    message = town.bring(data)

    assert [one["status"] for one in message["documents"]] == ["recorded", "recorded"]
    assert message["faults"] != []
