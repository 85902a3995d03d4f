"""`crossdock x12 guides`: list the guides that are known; show one as text, as JSON, or as the page for a partner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.partners import Partner, Partners
    from gateway.x12 import Example, Guide, Guides


def guides(
    guide: Annotated[str, typer.Argument(metavar="GUIDE", help="A set (856), or release and set (004010/856).")] = "",
    partner: Annotated[str, typer.Option("--partner", help="With this partner's overlay.")] = "",
    html: Annotated[bool, typer.Option("--html", help="The guide as one HTML page, to hand to the partner.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")] = False,
) -> None:
    """List the guides that are known, or show one: segments, usage, codes with meanings, origin of each line."""
    from gateway import resources, x12
    from gateway.errors import OperatorMistake
    from gateway.partners import read_partners

    roots = resources.search_roots(frame.settings().home)
    sources = resources.read_sources(resources.source_files(roots))
    known, partners = x12.Guides(sources), read_partners(sources)
    if partner and partners.get(partner) is None:
        mend = resources.did_you_mean(partner, [p.id for p in partners])
        raise OperatorMistake(f'unknown partner "{partner}"', mend=mend)
    if not guide:
        if html:
            raise OperatorMistake("no guide is named", mend="crossdock x12 guides 856 --html")
        _list(known, partner, json)
        return
    found = _find(known, guide, partner, partners)
    if html:
        whose = partners.get(partner) if partner else None
        example = _example(known, found, partner, roots)
        name = (whose.name or whose.id) if whose else ""
        frame.write_page(x12.guide_page(found, known, partner=name, about=list(_about(whose)), example=example))
    elif json:
        frame.print_json(x12.guide_json(found, known.describe(found)[0]))
    else:
        for line in x12.guide_lines(found, known.describe(found)[0]):
            frame.say(line)


def _list(known: Guides, partner: str, json: bool) -> None:
    loaded = [guide for guide in known.load_all() if not partner or guide.partner in ("", partner)]
    if json:
        frame.print_json_lines(
            {
                "set": guide.set_id,
                "release": guide.release,
                "name": guide.name,
                "direction": guide.direction or None,
                "group": guide.group_id,
                "loops": guide.loops(),
                "partner": guide.partner or None,
                "hash": guide.hash,
                "file": guide.file,
                "changes": guide.origins,
            }
            for guide in loaded
        )
        return
    frame.print_table(
        ("release", "set", "name", "direction", "group", "loops", "overlay of", "changes"),
        (
            (
                guide.release, guide.set_id, guide.name, guide.direction, guide.group_id, " ".join(guide.loops()),
                guide.partner, len(guide.origins) or "",
            )
            for guide in loaded
        ),
    )  # fmt: skip


def _find(known: Guides, wanted: str, partner: str, partners: Partners) -> Guide:
    """The guide by `856`, `004010/856` or `x12/004010/856`; a set alone means the partner's release, else 004010."""
    from gateway.errors import OperatorMistake
    from gateway.resources import did_you_mean

    release, _, set_id = wanted.removeprefix("x12/").rpartition("/")
    whose = partners.get(partner) if partner else None
    releases = [release] if release else [whose.x12.release[:6] if whose else "", "004010", *known.releases]
    for one in filter(None, dict.fromkeys(releases)):
        found = known.find(partner, "", one, set_id)
        if found is not None:
            return found
    there = [f"{one}/{each}" for one in known.releases for each in known.sets(one)]
    raise OperatorMistake(f'no guide "{wanted}"', mend=did_you_mean(wanted, there) or "crossdock x12 guides")


def _about(partner: Partner | None) -> Iterator[tuple[str, str]]:
    """What the agreement says of the envelope."""
    if partner is None:
        return
    terms = partner.x12
    for name, values in (
        ("your interchange id", partner.identities.isa),
        ("your group id", partner.identities.gs),
        ("our interchange id", (terms.our_isa,)),
        ("our group id", (terms.our_gs,)),
    ):
        if any(values):
            yield name, ", ".join(values)
    yield "separators we write", f"element {terms.element} component {terms.component} segment {terms.segment}"


_EXAMPLE_SEGMENTS_MAX = 60
"""A longer sample says no more on a page."""


def _example(known: Guides, guide: Guide, partner: str, roots: tuple[Path, ...]) -> Example | None:
    """A sample that this very guide accepts: the partner's own go before those beside the base guide.

    `example.sample.edi` where there is one, else the one that shows most and is still short enough for a page.
    """
    from gateway import x12

    below = f"x12/{guide.release}/{guide.set_id}"
    folders = [root / "partners" / partner / below for root in roots if partner]
    folders += [root / "mappings" / below for root in roots]
    for folder in folders:
        found: list[tuple[bool, int, Example]] = []
        for path in sorted(folder.glob("*.sample.edi")):
            data = path.read_bytes()
            reading = x12.read(data, known, partner_of=lambda *_parties: partner)
            size = sum(document.segment_count for document in reading.documents)
            if reading.accepted and any(document.guide == guide.hash for document in reading.documents):
                name = path.name.removesuffix(".sample.edi")
                shows = size if size <= _EXAMPLE_SEGMENTS_MAX else -size
                found.append((name == "example", shows, x12.Example(name, data.decode("latin-1"), reading)))
        if found:
            return max(found, key=lambda one: one[:2])[2]
    return None
