"""`crossdock partner`: list, add and check partners. Works on the files of the home, never on the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.partners import Partner

app = typer.Typer(no_args_is_help=True, help="Partners and their agreements.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")]
PartnerId = Annotated[str, typer.Argument(metavar="ID", help="The partner's id, the name of its folder.")]


@app.command("list")
def list_partners(json: AsJson = False) -> None:
    """List the partners in force: kind, identities, and what is received and sent."""
    from gateway.partners import read_partners
    from gateway.resources import read_sources, search_roots, source_files

    home = frame.settings().home
    files = {p: f for p, f in source_files(search_roots(home), _folder(home)).items() if p.startswith("partners/")}
    partners = read_partners(read_sources(files))
    if json:
        for partner in partners:
            frame.print_json(_as_json(partner))
        return
    rows = [
        (p.id, p.kind, " ".join(p.identities.isa), " ".join(p.receive), " ".join(p.send), p.deliver.to)
        for p in partners
    ]
    frame.print_table(("partner", "kind", "isa", "receives", "sends", "delivery"), rows)


@app.command()
def new(
    partner: PartnerId,
    kind: Annotated[str, typer.Option(help="supplier, logistics, internal, customer or van.")] = "supplier",
    isa: Annotated[str, typer.Option(help="Its ISA id, qualifier:id.")] = "",
) -> None:
    """Write HOME/partners/ID/partner.yaml to fill in; refuses one that is there."""
    from gateway.errors import OperatorMistake
    from gateway.partners import read_partner

    folder = _folder(frame.settings().home) / partner
    file = folder / "partner.yaml"
    if file.exists():
        raise OperatorMistake("is there already", file=str(file), mend=f"crossdock partner check {partner}")
    text = _template(partner, kind, isa)
    read_partner(text.encode(), f"partners/{partner}/partner.yaml")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    frame.say(f"wrote {file}; fill it in, then: crossdock partner check {partner}")


@app.command()
def check(
    partner: Annotated[str, typer.Argument(metavar="[ID]", help="One partner; all without one.")] = "",
    json: AsJson = False,
) -> None:
    """Check partner files, with their guides and maps; exit code 1 when one is at fault."""
    from gateway.errors import OperatorMistake
    from gateway.mapping import load_configuration
    from gateway.partners import read_partners
    from gateway.resources import Mistake, Mistakes, read_sources, search_roots, source_files

    home = frame.settings().home
    roots, folder = search_roots(home), _folder(home)
    if partner.startswith("_"):
        folder = next((root / "partners" for root in roots if (root / "partners" / partner).is_dir()), folder)
    if partner and not (folder / partner / "partner.yaml").is_file():
        raise OperatorMistake("is not there", file=str(folder / partner / "partner.yaml"),
                              mend=f"crossdock partner new {partner}")  # fmt: skip
    mistakes: list[Mistake] = []
    try:
        files = read_sources(source_files(roots, folder, examples=partner.startswith("_")))
        load_configuration(roots, folder, examples=partner.startswith("_"))
        mistakes += _unmapped_agreements(files, [p for p in read_partners(files) if partner in ("", p.id)])
    except Mistakes as found:
        mistakes += found.mistakes
    mine = [m for m in mistakes if not partner or m.file.startswith(f"partners/{partner}/")]
    if json:
        listed = [{"file": m.file, "line": m.line, "text": m.text, "mend": m.mend} for m in mine]
        frame.print_json({"partner": partner or None, "mistakes": listed})
    else:
        for mistake in mine:
            frame.say(str(mistake))
        frame.say("fine" if not mine else f"{len(mine)} to mend")
    if mine:
        raise typer.Exit(frame.FAULTS)


def _unmapped_agreements(files: dict[str, bytes], partners: list[Partner]) -> list[Any]:
    """Agreements on documents that nothing here reads or writes."""
    from gateway.mapping import Configuration
    from gateway.mapping.compile import folder_of
    from gateway.resources import Mistake, did_you_mean

    folders = [folder for path in files if (folder := folder_of(path)) is not None]
    known = {folder.type for folder in folders} | {"997", "TA1", "999"}
    configuration = Configuration.from_files(files, check=False)
    found = []
    for partner in partners:
        file = f"partners/{partner.id}/partner.yaml"
        for type, agreement in (*partner.receive.items(), *partner.send.items()):
            if type not in known and agreement.meaning not in ("record", "pass"):
                found.append(
                    Mistake(file, None, f'{agreement.direction}: no map knows "{type}"', did_you_mean(type, known))
                )
                continue
            writes = agreement.direction == "send" and type not in ("997", "TA1", "999")
            if writes and configuration.map_to_write(partner.id, type) is None:
                found.append(Mistake(file, None, f"send: no map writes {type} in release {partner.x12.release}"))
    return found


def _folder(home: Path) -> Path:
    return home / "partners"


def _as_json(partner: Partner) -> dict[str, Any]:
    return {
        "partner": partner.id,
        "kind": partner.kind,
        "name": partner.name,
        "time_zone": partner.time_zone,
        "identities": partner.identities,
        "carries": partner.carries,
        "receive": {type: agreement.meaning for type, agreement in partner.receive.items()},
        "send": {type: agreement.meaning for type, agreement in partner.send.items()},
        "deliver": partner.deliver.to,
    }


def _template(partner: str, kind: str, isa: str) -> str:
    listed = f'["{isa}"]' if isa else "[]"
    group = f'["{isa.partition(":")[2]}"]' if isa else "[]"
    return f"""\
# The agreement with {partner}. Texts stay as written: 05 and NO are no numbers and no booleans.
partner: {partner}
kind: {kind}                      # supplier | logistics | internal | customer | van
time_zone: UTC                      # IANA name, as America/Detroit; tells their times where a document does not
identities: {{isa: {listed}, gs: {group}, party: [], as2: [], sftp: [], keys: [{partner}-main]}}
x12: {{release: "004010", duplicates: enforce}}
receive: {{"856": {{as: ShipmentNotified}}, "997": {{as: ack}}}}
send: {{"850": {{on: OrderPlaced}}, "997": {{}}, "861": {{on: discrepancies}}, "824": {{on: faults}}}}
deliver: {{to: mailbox}}              # http (with url and secret: env:NAME) | mailbox
terms: {{asn_due_minutes: 30, title_passes: receipt}}
"""
