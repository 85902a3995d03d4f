"""Files fetched from a real sshd become one document each, whoever dies on the way and whatever the server does."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.pipeline.desk.commands import run_command
from gateway.pipeline.desk.control import Listener
from gateway.pipeline.pickup.show import show_pickups
from gateway.pipeline.street import Street
from gateway.store.pickups import refuse_claims
from gateway.store.tables import sftp_cleanup
from ledger.book import verify
from tests.acceptance.sftp_town import Death, Mortal, SftpTown, receipt
from tests.sftp.sshd import Sshd

IMMEDIATE = 'pickup: [{{folder: {out}, include: "*.csv", ready: immediate{more}}}]'


@pytest.fixture
def sshd() -> Iterator[Sshd]:
    with Sshd() as server:
        yield server


@pytest.fixture
def town(tmp_path: Path, sshd: Sshd) -> Iterator[SftpTown]:
    """In the end the books hold every law, whatever a test did."""
    one = SftpTown(tmp_path / "home", sshd.endpoint(), IMMEDIATE.format(out=sshd.make("out"), more=""))
    yield one
    one.street.run_until_idle()
    with one.street.read() as connection:
        assert verify(connection) == []
    one.street.close()


def reach(town: SftpTown, server: Sshd, more: str = "", pickup: str = IMMEDIATE) -> None:
    town.reach(server.endpoint(), pickup.format(out=server.folder / "out", more=more))


def remote(sshd: Sshd, folder: str = "out") -> list[str]:
    """Files of a folder at the partner's."""
    place = sshd.folder / folder
    return sorted(os.fsdecode(path.name) for path in place.iterdir() if path.is_file()) if place.is_dir() else []


def owed(town: SftpTown) -> int:
    with town.street.read() as connection:
        return len(connection.execute(sftp_cleanup.select()).all())


def test_a_file_becomes_a_posted_receipt_and_is_archived(town: SftpTown, sshd: Sshd) -> None:
    sshd.give("out/gr1.csv", receipt())

    polled = town.poll()

    assert (polled.state, polled.new, polled.cleaned, polled.owed) == ("done", 1, 1, 0)
    assert town.taken() == [("gr1.csv", "done")]
    assert town.events() == ["OrderPlaced PO1", "GoodsReceived GR1"]
    assert (remote(sshd), remote(sshd, "out/processing"), remote(sshd, "out/archive")) == ([], [], ["gr1.csv"])
    assert town.told() == []


def test_what_the_transport_knows_is_shown_with_the_message(town: SftpTown, sshd: Sshd) -> None:
    sshd.give(b"out/gr\xff1.csv", receipt(), mtime=1_700_000_000)
    town.poll()

    ((name, status),) = town.taken()
    (id,) = [one["id"] for one in town.street.messages() if one["channel"] == "sftp"]
    facts = town.street.message(id)["transport"]

    assert (name, status) == ("gr\\xff1.csv", "done")
    assert (facts["name_hex"], facts["mtime"]) == (b"gr\xff1.csv".hex(), 1_700_000_000)
    assert facts["endpoint"] == sshd.endpoint().address
    assert facts["host_key"] == sshd.fingerprints[0]
    assert sorted(facts["timings_ms"]) == ["connect", "fetch"]


def test_a_clean_up_that_fails_is_tried_again_and_makes_no_second_document(town: SftpTown, sshd: Sshd) -> None:
    archive = Path(sshd.make("out/archive", mode=0o555))
    sshd.give("out/gr1.csv", receipt())

    first = town.poll()
    town.clock.pass_by(minutes=2)
    second = town.poll()
    assert (first.new, first.owed, second.new, second.repeated, second.owed) == (1, 1, 0, 0, 1)

    archive.chmod(0o755)
    town.clock.pass_by(minutes=10)
    third = town.poll()
    assert (third.cleaned, third.owed, remote(sshd, "out/archive"), owed(town)) == (1, 0, ["gr1.csv"], 0)
    assert town.taken() == [("gr1.csv", "done")]


def test_a_clean_up_that_goes_on_failing_is_told_once(town: SftpTown, sshd: Sshd) -> None:
    sshd.make("out/archive", mode=0o555)
    sshd.give("out/gr1.csv", receipt())
    for _ in range(8):
        town.poll()
        town.clock.pass_by(hours=1)

    (told,) = town.told()
    assert told[0] == "sftp_cleanup_pending"
    assert "gr1.csv" in told[1]
    assert "permission denied" in told[1]


@pytest.mark.parametrize(
    ("word", "after"),
    [("begin", True), ("commit", False), ("commit", True), ("end", False), ("end", True)],
)
def test_a_poller_that_dies_anywhere_leaves_each_file_to_become_one_document(
    town: SftpTown, sshd: Sshd, word: str, after: bool
) -> None:
    for number in range(20):
        sshd.give(f"out/gr{number:02}.csv", receipt(number))
    dying = town.poller("dying", Mortal(town.own_register(), word, after=after))
    (spot,) = town.spots()
    with pytest.raises(Death):
        dying.poll(spot)
    dying.close()

    # Until its lease ends nobody else touches what it may still be at work on.
    assert town.poll().state == ("leased" if (word, after) != ("end", True) else "done")
    town.clock.pass_by(minutes=4)
    town.poll()

    assert town.taken() == [(f"gr{number:02}.csv", "done") for number in range(20)]
    assert (remote(sshd), remote(sshd, "out/processing"), owed(town)) == ([], [], 0)
    assert len(remote(sshd, "out/archive")) == 20


@pytest.mark.parametrize("refused", [True, False])
def test_files_claimed_by_renaming_are_not_forgotten_where_renaming_is_over(
    town: SftpTown, sshd: Sshd, refused: bool
) -> None:
    town.poll()
    town.clock.pass_by(minutes=4)
    sshd.give("out/gr1.csv", receipt())
    dying = town.poller("dying", Mortal(town.own_register(), "commit", after=False))
    (spot,) = town.spots()
    with pytest.raises(Death):
        dying.poll(spot)
    dying.close()
    if refused:
        assert town.street.desk is not None
        town.street.desk.writer.run(lambda connection: refuse_claims(connection, spot.place))
    else:
        reach(town, sshd, more=", claim: lease")

    town.clock.pass_by(minutes=4)
    town.poll()

    assert town.taken() == [("gr1.csv", "done")]
    assert (remote(sshd, "out/processing"), remote(sshd, "out/archive"), owed(town)) == ([], ["gr1.csv"], 0)


def test_a_poller_that_overslept_its_lease_changes_nothing(town: SftpTown, sshd: Sshd) -> None:
    sshd.give("out/gr1.csv", receipt())
    (spot,) = town.spots()
    others = town.poller("other")

    class Sleepy(Mortal):
        """While its first commit is on the way, the lease ends and another poller does it all."""

        def commit(self, given):  # type: ignore[no-untyped-def]
            town.clock.pass_by(minutes=4)
            assert others.poll(spot).new == 1
            return self._register.commit(given)

    sleepy = town.poller("sleepy", Sleepy(town.own_register(), "none", after=False))
    polled = sleepy.poll(spot)
    sleepy.close()
    others.close()

    assert polled.state == "fenced"
    assert town.taken() == [("gr1.csv", "done")]
    assert remote(sshd, "out/archive") == ["gr1.csv"]


def test_four_pollers_without_a_common_lease_take_each_of_300_files_once(town: SftpTown, sshd: Sshd) -> None:
    # Four partners by mistake share one account: no lease stands between them, and the rename decides alone.
    for name in ("quay2", "quay3", "quay4"):
        folder = town.home / "partners" / name
        folder.mkdir()
        text = (
            (town.home / "partners" / "quay" / "partner.yaml")
            .read_text()
            .replace("partner: quay", f"partner: {name}")
        )
        (folder / "partner.yaml").write_text(text.replace('identities: {party: ["92:QUAY"], keys: [quay-key]}', ""))
    town.street.configure()
    for number in range(300):
        sshd.give(f"out/gr{number:03}.csv", receipt(number))
    partners = ("quay", "quay2", "quay3", "quay4")
    start = threading.Barrier(4)

    def poll(partner: str) -> int:
        start.wait()
        return town.poll(partner).new

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(poll, partners))

    assert sum(taken) == 300
    names = [one["name"] for one in town.street.messages(limit=1000) if one["channel"] == "sftp"]
    assert sorted(names) == [f"gr{number:03}.csv" for number in range(300)]
    assert len(remote(sshd, "out/archive")) == 300
    assert [kind for kind, _ in town.told()] == []


def test_a_second_poller_is_told_until_when_the_place_is_leased(town: SftpTown, sshd: Sshd) -> None:
    (spot,) = town.spots()
    dying = town.poller("first", Mortal(town.own_register(), "end", after=False))
    with pytest.raises(Death):
        dying.poll(spot)
    dying.close()

    second = town.poll()

    assert (second.state, second.until > 0) == ("leased", True)


def test_pollers_of_other_processes_hand_what_they_take_to_the_one_that_writes(town: SftpTown, sshd: Sshd) -> None:
    desk = town.street.desk
    assert desk is not None
    sshd.give("out/gr1.csv", receipt())
    listener = Listener(desk.home.socket, lambda name, arguments, now: run_command(desk, name, arguments, now))
    with Street.open(town.home, clock=town.clock) as elsewhere:
        assert elsewhere.is_writer is False
        pickups = elsewhere.pickups()
        (polled,) = pickups.poll(forced=True)
        pickups.close()
    listener.close()

    assert (polled.new, polled.cleaned) == (1, 1)
    assert town.taken() == [("gr1.csv", "done")]


def test_a_poller_that_stays_takes_up_edited_partner_files(town: SftpTown, sshd: Sshd) -> None:
    desk = town.street.desk
    assert desk is not None
    listener = Listener(desk.home.socket, lambda name, arguments, now: run_command(desk, name, arguments, now))
    with Street.open(town.home, clock=town.clock) as elsewhere:
        pickups = elsewhere.pickups()
        sshd.give("out/gr1.txt", receipt())
        first = pickups.poll(forced=True)
        town.edit("quay", "*.csv", "*.txt")
        second = pickups.poll(forced=True)
        pickups.close()
    listener.close()

    assert [one.new for one in (*first, *second)] == [0, 1]


def test_run_due_polls_what_is_due_and_posts_it(town: SftpTown, sshd: Sshd) -> None:
    sshd.give("out/gr1.csv", receipt())
    town.street.run_due()
    sshd.give("out/gr2.csv", receipt(2))
    town.street.run_due()
    assert town.events() == ["OrderPlaced PO1", "GoodsReceived GR1"]

    town.clock.pass_by(seconds=90)
    town.street.run_due()
    assert town.events()[2:] == ["GoodsReceived GR2"]


def test_another_installations_claim_is_put_back_after_half_an_hour(town: SftpTown, sshd: Sshd) -> None:
    sshd.make("out/processing")
    sshd.give("out/processing/0011aabb-3~gr1.csv", receipt())
    counts = [town.poll().new]
    town.clock.pass_by(minutes=29)
    counts.append(town.poll().new)
    town.clock.pass_by(minutes=1)
    counts += [town.poll().new, town.poll().new]

    assert (counts, town.taken()) == ([0, 0, 1, 0], [("gr1.csv", "done")])


def test_a_changed_host_key_stops_everything_is_told_once_and_ends_when_the_new_one_is_pinned(
    town: SftpTown, sshd: Sshd
) -> None:
    sshd.give("out/gr1.csv", receipt())
    wrong = sshd.endpoint(host_keys=("SHA256:" + "A" * 43,))
    lines = IMMEDIATE.format(out=sshd.folder / "out", more="")
    town.reach(wrong, lines)
    states = []
    for _ in range(4):
        states.append(town.poll(forced=False).state)
        town.clock.pass_by(minutes=20)

    assert states == ["trouble", "waiting", "trouble", "waiting"]
    (told,) = town.told()
    assert told[0] == "sftp_stopped"
    assert sshd.fingerprints[0] in told[1]
    with town.street.read() as connection:
        (shown,) = show_pickups(connection, town.street.configuration.partners, now=0)
    assert (shown["state"], shown["code"]) == ("stopped", "host_key_changed")

    reach(town, sshd)
    assert town.poll(forced=False).new == 1
    with town.street.read() as connection:
        (shown,) = show_pickups(connection, town.street.configuration.partners, now=0)
    assert (shown["state"], shown["host_key"]) == ("ok", sshd.fingerprints[0])


def test_a_server_that_is_down_is_asked_less_and_less_often_and_told_once(town: SftpTown, sshd: Sshd) -> None:
    down = sshd.endpoint(port=1)
    town.reach(down, IMMEDIATE.format(out=sshd.folder / "out", more=""))
    asked = []
    for minute in range(40):
        if town.poll(forced=False).state == "trouble":
            asked.append(minute)
        town.clock.pass_by(minutes=1)

    # After 1, 2, 5 and 15 minutes, each up to a fifth longer.
    pauses = [after - before for before, after in itertools.pairwise(asked)]
    assert [1 <= pauses[0] <= 2, 2 <= pauses[1] <= 3, 5 <= pauses[2] <= 6, 15 <= pauses[3] <= 18] == [True] * 4
    assert [kind for kind, _ in town.told()] == ["sftp_trouble"]


def test_a_missing_folder_stops_its_own_pickup_alone(town: SftpTown, sshd: Sshd) -> None:
    out = sshd.folder / "out"
    town.reach(
        sshd.endpoint(),
        "pickup:",
        f'  - {{folder: {sshd.folder}/none, include: "*.csv", ready: immediate, claim: lease}}',
        f'  - {{folder: {out}, include: "*.csv", ready: immediate}}',
    )
    sshd.give("out/gr1.csv", receipt())
    town.street.run_due()

    assert town.taken() == [("gr1.csv", "done")]
    assert [kind for kind, _ in town.told()] == ["sftp_stopped"]
