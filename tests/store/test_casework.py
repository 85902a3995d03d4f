"""Work on cases over the real books: assignment, tasks, disputes, opening again, and escalation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Actor,
    CaseAssigned,
    CaseDisputed,
    CaseEvidence,
    CaseNoted,
    CaseReopened,
    CaseTaskSet,
    DiscrepancyResolved,
    DisputeDecided,
    Event,
    ReceiptShortConfirmed,
    ShortLine,
)
from ledger.outcomes import CaseChanged, CaseEscalated, Recorded, Refused
from ledger.policy import CaseRules, Policy
from ledger.policy.policy import Ownership
from ledger.queries import CaseShown, case, case_timeline
from tests.store.world import Books, notice, order, receipt

EVA = Actor(kind="user", id="eva", roles=("procurement",))
TOM = Actor(kind="user", id="tom", roles=("quality",))
ACME = Actor(kind="partner", id="acme")
HOUSE = Policy(
    casework=CaseRules(escalates_at=(50, 100, 200)),
    ownership={"D16": Ownership(answer_hours=24.0, escalates_to=("procurement", "plant_manager"))},
)


class Desk(Books):
    """A shipment of ten plates of which eight came; what is short is case C1."""

    def __init__(self, conn: Connection, policy: Policy = HOUSE) -> None:
        self.policy = policy
        super().__init__(conn)
        self.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}))
        self.record(receipt("R1", "S1", "PO1", {"PLATE": 8}))
        short = ShortLine(part_number="PLATE", shipment_id="S1", order_number="PO1", unit="EA")
        self.record(ReceiptShortConfirmed(number="R1-short", partner="threepl", ship_to="92:PLT07", lines=(short,)))

    def say(self, kind: type[Event], actor: Actor | None = EVA, **said: Any) -> Recorded:
        event = kind(**{"number": "C1", "actor": actor, "occurred_at": self.now} | said)
        return self.record(event)[0]

    def decide(self, how: str = "credit", actor: Actor = EVA) -> Recorded:
        return self.say(DiscrepancyResolved, actor, resolution=how)

    def case(self) -> CaseShown:
        found = case(self.conn, "C1", policy=self.policy)
        assert found is not None
        return found


@pytest.fixture
def desk(conn: Connection) -> Desk:
    return Desk(conn)


def reason(recorded: Recorded) -> str:
    return " ".join(one.reason for one in recorded.outcomes if isinstance(one, Refused))


def escalations(recorded: list[Recorded]) -> list[tuple[str, int, str]]:
    return [
        (one.case, one.step, one.role) for each in recorded for one in each.outcomes if isinstance(one, CaseEscalated)
    ]


def test_a_dispute_is_raised_by_the_supplier_and_granted_by_another_person(desk: Desk) -> None:
    shown = CaseEvidence(message="m_pod", document="m_pod.1", segment=4)
    raised = desk.say(CaseDisputed, ACME, comment="ten were signed for", evidence=(shown,))
    disputed = desk.case()
    granted = desk.say(DisputeDecided, TOM, decision="granted")

    assert raised.outcomes[1:] == (
        CaseChanged(case="C1", code="D16", status="open", quantity=2, dispute="open"),  # type: ignore[arg-type]
    )
    assert (disputed.dispute, disputed.disputed_by, disputed.status) == ("open", "acme", "open")
    assert disputed.evidence[-1].message == "m_pod"
    assert disputed.dispute_due_at is not None
    # A Friday: ten working days end with the Friday after the next.
    assert f"{disputed.dispute_due_at:%Y-%m-%d %H:%M}" == "2026-12-05 00:00"
    assert (granted.result, desk.case().dispute, desk.case().dispute_due_at) == ("posted", "granted", None)
    assert verify(desk.conn) == []


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (EVA, "eva raised it: the dispute about case C1 is decided by somebody else."),
        (ACME, "DisputeDecided of case C1 is not said by acme, whose case it is: send CaseDisputed."),
        (Actor(kind="system", id="erp"), "The dispute about case C1 is decided by a person."),
        (
            Actor(kind="model", id="clerk"),
            "clerk is a model: its DisputeDecided is kept as what it proposes; people decide, and hand it in.",
        ),
    ],
)
def test_nobody_but_another_person_decides_a_dispute(desk: Desk, by: Actor, said: str) -> None:
    desk.say(CaseDisputed, EVA, comment="in acme's name")

    refused = desk.say(DisputeDecided, by, decision="granted")

    assert (refused.result, reason(refused), desk.case().dispute) == ("refused", said, "open")


def test_a_dispute_is_raised_once_and_decided_once(desk: Desk) -> None:
    assert reason(desk.say(DisputeDecided, TOM, decision="rejected")) == "No dispute about case C1 is open."
    desk.say(CaseDisputed, ACME, comment="no")
    assert reason(desk.say(CaseDisputed, ACME, comment="no!")) == "Case C1 is disputed already."
    desk.say(DisputeDecided, TOM, decision="rejected")
    assert reason(desk.say(CaseDisputed, ACME, comment="but no")) == (
        "The dispute about case C1 was rejected; it is not raised twice."
    )


@pytest.mark.parametrize(("days", "result"), [(14, "posted"), (15, "refused")])
def test_a_closed_case_is_disputed_within_ten_working_days(desk: Desk, days: int, result: str) -> None:
    desk.decide()
    desk.now += timedelta(days=days)

    recorded = desk.say(CaseDisputed, ACME, comment="we shipped ten")

    assert recorded.result == result
    assert reason(recorded) == ("" if result == "posted" else "Case C1 could be disputed until 2026-12-05 00:00 UTC.")
    assert desk.case().status == "closed"


def test_a_case_goes_to_somebody_waits_and_comes_back(desk: Desk) -> None:
    seen = []
    for said in ({"assignee": "eva"}, {"assignee": "eva", "waits_for": "supplier"}, {"role": "quality"}):
        desk.say(CaseAssigned, EVA, **said)
        now = desk.case()
        seen.append((now.status, now.assignee, now.waits_for, now.owner))

    assert seen == [
        ("assigned", "eva", "", "receiving"),
        ("waiting", "eva", "supplier", "receiving"),
        ("open", "", "", "quality"),
    ]  # fmt: skip


def test_a_case_with_tasks_for_two_roles_closes_with_the_last_of_them(desk: Desk) -> None:
    desk.say(CaseTaskSet, EVA, task="sort", role="quality", text="sort what came")
    desk.say(CaseTaskSet, EVA, task="claim", role="procurement", after=("sort",))
    too_early = desk.say(CaseTaskSet, EVA, task="claim", status="done")
    not_theirs = desk.say(CaseTaskSet, EVA, task="sort", status="done")
    decided = desk.decide()
    in_between = desk.case().status
    again = desk.decide("waive")
    desk.say(CaseTaskSet, TOM, task="sort", status="done")
    last = desk.say(CaseTaskSet, EVA, task="claim", status="done", text="credit note 77")

    assert reason(too_early) == "Task claim of case C1 comes after sort."
    assert reason(not_theirs) == "Task sort of case C1 is ended by: quality."
    assert (decided.result, in_between) == ("posted", "resolved")
    assert reason(again) == "Case C1 is decided (credit) and waits for its tasks."
    assert last.outcomes[1:] == (CaseChanged(case="C1", code="D16", status="closed"),)
    assert [(one.task, one.status, one.by) for one in desk.case().tasks] == [
        ("sort", "done", "tom"), ("claim", "done", "eva"),
    ]  # fmt: skip
    assert (desk.case().resolution, desk.case().clearing) == ("credit", 0)
    assert verify(desk.conn) == []


def test_no_task_comes_after_itself_whichever_way(desk: Desk) -> None:
    desk.say(CaseTaskSet, EVA, task="sort", role="quality")
    desk.say(CaseTaskSet, EVA, task="count", role="quality", after=("sort",))
    desk.say(CaseTaskSet, EVA, task="claim", role="procurement", after=("count",))

    refused = desk.say(CaseTaskSet, EVA, task="sort", after=("claim",))

    assert reason(refused) == "Task sort of case C1 would come after itself."
    assert [(one.task, one.after) for one in desk.case().tasks] == [
        ("sort", ()), ("count", ("sort",)), ("claim", ("count",)),
    ]  # fmt: skip


def test_hours_and_steps_however_large_end_in_ten_years(conn: Connection) -> None:
    policy = Policy(
        casework=CaseRules(escalates_at=(10**9,), dispute_days=10**9, dispute_answer_days=10**9),
        ownership={"D16": Ownership(answer_hours=1e300)},
    )
    desk = Desk(conn, policy)
    desk.say(CaseDisputed, ACME, comment="no")

    shown = desk.case()

    assert [one.year for one in (shown.due_at, shown.dispute_due_at, shown.escalates_at) if one] == [2036] * 3


def test_a_case_that_opens_again_moves_nothing_and_closes_again(desk: Desk) -> None:
    desk.decide()
    before = desk.say(CaseAssigned, EVA, assignee="eva")
    desk.say(CaseReopened, EVA, comment="the credit note is for one only")
    opened = desk.case()
    desk.decide("accept")

    assert reason(before) == "Case C1 is closed: open it again first (CaseReopened)."
    assert (opened.status, opened.quantity, opened.resolution) == ("open", 0, "")
    assert (desk.case().status, desk.case().resolution) == ("closed", "accept")
    assert verify(desk.conn) == []


def test_a_case_that_opens_again_has_its_whole_time_to_answer(desk: Desk) -> None:
    desk.decide()
    desk.now += timedelta(days=5)
    desk.say(CaseReopened)

    told = [escalations(desk.tick(hours=hours)) for hours in (11, 1)]

    assert told == [[], [("C1", 1, "procurement")]]
    assert desk.case().reopened_at == desk.case().opened_at + timedelta(days=5, minutes=2)
    assert verify(desk.conn) == []


def test_a_partner_disputes_no_case_of_another(desk: Desk) -> None:
    refused = desk.say(CaseDisputed, Actor(kind="partner", id="bravo"), comment="just so")

    assert reason(refused) == "Case C1 is not about bravo, who cannot dispute it."


def test_a_recount_after_opening_again_lets_goods_come_all_the_same(desk: Desk) -> None:
    desk.decide("accept")
    desk.say(CaseReopened)
    desk.decide("recount")
    desk.record(receipt("R2", "S1", "PO1", {"PLATE": 2}))

    assert desk.case().status == "closed"
    assert verify(desk.conn) == []


def test_a_case_escalates_at_half_of_its_time_at_its_end_and_at_twice_that(desk: Desk) -> None:
    told = [escalations(desk.tick(hours=hours)) for hours in (11, 1, 12, 24, 100)]

    assert told == [
        [], [("C1", 1, "procurement")], [("C1", 2, "plant_manager")], [("C1", 3, "plant_manager")], [],
    ]  # fmt: skip
    assert (desk.case().escalation, desk.case().escalates_at) == (3, None)
    assert verify(desk.conn) == []


def test_of_several_steps_at_once_only_the_last_is_told_and_a_closed_case_has_none(desk: Desk) -> None:
    assert escalations(desk.tick(hours=30)) == [("C1", 2, "plant_manager")]
    desk.decide()
    assert escalations(desk.tick(hours=100)) == []


def test_a_dispute_that_nobody_decides_is_told_when_it_is_due(desk: Desk) -> None:
    desk.decide()
    desk.say(CaseDisputed, ACME, comment="we shipped ten")

    told = [escalations(desk.tick(days=days)) for days in (13, 2, 9)]

    assert told == [[], [("C1", 0, "receiving")], []]
    assert desk.case().dispute == "open"


def test_hours_of_work_leave_nights_and_weekends_out(conn: Connection) -> None:
    rules = CaseRules(escalates_at=(50, 100), day_begins="06:00", day_ends="22:00")
    policy = Policy(casework=rules, ownership={"D16": Ownership(answer_hours=16.0, working_time=True)})

    shown = Desk(conn, policy).case()

    # Opened on a Friday at 08:03 UTC: fourteen hours are left of it, two more come on Monday.
    assert shown.due_at is not None
    assert f"{shown.due_at:%a %H:%M}" == "Mon 08:03"
    assert shown.escalates_at is not None
    assert f"{shown.escalates_at:%a %H:%M}" == "Fri 16:03"


def test_who_recorded_what_a_case_is_about_keeps_out_of_its_decision(conn: Connection) -> None:
    desk = Desk(conn, Policy(casework=CaseRules(separate_duties=True)))
    desk.record(receipt("R9", "S9", "PO1", {"PLATE": 5}, actor=EVA))
    found = next(one for one in ("C2", "C3") if case(conn, one) is not None)

    by_eva = desk.say(DiscrepancyResolved, EVA, number=found, resolution="accept")
    by_tom = desk.say(DiscrepancyResolved, TOM, number=found, resolution="accept")

    assert reason(by_eva) == f"eva recorded what it is about: case {found} is decided by somebody else."
    assert by_tom.result == "posted"


def test_the_timeline_tells_who_said_what_in_order(desk: Desk) -> None:
    desk.say(CaseNoted, TOM, comment="asked the dock")
    desk.say(CaseDisputed, ACME, comment="we shipped ten")
    desk.say(DisputeDecided, ACME, decision="granted")
    desk.decide()

    steps = case_timeline(desk.conn, "C1")

    assert [(one.kind, one.actor.id if one.actor else "", one.result) for one in steps] == [
        ("ReceiptShortConfirmed", "", "posted"), ("CaseNoted", "tom", "posted"), ("CaseDisputed", "acme", "posted"),
        ("DisputeDecided", "acme", "refused"), ("DiscrepancyResolved", "eva", "posted"),
    ]  # fmt: skip
    assert case_timeline(desk.conn, "C77") == []


def test_the_timeline_tells_when_a_case_escalated_and_to_whom(desk: Desk) -> None:
    desk.tick(hours=1)
    desk.tick(hours=12)
    desk.say(CaseNoted, TOM, comment="asked the dock")
    desk.tick(hours=12)

    steps = case_timeline(desk.conn, "C1")

    told = [[(e.step, e.role) for e in one.outcomes if isinstance(e, CaseEscalated)] for one in steps]
    assert [(one.kind, one.event is None, each) for one, each in zip(steps, told, strict=True)] == [
        ("ReceiptShortConfirmed", True, []), ("TimePassed", True, [(1, "procurement")]), ("CaseNoted", False, []),
        ("TimePassed", True, [(2, "plant_manager")]),
    ]  # fmt: skip
    assert [one.seq for one in steps] == sorted(one.seq for one in steps)


def test_work_on_a_case_that_is_not_there_is_refused(desk: Desk) -> None:
    assert reason(desk.say(CaseNoted, EVA, number="C9", comment="?")) == "There is no case C9."
