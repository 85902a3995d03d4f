"""Cross-references as CSV, and what is wrong with one before it is recorded. Knows no file, no database and no HTTP.

The ledger refuses what can mean nothing; here stands, too, what is probably a slip: a part or partner not known yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, get_args

from gateway.masterdata.cells import read_date, read_flag, read_id, read_number, read_one_of, read_text
from gateway.masterdata.tables import Column, Table
from gateway.resources import did_you_mean
from ledger.events import AnyEvent, CrossReferenced, CrossReferenceDefined, cross_reference_number
from ledger.masterdata import CrossReference, MasterData
from ledger.masterdata.cross_references import mistake_in_cross_reference

KINDS: tuple[str, ...] = get_args(CrossReferenced)


def build(**said: Any) -> CrossReferenceDefined:
    """The event with the number that follows from what it says."""
    named = {name: said.get(name) or "" for name in ("of", "identifier", "sender", "within")}
    number = cross_reference_number(**named, valid_from=said.get("valid_from"))
    return CrossReferenceDefined(number=number, **said)


def changed_entry(entry: CrossReference, **changed: Any) -> CrossReferenceDefined:
    """The event that says of an entry what it says now, but for `changed`."""
    fields = set(CrossReference.__struct_fields__) - {"number", "actor", "recorded_at"}
    return build(**{name: getattr(entry, name) for name in fields} | changed)


def mistakes_in(
    event: CrossReferenceDefined, known: MasterData, partners: Collection[str] | None = None
) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it). `partners` are ours by id; None leaves its sender unchecked."""
    mistake = mistake_in_cross_reference(event)
    if mistake:
        yield "identifier", mistake
        return
    if event.withdrawn:
        return
    if partners is not None and event.sender and event.sender not in partners:
        yield "sender", f"is no partner ({did_you_mean(event.sender, partners) or 'crossdock partner list'})"
    if event.within:
        within: Collection[str] = known.parts if event.of == "unit" else known.sites
        if event.within not in within:
            yield "within", f"is no {'part' if event.of == 'unit' else 'site'} that we know; import it first"
            return
    if not _is_known(event, known):
        yield "means", f"is no {'supplier' if event.of == 'party' else event.of} that we know; import it first"


def _is_known(event: CrossReferenceDefined, known: MasterData) -> bool:
    match event.of:
        case "part":
            return event.means in known.parts
        case "site":
            return event.means in known.sites
        case "party":
            return event.means in known.suppliers
        case "location":
            sites = [event.within] if event.within else known.sites
            return any((site, event.means) in known.locations for site in sites)
        case _:
            # Units are a standard's, not ours; one for a single part has to lead to its base unit or to a factor.
            return not event.within or known.factor(event.within, event.means) is not None


def _mistakes(event: AnyEvent, known: MasterData) -> Iterable[tuple[str, str]]:
    return mistakes_in(event, known) if isinstance(event, CrossReferenceDefined) else ()


def table(partners: Collection[str] | None = None) -> Table:
    """The table of cross-references whose senders are checked against our partners' ids."""

    def mistakes(event: AnyEvent, known: MasterData) -> Iterable[tuple[str, str]]:
        return mistakes_in(event, known, partners) if isinstance(event, CrossReferenceDefined) else ()

    return CROSS_REFERENCES._replace(mistakes=mistakes)


def row_of(entry: CrossReference) -> dict[str, str]:
    """One row of the table; who and when are shown and not read."""
    return {
        "of": entry.of,
        "sender": entry.sender,
        "identifier": entry.identifier,
        "means": entry.means,
        "within": entry.within,
        "numerator": str(entry.numerator),
        "denominator": str(entry.denominator),
        "valid_from": str(entry.valid_from or ""),
        "valid_to": str(entry.valid_to or ""),
        "withdrawn": "Y" if entry.withdrawn else "N",
        "note": entry.note,
        "recorded_by": entry.actor.id if entry.actor else "",
        "recorded_at": entry.recorded_at.isoformat() if entry.recorded_at else "",
    }


def _rows(known: MasterData) -> Iterator[dict[str, str]]:
    for _, entry in sorted(known.cross_references.by_number.items()):
        yield row_of(entry)


CROSS_REFERENCES = Table(
    "xref",
    (
        Column("of", read_one_of(*KINDS), "part, unit, site, location or party", required=True),
        Column("sender", read_id, "partner in whose documents it means that; everybody's if empty"),
        Column("identifier", read_text, "as sent: BP:4711, VP:77, 92:PLT07, x12:ZZ, A-01", required=True),
        Column("means", read_text, "our part number, unit, site, location or supplier", required=True),
        Column("within", read_text, "of a unit the part, of a location the site; everywhere if empty"),
        Column("numerator", read_number, "of a unit: one is numerator/denominator of what it means; 1 if empty"),
        Column("denominator", read_number, "1 if empty"),
        Column("valid_from", read_date, "first day of documents for which it holds"),
        Column("valid_to", read_date, "last day"),
        Column("withdrawn", read_flag, "Y: taken back"),
        Column("note", read_text, "words for people"),
        Column("recorded_by", read_text, "who said so; not read", is_shown_only=True),
        Column("recorded_at", read_text, "when; not read", is_shown_only=True),
    ),
    lambda row: build(**row),
    _rows,
    mistakes=_mistakes,
)
