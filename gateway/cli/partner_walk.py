"""`crossdock partner test`: walk every step of the way to a partner, and say of each whether it works."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.cli.walk_steps import Step
    from gateway.partners import Partner


def walk(
    partner: Annotated[str, typer.Argument(metavar="ID", help="The partner's id.")],
    send: Annotated[bool, typer.Option("--send", help="AS2: also send one test message and read its MDN.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON lines, one for each step.")] = False,
) -> None:
    """Try the way to a partner step by step: AS2 server, certificates, SFTP host key and every permission there.

    Exit code 1 when a step fails. On their SFTP server only a hidden file of our own is written, and removed again.
    """
    from gateway.cli.opening import read_partner_files
    from gateway.errors import OperatorMistake

    chosen = read_partner_files(frame.settings()).get(partner)
    if chosen is None:
        raise OperatorMistake(f'there is no partner "{partner}"', mend="crossdock partner list")
    if chosen.as2 is None and chosen.sftp is None:
        raise OperatorMistake(f"{partner} has neither section as2 nor sftp", mend="there is nothing to reach")
    has_failed = False
    for way, step in _steps(chosen, send):
        has_failed = has_failed or step.state == "failed"
        if json:
            frame.print_json({"way": way, **step._asdict()})
        else:
            frame.say(f"{step.state:<7}  {way} {step.check}: {step.text}" + (f" ({step.mend})" if step.mend else ""))
    if has_failed:
        raise typer.Exit(frame.FAULTS)


def _steps(partner: Partner, send: bool) -> Iterator[tuple[str, Step]]:
    from gateway.store.home import Home

    settings = frame.settings()
    token = secrets.token_hex(8)
    if partner.as2 is not None:
        from gateway.cli.walk_as2 import walk_as2

        keys, now = Home(settings.home).keys, settings.clock()()
        message_id = f"test-{token}@crossdock"
        for step in walk_as2(partner, partner.as2, settings, keys, now=now, send=send, message_id=message_id):
            yield "as2", step
    if partner.sftp is not None:
        from gateway.cli.walk_sftp import walk_sftp

        for step in walk_sftp(partner.id, partner.sftp, token=token):
            yield "sftp", step
