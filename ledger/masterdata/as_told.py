"""Our parts as one partner knows them: for documents that we send. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.masterdata.snapshot import MasterData


def number_told(masterdata: MasterData, part: str, partner: str, day: date, qualifier: str = "VP") -> str:
    """The number of our part under the qualifier (BP the buyer's, VP the supplier's own), "" where none is known.

    What was agreed with the partner for the day comes first, then aliases, the partner's own before those of all,
    then what holds for everybody.
    """
    for name in _names(masterdata, part, partner, day):
        said, _, value = name.partition(":")
        if said == qualifier and value:
            return value
    return ""


def _names(masterdata: MasterData, part: str, partner: str, day: date) -> Iterator[str]:
    yield from _referred(masterdata, part, partner, day)
    known = masterdata.parts.get(part)
    aliases, own = known.aliases if known is not None else (), f"{partner}/"
    yield from (alias.removeprefix(own) for alias in aliases if alias.startswith(own))
    yield from (alias for alias in aliases if "/" not in alias.partition(":")[0])
    yield from _referred(masterdata, part, "", day)


def _referred(masterdata: MasterData, part: str, sender: str, day: date) -> Iterator[str]:
    """Identifiers that lead to it on the day and that nothing else has taken over since, the latest first."""
    known = masterdata.cross_references
    entries = [
        entry
        for entry in known.meaning("part", part)
        if entry.sender == sender and known.find("part", entry.identifier, sender, day) is entry
    ]
    entries.sort(key=lambda entry: (-(entry.valid_from or date.min).toordinal(), entry.number))
    return (entry.identifier for entry in entries)
