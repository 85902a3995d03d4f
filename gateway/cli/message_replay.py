"""`crossdock message replay`: read a message again, see what that would do, and do it once a person has seen it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame, message_sent
from gateway.cli.message import Json, app, find_message, has_trouble, print_message

if TYPE_CHECKING:
    from gateway.pipeline.replaying.values import DocumentReplay, Effects

SHOWN_MAX = 20
"""Movements and differences of one document that are printed; --json has them all."""


@app.command()
def replay(
    id: Annotated[str, typer.Argument(help="Id of a message, or of one document: m_....1")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Also replace what reads differently now.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do nothing, and say what would come of it.")] = False,
    which: Annotated[
        str, typer.Option("--with", help="The map that reads it: current, or original, which read it first.")
    ] = "current",
    by: message_sent.By = "",
    json: Json = False,
) -> None:
    """Read a message again: what was parked is processed, what is recorded is compared until you confirm.

    A recorded document is rehearsed: the difference in its events, and what that does to movements, balances, cases
    and answers. With --confirm the new reading takes the place of the old one as the next revision.
    """
    from gateway.cli.opening import open_street
    from gateway.errors import OperatorMistake
    from gateway.messages import split_document_id

    if which not in ("current", "original"):
        raise OperatorMistake(f'there is no map "{which}" here', mend="--with current or --with original")
    with open_street() as street:
        find_message(street, split_document_id(id)[0])
        who = by or frame.settings().user or getpass.getuser()
        result = street.replay(id, confirm=confirm, dry_run=dry_run, which=which, by=who)  # type: ignore[arg-type]
        if not dry_run:
            with frame.progress("running the street"):
                street.run_until_idle()
        message = street.message(split_document_id(id)[0])
    if json:
        frame.print_json({"replay": result, "message": message})
    else:
        for one in result.documents:
            print_document(one, done=result.status == "replaced")
        if not dry_run:
            print_message(message)
        if result.status == "compared" and any(one.difference and not one.refused for one in result.documents):
            frame.say(f"nothing is changed yet: crossdock message replay {id} --confirm")
    if any(one.refused for one in result.documents) or (not dry_run and has_trouble(message)):
        raise typer.Exit(frame.FAULTS)


def print_document(one: DocumentReplay, *, done: bool) -> None:
    """What a re-reading of one document does or would do, for a person."""
    stands = one.status if one.status == one.status_before else f"{one.status_before} -> {one.status}"
    said = "reads as before" if not one.difference and not one.effects else "reads differently"
    frame.say(f"{one.document}: {stands}; {said}")
    for _, path, before, after in one.difference[:SHOWN_MAX]:
        frame.say(f"  {path}: {before or 'nothing'} -> {after or 'nothing'}")
    if len(one.difference) > SHOWN_MAX:
        frame.say(f"  and {len(one.difference) - SHOWN_MAX} more")
    if one.refused:
        frame.say(f"  cannot be: {one.refused}")
    print_effects(one.effects, done=done)


def print_effects(effects: Effects, *, done: bool) -> None:
    """Events, movements, balances, cases and answers, each on its own line."""
    would = "" if done else "would be "
    for event in effects.events:
        taken = "taken back" if event.retracted else event.result
        frame.say(f"  {event.kind} {event.number} revision {event.revision}: {would}{taken}")
    for moved in effects.movements[:SHOWN_MAX]:
        frame.say(f"  move {moved.quantity} {moved.unit} {moved.part}: {moved.source} -> {moved.target}")
    if effects.movement_count > SHOWN_MAX:
        frame.say(f"  and {effects.movement_count - SHOWN_MAX} movements more")
    for changed in effects.balances:
        sign = "+" if changed.quantity > 0 else ""
        place = f"{changed.site} {changed.place}"
        frame.say(f"  balance {changed.part} {place}: {sign}{changed.quantity} {changed.unit}")
    for case in effects.cases:
        reason = f": {case.reason}" if case.reason else ""
        frame.say(f"  case {case.case} {case.code} {would}{case.status}{reason}")
    for answer in effects.answers:
        told = f" (cannot be written: {answer.text})" if answer.text else ""
        frame.say(f"  answer {answer.kind} to {answer.to}{told}")
        for segment in answer.segments:
            frame.say("    " + "*".join(segment))
