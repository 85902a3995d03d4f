"""`crossdock doctor`: look at the installation from outside and say what to mend. Changes nothing."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from gateway.cli import frame
from gateway.errors import CrossdockError, OperatorMistake
from gateway.settings import Settings, find_unknown_variables, resolve_secret

if TYPE_CHECKING:
    from gateway.partners import Partner

app = typer.Typer()

DISK_FREE_BYTES_MIN = 1024**3


class Finding(NamedTuple):
    """One line of the report; `mend` is "" where nothing is to be done."""

    check: str
    state: Literal["ok", "warn", "fail"]
    text: str
    mend: str = ""


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False) -> None:
    """Check the installation and say what to mend. Exit code 1 if something fails."""
    settings = frame.settings()
    findings = [finding for check in CHECKS for finding in _run(check, settings)]
    if json:
        frame.print_json_lines(finding._asdict() for finding in findings)
    else:
        for finding in findings:
            frame.say(
                f"{finding.state:<4}  {finding.check}: {finding.text}"
                + (f" ({finding.mend})" if finding.mend else "")
            )
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(frame.FAULTS)


def _run(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    """A check's findings; one that cannot run is itself a finding, and stops none of the others."""
    name = check.__name__.removeprefix("_check_").replace("_", " ")
    try:
        return list(check(settings))
    except OperatorMistake as mistake:
        return [Finding(name, "fail", str(mistake))]
    except CrossdockError as error:
        return [Finding(name, "fail", str(error))]


def _check_python(_: Settings) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield Finding("python", "ok" if fits else "fail", found, "" if fits else "use Python 3.11, 3.12 or 3.13")


def _check_environment(_: Settings) -> Iterator[Finding]:
    unknown = find_unknown_variables()
    if not unknown:
        yield Finding("environment", "ok", "every CROSSDOCK_ variable is known")
    for name in unknown:
        yield Finding("environment", "warn", f"nothing reads {name}", "correct its name or unset it")


def _check_home(settings: Settings) -> Iterator[Finding]:
    if not settings.home.is_dir():
        yield Finding("home", "fail", f"{settings.home} does not exist", f"crossdock init --home {settings.home}")
        return
    mode = stat.S_IMODE(settings.home.stat().st_mode)
    if mode & 0o077:
        yield Finding("home", "warn", f"{settings.home} is open to other users", f"chmod 700 {settings.home}")
    else:
        yield Finding("home", "ok", str(settings.home))


def _check_disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.home if settings.home.is_dir() else settings.home.parent
    free = shutil.disk_usage(folder).free if folder.is_dir() else 0
    text = f"{free // 1024**2} MiB free"
    yield Finding("disk", "ok", text) if free >= DISK_FREE_BYTES_MIN else Finding("disk", "warn", text, "make room")


def _check_database(settings: Settings) -> Iterator[Finding]:
    from gateway.cli.opening import open_to_read, refuse_missing_home
    from gateway.store import schema
    from ledger import book

    refuse_missing_home(settings)
    with open_to_read() as conn:
        for name, found, wanted in (
            ("store", schema.version(conn), schema.HEAD),
            ("ledger", book.version(conn), book.HEAD),
        ):
            fits = found == wanted
            text = f"{name} tables {found or 'missing'}" + ("" if fits else f", this program needs {wanted}")
            yield Finding("database", "ok" if fits else "fail", text, "" if fits else "crossdock db upgrade")


def _check_writer(settings: Settings) -> Iterator[Finding]:
    from gateway.store.home import Home
    from gateway.store.lock import WriterLock

    if not settings.home.is_dir():
        return
    home = Home(settings.home)
    lock = WriterLock(home.lock)
    if lock.take():
        lock.release()
        yield Finding("writer", "ok", "free: commands write themselves")
    elif home.socket.exists():
        yield Finding("writer", "ok", "held by crossdock serve; commands go through its socket")
    else:
        yield Finding("writer", "warn", "held by a process without a control socket", "wait for it to end")


def _check_configuration(settings: Settings) -> Iterator[Finding]:
    from gateway.cli.opening import read_configuration, read_governance

    configuration = read_configuration(settings)
    read_governance(settings)
    partners = configuration.partners.all
    yield Finding("configuration", "ok", f"{len(partners)} partners, hash {configuration.hash[:12]}")
    for partner in partners:
        for reference in _references(partner):
            yield _check_secret(partner.id, reference)


def _references(partner: Partner) -> Iterator[str]:
    """Every secret that the partner's ways need."""
    yield from filter(None, [partner.deliver.secret])
    if partner.as2 is not None:
        yield from filter(None, [partner.as2.password])
    if partner.sftp is not None:
        yield from filter(None, [partner.sftp.key, partner.sftp.key_passphrase, partner.sftp.password])


def _check_secret(partner: str, reference: str) -> Finding:
    try:
        resolve_secret(reference)
    except OperatorMistake as mistake:
        return Finding("secrets", "warn", f"{partner}: {mistake.text}", mistake.mend)
    return Finding("secrets", "ok", f"{partner}: {reference} is there")


def _check_keys(settings: Settings) -> Iterator[Finding]:
    from gateway.cli.opening import open_to_read, refuse_missing_home
    from gateway.store.keys import list_keys

    refuse_missing_home(settings)
    with open_to_read() as conn:
        keys = [key for key in list_keys(conn) if key.revoked_at is None]
    if any("admin" in key.scopes for key in keys):
        yield Finding("keys", "ok", f"{len(keys)} API keys in force")
    else:
        yield Finding("keys", "warn", "no administrator key is in force", "crossdock key new NAME")


def _check_certificates(settings: Settings) -> Iterator[Finding]:
    from gateway.cli.opening import read_partner_files
    from gateway.partners import read_own_keys
    from gateway.pipeline.as2 import open_stations
    from gateway.pipeline.asking.trust import list_concerns, list_trusted
    from gateway.store.home import Home

    folder, now = Home(settings.home).keys, settings.clock()()
    partners, own = read_partner_files(settings).all, read_own_keys(folder)
    yield from _check_key_files(settings)
    for one in list_trusted(partners, own, now):
        ends = f"ends on {one.valid_to.date()}, in {one.days_left} days" if one.valid_to else one.trouble
        whose = f"certificate of {one.partner}" if one.partner else "key of ours"
        state: Literal["ok", "fail"] = "fail" if one.state == "unreadable" else "ok"
        yield Finding("certificates", state, f"{one.name}, {whose} to {' and '.join(one.use)}: {one.state}, {ends}")
    for concern in list_concerns(partners, own, now):
        yield Finding("certificates", "warn", concern.text, concern.mend)
    mistake = open_stations(partners, folder, settings, now=now).mistake
    if mistake:
        yield Finding("certificates", "fail", mistake, "crossdock partner keys")


def _check_pickups(settings: Settings) -> Iterator[Finding]:
    from gateway.cli.opening import open_to_read, read_partner_files
    from gateway.messages import microseconds
    from gateway.pipeline.pickup.show import show_pickups

    partners = read_partner_files(settings)
    with open_to_read() as conn:
        shown = show_pickups(conn, partners, now=microseconds(settings.clock()()))
    for one in shown:
        where = f"{one['partner']} {one['endpoint']} {one['folder']}"
        if one["state"] in ("trouble", "stopped"):
            state: Literal["warn", "fail"] = "fail" if one["state"] == "stopped" else "warn"
            mend = f"crossdock partner test {one['partner']}"
            yield Finding("pickups", state, f"{where}: {one['trouble']}", mend)
        elif one["cleanup_pending"]:
            text = f"{where}: {one['cleanup_pending']} files are ours and cannot be cleaned up there"
            yield Finding("pickups", "warn", text, f"crossdock partner test {one['partner']}")
        else:
            yield Finding(
                "pickups", "ok", f"{where}: {'polled at ' + one['polled_at'] if one['polled_at'] else 'new'}"
            )


def _check_key_files(settings: Settings) -> Iterator[Finding]:
    from gateway.store.home import Home

    for path in sorted(Home(settings.home).keys.glob("*")):
        if (
            path.is_file()
            and not path.name.endswith((".cert.pem", ".yaml"))
            and stat.S_IMODE(path.stat().st_mode) & 0o077
        ):
            yield Finding("certificates", "warn", f"{path} is open to other users", f"chmod 600 {path}")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _check_python,
    _check_environment,
    _check_home,
    _check_disk,
    _check_database,
    _check_writer,
    _check_configuration,
    _check_keys,
    _check_certificates,
    _check_pickups,
)
