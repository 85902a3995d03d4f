"""The street end to end: routing, reconciliation, test traffic, replay, and what time brings."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.errors import OperatorMistake, PartnerMistake
from gateway.pipeline import Street
from gateway.pipeline.desk.commands import run_command
from gateway.pipeline.desk.control import Listener
from tests.unit.pipeline.world import Town, interchange, notice, order, state


def _ack(code: str, set_code: str = "", *, control: int = 50) -> bytes:
    """A 997 about the first group that we sent to acme, which holds the 850 with control number 0001."""
    segments = ["AK1*PO*1", "AK2*850*0001", f"AK5*{set_code or code}", f"AK9*{code}*1*1*{int(code == 'A')}"]
    return interchange(("997", segments), group_id="FA", control=control)


def _sent(town: Town) -> tuple[str, str]:
    """State of the one 850 that we sent: of its message, and of the document in it."""
    (answer,) = [one for one in town.street.messages(direction="out") if one["kind"] == "850"]
    return answer["status"], town.street.message(answer["id"])["documents"][0]["status"]


def test_an_order_of_ours_leaves_as_an_850_where_the_agreement_says_so(town: Town) -> None:
    town.bring(order(), "erp")
    town.bring(order("PO2", supplier="1:222333444"), "erp")

    (answer,) = town.answers()
    assert answer.startswith("850 acme: BEG*00*SA*PO1**20261123 ") or answer.startswith("850 acme: BEG*00*")
    assert "PO1*10*100*EA*1**BP*BRK-100" in answer


def test_a_repeated_order_leaves_once(town: Town) -> None:
    town.bring(order(), "erp")
    town.bring(order(), "erp")

    assert len(town.answers("850")) == 1


@pytest.mark.parametrize(("code", "expected"), [("A", "accepted"), ("E", "accepted"), ("R", "rejected")])
def test_a_997_settles_what_we_sent_and_is_never_answered(town: Town, code: str, expected: str) -> None:
    town.bring(order(), "erp")

    message = town.bring(_ack(code))

    assert state(message) == ("done", [("reconciled", "")])
    assert _sent(town)[1] == expected
    assert [answer.split()[0] for answer in town.answers()] == ["850"]
    assert town.alerts() == ([] if expected == "accepted" else ["refused_by_partner"])


def test_a_997_about_nothing_of_ours_is_shown(town: Town) -> None:
    town.bring(_ack("A"))

    assert town.alerts() == ["unexpected_ack"]


def test_a_ta1_that_refuses_settles_the_whole_interchange(town: Town) -> None:
    town.bring(order(), "erp")
    data = interchange(control=60)
    head, _, _ = data.partition(b"GS*")
    town.bring(head + b"TA1*000000001*261123*0900*R*009~\nIEA*0*000000060~\n")

    assert _sent(town)[1] == "rejected"
    assert [answer.split()[0] for answer in town.answers()] == ["850"]


def test_the_overdue_clock_starts_with_the_fetch_and_ends_in_an_alert(town: Town) -> None:
    town.bring(order(), "erp")
    (answer,) = town.street.messages(direction="out")
    town.clock.pass_by(days=2)
    town.street.run_due()
    assert (_sent(town), town.alerts()) == (("ready", "unsent"), [])

    town.street.fetch(answer["id"], "acme")
    assert _sent(town) == ("fetched", "awaiting")
    town.clock.pass_by(days=2)
    town.street.run_due()

    assert (_sent(town), town.alerts()) == (("fetched", "overdue"), ["ack_overdue"])
    assert town.street.review(answer["id"], 1, "phoned them", by="kim") == 1
    assert _sent(town)[1] == "reviewed"


def test_a_late_997_still_settles_what_was_overdue(town: Town) -> None:
    town.bring(order(), "erp")
    town.street.fetch(town.street.messages(direction="out")[0]["id"], "acme")
    town.clock.pass_by(days=2)
    town.street.run_due()

    town.bring(_ack("A"))

    assert _sent(town)[1] == "accepted"


def test_test_traffic_keeps_to_its_own_book_and_is_answered_with_t(town: Town) -> None:
    town.bring(order(), "erp", test=True)
    message = town.bring(interchange(("856", notice()), test=True))

    assert state(message) == ("done", [("recorded", "")])
    assert (town.events("live"), town.events("test")) == ([], ["OrderPlaced PO1", "ShipmentNotified S1"])
    sent = [one for one in town.street.messages(direction="out")]
    assert [(one["kind"], one["test"]) for one in sent] == [("850", True), ("997", True)]
    assert {town.street.fetch(one["id"])[102:103] for one in sent} == {b"T"}


@pytest.mark.parametrize(("stated", "sends_test"), [("true", False), ("false", True)])
def test_traffic_against_the_partners_stated_state_is_parked_and_told_when_asked(
    town: Town, stated: str, sends_test: bool
) -> None:
    town.edit("acme", "partner: acme", f"test: {stated}\npartner: acme")

    message = town.bring(interchange(("856", notice()), test=sends_test, ack=True))

    assert (message["status"], message["reason_code"]) == ("parked", "test_state")
    assert town.answers() == ["TA1 acme: TA1*000000001*261123*0900*R*020"]
    assert (town.events("live"), town.events("test")) == ([], [])


def test_a_parked_message_is_read_again_with_what_is_now_in_force_and_then_acknowledged(town: Town) -> None:
    town.bring(order(), "erp")
    message = town.bring(interchange(("856", notice()), sender="01*444444444      "))
    assert message["reason_code"] == "unknown_partner"
    town.edit("acme", 'isa: ["01:123456789"], gs: ["123456789"]', 'isa: ["01:444444444"], gs: ["444444444"]')

    done = town.street.replay(message["id"])
    town.street.run_until_idle()

    assert (done.status, done.replayed) == ("queued", (message["id"],))
    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]
    assert town.answers("997") == ["997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"]


def test_a_replay_touches_only_what_is_parked_and_acknowledges_nothing_twice(town: Town) -> None:
    town.bring(order(), "erp")
    town.edit("acme", '"856": {as: ShipmentNotified}, ', "")
    message = town.bring(interchange(("856", notice())))
    town.edit("acme", "receive: {", 'receive: {"856": {as: ShipmentNotified}, ')

    done = town.street.replay(message["id"])
    town.street.run_until_idle()

    assert done.replayed == (f"{message['id']}.1",)
    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert len(town.answers("997")) == 1


def test_a_recorded_document_is_compared_and_not_touched(town: Town) -> None:
    town.bring(order(), "erp")
    message = town.bring(interchange(("856", notice())))

    same = town.street.replay(message["id"])

    assert (same.status, same.replayed, same.difference) == ("compared", (), ())


def test_a_recorded_document_that_now_reads_differently_shows_the_difference(town: Town) -> None:
    town.bring(order(), "erp")
    message = town.bring(interchange(("856", notice())))
    folder = town.home / "partners" / "acme" / "x12" / "004010" / "856"
    folder.mkdir(parents=True)
    (folder / "map.yaml").write_text(
        'map: acme.856\nextends: x12/004010/856\nlevels:\n  S:\n    fields:\n      packing_slip: "REF[BM].02"\n'
    )
    assert town.street.configure() is True

    shown = town.street.replay(message["id"])

    document = message["documents"][0]["id"]
    assert shown.difference == ((document, "ShipmentNotified S1 packing_slip", "S1", "BS1"),)
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]


def test_replaying_what_is_not_there_or_not_done_is_refused(town: Town) -> None:
    waiting = town.street.receive(b"x", "acme")

    for id, code in (("m_0", "not_found"), (waiting, "busy")):
        with pytest.raises(PartnerMistake) as refused:
            town.street.replay(id)
        assert refused.value.code == code


def test_a_message_that_fails_alone_is_parked_and_its_neighbours_are_not(town: Town) -> None:
    town.bring(order(), "erp")
    desk = town.street.desk
    assert desk is not None
    record = desk.ledger.record

    def fail_on_s2(connection, events, policy, now):  # type: ignore[no-untyped-def]
        if any(event.number == "S2" for event in events):
            raise RuntimeError("a law would break")
        return record(connection, events, policy, now)

    desk.ledger.record = fail_on_s2  # type: ignore[method-assign]
    ids = [
        town.street.receive(interchange(("856", notice(f"S{n}", quantity="10")), control=n), "acme")
        for n in (1, 2, 3)
    ]
    town.street.run_until_idle()

    messages = [town.street.message(id) for id in ids]
    assert [one["status"] for one in messages] == ["done", "parked", "done"]
    assert messages[1]["reason"] == "posting it failed: RuntimeError: a law would break"
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1", "ShipmentNotified S3"]


def test_children_read_as_the_process_itself_does(tmp_path: Path) -> None:
    town = Town(tmp_path / "home", children=1)
    town.bring(order(quantity=10_000), "erp")
    batch = [interchange(("856", notice(f"S{n}", quantity="1")), control=n) for n in range(1, 61)]
    ids = [town.street.receive(data, "acme") for data in batch]
    town.street.run_until_idle()

    states = {state(town.street.message(id))[0] for id in ids}
    town.street.close()

    assert states == {"done"}


def test_children_write_what_the_process_itself_writes_and_all_of_it(tmp_path: Path) -> None:
    """Drafts with the places of faults, which are read in the original again."""
    told: list[list[str]] = []
    for children in (0, 1):
        town = Town(tmp_path / f"home{children}", children=children)
        town.bring(order(quantity=10_000), "erp")
        for n in range(1, 31):
            bent = interchange(("856", notice(f"S{n}", part=f"NOPE{n:02}")), control=n)
            town.street.receive(bent, "acme")
        town.street.run_until_idle()
        told.append(town.answers("824"))
        town.street.close()

    assert told[0] == told[1]
    assert [sum(f"NOPE{n:02}" in answer for answer in told[1]) for n in range(1, 31)] == [1] * 30


def test_faulty_files_leave_what_is_in_force_and_say_so(town: Town) -> None:
    before = town.street.configuration.hash
    town.edit("acme", "kind: supplier", "kind: suplier")

    assert town.street.configuration.hash == before
    assert town.alerts() == ["configuration_kept"]
    town.edit("acme", "kind: suplier", "kind: supplier\nname: Acme")
    assert town.street.configuration.hash != before


def test_faulty_files_at_start_keep_what_was_published(town: Town) -> None:
    before = town.street.configuration.hash
    town.street.close()
    file = town.home / "partners" / "acme" / "partner.yaml"
    file.write_text(file.read_text().replace("kind: supplier", "kind: suplier"))

    with Street.open(town.home, clock=town.clock) as street:
        assert street.configuration.hash == before


def test_closed_home_is_one_file_that_can_be_copied(town: Town) -> None:
    town.bring(order(), partner="erp")

    town.street.close()

    assert sorted(path.name for path in town.home.glob("crossdock.db*")) == ["crossdock.db"]


def test_faulty_files_with_nothing_published_refuse_to_start(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "partners" / "acme"
    folder.mkdir(parents=True)
    (folder / "partner.yaml").write_text("partner: acme\nkind: suplier\n")

    with pytest.raises(OperatorMistake, match=r'partners/acme/partner.yaml line 2: unknown kind "suplier"'):
        Street.open(tmp_path / "home")


def test_commands_of_another_process_run_where_the_lock_is_held(town: Town) -> None:
    desk = town.street.desk
    assert desk is not None
    listener = Listener(desk.home.socket, lambda name, arguments, now: run_command(desk, name, arguments, now))
    try:
        with Street.open(town.home, clock=town.clock) as other:
            assert (town.street.is_writer, other.is_writer) == (True, False)
            accepted = other.accept(order(), partner="erp")
            progress = other.run_until_idle()
            with pytest.raises(PartnerMistake) as refused:
                other.replay("m_0")
            with pytest.raises(OperatorMistake, match="another process writes"):
                _ = other.writer

            assert (progress.messages, other.message(accepted.id)["status"]) == (1, "done")
            assert refused.value.code == "not_found"
            assert town.events() == ["OrderPlaced PO1"]
        assert desk.home.socket.stat().st_mode & 0o777 == 0o600
    finally:
        listener.close()


def test_a_command_waits_for_another_command_and_not_for_ever(town: Town) -> None:
    closing = threading.Timer(0.2, town.street.close)
    closing.start()

    with Street.open(town.home, clock=town.clock) as street:
        assert street.is_writer

    closing.join()


def test_a_document_that_waited_shows_what_became_of_it(town: Town) -> None:
    message = town.bring(interchange(("856", notice())))
    assert state(message) == ("done", [("waiting", "")])

    town.bring(order(), "erp")

    (document,) = town.street.message(message["id"])["documents"]
    assert (document["status"], document["reason"]) == ("recorded", "")
    assert [one["result"] for one in document["events"]] == ["posted"]
    assert "waiting" in {one["outcome"] for one in document["events"][0]["outcomes"]}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_x12_stands_in_the_way_of_no_interchange_and_is_told_to_a_person(town: Town, place: int) -> None:
    town.bring(order(), "erp")
    parts = [interchange(("856", notice(f"S{n}", quantity="40")), control=n) for n in (1, 2)]
    parts.insert(place, b"UNB+UNOA:1+A+B+261123:0900+1'\nUNH+1+DESADV:D:97A:UN'\n")

    message = town.bring(b"".join(parts))

    assert state(message) == ("done", [("recorded", ""), ("recorded", "")])
    assert town.alerts() == ["unreadable"]
    assert "UN/EDIFACT (DESADV)" in message["faults"][0]["text"]
