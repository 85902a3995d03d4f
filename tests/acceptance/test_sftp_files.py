"""Which files at a partner's sftp server are taken, when, and what becomes of those that are not."""

from __future__ import annotations

import pytest

from gateway.transports.sftp import Limits
from tests.acceptance import test_sftp_pickup
from tests.acceptance.sftp_town import SftpTown, receipt
from tests.acceptance.test_sftp_pickup import IMMEDIATE, reach, remote
from tests.sftp.liar import File, Liar
from tests.sftp.sshd import Sshd

sshd = test_sftp_pickup.sshd
town = test_sftp_pickup.town


def test_a_file_rests_before_it_is_taken_by_the_stable_rule(town: SftpTown, sshd: Sshd) -> None:
    reach(town, sshd, ", settle_seconds: 10", IMMEDIATE.replace("immediate", "stable"))
    sshd.give("out/gr1.csv", receipt()[:40], mtime=2_000_000_000)
    assert (town.poll().new, town.poll().waiting) == (0, 1)

    town.clock.pass_by(seconds=60)
    sshd.give("out/gr1.csv", receipt(), mtime=1_000_000_000)
    assert (town.poll().new, town.poll().waiting) == (0, 1)

    town.clock.pass_by(seconds=10)
    assert town.poll().new == 1
    assert town.taken() == [("gr1.csv", "done")]


def test_a_partial_upload_is_never_taken_and_told_after_a_day(town: SftpTown, sshd: Sshd) -> None:
    reach(town, sshd, "", IMMEDIATE.replace("immediate", "done"))
    sshd.give("out/gr1.csv", receipt()[:50])
    for hours in (23, 1, 24, 1):
        town.poll()
        town.clock.pass_by(hours=hours)

    (told,) = town.told()
    assert told == (
        "sftp_stuck_upload",
        f"gr1.csv in {sshd.folder}/out is not ready after 24 h: is the upload stuck?",
    )
    assert (town.taken(), remote(sshd)) == ([], ["gr1.csv"])


def test_a_done_file_makes_its_file_ready_and_goes_with_it(town: SftpTown, sshd: Sshd) -> None:
    reach(town, sshd, "", IMMEDIATE.replace("immediate", "done"))
    sshd.give("out/gr1.csv", receipt())
    sshd.give("out/gr1.csv.done")

    assert town.poll().new == 1
    assert (remote(sshd), remote(sshd, "out/archive")) == ([], ["gr1.csv"])


def test_a_file_of_no_bytes_is_set_aside_and_told_once(town: SftpTown, sshd: Sshd) -> None:
    sshd.give("out/gr1.csv")

    assert (town.poll().refused, town.poll().refused) == (1, 0)
    assert (town.taken(), remote(sshd), remote(sshd, "out/failed")) == ([], [], ["gr1.csv"])
    assert [kind for kind, _ in town.told()] == ["sftp_file_refused"]


def test_a_file_of_no_bytes_that_cannot_be_moved_is_left_alone_and_never_loops(town: SftpTown, sshd: Sshd) -> None:
    sshd.make("out/processing")
    sshd.give("out/gr1.csv")
    (sshd.folder / "out").chmod(0o555)

    refused = []
    for _ in range(4):
        refused.append(town.poll().refused)
        town.clock.pass_by(minutes=1)

    assert (refused, town.taken(), remote(sshd)) == ([1, 0, 0, 0], [], ["gr1.csv"])
    assert [kind for kind, _ in town.told()] == ["sftp_file_refused"]


def test_a_file_over_the_limit_is_set_aside_unread(town: SftpTown, sshd: Sshd) -> None:
    reach(town, sshd, ", bytes_max: 100")
    sshd.give("out/gr1.csv", receipt())

    assert town.poll().refused == 1
    assert (town.taken(), remote(sshd, "out/failed")) == ([], ["gr1.csv"])
    assert f"it has {len(receipt())} bytes, 100 at most are agreed" in town.told()[0][1]


def test_the_same_name_with_new_content_is_a_new_document(town: SftpTown, sshd: Sshd) -> None:
    sshd.give("out/gr1.csv", receipt(1))
    town.poll()
    sshd.give("out/gr1.csv", receipt(2))
    town.poll()

    assert town.taken() == [("gr1.csv", "done"), ("gr1.csv", "done")]
    assert town.events() == ["OrderPlaced PO1", "GoodsReceived GR1", "GoodsReceived GR2"]
    assert remote(sshd, "out/archive") == ["gr1-2.csv", "gr1.csv"]


@pytest.mark.parametrize(
    ("policy", "names", "alerts"),
    [
        ("accept", ["gr1.csv", "gr2.csv"], []),
        ("flag", ["gr1.csv", "gr2.csv"], ["sftp_content_repeated"]),
        ("skip", ["gr1.csv"], ["sftp_content_skipped"]),
    ],
)
def test_known_content_under_a_new_name_follows_the_agreement(
    town: SftpTown, sshd: Sshd, policy: str, names: list[str], alerts: list[str]
) -> None:
    reach(town, sshd, f", repeated: {policy}")
    sshd.give("out/gr1.csv", receipt())
    town.poll()
    sshd.give("out/gr2.csv", receipt())
    town.poll()

    assert [name for name, _ in town.taken()] == names
    assert [kind for kind, _ in town.told()] == alerts
    # Counted once in any case.
    assert town.events() == ["OrderPlaced PO1", "GoodsReceived GR1"]
    assert remote(sshd, "out/archive") == ["gr1.csv", "gr2.csv"]


def test_where_renaming_is_refused_the_lease_alone_claims_and_a_person_is_told_once(
    town: SftpTown, sshd: Sshd
) -> None:
    sshd.give("out/gr1.csv", receipt())
    (sshd.folder / "out").chmod(0o555)

    first = town.poll()
    town.clock.pass_by(hours=1)
    second = town.poll()

    assert (first.new, first.owed, second.new, second.repeated, second.owed) == (1, 1, 0, 0, 1)
    assert town.taken() == [("gr1.csv", "done")]
    assert [kind for kind, _ in town.told()] == ["sftp_claim_refused"]
    (sshd.folder / "out").chmod(0o755)
    sshd.give("out/gr1.csv", receipt(2), mtime=1_790_000_001)
    town.clock.pass_by(hours=1)
    assert town.poll().new == 1
    assert remote(sshd, "out/archive") == ["gr1.csv"]


def test_what_stays_in_its_folder_is_taken_once_each_time_it_changes(town: SftpTown, sshd: Sshd) -> None:
    reach(town, sshd, ", after: keep")
    sshd.give("out/gr1.csv", receipt(1))
    counts = [town.poll().new, town.poll().new]
    sshd.give("out/gr1.csv", receipt(2), mtime=1_790_000_001)
    counts += [town.poll().new, town.poll().new]

    assert (counts, remote(sshd)) == ([1, 0, 1, 0], ["gr1.csv"])
    assert town.taken() == [("gr1.csv", "done")] * 2
    assert town.events()[1:] == ["GoodsReceived GR1", "GoodsReceived GR2"]


def test_deleted_after_it_is_ours(town: SftpTown, sshd: Sshd) -> None:
    reach(town, sshd, ", after: delete")
    sshd.give("out/gr1.csv", receipt())
    town.poll()

    assert (town.taken(), remote(sshd), remote(sshd, "out/processing")) == ([("gr1.csv", "done")], [], [])


def test_a_file_that_cannot_be_read_is_set_aside_after_five_tries_and_holds_up_no_other(
    town: SftpTown, sshd: Sshd
) -> None:
    sshd.give("out/gr1.csv", receipt(1), mode=0o000)
    sshd.give("out/gr2.csv", receipt(2))
    refused = []
    for _ in range(6):
        refused.append(town.poll().refused)
        town.clock.pass_by(minutes=2)

    assert refused == [0, 0, 0, 0, 1, 0]
    assert (town.taken(), remote(sshd, "out/failed")) == ([("gr2.csv", "done")], ["gr1.csv"])
    assert [kind for kind, _ in town.told()] == ["sftp_file_refused"]


def test_a_folder_of_more_names_than_are_looked_at_is_told_once_nothing_in_it_can_be_taken(town: SftpTown) -> None:
    with Liar() as liar:
        liar.files = {b"/out/%d.txt" % number: File() for number in range(Limits().entries_max + 1)}
        town.reach(liar.endpoint(), IMMEDIATE.format(out="/out", more=", claim: lease"))
        states = []
        for _ in range(2):
            states.append(town.poll().state)
            town.clock.pass_by(hours=2)

    assert states == ["trouble", "trouble"]
    (told,) = town.told()
    assert told[0] == "sftp_trouble"
    assert "/out holds more names than are looked at" in told[1]
