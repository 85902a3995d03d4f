"""`crossdock message open|review|resend|collected|release`: what partners refused or never acknowledged, what waits
to leave together, and what a person does about it."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from gateway.cli import frame
from gateway.cli.message import Json, app, find_message, no_such_message, print_message

By = Annotated[str, typer.Option("--by", help="Who says so; CROSSDOCK_USER or the name of the login if left out.")]


@app.command("open")
def list_open(
    partner: Annotated[str, typer.Option(help="Only sent to this partner.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    json: Json = False,
) -> None:
    """Documents of ours that a partner refused, or did not acknowledge in time: to resend or to review."""
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.asking import show

    with open_to_read() as conn:
        rows = show.list_open(conn, partner=partner, limit=limit)
    columns = ("id", "partner", "type", "number", "status", "group", "control", "answered_by")
    frame.print_rows(rows, columns, json=json)


@app.command()
def review(
    id: Annotated[str, typer.Argument(help="Id of a message that we sent, or of one document in it: m_....1")],
    comment: Annotated[str, typer.Option(help="Why nothing more is awaited; kept with the document.")],
    by: By = "",
    json: Json = False,
) -> None:
    """Mark what was refused or never acknowledged as reviewed: nothing more is awaited."""
    from gateway.cli.opening import open_street
    from gateway.errors import OperatorMistake
    from gateway.messages import split_document_id

    if not comment.strip():
        raise OperatorMistake("the comment is empty", mend="say in a few words why")
    message_id, n = split_document_id(id)
    with open_street() as street:
        if find_message(street, message_id)["direction"] != "out":
            raise OperatorMistake(f"{message_id} was received, not sent", mend="crossdock message open")
        if not street.review(
            message_id, n or 0, comment.strip(), by=by or frame.settings().user or getpass.getuser()
        ):
            raise OperatorMistake(f"nothing in {id} awaits anything", mend="crossdock message open")
        message = street.message(message_id)
    if json:
        frame.print_json(message)
    else:
        print_message(message)


@app.command()
def resend(
    id: Annotated[str, typer.Argument(help="Id of a message that we sent.")],
    anew: Annotated[
        bool, typer.Option("--anew", help="Write it again by the map now in force, with new control numbers.")
    ] = False,
    by: By = "",
    json: Json = False,
) -> None:
    """Send a message again, with identical bytes and numbers; with --anew after its map or guide was mended."""
    from gateway.cli.opening import open_street

    with open_street() as street:
        if find_message(street, id)["direction"] != "out":
            raise no_such_message(id)
        queued = street.resend(id, anew=anew, by=by or frame.settings().user or getpass.getuser())
        street.run_until_idle()
        message = street.message(queued)
    if json:
        frame.print_json(message)
    else:
        frame.say(f"{queued} is {message['status']}")


@app.command()
def collected(
    partner: Annotated[str, typer.Option(help="Only to this partner.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    json: Json = False,
) -> None:
    """Documents of ours that wait to leave together, as the agreement says (`collect`)."""
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.asking import show

    with open_to_read() as conn:
        rows = show.list_collected(conn, partner=partner, limit=limit)
    columns = ("id", "partner", "type", "number", "due_at")
    frame.print_rows(rows, columns, json=json)


@app.command()
def release(
    partner: Annotated[str, typer.Argument(help="The partner that they wait for.")],
    json: Json = False,
) -> None:
    """Let what is collected for a partner leave now, before its time."""
    from gateway.cli.opening import open_street
    from gateway.errors import OperatorMistake

    with open_street() as street:
        if street.configuration.partners.get(partner) is None:
            raise OperatorMistake(f"there is no partner {partner}", mend="crossdock partner list")
        released = street.release(partner)
        street.run_until_idle()
    if json:
        frame.print_json({"partner": partner, "released": released})
    else:
        frame.say(f"{released} documents leave for {partner}")
