"""`crossdock message receive|list|show|content|export|search|alerts`: everything received and sent.

What becomes of what we sent (`resend`, `review`, `open`) is in `gateway.cli.message_sent`, reading again (`replay`)
in `gateway.cli.message_replay`.
"""

from __future__ import annotations

import sys
from pathlib import Path, PurePath
from typing import Annotated, Any

import typer

from gateway.cli import frame
from gateway.cli.message_transport import describe_transport

app = typer.Typer(
    no_args_is_help=True,
    help="Messages: receive, list, show, content, export, replay, search, alerts; open, review, resend.",
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]
Id = Annotated[str, typer.Argument(help="Id of a message, m_...")]

TROUBLED = ("rejected", "held", "parked", "conflict", "refused")
"""States of a document that a command reports with exit code 1."""


@app.command()
def receive(
    file: Annotated[str, typer.Argument(help="The bytes, - for stdin.")],
    partner: Annotated[str, typer.Option(help="The partner whose transport brought it.")],
    channel: Annotated[str, typer.Option(help="As if it came by as2, sftp or rest.")] = "rest",
    name: Annotated[str, typer.Option(help="File name as the partner gave it; the file's own if left out.")] = "",
    key: Annotated[str, typer.Option(help="The transport's own key: the same key twice is one delivery.")] = "",
    test: Annotated[bool, typer.Option("--test", help="Test traffic; X12 says so itself in ISA15.")] = False,
    acting: frame.As = None,
    json: Json = False,
) -> None:
    """Put bytes in as if that partner had sent them, run the street, and report what came of it.

    Canonical events are the word of the person named by --as or CROSSDOCK_USER; all else is the partner's.
    """
    from gateway.cli.opening import open_street, who_acts
    from gateway.errors import OperatorMistake

    if channel not in ("as2", "sftp", "rest"):
        raise OperatorMistake(f'there is no channel "{channel}"', mend="as2, sftp or rest")
    data = frame.read_bytes(file)
    if not data:
        raise OperatorMistake("the file is empty", file=file)
    shown_name = name or ("" if file == "-" else PurePath(file).name)
    with open_street() as street:
        if street.configuration.partners.get(partner) is None:
            raise OperatorMistake(f'there is no partner "{partner}"', mend="crossdock partner list")
        settings = frame.settings()
        actor = who_acts(street.governance, settings) if settings.user else None
        accepted = street.accept(
            data, partner=partner, channel=channel, name=shown_name, key=key, test=test, actor=actor
        )
        with frame.progress("running the street"):
            street.run_until_idle()
        message = street.message(accepted.id)
    if json:
        frame.print_json(message)
    else:
        print_message(message)
    if has_trouble(message):
        raise typer.Exit(frame.FAULTS)


@app.command("list")
def list_messages(
    direction: Annotated[str, typer.Option(help="in or out.")] = "in",
    partner: Annotated[str, typer.Option(help="Only this partner's.")] = "",
    status: Annotated[str, typer.Option(help="Only in this state, such as parked.")] = "",
    after: Annotated[str, typer.Option(help="Only after this message id.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    json: Json = False,
) -> None:
    """Messages, oldest first; `--direction out` gives the answers."""
    from gateway.cli.opening import open_to_read
    from gateway.errors import OperatorMistake
    from gateway.pipeline.asking import show

    if direction not in ("in", "out"):
        raise OperatorMistake(f'there is no direction "{direction}"', mend="in or out")
    with open_to_read() as conn:
        rows = show.list_messages(conn, direction=direction, partner=partner, status=status, after=after, limit=limit)
    columns = (
        ("id", "partner", "channel", "name", "status", "reason_code", "received_at")
        if direction == "in"
        else ("id", "kind", "to", "message", "status", "sent")
    )
    frame.print_rows(rows, columns, json=json)


@app.command("show")
def show_one(
    id: Id,
    provenance: Annotated[bool, typer.Option("--provenance", help="Also where each value stands.")] = False,
    json: Json = False,
) -> None:
    """One message: its documents with faults and results, and its answers; in JSON with provenance."""
    from gateway.cli.opening import open_to_read, read_configuration
    from gateway.pipeline.asking import show

    with open_to_read() as conn:
        try:
            message = show.show_message(conn, id)
        except KeyError:
            raise no_such_message(id) from None
        if json or provenance:
            message["provenance"] = show.show_provenance(conn, id, read_configuration(frame.settings()))
    if json:
        frame.print_json(message)
        return
    print_message(message)
    for document, places in message.get("provenance", {}).items():
        frame.say(f"{document} values:")
        for place in places:
            element = f"{place['tag']}{place['element']:02d}" if place["element"] else place["tag"]
            frame.say(
                f"  {place['path']} = {place['value']} from segment {place['segment']} {element} ({place['origin']})"
            )


@app.command()
def content(id: Id) -> None:
    """The bytes of a message, to stdout. Looking is no delivery: the partner still finds it in its mailbox."""
    from gateway.cli.opening import open_to_read
    from gateway.store.evidence import load_evidence

    with open_to_read() as conn:
        data = load_evidence(conn, [id]).get(id)
    if data is None:
        raise no_such_message(id)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@app.command()
def export(
    id: Id,
    to: Annotated[str, typer.Option(help="Folder to write into; it must be empty or not there.")],
    opened: Annotated[bool, typer.Option("--open", help="Also decrypt what was encrypted to us.")] = False,
    json: Json = False,
) -> None:
    """Content, raw request, MDN and certificates as files that OpenSSL alone can verify; README.txt says how."""
    from gateway.cli.opening import open_to_read
    from gateway.errors import OperatorMistake
    from gateway.partners import read_own_keys
    from gateway.pipeline.asking.export import export_message, open_keys
    from gateway.store.home import Home

    folder = Path(to)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OperatorMistake("is there already", file=to, mend="name a folder that is empty or not there")
    settings = frame.settings()
    keys = Home(settings.home).keys
    private = open_keys(read_own_keys(keys), settings) if opened else ()
    with open_to_read() as conn:
        files = export_message(conn, id, keys, private)
    if not files:
        raise no_such_message(id)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    if json:
        frame.print_json({"id": id, "to": folder, "files": sorted(files)})
    else:
        frame.say(f"wrote {' '.join(sorted(files))} to {folder}")


@app.command()
def alerts(
    after: Annotated[int, typer.Option(min=0, help="Only after this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    json: Json = False,
) -> None:
    """What a person should look at: parked messages, wrong carriers, overdue answers, failed deliveries."""
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.asking import show

    with open_to_read() as conn:
        rows = show.list_alerts(conn, after=after, limit=limit)
    columns = ("number", "at", "kind", "partner", "message", "text")
    frame.print_rows(rows, columns, json=json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Id, file name (its beginning), control or business number, digest.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    json: Json = False,
) -> None:
    """Messages that carry this text as an id, name or number, newest first. Contents are not searched."""
    from gateway.cli.opening import open_to_read
    from gateway.store.search import search_messages

    with open_to_read() as conn:
        found = search_messages(conn, text, limit=limit)
    frame.print_rows(found, ("id", "direction", "partner", "by", "name", "status", "at"), json=json)


def find_message(street: Any, id: str) -> dict[str, Any]:
    """All that is known of a message. Raises OperatorMistake when there is none."""
    try:
        message: dict[str, Any] = street.message(id)
    except KeyError:
        raise no_such_message(id) from None
    return message


def no_such_message(id: str) -> Exception:
    """What every command says about a message that is not there."""
    from gateway.errors import OperatorMistake

    return OperatorMistake(f"there is no message {id}", mend="crossdock message list")


def has_trouble(message: dict[str, Any]) -> bool:
    """True if the message is parked or faulty around its documents, or one of them did not get through."""
    documents = message.get("documents") or ()
    rejected = any(fault.get("rejects", True) for fault in message.get("faults") or ())
    return message["status"] == "parked" or rejected or any(one["status"] in TROUBLED for one in documents)


def print_message(message: dict[str, Any]) -> None:
    """The story of one message, for a person."""
    frame.say(
        f"{message['id']} {message.get('partner', '')}: {message['status']} {message.get('reason') or ''}".rstrip()
    )
    for document in message.get("documents") or ():
        frame.say(
            f"  {document['id']} {document.get('type', '')}: {document['status']} {document.get('reason') or ''}"
        )
        for fault in document.get("faults") or ():
            frame.say(f"    {describe_fault(fault)}")
        for event in document.get("events") or ():
            for case in event.get("outcomes") or ():
                if case["outcome"] == "case_opened":
                    frame.say(f"    case {case['case']} {case['code']}: {case['reason']}")
    for fault in message.get("faults") or ():
        frame.say(f"  {describe_fault(fault)}")
    for one in message.get("replays") or ():
        frame.say(f"  {one['at']} {one['document']} read anew {one['by']}: {len(one['difference'])} values otherwise")
    for one in message.get("history") or ():
        comment = f": {one['comment']}" if one["comment"] else ""
        frame.say(f"  {one['at']} {one['document']} {one['event']} {one['by']}".rstrip() + comment)
    for line in describe_transport(message["transport"]) if message.get("transport") else ():
        frame.say(f"  {line}")
    for answer in message.get("answers") or ():
        answer = answer if isinstance(answer, dict) else answer.__struct_fields__ and _as_dict(answer)
        frame.say(f"  answer {answer['kind']} to {answer['to']}: {answer['status']}")
        for segment in answer.get("segments") or ():
            frame.say("    " + "*".join(segment))
    if message["status"] == "parked" and message.get("direction") == "in":
        frame.say(f"  when the cause is mended: crossdock message replay {message['id']}")


def describe_fault(fault: Any) -> str:
    """`segment 7 N104: text (code 7, "X")`, with what is known of it and what the text does not say itself."""
    known = fault if isinstance(fault, dict) else _as_dict(fault)
    text, tag = known["text"], known.get("tag", "")
    element = f"{tag}{known['element']:02d}" if known.get("element") else tag
    place = [f"segment {known['segment']}"] if known.get("segment") and f"line {known['segment']}" not in text else []
    place += [element] if element and tag not in text else []
    value = f', "{known["value"]}"' if known.get("value") and known["value"] not in text else ""
    return f"{' '.join(place)}: {text} (code {known['code']}{value})".lstrip(": ")


def _as_dict(value: Any) -> dict[str, Any]:
    import msgspec

    built: dict[str, Any] = msgspec.to_builtins(value)
    return built
