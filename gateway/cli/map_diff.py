"""`crossdock map diff OLD NEW`: how two versions of a map differ, and what that makes of documents that came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from gateway.cli import frame
from gateway.cli import map as maps
from gateway.cli.map import AsJson, OfPartner, app

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.mapping import Configuration
    from gateway.pipeline.replaying.comparing import MapComparison


class Version(NamedTuple):
    """One version of a map: its virtual path, "" where a file does not say; what it is called; its bytes."""

    path: str
    name: str
    content: bytes


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A map (part of its path) or a file that holds one.")],
    new: Annotated[
        str, typer.Argument(metavar="[NEW]", help="What takes its place; without it OLD against what it extends.")
    ] = "",
    partner: OfPartner = "",
    documents: Annotated[
        int, typer.Option(min=0, max=10_000, help="Stored documents to try both on, the newest first.")
    ] = 100,
    books: Annotated[bool, typer.Option("--books/--no-books", help="Also rehearse what the ledger would do.")] = True,
    json: AsJson = False,
) -> None:
    """Show how two versions of a map differ: line by line, and on documents that were really received.

    For each stored document that they read differently: its events before and after, and what a replay with NEW would
    do to movements, balances, cases and answers. Nothing is changed. Exit code 1 when NEW cannot read one of them.
    """
    from gateway.errors import OperatorMistake
    from gateway.mapping.compiling.effective import base_of, compare_maps

    configuration = maps.read_configuration(check=False)
    after = _version(configuration, new or old)
    if new:
        before = _version(configuration, old)
    else:
        base = base_of(configuration.files | {after.path: after.content}, after.path) if after.path else None
        if base is None:
            raise OperatorMistake("extends nothing", file=after.name, mend="name another map to compare with")
        before = Version(base, base, configuration.files[base])
    path = after.path or _of_partner(before.path, partner)
    if before.path.startswith("partners/") and not path.startswith("partners/"):
        # What takes the place of an overlay stands where the overlay stood.
        path = before.path
    if not path:
        raise OperatorMistake("neither says which map it is", file=after.name, mend="name one by its path")
    older, newer = ({**configuration.files, path: one.content} for one in (before, after))
    _refuse_faulty(newer, path)
    named = (before.path or path) if before.path in configuration.files else path
    for difference in compare_maps(configuration.files if named != path else older, named, path, newer):
        if json:
            was, is_ = difference.before, difference.after
            frame.print_json(
                {
                    "path": difference.path,
                    "before": None if was is None else {"text": was.text, "origin": was.origin},
                    "after": None if is_ is None else {"text": is_.text, "origin": is_.origin},
                }
            )
            continue
        frame.say(difference.path)
        for sign, entry in (("-", difference.before), ("+", difference.after)):
            if entry is not None:
                frame.say(f"  {sign} {entry.text}    {entry.origin}")
    if not documents:
        return
    found = _on_documents(path, before, after, partner, documents, books)
    if found is None:
        return
    if json:
        frame.print_json(found)
    else:
        _show(found)
    if any(one.refused for one in found.documents):
        raise typer.Exit(frame.FAULTS)


def _version(configuration: Configuration, name: str) -> Version:
    """A file on disk, else a map that is known by part of its path."""
    from gateway.mapping.compiling.compile import folder_of

    file = Path(name)
    if file.is_file():
        parts = file.resolve().parts
        starts = [n for n, part in enumerate(parts) if part in ("mappings", "partners")]
        paths = ["/".join(parts[n:]) for n in reversed(starts)]
        return Version(next((path for path in paths if folder_of(path)), ""), name, file.read_bytes())
    path = maps.path_named(configuration, name)
    return Version(path, path, configuration.files[path])


def _of_partner(path: str, partner: str) -> str:
    """Where a partner's own map stands that takes the place of the one at a path."""
    if not (path and partner):
        return path
    inside = path.split("/")[2:] if path.startswith("partners/") else path.split("/")[1:]
    return "/".join(("partners", partner, *inside))


def _refuse_faulty(files: Mapping[str, bytes], path: str) -> None:
    from gateway.mapping import Configuration
    from gateway.resources import Mistakes

    if mistakes := Configuration.from_files(files, check=False).check_map(path):
        raise Mistakes(mistakes)


def _on_documents(
    path: str, before: Version, after: Version, partner: str, most: int, with_books: bool
) -> MapComparison | None:
    """None where there is no home, and so no document."""
    from gateway.cli.opening import open_street
    from gateway.pipeline.desk.commands import MapsOf
    from gateway.store.home import Home

    if not Home(frame.settings().home).database.is_file():
        frame.warn("there is no home here, and so no document to try them on")
        return None
    with open_street() as street, frame.progress("reading stored documents"):
        given = MapsOf(
            path=path, before={path: before.content}, after={path: after.content}, partner=partner, most=most,
            with_books=with_books,
        )  # fmt: skip
        found = street.compare_maps(given)
    if not found.read:
        frame.warn("no stored document is read by it")
        return None
    return found


def _show(found: MapComparison) -> None:
    from gateway.cli.message_replay import print_document

    for one in found.documents:
        print_document(one, done=False)
    refused = sum(bool(one.refused) for one in found.documents)
    told = f", {refused} of them cannot be" if refused else ""
    frame.say(f"{found.read} stored documents tried, {len(found.documents)} would read differently{told}")
