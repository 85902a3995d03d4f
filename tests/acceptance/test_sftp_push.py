"""What we send over SFTP: each message once in the partner's folder, also where an answer was lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.transports.sftp import wire
from tests.acceptance.receipts import file_of, row
from tests.acceptance.sftp_town import SftpTown
from tests.sftp.liar import File, HangUp, Liar
from tests.sftp.sshd import Sshd
from tests.unit.pipeline.world import Town, interchange, notice

PUSH = 'push: {{folder: "{into}"{more}}}'


@pytest.fixture
def town(tmp_path: Path) -> Iterator[SftpTown]:
    """Acme, the supplier, takes its messages over SFTP."""
    one = SftpTown(tmp_path / "home")
    one.street.run_until_idle()
    for sent in one.street.messages(direction="out"):
        one.street.fetch(sent["id"], partner="acme")
    # Taken up with the section `sftp`, which each test writes.
    file = one.home / "partners" / "acme" / "partner.yaml"
    file.write_text(file.read_text().replace("deliver: {to: mailbox}", "deliver: {to: sftp}"))
    yield one
    one.street.close()


def sent(town: Town) -> list[tuple[str, str]]:
    """(kind, status) of what we send, but for the first order."""
    return [(one["kind"], one["status"]) for one in town.street.messages(direction="out")][1:]


def ids(town: Town) -> list[str]:
    return [one["id"] for one in town.street.messages(direction="out")][1:]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lost(answered: list[int], at: int) -> Callable[[bytes, Callable[[], bytes]], bytes]:
    """A server that does what is asked, and whose `at`-th answer is lost with the line."""

    def hook(_: bytes, honest: Callable[[], bytes]) -> bytes:
        answer = honest()
        answered.append(1)
        if len(answered) == at:
            raise HangUp
        return answer

    return hook


def _hung_up(_: bytes, honest: Callable[[], bytes]) -> bytes:
    raise HangUp


def test_a_receipt_from_the_provider_goes_back_to_the_supplier_as_997_and_861(town: SftpTown) -> None:
    with Sshd() as sshd:
        out, into = sshd.make("out"), Path(sshd.make("in"))
        town.reach(sshd.endpoint(), f'pickup: [{{folder: {out}, include: "*.csv", ready: immediate}}]')
        town.reach(sshd.endpoint(), PUSH.format(into=into, more=", done: true"), partner="acme")
        town.bring(interchange(("856", notice())))
        sshd.give("out/gr1.csv", file_of(row(qty_received="90", condition="02", asn_number="S1")))

        town.street.run_due()

        assert sent(town) == [("997", "sent"), ("861", "sent")]
        pushed = {
            f"{kind}-{id}.edi": town.street.fetch(id) for (kind, _), id in zip(sent(town), ids(town), strict=True)
        }
        assert contents(into) == pushed | {f"{name}.done": b"" for name in pushed}
        facts = town.street.message(ids(town)[1])["transport"]
        assert (facts["host_key"], facts["folder"], facts["was_there"]) == (sshd.fingerprints[0], str(into), False)


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        (wire.OPEN, 1),
        (wire.WRITE, 1),
        (wire.CLOSE, 1),
        (wire.LSTAT, 1),
        (wire.LSTAT, 2),
        (wire.RENAME, 1),
        (wire.LSTAT, 3),
    ],
)
def test_wherever_the_line_breaks_the_partner_gets_the_message_once(town: SftpTown, kind: int, at: int) -> None:
    with Liar() as liar:
        town.reach(liar.endpoint(), PUSH.format(into="/in", more=""), partner="acme")
        liar.hooks[kind] = lost([], at)
        town.bring(interchange(("856", notice())))
        del liar.hooks[kind]
        town.clock.pass_by(hours=1)
        town.street.run_due()

        (id,) = ids(town)
        assert sent(town) == [("997", "sent")]
        assert {name: file.content for name, file in liar.files.items()} == {
            f"/in/997-{id}.edi".encode(): town.street.fetch(id)
        }


def test_a_file_that_the_partner_took_before_its_answer_reached_us_is_not_sent_again(town: SftpTown) -> None:
    with Liar() as liar:
        town.reach(liar.endpoint(), PUSH.format(into="/in", more=""), partner="acme")
        liar.hooks[wire.RENAME] = lost([], 1)
        town.bring(interchange(("856", notice())))
        assert sent(town) == [("997", "ready")]
        liar.hooks.clear()
        liar.files.clear()

        town.clock.pass_by(hours=1)
        town.street.run_due()

        assert (sent(town), liar.files) == ([("997", "sent")], {})
        assert town.street.message(ids(town)[0])["transport"]["taken_away"] is True


def test_what_was_never_renamed_and_found_no_room_afterwards_has_not_been_taken_away(town: SftpTown) -> None:
    with Liar() as liar:
        town.reach(liar.endpoint(), PUSH.format(into="/in", more=""), partner="acme")
        liar.hooks[wire.RENAME] = _hung_up
        town.bring(interchange(("856", notice())))
        liar.hooks = {wire.WRITE: lambda _, honest: b"\x65\0\0\0\4\0\0\0\0\0\0\0\0"}
        town.clock.pass_by(hours=1)
        town.street.run_due()
        assert (sent(town), liar.files) == ([("997", "ready")], {})
        liar.hooks.clear()
        town.clock.pass_by(hours=1)
        town.street.run_due()

        (id,) = ids(town)
        assert sent(town) == [("997", "sent")]
        assert list(liar.files) == [f"/in/997-{id}.edi".encode()]


def test_a_name_that_other_content_has_is_followed_by_another_version(town: SftpTown) -> None:
    with Sshd() as sshd:
        into = Path(sshd.make("in"))
        town.reach(
            sshd.endpoint(), PUSH.format(into=into, more=', name: "{kind}.edi", clash: version'), partner="acme"
        )
        sshd.give("in/997.edi", b"another")
        town.bring(interchange(("856", notice())))
        assert sent(town) == [("997", "sent")]

        town.edit("acme", "{kind}.edi", "{kind}-{id}.edi")
        town.edit("acme", "clash: version", "clash: fail")
        town.bring(interchange(("856", notice("S2")), control=2))
        assert sent(town) == [("997", "sent"), ("997", "sent")]
        assert sorted(contents(into)) == ["997-2.edi", f"997-{ids(town)[1]}.edi", "997.edi"]


def test_a_refused_login_is_tried_once_in_half_an_hour_told_once_and_parks_nothing(town: SftpTown) -> None:
    with Liar(password="other") as liar:
        town.reach(liar.endpoint(), PUSH.format(into="/in", more=""), partner="acme")
        town.bring(interchange(("856", notice())))
        for _ in range(6):
            town.clock.pass_by(minutes=10)
            town.street.run_due()

        assert sent(town) == [("997", "ready")]
        assert [kind for kind, _ in town.told()] == ["sftp_stopped"]
        assert len(liar.logins) <= 3


def test_a_full_disk_leaves_the_message_to_be_sent_again(town: SftpTown) -> None:
    with Liar() as liar:
        town.reach(liar.endpoint(), PUSH.format(into="/in", more=""), partner="acme")
        liar.hooks[wire.WRITE] = lambda _, honest: b"\x65\0\0\0\4\0\0\0\0\0\0\0\0"
        town.bring(interchange(("856", notice())))
        assert (sent(town), liar.files) == ([("997", "ready")], {})

        liar.hooks.clear()
        town.clock.pass_by(hours=1)
        town.street.run_due()
        assert sent(town) == [("997", "sent")]


def test_a_name_that_the_partner_gave_to_other_content_parks_the_message(town: SftpTown) -> None:
    with Liar() as liar:
        town.reach(liar.endpoint(), PUSH.format(into="/in", more=""), partner="acme")
        liar.hooks[wire.OPEN] = lambda _, honest: b"\x65\0\0\0\4\0\0\0\0\0\0\0\0"
        town.bring(interchange(("856", notice())))
        (id,) = ids(town)
        liar.hooks.clear()
        liar.files[f"/in/997-{id}.edi".encode()] = File(b"another")
        town.clock.pass_by(hours=1)
        town.bring(interchange(("856", notice("S2")), control=2))
        town.street.run_due()

        assert sent(town) == [("997", "parked"), ("997", "sent")]
        assert [kind for kind, _ in town.told()][-1] == "delivery_failed"
