"""`crossdock partner new`: write a partner's folder to fill in, with the ways that are asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame


def new(
    partner: Annotated[str, typer.Argument(metavar="ID", help="The partner's id, the name of its folder.")],
    kind: Annotated[str, typer.Option(help="supplier, logistics, internal, customer or van.")] = "supplier",
    isa: Annotated[str, typer.Option(help="Its ISA id, qualifier:id.")] = "",
    as2: Annotated[str, typer.Option("--as2", metavar="NAME", help="It speaks AS2 under this name.")] = "",
    url: Annotated[str, typer.Option(help="With --as2: where we send to.")] = "",
    sftp: Annotated[str, typer.Option("--sftp", metavar="USER@HOST[:PORT]", help="Its SFTP server.")] = "",
) -> None:
    """Write HOME/partners/ID/partner.yaml to fill in, with sections for AS2 and SFTP as asked; refuses one there."""
    from gateway.errors import OperatorMistake
    from gateway.partners import read_own_keys, read_partner
    from gateway.store.home import Home

    home = Home(frame.settings().home)
    folder = home.partners / partner
    file = folder / "partner.yaml"
    if file.exists():
        raise OperatorMistake("is there already", file=str(file), mend=f"crossdock partner check {partner}")
    if url and not as2:
        raise OperatorMistake("--url belongs to --as2", mend="--as2 THEIR-NAME --url URL")
    text = _head(partner, kind, isa, as2)
    text += _as2(url) if as2 else ""
    text += _sftp(sftp, str(home.keys), partner) if sftp else ""
    text = text.replace("DELIVERY", "as2" if url else "sftp" if sftp else "mailbox")
    read_partner(text.encode(), f"partners/{partner}/partner.yaml")
    folder.mkdir(parents=True, exist_ok=True)
    if as2:
        (folder / "certs").mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    frame.say(f"wrote {file}; fill it in, then: crossdock partner check {partner}")
    if as2:
        if not read_own_keys(home.keys).keys:
            frame.say("we have no key yet: crossdock partner keys new")
        frame.say("give them our certificate: crossdock partner keys export --to FILE")
        frame.say(f"take theirs: crossdock partner keys add {partner} FILE")
    if sftp:
        frame.say(f"pin their host key: crossdock partner test {partner} shows it; compare it with them first")


def _head(partner: str, kind: str, isa: str, as2: str) -> str:
    listed = f'["{isa}"]' if isa else "[]"
    group = f'["{isa.partition(":")[2]}"]' if isa else "[]"
    names = f'["{as2}"]' if as2 else "[]"
    return f"""\
# The agreement with {partner}. Texts stay as written: 05 and NO are no numbers and no booleans.
partner: {partner}
kind: {kind}                      # supplier | logistics | internal | customer | van
time_zone: UTC                      # IANA name, as America/Detroit; tells their times where a document does not
identities: {{isa: {listed}, gs: {group}, party: [], as2: {names}, sftp: [], keys: [{partner}-main]}}
x12: {{release: "004010", duplicates: enforce}}
receive: {{"856": {{as: ShipmentNotified}}, "997": {{as: ack}}}}
send: {{"850": {{on: OrderPlaced}}, "997": {{}}, "861": {{on: discrepancies}}, "824": {{on: faults}}}}
deliver: {{to: DELIVERY}}              # http (with url and secret: env:NAME) | mailbox | as2 | sftp
terms: {{asn_due_minutes: 30, title_passes: receipt}}
"""


def _as2(url: str) -> str:
    where = (
        f"  url: {url}\n"
        if url
        else "  # url: https://partner.example/as2    # where we send; without it they only send to us\n"
    )
    return f"""\
as2:
{where}\
  sign: sha-256                     # none | sha-256 | sha-384 | sha-512
  encrypt: aes-256-cbc              # none | aes-128-cbc | aes-192-cbc | aes-256-cbc
  compress: none                    # none | before-sign | after-sign
  mdn: sync                         # sync | async (needs the setting as2_url) | none
  require: {{signed: true, encrypted: true}}
  # mdn_urls: ["https://partner.example:4080"]    # where an asynchronous MDN may go
  certificates: []                  # crossdock partner keys add PARTNER FILE writes them here
"""


def _sftp(address: str, keys: str, partner: str) -> str:
    from gateway.errors import OperatorMistake

    user, at, place = address.partition("@")
    host, _, port = place.partition(":")
    if not at or not user or not host or not (port or "22").isdigit():
        raise OperatorMistake(
            f'"{address}" is no address of an SFTP account', mend="--sftp user@host or user@host:22"
        )
    return f"""\
sftp:
  host: {host}
  port: {port or 22}
  user: {user}
  key: "file:{keys}/{partner}.ssh"    # made by: ssh-keygen -t ed25519 -f that file; or password: env:NAME
  host_keys: []                     # one or two fingerprints, as "SHA256:..."
  pickup:                           # ready: stable | done | suffix | immediate; after: archive | delete | keep
    - {{folder: /out, include: "*", ready: stable, settle_seconds: 10, after: archive, every_seconds: 60}}
  push: {{folder: /in, name: "{{kind}}-{{id}}.edi", clash: fail}}
"""
