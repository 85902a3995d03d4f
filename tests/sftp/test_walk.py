"""`crossdock partner test` over SFTP: host keys side by side, every permission tried, no file of theirs touched."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.cli.walk_sftp import walk_sftp
from gateway.cli.walk_steps import Step
from gateway.partners import Pickup, Push, SftpTerms
from tests.sftp.sshd import Sshd, private_key

STRANGER = "SHA256:" + "A" * 43


@pytest.fixture
def key_file(sshd: Sshd, tmp_path: Path) -> str:
    file = tmp_path / "key"
    file.write_bytes(sshd.user_key)
    return f"file:{file}"


def terms(sshd: Sshd, key: str, *, host_keys: tuple[str, ...] = (), **pickup: str) -> SftpTerms:
    out, into = sshd.folder / "out", sshd.folder / "in"
    for folder in (out, into):
        if not folder.exists():
            sshd.make(folder.name)
    given = {"processing": f"{out}/processing", "archive": f"{out}/archive", "failed": f"{out}/failed", **pickup}
    return SftpTerms(
        host="127.0.0.1",
        port=sshd.port,
        user=sshd.account.name,
        key=key,
        host_keys=host_keys or sshd.fingerprints,
        pickup=(Pickup(folder=str(out), **given),),  # type: ignore[arg-type]
        push=Push(folder=str(into)),
    )


def walk(given: SftpTerms, root: Path) -> list[tuple[str, str]]:
    """(check, state) of each step, folders as the partner would say them."""
    steps = list(walk_sftp("acme", given, token="one"))
    return [(step.check.replace(str(root), ""), step.state) for step in steps]


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_every_permission_is_tried_and_nothing_is_left_behind(sshd: Sshd, key_file: str) -> None:
    given = terms(sshd, key_file)
    sshd.give("out/theirs.csv", b"a,b")

    steps = walk(given, sshd.folder)

    assert steps == [
        ("connect", "ok"),
        ("host key", "ok"),
        ("list /out", "ok"),
        ("claim to /out/processing", "ok"),
        ("archive to /out/archive", "ok"),
        ("set aside to /out/failed", "ok"),
        ("remove in /out", "ok"),
        ("write to /in", "ok"),
        ("remove in /in", "ok"),
    ]
    assert files(sshd.folder) == ["out/theirs.csv"]


def test_a_host_key_that_is_not_pinned_is_shown_beside_the_pinned_ones(sshd: Sshd, key_file: str) -> None:
    given = terms(sshd, key_file)
    unpinned = msgspec.structs.replace(given, host_keys=())
    other = msgspec.structs.replace(given, host_keys=(STRANGER,))

    found = [next(iter(walk_sftp("acme", one, token="one"))) for one in (unpinned, other)]

    shown = sshd.fingerprints[0]
    mend = "compare it with the partner by another way, then list it in partners/acme/partner.yaml: host_keys: "
    assert found == [
        Step(
            "host key",
            "failed",
            f"the server shows {shown}; pinned is none; nothing was sent to it",
            f'{mend}["{shown}"]',
        ),
        Step(
            "host key",
            "failed",
            f"the server shows {shown}; pinned is {STRANGER}; nothing was sent to it",
            f'{mend}["{shown}", "{STRANGER}"]',
        ),
    ]
    assert "Accepted publickey" not in sshd.log()


def test_a_folder_that_may_only_be_read_leaves_claim_untried(sshd: Sshd, key_file: str) -> None:
    given = terms(sshd, key_file)
    (sshd.folder / "out").chmod(0o555)

    steps = walk(given, sshd.folder)

    assert steps[2:4] == [("list /out", "ok"), ("claim in /out", "skipped")]
    assert steps[-2:] == [("write to /in", "ok"), ("remove in /in", "ok")]


def test_an_archive_that_may_not_be_written_is_named(sshd: Sshd, key_file: str) -> None:
    given = terms(sshd, key_file)
    sshd.make("out/archive", 0o555)

    steps = walk(given, sshd.folder)

    assert steps[3:6] == [
        ("claim to /out/processing", "ok"),
        ("archive to /out/archive", "failed"),
        ("remove in /out", "ok"),
    ]
    assert files(sshd.folder) == []


def test_a_folder_that_is_not_there_is_named(sshd: Sshd, key_file: str) -> None:
    given = terms(sshd, key_file)
    (sshd.folder / "out").rmdir()
    (sshd.folder / "in").rmdir()

    assert walk(given, sshd.folder)[2:] == [("list /out", "failed"), ("write to /in", "failed")]


def test_a_wrong_key_and_a_missing_secret_stop_the_walk(sshd: Sshd, key_file: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(private_key("ecdsa")[0])
    given = terms(sshd, key_file)
    wrong = msgspec.structs.replace(given, key=f"file:{tmp_path}/other")
    missing = msgspec.structs.replace(given, key="env:NO_SUCH_KEY")

    found = [next(iter(walk_sftp("acme", one, token="one"))) for one in (wrong, missing)]

    assert [(step.check, step.state) for step in found] == [("connect", "failed"), ("secrets", "failed")]
    assert "refuses user, key or password" in found[0].text
