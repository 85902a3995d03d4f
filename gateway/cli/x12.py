"""`crossdock x12`: check, acknowledge and show X12 files, list the guides that are known. Works without a home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.x12_ack import PartnerOf, agreed_answers, answer_json, write_answer
from gateway.cli.x12_guides import guides
from gateway.cli.x12_json import reading_json

if TYPE_CHECKING:
    from gateway.document import Fault, Party
    from gateway.x12 import Guides, Reading

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
            frame.print_json({"file": file, **reading_json(reading)})
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
    answer_by: Annotated[str, typer.Option("--as", help="997 or 999, whatever is agreed.")] = "",
) -> None:
    """Print the TA1 and 997 or 999 that answer a file, one interchange for each received; exit 1 if it is at fault.

    From release 005010 on a 999 answers unless the partner's agreement names the 997; before that always a 997.
    """
    guides, partner_of = _configuration(partner)
    agreed = agreed_answers(answer_by)
    reading = _read(file, guides, partner_of, trees=True)
    if not reading.interchanges:
        for fault in reading.faults:
            frame.warn(f"{file}: {fault.text}")
        raise typer.Exit(frame.CANNOT_RUN)
    now = frame.settings().clock()()
    for number, interchange in enumerate(reading.interchanges, control):
        answer = write_answer(interchange, guides, number, now, partner_of, agreed)
        if json:
            frame.print_json(answer_json(interchange, answer))
        elif answer:
            frame.say(answer.decode("latin-1").rstrip("\n"))
        else:
            frame.warn(f"interchange {interchange.control}: nothing to answer")
    if any(_all_faults(reading)):
        raise typer.Exit(frame.FAULTS)


@app.command()
def show(
    file: OneFile,
    partner: OfPartner = "",
    html: Annotated[bool, typer.Option("--html", help="One self-contained HTML page on stdout.")] = False,
    brief: Annotated[bool, typer.Option("--brief", help="One segment a line, as it came.")] = False,
    json: AsJson = False,
) -> None:
    """Print a file readably: names, meanings, the HL tree as indentation, faults where they stand."""
    from gateway import x12

    guides, partner_of = _configuration(partner)
    reading = _read(file, guides, partner_of, trees=True)
    if html:
        frame.write_page(x12.document_page(reading, guides, name="" if file == "-" else Path(file).name))
    elif json:
        frame.print_json_lines(x12.show_values(reading, guides))
    else:
        for line in x12.show_lines(reading, guides, brief=brief):
            frame.say(line)
    if not reading.interchanges:
        raise typer.Exit(frame.CANNOT_RUN)


app.command()(guides)


# --- what is in force ---------------------------------------------------------------------------------------------


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
        place = f" line {fault.line}" if fault.line else ""
        place += f" segment {fault.segment} {fault.tag}" if fault.segment else ""
        note = "" if fault.rejects else " (noted)"
        text = "".join(letter if letter.isprintable() else "?" for letter in fault.text)
        frame.say(f"{where}{place}: {fault.code} {text}{note}")
