"""`xref:` of a rule: a partner's identifier becomes ours when it is read, and ours the partner's when it is written.

Knows no master data: what identifiers mean is asked of `References`, which whoever reads or writes brings along.
Without any (a sample, a draft) identifiers stay as they are. What nobody knows is a miss, and the rule says what
becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from gateway.mapping.compiling.targets import Target
from gateway.mapping.compiling.vocabulary import XREF
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.places import Place
from gateway.resources import Entry
from ledger.events import PART_QUALIFIERS

KINDS = ("part", "unit", "site", "location", "party")
MISSES = ("pass", "fault", "null")
"""What becomes of an identifier that nobody knows: it goes on as sent and waits, it is a fault, it is not there."""
UNKNOWN_REFERENCE = "unknown_reference"
"""Code of the fault of a miss."""
LEFT_OUT = "reference_left_out"
"""Code of what is told of a miss with `miss: null`; it refuses nothing."""
DAYS = ("shipped_at", "occurred_at")
"""Fields that tell the day of a document, in this order; its cross-references are those of that day."""

_WITHIN = {"unit": ("part_number",), "location": ("place", "ship_to", "from_place")}
"""Fields that say of which part, and in which site, where the rule does not."""


class Meant(NamedTuple):
    """What an identifier is on the other side, and what says so: the number of a cross-reference, or `masterdata`."""

    text: str
    via: str


class References(Protocol):
    """What identifiers mean between us and one partner. `day` is None where a document tells none: then today."""

    def ours(self, of: str, said: tuple[str, ...], within: str, day: date | None) -> Meant | None:
        """Our name of what a document says; of several identifiers the first that is known. None for a miss."""

    def told(self, of: str, qualifiers: tuple[str, ...], day: date | None) -> dict[str, str]:
        """Our names that were already told of identifiers with these qualifiers, by the bare identifier, as long as
        they hold: whoever asks for many at once looks here first, and leaves here what it was told."""

    def theirs(self, of: str, ours: str, qualifiers: tuple[str, ...], within: str, day: date | None) -> Meant | None:
        """The partner's name of ours, None where nobody knows one."""


class Xref(NamedTuple):
    """A rule's reference, compiled."""

    of: str
    qualifiers: tuple[str, ...] = ()
    """Of a part: BP the buyer's number, VP the supplier's own; the first is the one that is written."""
    within: str = ""
    """Field that says within what it is meant: of a unit the part, of a location the site."""
    miss: str = "pass"
    late: bool = False
    """It is told once other fields are known: its day, or what it is within; else its converter tells it."""


def read_xref(entry: Entry, target: Target | None, places: tuple[tuple[Place, ...], ...], fields: Mapping[str, Any],
              required: bool) -> Xref | None:  # fmt: skip
    """`xref: part`, or `xref: {of: unit, within: part_number, miss: fault}`; None with its mistakes noted."""
    keys = {"of": entry} if isinstance(entry.value, str) else entry.mapping(XREF)
    before = len(entry.mistakes)
    if "of" not in keys:
        entry.note(f"xref: says of what, one of {', '.join(KINDS)}", "xref: part")
        return None
    of = keys["of"].choice(KINDS, "part", "kind of identifier")
    if target is None or target.shape != "text":
        entry.note(f"xref: names one text, and {entry.path[-2]} is {'no field' if target is None else target.shape}")
    elif target.choices:
        entry.note(f"xref: {target.name} takes {', '.join(c for c in target.choices if c)}, which no partner names")
    miss = keys["miss"].choice(MISSES, "pass", "policy") if "miss" in keys else "pass"
    if miss == "null" and (required or (target is not None and target.required)):
        keys["miss"].note(f"miss: null leaves out {entry.path[-2]}, which is required", "pass or fault")
    qualifiers: tuple[str, ...] = ()
    if of == "part":
        pairs = tuple(q for parts in places for place in parts for q in place.pair if q in PART_QUALIFIERS)
        own = ("VP",) if target is not None and target.name.startswith("supplier_") else ("BP",)
        qualifiers = tuple(dict.fromkeys(pairs)) or own
        if "qualifier" in keys:
            qualifiers = (keys["qualifier"].choice(PART_QUALIFIERS, "BP", "qualifier of a part"),)
    elif "qualifier" in keys:
        keys["qualifier"].note(f"qualifier: is said of parts, and this is a {of}")
    within = ""
    if of in _WITHIN:
        within = next((name for name in _WITHIN[of] if name in fields), "")
        if "within" in keys:
            within = keys["within"].choice(fields, "", "field")
        elif not within and of == "location":
            entry.note("xref: says in which site a location is", "{of: location, within: ship_to}")
    elif "within" in keys:
        keys["within"].note(f"within: is said of units and locations, and this is a {of}")
    return Xref(of, qualifiers, within, miss) if len(entry.mistakes) == before else None


def day_of(context: Context) -> date | None:
    """The day that the document speaks of, as far as it was read."""
    event = context.event
    for name in DAYS:
        moment = event.get(name)
        if isinstance(moment, datetime):
            return moment.date()
    return context.day


def remember_day(name: str, value: Callable[[Any, Context], Any], index: Any, context: Context) -> None:
    """The day of a time that is told later, when its zone is known: days are those of the sender."""
    if name not in DAYS:
        return
    try:
        found = value(index, context)
    except Unreadable:
        return
    if isinstance(found, datetime):
        context.day = found.date()


def to_ours(xref: Xref, said: Any, within: Any, context: Context) -> Any:
    """What the field is in our words. Raises Unreadable for a miss that is a fault, or that is left out."""
    references = context.references
    if references is None or not isinstance(said, str) or not said:
        return said
    inside = within if isinstance(within, str) else ""
    found = references.ours(xref.of, _identifiers(xref, said), inside, day_of(context))
    context.via = found.via if found is not None else ""
    if found is not None:
        return found.text
    return _missed(xref, said, within)


def asked(xref: Xref, context: Context) -> tuple[Callable[[str], str | None], Callable[[str], str]]:
    """The same of many identifiers that stand within nothing: what gives an answer that is known, and what asks for
    one. The latter raises Unreadable."""
    references, day = context.references, day_of(context)
    if references is None:
        return _same, _same
    told: dict[str, str] = references.told(xref.of, xref.qualifiers, day)

    def ask(said: str) -> str:
        meant = references.ours(xref.of, _identifiers(xref, said), "", day)
        if meant is None:
            return _missed(xref, said, "")
        told[said] = meant.text
        return str(meant.text)

    return told.get, ask


def _same(said: str) -> str:
    return said


def _identifiers(xref: Xref, said: str) -> tuple[str, ...]:
    return tuple([f"{qualifier}:{said}" for qualifier in xref.qualifiers]) if xref.qualifiers else (said,)


def _missed(xref: Xref, said: str, within: Any) -> str:
    """What becomes of an identifier that nobody knows. Raises Unreadable, unless it goes on as it was sent."""
    if xref.miss == "pass":
        return said
    first = _identifiers(xref, said)[0]
    words = f"no cross-reference says which {xref.of} {first} is"
    miss = Unreadable(UNKNOWN_REFERENCE if xref.miss == "fault" else LEFT_OUT, words)
    miss.reference = f"{xref.of} {within}/{first}" if xref.within else f"{xref.of} {first}"
    raise miss


def to_theirs(xref: Xref, ours: Any, within: Any, context: Context) -> Any:
    """What the field is in the partner's words, None where it is left out. Raises Unreadable for a fault."""
    references = context.references
    if references is None or not isinstance(ours, str) or not ours:
        return ours
    within = within if isinstance(within, str) else ""
    found = references.theirs(xref.of, ours, xref.qualifiers, within, day_of(context))
    if found is not None:
        return found.text
    if xref.miss == "fault":
        raise Unreadable(UNKNOWN_REFERENCE, f"no cross-reference says what the partner calls this {xref.of}")
    return ours if xref.miss == "pass" else None


def translated(read: Callable[[Any, Context], Any], xref: Xref) -> Callable[[Any, Context], Any]:
    """A reader whose text becomes ours; of what is meant within nothing else."""
    return lambda text, context: to_ours(xref, read(text, context), "", context)


class Listed:
    """References that are written out, `{part: {"BP:4711": BRK-100}}`: what a sample takes as known."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._ours = tables
        self._theirs = {of: {ours: said for said, ours in [*table.items()][::-1]} for of, table in tables.items()}

    def ours(self, of: str, said: tuple[str, ...], within: str, day: date | None) -> Meant | None:
        table = self._ours.get(of, {})
        named = next((one for one in said if one in table), None)
        if named is not None:
            return Meant(table[named], f"{of}/{named}")
        own = said[0].partition(":")[2] if of == "part" else said[0]
        return Meant(own, "masterdata") if own in table.values() else None

    def told(self, of: str, qualifiers: tuple[str, ...], day: date | None) -> dict[str, str]:
        return {}

    def theirs(self, of: str, ours: str, qualifiers: tuple[str, ...], within: str, day: date | None) -> Meant | None:
        for qualifier in qualifiers:
            for said, means in self._ours.get(of, {}).items():
                if means == ours and said.startswith(f"{qualifier}:"):
                    return Meant(said.partition(":")[2], f"{of}/{said}")
        said_by = self._theirs.get(of, {}).get(ours)
        return None if said_by is None or qualifiers else Meant(said_by, f"{of}/{said_by}")
