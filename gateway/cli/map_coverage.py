"""`crossdock map coverage`: what maps leave unread in the documents that really came."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame
from gateway.cli import map as maps
from gateway.cli import map_diff as map_diff
from gateway.cli.map import AsJson, Names, OfPartner, app

SHOWN_MAX = 30


@app.command()
def coverage(
    names: Names = None,
    partner: OfPartner = "",
    documents: Annotated[
        int, typer.Option(min=1, max=100_000, help="Stored documents of each map, the newest first.")
    ] = 1_000,
    json: AsJson = False,
) -> None:
    """Report what no rule looks at in stored documents, map by map: the place, how often, and what stands there."""
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.asking.coverage import cover

    configuration = maps.read_configuration(examples=False)
    paths = maps.paths_named(configuration, names)
    with open_to_read() as connection, frame.progress("reading stored documents"):
        found = list(cover(connection, configuration, paths, partner=partner, most=documents))
    if json:
        frame.print_json_lines(found)
        return
    for one in found:
        frame.say(f"{one.map}: {one.documents} documents, {one.whole} of them read whole")
        rows = [(f"  {u.place}", u.documents, u.times, u.sample) for u in one.unread[:SHOWN_MAX]]
        if rows:
            frame.print_table(("  place", "documents", "times", "such as"), rows)
        if len(one.unread) > SHOWN_MAX:
            frame.say(f"  and {len(one.unread) - SHOWN_MAX} places more")
    if not found:
        frame.warn("no stored document is read by any of these maps")
