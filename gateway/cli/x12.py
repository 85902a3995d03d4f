"""`crossdock x12`: check, acknowledge and show X12 files, list the guides that are known. Works without a home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.document import Delimiters, Document, Fault, Party
    from gateway.x12 import Group, Guides, Interchange, Reading

app = typer.Typer(no_args_is_help=True, help="Check, acknowledge and show X12.")

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="X12 files; - is stdin.")]
OneFile = Annotated[str, typer.Argument(metavar="FILE", help="An X12 file; - is stdin.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")]
OfPartner = Annotated[str, typer.Option("--partner", help="Check by this partner's guides, whoever the ISA names.")]


@app.command()
def check(files: Files, json: AsJson = False, partner: OfPartner = "") -> None:
    """Check X12 files against the guides in force: exit code 1 when anything is at fault."""
    guides, partner_of = _configuration(partner)
    worst, readable = 0, False
    for file in files:
        reading = _read(file, guides, partner_of, trees=False)
        readable = readable or bool(reading.interchanges)
        worst = max(worst, frame.FAULTS if any(_all_faults(reading)) or not reading.accepted else 0)
        if json:
            frame.print_json({"file": file, **_reading_json(reading)})
        else:
            _tell(file, reading)
    if worst:
        raise typer.Exit(worst if readable else frame.CANNOT_RUN)


@app.command()
def ack(
    file: OneFile,
    json: AsJson = False,
    partner: OfPartner = "",
    control: Annotated[int, typer.Option(help="First control number of the answers.", min=1)] = 1,
) -> None:
    """Print the TA1 and 997 that answer a file, one interchange for each received; exit 1 when it is at fault."""
    guides, partner_of = _configuration(partner)
    reading = _read(file, guides, partner_of, trees=False)
    if not reading.interchanges:
        for fault in reading.faults:
            frame.warn(f"{file}: {fault.text}")
        raise typer.Exit(frame.CANNOT_RUN)
    now = frame.settings().clock()()
    for number, interchange in enumerate(reading.interchanges, control):
        answer = _answer(interchange, guides, number, now, partner_of)
        if json:
            frame.print_json(_answer_json(interchange, answer))
        elif answer:
            frame.say(answer.decode("latin-1").rstrip("\n"))
        else:
            frame.warn(f"interchange {interchange.control}: nothing to answer")
    if any(_all_faults(reading)):
        raise typer.Exit(frame.FAULTS)


@app.command()
def show(file: OneFile, partner: OfPartner = "") -> None:
    """Print a file readably: loops indented, faults beneath the segment on which they stand."""
    from gateway import x12

    guides, partner_of = _configuration(partner)
    reading = _read(file, guides, partner_of, trees=True)
    frame.say(x12.show(reading).rstrip("\n"))
    if not reading.interchanges:
        raise typer.Exit(frame.CANNOT_RUN)


@app.command()
def guides(json: AsJson = False) -> None:
    """List the guides that are known: base guides, and what partners changed in them."""
    known, _partner_of = _configuration("")
    loaded = known.load_all()
    if json:
        frame.print_json_lines(
            {
                "set": guide.set_id,
                "release": guide.release,
                "group": guide.group_id,
                "partner": guide.partner or None,
                "hash": guide.hash,
                "file": guide.file,
                "changes": guide.origins,
            }
            for guide in loaded
        )
        return
    frame.print_table(
        ("release", "set", "group", "partner", "hash", "file"),
        ((g.release, g.set_id, g.group_id, g.partner, g.hash[:12], g.file) for g in loaded),
    )


# --- what is in force ---------------------------------------------------------------------------------------------

PartnerOf = Callable[["Party", "Party", str, str], str]


def _configuration(partner: str) -> tuple[Guides, PartnerOf]:
    """Guides and the way to a partner; a home is used if there is one."""
    from gateway import resources
    from gateway.errors import OperatorMistake
    from gateway.partners import read_partners
    from gateway.x12 import Guides

    home: Path = frame.settings().home
    sources = resources.read_sources(resources.source_files(resources.search_roots(home)))
    partners = read_partners(sources)
    if partner and partners.get(partner) is None:
        raise OperatorMistake(
            f'unknown partner "{partner}"', mend=resources.did_you_mean(partner, [p.id for p in partners])
        )

    def partner_of(sender: Party, receiver: Party, group_sender: str, group_receiver: str) -> str:
        found = partners.by_isa(sender, group_sender)
        return partner or (found.id if found else "")

    return Guides(sources), partner_of


def _read(file: str, guides: Guides, partner_of: PartnerOf, *, trees: bool) -> Reading:
    from gateway import x12

    return x12.read(frame.read_bytes(file), guides, partner_of=partner_of, trees=trees)


# --- how it is told -----------------------------------------------------------------------------------------------


def _all_faults(reading: Reading) -> Iterator[Fault]:
    yield from reading.faults
    for interchange in reading.interchanges:
        yield from interchange.faults
        for group in interchange.groups:
            yield from group.faults
    for document in reading.documents:
        yield from document.faults


def _reading_json(reading: Reading) -> dict[str, Any]:
    interchanges = [_interchange_json(interchange) for interchange in reading.interchanges]
    return {"accepted": reading.accepted, "interchanges": interchanges, "faults": _faults_json(reading.faults)}


def _interchange_json(interchange: Interchange) -> dict[str, Any]:
    return {
        "control": interchange.control,
        "version": interchange.version,
        "test": interchange.test,
        "faults": _faults_json(interchange.faults),
        "groups": [_group_json(group) for group in interchange.groups],
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "control": group.control,
        "version": group.version,
        "faults": _faults_json(group.faults),
        "documents": [_document_json(document) for document in group.documents],
    }


def _document_json(document: Document) -> dict[str, Any]:
    return {
        "set": document.type,
        "control": document.control.number,
        "accepted": document.accepted,
        "guide": document.guide or None,
        "faults": _faults_json(document.faults),
    }


def _faults_json(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "segment": fault.segment,
            "tag": fault.tag or None,
            "element": fault.element,
            "component": fault.component,
            "code": fault.code,
            "value": fault.value,
            "text": fault.text,
            "level": fault.level,
            "rejects": fault.rejects,
        }
        for fault in faults
    ]


def _tell(file: str, reading: Reading) -> None:
    for fault in reading.faults:
        frame.say(f"{file}: {fault.text}")
    for interchange in reading.interchanges:
        where = f"{file}: interchange {interchange.control}"
        _tell_faults(where, interchange.faults)
        for group in interchange.groups:
            _tell_faults(f"{where} group {group.control}", group.faults)
            for document in group.documents:
                verdict = {True: "accepted", False: "refused", None: "not checked"}[document.accepted]
                noted = ", errors noted" if document.accepted and document.faults else ""
                name = f"{where} {document.type} {document.control.number}"
                frame.say(f"{name}: {verdict}{noted}, {document.segment_count} segments")
                _tell_faults(f"{file}: {document.type} {document.control.number}", document.faults)


def _tell_faults(where: str, faults: Sequence[Fault]) -> None:
    for fault in faults:
        place = f" segment {fault.segment} {fault.tag}" if fault.segment else ""
        note = "" if fault.rejects else " (noted)"
        text = "".join(letter if letter.isprintable() else "?" for letter in fault.text)
        frame.say(f"{where}{place}: {fault.code} {text}{note}")


# --- what answers -------------------------------------------------------------------------------------------------


def _answer(interchange: Interchange, guides: Guides, number: int, now: Any, partner_of: PartnerOf) -> bytes:
    """The answering interchange, a segment a line; empty when nothing answers. Numbers count up from `number`."""
    from gateway import x12

    delimiters = _usable(interchange.delimiters)
    plan = x12.plan_acks(interchange, delimiters=delimiters)
    if plan.ta1 is None and not plan.groups:
        return b""
    groups = tuple(
        x12.OutgoingGroup(
            id="FA",
            sender=group.group_sender,
            receiver=group.group_receiver,
            control=number + at,
            version=group.version,
            documents=(x12.OutgoingDocument(set_id="997", control="0001", segments=group.segments),),
        )
        for at, group in enumerate(plan.groups)
    )
    return x12.write_interchange(
        groups,
        guides,
        sender=interchange.receiver,
        receiver=interchange.sender,
        control=number,
        now=now,
        test=interchange.test,
        partner_id=partner_of(interchange.sender, interchange.receiver, "", ""),
        delimiters=delimiters,
        acks=() if plan.ta1 is None else (plan.ta1,),
        line_break="" if delimiters.segment in "\r\n" else "\n",
    )


def _usable(delimiters: Delimiters) -> Delimiters:
    """The partner's own delimiters, made whole where its ISA left one out."""
    return delimiters if delimiters.component else delimiters._replace(component=">")


def _answer_json(interchange: Interchange, answer: bytes) -> dict[str, Any]:
    delimiters = _usable(interchange.delimiters)
    text = answer.decode("latin-1")
    raws = [raw.strip("\r\n") for raw in text.split(delimiters.segment)]
    segments = [raw.split(delimiters.element) for raw in raws if raw]
    kinds = [segment[0] for segment in segments]
    kind = "997" if "AK1" in kinds else "TA1" if "TA1" in kinds else None
    return {"answers": interchange.control, "kind": kind, "to": str(interchange.sender), "segments": segments}
