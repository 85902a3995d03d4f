"""Acknowledgments both ways: which set answers whom and when, and what a partner's answer does to what we sent."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import OperatorMistake, PartnerMistake
from gateway.partners import Collecting, read_partner
from gateway.pipeline.due import collect_due_at
from gateway.pipeline.show import list_open
from tests.unit.pipeline.world import Town, interchange, notice, order

LATE = "005010"


def notices(control: int, release: str = "004010") -> bytes:
    data = interchange(("856", notice(f"S{control}")), control=control)
    if release == LATE:
        return data.replace(b"*U*00401*", b"*^*00501*").replace(b"*X*004010~", b"*X*005010~")
    return data


def ack(*segments: str, set_id: str = "997", control: int = 50) -> bytes:
    data = interchange((set_id, list(segments)), group_id="FA", control=control)
    if set_id == "999":
        return data.replace(b"*U*00401*", b"*^*00501*").replace(b"*X*004010~", b"*X*005010~")
    return data


def sent(town: Town, kind: str = "850") -> list[dict[str, Any]]:
    return [town.street.message(one["id"]) for one in town.street.messages(direction="out") if one["kind"] == kind]


def statuses(town: Town) -> list[str]:
    return [document["status"] for message in sent(town) for document in message["documents"]]


def history(message: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(one["event"], one["status_before"], one["by"], one["comment"]) for one in message["history"]]


# --- what answers -------------------------------------------------------------------------------------------------


def test_late_release_is_answered_by_the_set_that_is_agreed(town: Town) -> None:
    town.bring(notices(1, LATE))
    town.edit("acme", '"997": {}, "861"', '"999": {}, "997": {}, "861"')
    town.bring(notices(2, LATE))
    town.bring(notices(3))

    answers = [one for one in town.answers() if one.startswith("99")]
    assert [one.split()[0] for one in answers] == ["997", "999", "997"]
    assert answers[0].startswith("997 acme: AK1*SH*1*005010 AK2*856*0001")
    assert answers[2].startswith("997 acme: AK1*SH*3 AK2*856*0001")
    (late,) = sent(town, "999")
    assert town.street.fetch(late["id"]).startswith(
        b"ISA*00*          *00*          *01*987654321      *01*123456789"
    )
    assert b"*^*00501*" in town.street.fetch(late["id"])


def test_older_groups_of_a_partner_with_999_alone_get_a_997(town: Town) -> None:
    town.edit("acme", '"997": {}, "861"', '"999": {}, "861"')
    town.bring(notices(1))

    assert [one.split()[0] for one in town.answers()][:1] == ["997"]


def test_without_an_agreement_nothing_answers(town: Town) -> None:
    town.edit("acme", '"997": {}, "861"', '"861"')
    town.bring(notices(1))

    assert town.answers("997") == []


def test_groups_without_a_release_that_can_be_repeated_are_answered_all_the_same(town: Town) -> None:
    town.bring(notices(1).replace(b"*X*004010~", b"*X*4010~"))

    assert town.answers("997") == ["997 acme: AK1*SH*1 AK2*856*0001 AK5*R*1 AK9*R*1*1*0*2"]


def test_answers_are_laid_out_as_agreed(town: Town) -> None:
    town.edit("acme", 'x12: {release: "004010"', 'x12: {release: "004010", columns: 80, line_break: lf')
    town.bring(notices(1))

    (one,) = sent(town, "997")
    lines = town.street.fetch(one["id"]).splitlines()
    assert {len(line) for line in lines[:-1]} == {80}


def test_answer_that_our_own_guide_forbids_is_told_and_stops_nothing(town: Town) -> None:
    folder = town.home / "partners" / "acme" / "x12" / "004010" / "997"
    folder.mkdir(parents=True)
    (folder / "guide.yaml").write_text("extends: x12/004010/997\nremove: [AK2]\n")
    assert town.street.configure()

    message = town.bring(notices(1))

    assert message["status"] == "done"
    assert (town.answers("997"), town.alerts()) == ([], ["ack_unwritten"])


# --- collected ----------------------------------------------------------------------------------------------------


def test_collected_answers_leave_together_at_their_count(town: Town) -> None:
    town.edit("acme", '"997": {}, "861"', '"997": {collect: {minutes: 60, count: 3}}, "861"')
    messages = [town.bring(notices(control)) for control in (1, 2)]
    assert town.answers("997") == []

    messages.append(town.bring(notices(3)))

    (one,) = sent(town, "997")
    assert [segment[1:] for segment in one["segments"] if segment[0] in ("ST", "AK1")] == [
        ("997", "0001"), ("SH", "1"), ("997", "0002"), ("SH", "2"), ("997", "0003"), ("SH", "3"),
    ]  # fmt: skip
    assert [(document["type"], document["group"], document["status"]) for document in one["documents"]] == [
        ("997", "1", "none"), ("997", "1", "none"), ("997", "1", "none"),
    ]  # fmt: skip
    for message in messages:
        carried = [answer["id"] for answer in town.street.message(message["id"])["answers"]]
        assert one["id"] in carried


def test_collected_answers_leave_when_their_time_has_come(town: Town) -> None:
    town.edit("acme", '"997": {}, "861"', '"997": {collect: {minutes: 60, at: ["18:00"]}}, "861"')
    town.bring(notices(1))
    town.clock.pass_by(minutes=59)
    town.street.run_due()
    assert town.answers("997") == []

    town.bring(notices(2))
    town.clock.pass_by(minutes=1)
    town.street.run_due()

    assert [one.count("AK1") for one in town.answers("997")] == [2]
    town.clock.pass_by(days=2)
    town.street.run_due()
    assert len(town.answers("997")) == 1


def test_ta1_never_waits(town: Town) -> None:
    town.edit("acme", '"997": {}, "861"', '"997": {collect: {minutes: 60}}, "861"')
    town.bring(interchange(("856", notice()), ack=True))

    assert town.answers()[0].split()[0] == "TA1"
    assert town.answers("997") == []


@pytest.mark.parametrize(
    ("collecting", "hours"),
    [
        (Collecting(minutes=30), 0.5),
        (Collecting(at=("10:30", "18:00")), 1.5),
        (Collecting(at=("08:00",)), 23),
        (Collecting(at=("18:00",), minutes=30), 0.5),
        (Collecting(every=60), 1),
        (Collecting(every=25), 10 / 60),
        (Collecting(every=1440), 15),
        (Collecting(at=("09:00", "18:00")), 9),
        (Collecting(at=("08:00",), days=("sat",)), 5 * 24 - 1),
        (Collecting(at=("09:00",), days=("mon",)), 7 * 24),
        (Collecting(every=90, days=("wed",)), 39),
    ],
)
def test_first_of_the_agreed_times_counts(town: Town, collecting: Collecting, hours: float) -> None:
    partner = town.street.configuration.partners.get("acme")
    assert partner is not None

    # 14:00 UTC is nine in Detroit.
    due_at = collect_due_at(partner, collecting, town.clock.now)

    assert due_at == int((town.clock.now.timestamp() + hours * 3600) * 1_000_000)


@pytest.mark.parametrize(
    ("collect", "words"),
    [
        ("{count: 10}", "may wait for ever"),
        ('{at: ["25:00"]}', "must be a time of day"),
        ("{minutes: 0}", "minutes"),
        ("{every: 1441}", "every"),
        ("{minutes: 5, days: [mon]}", "days are those of at and every"),
        ("{every: 60, days: [monday]}", 'unknown day "monday"'),
        ("{hours: 1}", "hours"),
    ],
)
def test_collecting_that_cannot_be_meant_is_refused(collect: str, words: str) -> None:
    text = f'partner: acme\nsend: {{"997": {{collect: {collect}}}}}\n'

    with pytest.raises(OperatorMistake) as refusal:
        read_partner(text.encode(), "partners/acme/partner.yaml")

    assert words in str(refusal.value)


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
