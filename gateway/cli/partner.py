"""`crossdock partner`: list and check partners. Works on the files of the home, never on the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame, partner_keys, partner_new, partner_show, partner_walk

if TYPE_CHECKING:
    from gateway.partners import Partner
    from gateway.partners.trust import Concern

app = typer.Typer(no_args_is_help=True, help="Partners and their agreements.")
app.command("new")(partner_new.new)
app.command("show")(partner_show.show)
app.command("test")(partner_walk.walk)
app.add_typer(partner_keys.app, name="keys")

AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")]
PartnerId = Annotated[str, typer.Argument(metavar="ID", help="The partner's id, the name of its folder.")]


@app.command("list")
def list_partners(json: AsJson = False) -> None:
    """List the partners in force: kind, identities, and what is received and sent."""
    from gateway.cli.opening import read_partner_files

    partners = read_partner_files(frame.settings())
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
def check(
    partner: Annotated[str, typer.Argument(metavar="[ID]", help="One partner; all without one.")] = "",
    json: AsJson = False,
) -> None:
    """Check partner files, with their guides, maps and certificates; exit code 1 when one is at fault."""
    from gateway.errors import OperatorMistake
    from gateway.mapping import load_configuration
    from gateway.partners import read_partners
    from gateway.pipeline.asking.trust import mistakes_in_certificates
    from gateway.resources import Mistake, Mistakes, read_sources, search_roots, source_files

    home = frame.settings().home
    roots, folder = search_roots(home), _folder(home)
    if partner.startswith("_"):
        folder = next((root / "partners" for root in roots if (root / "partners" / partner).is_dir()), folder)
    if partner and not (folder / partner / "partner.yaml").is_file():
        raise OperatorMistake("is not there", file=str(folder / partner / "partner.yaml"),
                              mend=f"crossdock partner new {partner}")  # fmt: skip
    mistakes: list[Mistake] = []
    files: dict[str, bytes] = {}
    try:
        files = read_sources(source_files(roots, folder, examples=partner.startswith("_")))
        load_configuration(roots, folder, examples=partner.startswith("_"))
        chosen = [p for p in read_partners(files) if partner in ("", p.id)]
        mistakes += _unmapped_agreements(files, chosen)
        mistakes += mistakes_in_certificates(chosen)
    except Mistakes as found:
        mistakes += found.mistakes
    mine = [m for m in mistakes if not partner or m.file.startswith(f"partners/{partner}/")]
    concerns = _concerns(files, partner) if not mistakes else []
    if json:
        listed = [{"file": m.file, "line": m.line, "text": m.text, "mend": m.mend} for m in mine]
        warnings = [{"text": one.text, "mend": one.mend} for one in concerns]
        frame.print_json({"partner": partner or None, "mistakes": listed, "warnings": warnings})
    else:
        for mistake in mine:
            frame.say(str(mistake))
        for concern in concerns:
            frame.say(f"warning: {concern.text}" + (f" ({concern.mend})" if concern.mend else ""))
        frame.say("fine" if not mine else f"{len(mine)} to mend")
    if mine:
        raise typer.Exit(frame.FAULTS)


def _concerns(files: dict[str, bytes], partner: str) -> list[Concern]:
    """What is legal and yet will bite: certificates that are missing, end or leave a gap."""
    from gateway.partners import read_own_keys, read_partners
    from gateway.pipeline.asking.trust import list_concerns
    from gateway.store.home import Home

    settings = frame.settings()
    chosen = [one for one in read_partners(files) if partner in ("", one.id)]
    return list_concerns(chosen, read_own_keys(Home(settings.home).keys), settings.clock()())


def _unmapped_agreements(files: dict[str, bytes], partners: list[Partner]) -> list[Any]:
    """Agreements on documents that nothing here reads or writes."""
    from gateway.mapping import Configuration
    from gateway.mapping.compiling.compile import folder_of
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
