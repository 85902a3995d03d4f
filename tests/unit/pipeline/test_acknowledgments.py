"""Acknowledgments that we send: which set answers whom, and when."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import OperatorMistake
from gateway.partners import Collecting, read_partner
from gateway.pipeline.due import collect_due_at
from tests.unit.pipeline.world import Town, interchange, notice

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
