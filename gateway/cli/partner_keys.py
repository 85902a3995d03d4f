"""`crossdock partner keys`: our keys and the partners' certificates, with their dates; new ones, and the change-over.

Works on the files of the home. A private key is written encrypted, and never shown or exported.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.partners import OwnKey
    from gateway.settings import Settings

app = typer.Typer(help="Our keys and the partners' certificates: list, new, export, add.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")]
OVERLAP_DAYS = 14
"""How long a new key of ours waits before it signs, if nothing is said: the time partners have to take it up."""
PASSPHRASE_BYTES = 32


@app.callback(invoke_without_command=True)
def list_keys(
    context: typer.Context,
    partner: Annotated[str, typer.Option(help="Only ours and this partner's.")] = "",
    json: AsJson = False,
) -> None:
    """List our keys and their certificates: use, fingerprint (SHA-256), validity, days left, and what is wrong."""
    if context.invoked_subcommand is not None:
        return
    from gateway.cli.opening import read_partner_files
    from gateway.partners import read_own_keys
    from gateway.pipeline.asking.trust import list_concerns, list_trusted
    from gateway.store.home import Home

    settings = frame.settings()
    partners = [one for one in read_partner_files(settings) if partner in ("", one.id)]
    own, now = read_own_keys(Home(settings.home).keys), settings.clock()()
    trusted = list_trusted(partners, own, now)
    if json:
        frame.print_json_lines(trusted)
        return
    frame.print_table(
        ("whose", "name", "use", "state", "from", "to", "days left", "SHA-256"),
        [
            (
                one.partner or "ours",
                one.name,
                " ".join(one.use),
                one.state,
                one.valid_from.date() if one.valid_from else "",
                one.valid_to.date() if one.valid_to else "",
                one.days_left,
                one.fingerprint,
            )
            for one in trusted
        ],
    )
    for concern in list_concerns(partners, own, now):
        frame.say(f"{concern.severity}: {concern.text}" + (f" ({concern.mend})" if concern.mend else ""))


@app.command()
def new(
    name: Annotated[str, typer.Option(help="Name of its files; our AS2 name and the day if left out.")] = "",
    begins: Annotated[str, typer.Option("--from", help="Day from which we sign with it.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it lasts.")] = 730,
    use: Annotated[list[str] | None, typer.Option(help="sign, encrypt; both if left out.")] = None,
    bits: Annotated[int, typer.Option(min=2048, max=8192, help="RSA modulus of a new key.")] = 2048,
    key: Annotated[str, typer.Option(help="A key of yours instead: PKCS#8, encrypted with our passphrase.")] = "",
    certificate: Annotated[str, typer.Option(help="The certificate of that key, PEM or DER.")] = "",
    json: AsJson = False,
) -> None:
    """Make our next key: the first is in force at once, a further one signs from --from on (else in 14 days)."""
    import msgspec

    from gateway.errors import OperatorMistake
    from gateway.partners import read_own_keys
    from gateway.partners.own import add_own_key, is_key_name
    from gateway.store.home import Home

    settings = frame.settings()
    folder, now = Home(settings.home).keys, settings.clock()()
    if bool(key) != bool(certificate):
        raise OperatorMistake("--key and --certificate belong together", mend="give both, or none for a new key")
    uses = tuple(use or ("sign", "encrypt"))
    if set(uses) - {"sign", "encrypt"}:
        raise OperatorMistake(f"there is no use {' '.join(uses)}", mend="--use sign --use encrypt")
    existing = read_own_keys(folder)
    start = _moment(begins, "--from") or (now if not existing.keys else now + timedelta(days=OVERLAP_DAYS))
    passphrase = _passphrase(settings)
    chosen = name or _free_name(folder, settings.as2_name, now)
    if not is_key_name(chosen):
        raise OperatorMistake(f'"{chosen}" is no name for a key', mend="lower case letters, digits, dots, - and _")
    end = start + timedelta(days=days)
    made = (
        _take(chosen, Path(key), Path(certificate), start, passphrase)
        if key
        else _create(settings.as2_name, chosen, now, start, end, bits, passphrase)
    )
    if made.valid_to <= made.valid_from:
        raise OperatorMistake(f"the key ends on {made.valid_to.date()}, before it begins", file=certificate)
    add_own_key(folder, msgspec.structs.replace(made, use=uses))
    if json:
        frame.print_json({"name": chosen, "use": uses, "from": made.valid_from, "to": made.valid_to,
                          "certificate": str(folder / f"{chosen}.cert.pem")})  # fmt: skip
        return
    frame.say(f"made key {chosen}: we sign with it from {made.valid_from.date()}, it ends on {made.valid_to.date()}")
    frame.say(f"give partners its certificate before that day: crossdock partner keys export {chosen} --to FILE")
    for old in existing.keys:
        if old.valid_from <= now < old.valid_to:
            frame.say(f"{old.name} goes on opening what partners encrypt to it until {old.valid_to.date()}")


@app.command()
def export(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which of our keys; the newest if left out.")] = "",
    to: Annotated[str, typer.Option(help="File to write; stdout if left out.")] = "",
) -> None:
    """Write our certificate, PEM, for a partner. The private key stays where it is."""
    from gateway.errors import OperatorMistake
    from gateway.partners import read_own_keys
    from gateway.store.home import Home
    from gateway.transports.as2 import read_certificate

    keys = read_own_keys(Home(frame.settings().home).keys).keys
    chosen = next((one for one in reversed(keys) if name in ("", one.name)), None)
    if chosen is None:
        known = ", ".join(one.name for one in keys)
        raise OperatorMistake(
            f"we have no key {name}".rstrip(), mend=f"known: {known}" if known else "crossdock partner keys new"
        )
    if not to:
        sys.stdout.write(chosen.certificate.decode())
        return
    Path(to).write_bytes(chosen.certificate)
    frame.say(f"wrote {to}: certificate of {chosen.name}")
    frame.say(f"tell them its SHA-256 by another way: {read_certificate(chosen.certificate).fingerprint}")


@app.command()
def add(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="Whose certificate it is.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="Their certificate, PEM or DER; - for stdin.")],
    begins: Annotated[str, typer.Option("--from", help="Day from which it counts; its own if left out.")] = "",
    ends: Annotated[str, typer.Option("--to", help="First day on which it no longer counts.")] = "",
    use: Annotated[list[str] | None, typer.Option(help="sign, encrypt; both if left out.")] = None,
    name: Annotated[str, typer.Option(help="File name in their certs/ folder.")] = "",
    json: AsJson = False,
) -> None:
    """Add a partner's certificate to its folder and its file; those there stay, so that both are good for a time."""
    from gateway.errors import OperatorMistake
    from gateway.partners import read_partner
    from gateway.partners.editing import add_certificate
    from gateway.partners.forms import certificate_pem, holds_private_key
    from gateway.store.home import Home
    from gateway.transports.as2 import read_certificate

    folder = Home(frame.settings().home).partners / partner
    page = folder / "partner.yaml"
    if not page.is_file():
        raise OperatorMistake("is not there", file=str(page), mend=f"crossdock partner new {partner} --as2 NAME")
    data = frame.read_bytes(file)
    if holds_private_key(data):
        mend = "take the certificate alone, and tell them that their key is out"
        raise OperatorMistake("holds a private key", file=file, mend=mend)
    certificate = read_certificate(data, file=file)
    pem = certificate_pem(certificate.der)
    chosen = (
        f"{name.removesuffix('.pem') or _free_file(folder, f'{partner}-{certificate.valid_from.date()}', pem)}.pem"
    )
    entry = _entry(f"certs/{chosen}", use, _moment(begins, "--from"), _moment(ends, "--to"))
    place = folder / "certs" / chosen
    if place.exists() and place.read_bytes() != pem:
        raise OperatorMistake("is another certificate", file=str(place), mend="choose --name")
    text = add_certificate(page.read_text("utf-8"), entry)
    if text is None:
        mend = f"add it by hand: - {entry}"
        raise OperatorMistake(
            "as2.certificates is laid out in a way that is not edited here", file=str(page), mend=mend
        )
    beside = {f"certs/{chosen}": pem}
    read_partner(
        text.encode(), f"partners/{partner}/partner.yaml", lambda path: beside.get(path) or _read(folder / path)
    )
    place.parent.mkdir(exist_ok=True)
    # The certificate first: a file that lists one which is not there would be refused.
    place.write_bytes(pem)
    _replace(page, text)
    if json:
        frame.print_json({"partner": partner, "file": f"certs/{chosen}", "fingerprint": certificate.fingerprint})
        return
    frame.say(f"added certs/{chosen} to {page}")
    frame.say(f"compare its SHA-256 with the partner by another way: {certificate.fingerprint}")


def _free_file(folder: Path, stem: str, pem: bytes) -> str:
    """The first name that is free, or holds this certificate already."""
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1000))
    return next(one for one in names if _read(folder / "certs" / f"{one}.pem") in (None, pem))


def _entry(file: str, use: list[str] | None, begins: datetime | None, ends: datetime | None) -> str:
    pieces = [f"file: {file}", f"use: [{', '.join(use or ('sign', 'encrypt'))}]"]
    pieces += [f"{key}: {_spelled(moment)}" for key, moment in (("from", begins), ("to", ends)) if moment]
    return "{" + ", ".join(pieces) + "}"


def _spelled(moment: datetime) -> str:
    """As a person writes it: a day where it is the midnight of one."""
    text = moment.isoformat()
    return text.removesuffix("T00:00:00+00:00") if text.endswith("T00:00:00+00:00") else f'"{text}"'


def _moment(text: str, option: str) -> datetime | None:
    from gateway.errors import OperatorMistake
    from gateway.partners.forms import moment_of

    moment = moment_of(text) if text else None
    if text and moment is None:
        raise OperatorMistake(f'{option} "{text}" is no date', mend="write 2026-01-31")
    return moment


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _replace(page: Path, text: str) -> None:
    """In one step, so that a reader sees the old file or the new one."""
    temporary = page.with_name(f".{page.name}.new")
    temporary.write_text(text, "utf-8")
    temporary.replace(page)


def _passphrase(settings: Settings) -> bytes:
    """The passphrase of our keys; made on first use where nothing else was settled."""
    from gateway.partners.own import make_passphrase
    from gateway.settings import resolve_secret
    from gateway.store.home import Home

    if not settings.as2_passphrase:
        make_passphrase(Home(settings.home).keys, os.urandom(PASSPHRASE_BYTES))
    return resolve_secret(settings.as2_passphrase_reference).encode()


def _free_name(folder: Path, our_name: str, now: datetime) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in our_name.lower()).strip("-") or "ours"
    stem = f"{plain[:40]}-{now.date()}"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1000))
    return next(name for name in names if not (folder / f"{name}.key.pem").exists())


def _create(
    our_name: str, name: str, now: datetime, start: datetime, end: datetime, bits: int, passphrase: bytes
) -> OwnKey:
    from gateway.partners import OwnKey
    from gateway.transports.as2 import certificate_pem, create_key, private_key_pem

    # Good from the day before, so that a partner whose clock is slow takes it too.
    key = create_key(our_name, valid_from=min(now, start) - timedelta(days=1), valid_to=end, bits=bits)
    return OwnKey(
        name=name,
        valid_from=start,
        valid_to=end,
        certificate=certificate_pem(key),
        private_key=private_key_pem(key, passphrase),
    )


def _take(name: str, key: Path, certificate: Path, start: datetime, passphrase: bytes) -> OwnKey:
    """A key that somebody else made, once it opens with our passphrase and fits its certificate."""
    from gateway.partners import OwnKey
    from gateway.partners.forms import certificate_pem
    from gateway.transports.as2 import load_key

    private = frame.read_bytes(str(key))
    loaded = load_key(private, frame.read_bytes(str(certificate)), passphrase, file=str(key)).certificate
    begins = max(start, loaded.valid_from)
    return OwnKey(
        name=name,
        valid_from=begins,
        valid_to=loaded.valid_to,
        certificate=certificate_pem(loaded.der),
        private_key=private,
    )
