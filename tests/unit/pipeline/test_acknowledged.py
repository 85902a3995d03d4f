"""What a partner's acknowledgment does to what we sent, and what a person does about it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import PartnerMistake
from gateway.pipeline.asking.show import list_open
from tests.unit.pipeline.test_acknowledgments import ack, history, notices, sent, statuses
from tests.unit.pipeline.world import Town, interchange, order

# --- what partners answer -----------------------------------------------------------------------------------------


def test_a_999_settles_what_we_sent(town: Town) -> None:
    town.edit("acme", '"997": {as: ack}', '"997": {as: ack}, "999": {as: ack}')
    town.bring(order(), "erp")

    town.bring(
        ack(
            "AK1*PO*1*004010", "AK2*850*0001", "IK3*PO1*5**8", "CTX*BEG03>PO1", "IK4*2*330*7*100",
            "IK5*R*I5*4", "AK9*R*1*1*0", set_id="999",
        )
    )  # fmt: skip

    (message,) = sent(town)
    (document,) = message["documents"]
    assert document["status"] == "rejected"
    assert [(one["code"], one.get("segment"), one.get("element")) for one in document["faults"]] == [
        ("8", 5, None), ("7", 5, 2), ("4", None, None),
    ]  # fmt: skip
    assert town.alerts() == ["refused_by_partner"]


def two_orders(town: Town) -> None:
    town.bring(order(), "erp")
    town.bring(order("PO2"), "erp")


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (["AK1*PO*1", "AK9*A*1*1*1"], ["accepted", "unsent"]),
        (["AK1*PO*0001", "AK2*850*000001", "AK5*A", "AK9*A*1*1*1"], ["accepted", "unsent"]),
        (["AK1*PO*2", "AK2*850*0002", "AK5*E*5", "AK9*E*1*1*1"], ["unsent", "accepted"]),
        (["AK1*PO*1", "AK2*850*0001", "AK5*A", "AK9*R*1*1*0*5"], ["rejected", "unsent"]),
        (["AK1*PO*1", "AK9*P*1*1*1"], ["accepted", "unsent"]),
        (["AK1*PO*1", "AK9*P*2*2*1"], ["accepted", "unsent"]),
        (["AK1*PO*1", "AK9*P*2*2*0"], ["unsent", "unsent"]),
        (["AK1*PO*1", "AK2*850*0001", "AK5*M*13", "AK9*R*1*1*0"], ["rejected", "unsent"]),
    ],
)
def test_verdict_of_group_and_document(town: Town, segments: list[str], expected: list[str]) -> None:
    two_orders(town)

    town.bring(ack(*segments))

    assert statuses(town) == expected


@pytest.mark.parametrize(
    "bent",
    [
        lambda data: data.replace(b"AK5*A", b"AK5*A*5*5*5*5*5*5").replace(b"SE*6*", b"SE*9*"),
        lambda data: data.replace(b"*X*004010~", b"*X*004050~"),
        lambda data: data.replace(b"AK2*850*0001", b"AK2*850*1"),
    ],
    ids=["faulty", "of a release without a guide", "short number"],
)
def test_acknowledgment_that_a_person_can_read_settles(town: Town, bent: Any) -> None:
    # It is never answered, so that its sender would not hear of the fault, and we would wait for ever.
    town.bring(order(), "erp")

    message = town.bring(bent(ack("AK1*PO*1", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1")))

    assert [one["status"] for one in message["documents"]] == ["reconciled"]
    assert statuses(town) == ["accepted"]


def test_acknowledgment_that_says_nothing_is_shown_to_a_person(town: Town) -> None:
    message = town.bring(ack("AK1*PO*1", "AK2*850*0001"))

    assert [(one["status"], one["reason_code"]) for one in message["documents"]] == [("parked", "syntax")]


def test_document_named_in_a_group_that_has_none_such_is_told(town: Town) -> None:
    town.bring(order(), "erp")

    town.bring(ack("AK1*PO*1", "AK2*850*0007", "AK5*R*5", "AK9*P*1*1*1"))

    assert town.alerts() == ["unexpected_ack"]


def test_acknowledgment_of_our_acknowledgment_ends_there(town: Town) -> None:
    town.bring(notices(1))
    before = town.answers()

    town.bring(ack("AK1*FA*1", "AK2*997*0001", "AK5*R*5", "AK9*R*1*1*0"))

    assert [one["documents"][0]["status"] for one in sent(town, "997")] == ["none"]
    assert (town.answers(), town.alerts()) == (before, [])


def test_ta1_about_our_acknowledgment_is_known_to_be_ours(town: Town) -> None:
    town.bring(notices(1))
    head, _, _ = interchange(control=60).partition(b"GS*")

    town.bring(head + b"TA1*000000001*261123*0900*A*000~\nIEA*0*000000060~\n")

    (message,) = sent(town, "997")
    assert [(one["event"], one["comment"]) for one in message["history"]] == [("ta1", "A 000")]
    assert town.alerts() == []


def test_ta1_that_refuses_names_what_is_wrong(town: Town) -> None:
    town.bring(order(), "erp")
    head, _, _ = interchange(control=60).partition(b"GS*")

    town.bring(head + b"TA1*1*261123*0900*R*025~\nIEA*0*000000060~\n")

    (message,) = sent(town)
    assert message["documents"][0]["status"] == "rejected"
    assert "used before" in message["documents"][0]["faults"][0]["text"]
    assert [one[0] for one in history(message)] == ["ta1", "rejected"]


# --- what is done about it ----------------------------------------------------------------------------------------


def refuse(town: Town, control: int = 50, group: int = 1) -> None:
    town.bring(ack(f"AK1*PO*{group}", f"AK2*850*{group:04d}", "AK5*R*4", "AK9*R*1*1*0", control=control))


def test_refused_document_is_open_until_it_is_reviewed(town: Town) -> None:
    town.bring(order(), "erp")
    refuse(town)
    (message,) = sent(town)
    with town.street.read() as connection:
        assert [one["id"] for one in list_open(connection, partner="", limit=9)] == [f"{message['id']}.1"]
        assert list_open(connection, partner="bolt", limit=9) == []

    assert town.street.review(message["id"], 0, "they take it by phone", by="kim") == 1

    (message,) = sent(town)
    assert message["documents"][0]["status"] == "reviewed"
    assert history(message)[1:] == [("reviewed", "rejected", "kim", "they take it by phone")]
    with town.street.read() as connection:
        assert list_open(connection, partner="", limit=9) == []


def test_what_was_accepted_needs_no_review(town: Town) -> None:
    town.bring(order(), "erp")
    town.bring(ack("AK1*PO*1", "AK9*A*1*1*1"))

    assert town.street.review(sent(town)[0]["id"], 0, "why", by="kim") == 0


def test_resend_keeps_bytes_and_numbers_and_waits_again(town: Town) -> None:
    town.bring(order(), "erp")
    (first,) = sent(town)
    before = town.street.fetch(first["id"], "acme")
    refuse(town)

    assert town.street.resend(first["id"], by="kim") == first["id"]

    (message,) = sent(town)
    assert (message["status"], statuses(town)) == ("ready", ["unsent"])
    assert town.street.fetch(first["id"], "acme") == before
    assert statuses(town) == ["awaiting"]
    assert history(message)[-1] == ("resent", "rejected", "kim", "")


def test_refused_document_is_written_anew_by_the_map_now_in_force(town: Town) -> None:
    town.bring(order(), "erp")
    (first,) = sent(town)
    refuse(town)
    town.edit("acme", 'x12: {release: "004010"', 'x12: {release: "004010", element: "|"')

    new_id = town.street.resend(first["id"], anew=True, by="kim")

    assert new_id != first["id"]
    assert statuses(town) == ["rewritten", "unsent"]
    assert town.street.message(first["id"])["documents"][0]["comment"] == f"written anew as {new_id}"
    data = town.street.fetch(new_id)
    assert b"|BEG" not in data
    assert b"~BEG|00|SA|PO1" in data
    assert b"|000000002|" in data
    town.bring(ack("AK1*PO*2", "AK9*A*1*1*1", control=51))
    assert statuses(town) == ["rewritten", "accepted"]
    with pytest.raises(PartnerMistake, match="nothing to mend"):
        town.street.resend(new_id, anew=True)


def test_late_acceptance_of_what_was_written_anew_is_told(town: Town) -> None:
    town.bring(order(), "erp")
    refuse(town)
    town.street.resend(sent(town)[0]["id"], anew=True, by="kim")

    town.bring(ack("AK1*PO*1", "AK9*A*1*1*1", control=51))

    assert statuses(town) == ["rewritten", "unsent"]
    assert town.alerts() == ["refused_by_partner", "unexpected_ack"]
    assert history(sent(town)[0])[-1][::3] == ("accepted", "after it was written anew")


def test_acknowledgments_are_not_written_anew(town: Town) -> None:
    town.bring(notices(1))

    with pytest.raises(PartnerMistake, match="resend its bytes"):
        town.street.resend(sent(town, "997")[0]["id"], anew=True)


def test_nothing_goes_again_by_itself_unless_agreed(town: Town) -> None:
    town.bring(order(), "erp")
    town.street.fetch(sent(town)[0]["id"], "acme")
    town.clock.pass_by(days=1)
    town.street.run_due()

    assert (statuses(town), sent(town)[0]["status"], town.alerts()) == (["overdue"], "fetched", ["ack_overdue"])


def test_agreed_resends_go_out_and_end(town: Town) -> None:
    town.edit(
        "acme", "terms: {asn_due_minutes: 30", "terms: {ack_due_minutes: 60, ack_resends: 1, asn_due_minutes: 30"
    )
    town.bring(order(), "erp")
    (first,) = sent(town)
    before = town.street.fetch(first["id"], "acme")
    town.clock.pass_by(minutes=61)
    town.street.run_due()
    assert (statuses(town), sent(town)[0]["status"]) == (["unsent"], "ready")

    assert town.street.fetch(first["id"], "acme") == before
    town.clock.pass_by(minutes=61)
    town.street.run_due()

    assert (statuses(town), sent(town)[0]["status"]) == (["overdue"], "fetched")
    assert town.alerts() == ["ack_overdue", "ack_overdue"]
    assert history(sent(town)[0]) == [
        ("overdue", "awaiting", "", ""),
        ("resent", "overdue", "agreement", ""),
        ("overdue", "awaiting", "", ""),
    ]
