"""`crossdock map`: check, run, write, test, show and draft maps. Works without a home.

Comparing two versions (`diff`) is in `gateway.cli.map_diff`, `coverage` in `gateway.cli.map_coverage`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.mapping import Configuration, Map, References
    from gateway.mapping.trios import Trio

app = typer.Typer(no_args_is_help=True, help="Mappings, in both directions.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")]
OfPartner = Annotated[str, typer.Option("--partner", help="Partner whose maps, guides and zone hold.")]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="[MAP]...", help="Parts of maps' paths (856, acme); all without one.")
]


@app.command()
def check(names: Names = None, json: AsJson = False) -> None:
    """Check maps: places against guides, fields against events, code tables; exit code 1 when one is at fault."""
    configuration = read_configuration(check=False)
    faulty = False
    for path in paths_named(configuration, names):
        mistakes = configuration.check_map(path)
        faulty = faulty or bool(mistakes)
        if json:
            listed = [mistake.members for mistake in mistakes]
            frame.print_json(
                {"map": path, "hash": "" if mistakes else configuration.map_at(path).hash, "mistakes": listed}
            )
        else:
            frame.say(f"{path}: " + ("fine" if not mistakes else f"{len(mistakes)} to mend"))
            for mistake in mistakes:
                frame.say(f"  {mistake.located}")
    if faulty:
        raise typer.Exit(frame.FAULTS)


@app.command()
def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A document in any known format; - is stdin.")],
    partner: OfPartner = "",
    map_name: Annotated[
        str, typer.Option("--map", help="Part of the path of the map to use, instead of the agreed.")
    ] = "",
    provenance: Annotated[bool, typer.Option("--provenance", help="Show where each value came from.")] = False,
    json: AsJson = False,
) -> None:
    """Read a file with its map and print the events; exit code 1 when anything in it is at fault."""
    from gateway.mapping import read_document

    configuration = read_configuration(examples=False)
    of = configuration.partners.get(partner) if partner else None
    documents, faults = _documents(configuration, frame.read_bytes(file), partner)
    for text in faults:
        frame.warn(f"{file}: {text}")
    faulty = bool(faults)
    for document in documents:
        found = _one(configuration, map_name) if map_name else configuration.map_for(partner, document)
        if found is None:
            frame.warn(f"{file}: no map reads {document.format} {document.type} {document.release}".rstrip())
            faulty = True
            continue
        reading = read_document(found, document, of, references=_references(found, partner))
        faulty = faulty or bool(reading.faults) or document.accepted is False
        _show_reading(found, document, reading, provenance, json)
    if faulty or not documents:
        raise typer.Exit(frame.FAULTS if documents else frame.CANNOT_RUN)


@app.command()
def write(
    file: Annotated[str, typer.Argument(metavar="EVENT", help="An event or advice as JSON; - is stdin.")],
    type: Annotated[str, typer.Option("--to", help="Document type to write (856, goods_receipt).")],
    partner: OfPartner = "",
    json: AsJson = False,
) -> None:
    """Write an event or advice as a document, without envelope; exit code 1 when it cannot be written whole."""
    import msgspec

    from gateway.errors import OperatorMistake
    from gateway.mapping import write_document
    from ledger.advices import AnyAdvice
    from ledger.events import AnyEvent

    configuration = read_configuration(examples=False)
    found = configuration.map_to_write(partner, type)
    if found is None:
        raise OperatorMistake(f'no map writes "{type}"', mend="crossdock map check lists the maps")
    try:
        wanted: Any = AnyAdvice if found.advice else AnyEvent
        value = msgspec.json.decode(frame.read_bytes(file), type=wanted)
    except msgspec.DecodeError as error:
        raise OperatorMistake(f"is no event: {error}", file=file) from error
    of = configuration.partners.get(partner)
    writing = write_document(found, value, of, references=_references(found, partner))
    for fault in writing.faults:
        frame.warn(fault.text)
    if json:
        frame.print_json(
            {"map": found.path, "segments": writing.segments, "faults": [f.text for f in writing.faults]}
        )
    elif writing.data:
        frame.say(writing.data.decode(found.file.encoding).rstrip("\r\n"))
    else:
        mark = of.x12.element if of is not None else "*"
        for segment in writing.segments:
            frame.say(mark.join(segment) + (of.x12.segment if of is not None else "~"))
    if any(fault.rejects for fault in writing.faults):
        raise typer.Exit(frame.FAULTS)


@app.command("test")
def run_samples(
    names: Names = None,
    update: Annotated[bool, typer.Option("--update", help="Keep what comes out as what is expected.")] = False,
    json: AsJson = False,
) -> None:
    """Run the samples of maps: input, expected result, and back again; exit code 1 when one differs."""
    from gateway.mapping.trios import find_trios, keep, run_trio

    configuration = read_configuration()
    ran = failed = 0
    for trio in find_trios(configuration, _roots()):
        if names and not any(name in trio.name for name in names):
            continue
        result = run_trio(configuration, trio)
        if result is None:
            continue
        if update and keep(configuration, trio, result):
            frame.warn(f"wrote {trio.expected}")
            result = run_trio(configuration, trio) or result
        ran += 1
        failed += bool(result.problems)
        _show_result(trio, result.problems, json)
    if not json:
        frame.say(f"{ran} samples, {failed} at fault")
    if failed or not ran:
        raise typer.Exit(frame.FAULTS if ran else frame.CANNOT_RUN)


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="MAP", help="Part of the path of a map.")]) -> None:
    """Print a map as it is in force, overlays laid over, each line with the file that says it."""
    from gateway.mapping.compiling.effective import effective_lines

    configuration = read_configuration(check=False)
    frame.print_table(
        ("field", "says", "said by"), effective_lines(configuration.files, path_named(configuration, name))
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of maps, for editors that complete keys and fields."""
    import json

    from gateway.mapping.compiling.schema import build_schema

    frame.say(json.dumps(build_schema(), indent=2, ensure_ascii=False))


@app.command()
def new(
    sample: Annotated[str, typer.Option("--from", metavar="SAMPLE", help="A document to draft a map from.")],
    partner: OfPartner = "",
    event: Annotated[
        str, typer.Option("--event", help="The event that a whole map is to make; the likeliest without one.")
    ] = "",
) -> None:
    """Draft a map from a document, on stdout: an overlay where a map reads it already, else a whole map.

    Each binding says how sure the draft is of it, and why: from the maps in force, the guide's own words and code
    lists, and what stands in the sample. Nothing leaves this machine.
    """
    from gateway.mapping.drafting.draft import draft_map

    configuration = read_configuration(examples=False)
    draft = draft_map(configuration, frame.read_bytes(sample), partner, event)
    if draft is None:
        frame.warn(f"{sample}: no format or guide here reads it")
        raise typer.Exit(frame.CANNOT_RUN)
    frame.say(draft.rstrip("\n"))


# --- what commands share -------------------------------------------------------------------------------------


def _roots() -> tuple[Path, ...]:
    from gateway.resources import search_roots

    return search_roots(frame.settings().home)


def read_configuration(*, check: bool = True, examples: bool = True) -> Configuration:
    """Everything under the home and the package. Raises OperatorMistake with all that is wrong.

    Examples are checked and tested with the rest, but take no part where a document is read or written for a partner.
    """

    from gateway.mapping import load_configuration

    return load_configuration(_roots(), check=check, examples=examples)


def _references(map: Map, partner: str) -> References | None:
    """What identifiers mean to the home's ledger, where the map asks and there is a home."""
    from gateway.store.home import Home

    if not map.refers or not Home(frame.settings().home).database.is_file():
        return None
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.reading.references import Referring
    from ledger import queries

    with open_to_read() as conn:
        return Referring(queries.masterdata(conn)).of(partner, frame.settings().clock()().date())


def paths_named(configuration: Configuration, names: list[str] | None) -> list[str]:
    from gateway.errors import OperatorMistake
    from gateway.resources import did_you_mean

    paths = [p for p in configuration.maps if not names or any(name in p for name in names)]
    if names and not paths:
        raise OperatorMistake(f'no map is called "{names[0]}"', mend=did_you_mean(names[0], configuration.maps))
    return paths


def path_named(configuration: Configuration, name: str) -> str:
    paths = paths_named(configuration, [name])
    exact = [p for p in paths if p in (name, f"mappings/{name}/map.yaml", f"partners/{name}/map.yaml")]
    return (exact or sorted(paths, key=len))[0]


def _one(configuration: Configuration, name: str) -> Map:
    return configuration.map_at(path_named(configuration, name))


def _documents(configuration: Configuration, data: bytes, partner: str) -> tuple[tuple[Any, ...], list[str]]:
    from gateway import x12
    from gateway.formats import recognise

    if recognise(data) == "x12":
        partners = configuration.partners

        def find(sender: Any, _receiver: Any, group_sender: str, _group_receiver: str) -> str:
            found = partners.by_isa(sender, group_sender)
            return partner or (found.id if found is not None else "")

        reading = x12.read(data, configuration.guides, partner_of=find)
        faults = [fault.text for fault in reading.faults]
        faults += [f"document {d.control.number}: {f.text}" for d in reading.documents for f in d.faults]
        return reading.documents, faults
    documents, found = configuration.read_file(partner, data)
    return documents, [fault.text for fault in (*found, *(f for d in documents for f in d.faults))]


def _show_reading(map: Map, document: Any, reading: Any, provenance: bool, json: bool) -> None:
    made = [*reading.events, *reading.advices]
    places = reading.provenance() if provenance else []
    if json:
        frame.print_json(
            {
                "map": map.path,
                "hash": map.hash,
                "document": document.control.number,
                "made": made,
                "faults": [fault.text for fault in reading.faults],
                "unmapped": {"text": str(reading.unmapped), "places": dict(reading.unmapped.places)},
                "provenance": [place._asdict() for place in places],
            }
        )
        return
    frame.say(f"{document.type} {document.control.number} read by {map.path}".replace("  ", " "))
    import msgspec

    for value in made:
        frame.say(msgspec.json.format(msgspec.json.encode(value, enc_hook=str)).decode())
    if places:
        at = "{0.tag}{0.element:02d}" if document.format == "x12" else "{0.tag}"
        rows = [(p.path, p.value, at.format(p), p.segment, p.origin, p.reference) for p in places]
        headings = ("field", "value", "from", "segment", "by", "reference")
        shown = len(headings) if any(p.reference for p in places) else len(headings) - 1
        frame.print_table(headings[:shown], [row[:shown] for row in rows])
    for fault in reading.faults:
        frame.say(f"fault: {fault.text}")
    if reading.unmapped:
        frame.say(f"{reading.unmapped}: " + ", ".join(f"{tag} ({n})" for tag, n in reading.unmapped.places))


def _show_result(trio: Trio, problems: tuple[str, ...], json: bool) -> None:
    if json:
        frame.print_json({"sample": trio.name, "ok": not problems, "problems": problems})
        return
    frame.say(f"{'fine ' if not problems else 'FAULT'} {trio.name}")
    for problem in problems:
        frame.say(f"      {problem}")
