"""Three keys, three duplicates: the delivery, the interchange, the fact."""

from __future__ import annotations

import pytest

from gateway.errors import PartnerMistake
from tests.unit.pipeline.world import Town, interchange, notice, order, state

ACCEPTED = "997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"


@pytest.fixture(autouse=True)
def _placed(town: Town) -> None:
    town.bring(order(), "erp")


def test_the_same_delivery_again_gets_its_first_answer(town: Town) -> None:
    data = interchange(("856", notice()))
    first = town.street.accept(data, partner="acme", key="k")
    town.street.run_until_idle()

    again = town.street.accept(data, partner="acme", key="k")

    assert (first.repeated, again.repeated, again.id, again.status) == (False, True, first.id, "done")
    assert town.answers("997") == [ACCEPTED]


def test_a_delivery_key_used_for_other_bytes_is_the_partners_mistake(town: Town) -> None:
    town.street.accept(b"one", partner="acme", key="k")

    with pytest.raises(PartnerMistake) as refused:
        town.street.accept(b"two", partner="acme", key="k")

    assert refused.value.code == "idempotency_mismatch"


def test_the_same_document_by_another_channel_is_recorded_once_and_acknowledged_again(town: Town) -> None:
    data = interchange(("856", notice()), ack=True)
    first = town.bring(data)
    again = town.street.message(town.street.receive(data, "acme", "sftp", "again.edi"))
    town.street.run_until_idle()
    again = town.street.message(again["id"])

    assert state(again) == ("done", [("repeated", "same")])
    assert again["documents"][0]["original"] == first["documents"][0]["id"]
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]
    # The TA1 that was asked for says accepted; 025 is never said.
    assert [answer for answer in town.answers() if answer[:3] != "850"] == [
        "TA1 acme: TA1*000000001*261123*0900*A*000",
        ACCEPTED,
        "TA1 acme: TA1*000000001*261123*0900*A*000",
        ACCEPTED,
    ]


REFUSED = "TA1 acme: TA1*000000001*261123*0900*R*025"


def test_other_content_under_a_used_number_is_refused_and_held_until_a_person_lets_it_pass(town: Town) -> None:
    first = town.bring(interchange(("856", notice("S1", quantity="40"))))
    other = town.bring(interchange(("856", notice("S2", quantity="60"))))

    assert state(other) == ("parked", [("held", "duplicate_control")])
    assert other["documents"][0]["original"] == first["documents"][0]["id"]
    assert "duplicate_control" in town.alerts()
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]
    assert answered(town) == [ACCEPTED, REFUSED]

    town.street.replay(other["documents"][0]["id"])
    town.street.run_until_idle()

    assert state(town.street.message(other["id"])) == ("done", [("recorded", "")])
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1", "ShipmentNotified S2"]
    assert answered(town) == [ACCEPTED, REFUSED, ACCEPTED]


def answered(town: Town) -> list[str]:
    return [answer for answer in town.answers() if answer[:3] in ("997", "TA1")]


@pytest.mark.parametrize(("old", "new"), [(b"GS*SH*123456789*987654321", b""), (b"ST*856*0001", b"ST*856*0002")])
def test_a_used_interchange_number_is_refused_whatever_numbers_stand_inside(
    town: Town, old: bytes, new: bytes
) -> None:
    town.bring(interchange(("856", notice("S1", quantity="40"))))
    other = interchange(("856", notice("S2", quantity="60")))
    if new:
        other = other.replace(old, new).replace(b"*0001~\nGE", b"*0002~\nGE")
    else:
        other = other.replace(b"*1*X*004010", b"*2*X*004010").replace(b"GE*1*1", b"GE*1*2")

    message = town.bring(other)

    assert state(message) == ("parked", [("held", "duplicate_control")])
    assert answered(town) == [ACCEPTED, REFUSED]


def test_nothing_of_a_refused_interchange_is_taken_and_what_it_repeats_stays_repeated(town: Town) -> None:
    town.bring(interchange(("856", notice("S1", quantity="40"))))

    message = town.bring(interchange(("856", notice("S1", quantity="40")), ("856", notice("S2", quantity="30"))))

    assert state(message) == ("parked", [("repeated", "same"), ("held", "duplicate_control")])
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]
    assert answered(town) == [ACCEPTED, REFUSED]


def test_two_interchanges_of_one_message_may_not_share_a_number(town: Town) -> None:
    one, two = (interchange(("856", notice(f"S{n}", quantity="40"))) for n in (1, 2))

    message = town.bring(one + two.replace(b"ST*856*0001", b"ST*856*0002").replace(b"*0001~\nGE", b"*0002~\nGE"))

    assert state(message) == ("parked", [("recorded", ""), ("held", "duplicate_control")])
    assert answered(town) == [ACCEPTED, REFUSED]


def test_several_documents_of_one_interchange_share_its_number(town: Town) -> None:
    data = interchange(("856", notice("S1", quantity="40")), ("856", notice("S2", quantity="30")))

    assert [state(town.bring(data))[1] for _ in range(2)] == [[("recorded", "")] * 2, [("repeated", "same")] * 2]


def test_acknowledgments_come_under_the_terms_of_their_partner(town: Town) -> None:
    town.edit("acme", "duplicates: enforce", "duplicates: ignore")
    bodies = [["AK1*PO*1", "AK9*A*1*1*1"], ["AK1*PO*2", "AK9*A*1*1*1"]]

    states = [state(town.bring(interchange(("997", body), group_id="FA"))) for body in bodies]

    assert states == [("done", [("reconciled", "")])] * 2


@pytest.mark.parametrize(("rule", "alerts"), [("warn", ["duplicate_control"]), ("ignore", [])])
def test_other_content_passes_where_the_agreement_lets_it(town: Town, rule: str, alerts: list[str]) -> None:
    town.edit("acme", "duplicates: enforce", f"duplicates: {rule}")
    town.bring(interchange(("856", notice("S1", quantity="40"))))

    other = town.bring(interchange(("856", notice("S2", quantity="60"))))

    assert state(other) == ("done", [("recorded", "")])
    assert town.alerts() == alerts


def test_numbers_may_be_used_again_after_the_window(town: Town) -> None:
    town.edit("acme", "duplicates: enforce", "duplicates: enforce, duplicate_days: '30'")
    town.bring(interchange(("856", notice("S1", quantity="40"))))
    town.clock.pass_by(days=31)

    assert state(town.bring(interchange(("856", notice("S2", quantity="60"))))) == ("done", [("recorded", "")])


def test_a_rejected_document_may_come_corrected_under_its_numbers(town: Town) -> None:
    town.bring(interchange(("856", notice()), se_extra=1))

    assert state(town.bring(interchange(("856", notice())))) == ("done", [("recorded", "")])


def test_two_copies_in_one_batch_are_recorded_once(town: Town) -> None:
    data = interchange(("856", notice()))
    ids = [town.street.receive(data, "acme") for _ in range(3)]
    town.street.run_until_idle()

    states = [state(town.street.message(id)) for id in ids]
    assert states == [
        ("done", [("recorded", "")]),
        ("done", [("repeated", "same")]),
        ("done", [("repeated", "same")]),
    ]
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]


def test_the_same_fact_in_a_new_envelope_changes_nothing(town: Town) -> None:
    town.bring(interchange(("856", notice())))

    again = town.bring(interchange(("856", notice(created="1111")), control=2))

    assert state(again) == ("done", [("repeated", "")])
    assert len(town.answers("997")) == 2


def test_other_content_of_the_same_fact_is_a_conflict_and_answered(town: Town) -> None:
    town.bring(interchange(("856", notice(quantity="40"))))

    other = town.bring(interchange(("856", notice(quantity="60")), control=2))

    assert state(other) == ("done", [("conflict", "")])
    (answer,) = town.answers("824")
    assert "OTI*TR*SI*S1" in answer
    assert "TED*DUP" in answer
