"""Misses: identifiers that documents use and master data does not know, as a work queue of what they hold back.

Each is one identifier of one sender, with the lines that wait for it, their open cases, and parts, units, sites or
parties that may be meant. Candidates are shown and never taken: a cross-reference is a person's decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, and_, or_, select
from sqlalchemy import text as sql

from ledger.book.bringing.places import sites_of
from ledger.book.resolution import lines_of
from ledger.book.storage import bulk, document_tables, tables
from ledger.book.storage.codecs import CASE
from ledger.events import AnyEvent, Line, kind_of, read_event
from ledger.masterdata.alike import Alike
from ledger.matching.records.documents import Case
from ledger.matching.resolved import line_identities, moment
from ledger.queries.house.masterdata import masterdata
from ledger.queries.stock.ages import hours_between

CASES_SHOWN_MAX = 20
CANDIDATES_MAX = 5
_CODES = {"part": "D04", "unit": "D06", "site": "D07", "party": "D07"}
_NEEDED = {"part": "part", "unit": "unit", "site": "site", "supplier": "party"}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What may be meant, and why: written alike, or ordered under the number that the line names."""

    means: str
    why: str


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """One identifier of one sender that lines wait for, as a cross-reference would name it."""

    of: str
    """part, unit, site or party."""
    identifier: str
    also: tuple[str, ...] = ()
    """Other identifiers of the same thing that its lines carry: one of them is enough."""
    sender: str
    within: str = ""
    """Of a unit, our part."""
    lines: int
    events: int
    since: datetime
    age_hours: Decimal
    event: int
    """The first that waits for it."""
    kind: str
    number: str
    """Kind and business number of that event."""
    message: str
    document: str
    line: str
    """The first line of it that waits."""
    cases: tuple[str, ...] = ()
    """Open cases about it, the first of them."""
    candidates: tuple[Candidate, ...] = ()
    place: str
    """The cursor of the list."""


class _Wait(NamedTuple):
    event: int
    line: str
    message: str
    document: str
    number: str


class _Thing(NamedTuple):
    """What is not known, by the needs of a line: of a part all its numbers, since one of them is enough."""

    of: str
    names: tuple[str, ...]
    sender: str


class _Group(NamedTuple):
    of: str
    identifier: str
    sender: str
    within: str
    also: tuple[str, ...]
    waits: tuple[_Wait, ...]
    """Oldest first, each line once."""

    @property
    def place(self) -> str:
        return f"{self.waits[0].event:019d}/{self.of}/{self.sender}/{self.identifier}/{self.within}"


def misses(
    conn: Connection,
    *,
    book: str = "live",
    now: datetime,
    of: str = "",
    sender: str | None = None,
    identifier: str = "",
    after: str = "",
    limit: int = 100,
) -> list[Miss]:
    """What waits longest first, after the `place` of the last one seen."""
    groups = sorted(_groups(conn, book, of, sender), key=lambda group: group.place)
    page = [group for group in groups if group.place > after and identifier in ("", group.identifier, *group.also)][
        :limit
    ]
    if not page:
        return []
    said = _read(conn, book, {group.waits[0].event for group in page})
    cases = _open_cases(conn, book, {_CODES[group.of] for group in page})
    alike, ordered = Alike(masterdata(conn, book=book)), _Ordered(conn, book)
    return [_miss(group, *said[group.waits[0].event], cases, alike, ordered, now) for group in page]


def _miss(
    group: _Group, at: datetime, event: AnyEvent, cases: _Cases, alike: Alike, ordered: _Ordered, now: datetime
) -> Miss:
    first = group.waits[0]
    line = _line(event, first.line)
    meant = alike.candidates(group.of, (group.identifier, *group.also), group.within)
    if group.of == "part" and line is not None:
        meant += [(part, why) for part, why in ordered.candidates(line) if part not in dict(meant)]
    return Miss(
        of=group.of, identifier=group.identifier, also=group.also, sender=group.sender, within=group.within,
        lines=len(group.waits), events=len({wait.event for wait in group.waits}), since=at,
        age_hours=hours_between(at, now), event=first.event, kind=kind_of(event), number=event.number,
        message=first.message, document=first.document, line=first.line, place=group.place,
        cases=tuple(_cases_of(group, cases)),
        candidates=tuple(Candidate(means=means, why=why) for means, why in meant[:CANDIDATES_MAX]),
    )  # fmt: skip


# --- what waits -----------------------------------------------------------------------------------------------


def _groups(conn: Connection, book: str, of: str, sender: str | None) -> Iterator[_Group]:
    """Lines by the identifier that a cross-reference for them would name."""
    things: dict[_Thing, set[_Wait]] = defaultdict(set)
    for thing, wait in _things(conn, book, of, sender):
        things[thing].add(wait)
    named = _read(conn, book, {min(waits).event for thing, waits in things.items() if thing.of == "part"})
    grouped: dict[tuple[str, str, str, str], tuple[set[str], set[_Wait]]] = defaultdict(lambda: (set(), set()))
    for thing, waits in things.items():
        within, (name, *others) = "", thing.names
        if thing.of == "unit":
            within, _, name = name.partition("/")
        elif thing.of == "part":
            first = min(waits)
            name, *others = _numbers(_line(named[first.event][1], first.line), thing.names)
        also, all_waits = grouped[thing.of, name, thing.sender, within]
        also.update(others)
        all_waits |= waits
    for (what, name, who, within), (also, all_waits) in grouped.items():
        yield _Group(what, name, who, within, tuple(sorted(also)), tuple(sorted(all_waits)))


def _things(conn: Connection, book: str, of: str, sender: str | None) -> Iterator[tuple[_Thing, _Wait]]:
    parts: dict[tuple[str, _Wait], list[str]] = defaultdict(list)
    waiting, event = tables.waiting.c, tables.event.c
    kinds = [kind for kind, what in _NEEDED.items() if of in ("", what)]
    query = (
        select(
            waiting.need,
            event.partner,
            waiting.event,
            waiting.line,
            event.message,
            event.document,
            event.number,
        )
        .join_from(tables.waiting, tables.event, and_(event.book == waiting.book, event.seq == waiting.event))
        .where(waiting.book == book)
        .where(or_(*(and_(waiting.need >= f"{kind}:", waiting.need < f"{kind};") for kind in kinds), sql("1 = 0")))
    )
    if sender is not None:
        query = query.where(event.partner == sender)
    for need, partner, *wait in conn.execute(query):
        kind, _, name = need.partition(":")
        if kind == "part":
            parts[partner, _Wait(*wait)].append(name)
        else:
            yield _Thing(_NEEDED[kind], (name,), partner), _Wait(*wait)
    for (partner, found), names in parts.items():
        yield _Thing("part", tuple(sorted(names)), partner), found


def _numbers(line: Line | None, names: Sequence[str]) -> list[str]:
    """A line's numbers of its part, the buyer's first; of an event without lines, what it names."""
    said = [] if line is None else [("BP", line.part_number), ("VP", line.supplier_part_number)]
    found = [f"{qualifier}:{number}" for qualifier, number in said if number in names and number]
    return found or [f"BP:{name}" for name in names]


def _line(event: AnyEvent, identity: str) -> Line | None:
    lines = lines_of(event)
    return dict(zip(line_identities(lines), lines, strict=True)).get(identity)


def _read(conn: Connection, book: str, events: Iterable[int]) -> dict[int, tuple[datetime, AnyEvent]]:
    """When each was recorded, and what it says."""
    rows = bulk.select(
        conn, tables.event, ("seq", "recorded_at", "body"), (("book", book),), ("seq",),
        [(seq,) for seq in sorted(set(events))], index="event_by_seq",
    )  # fmt: skip
    return {seq: (moment(at), read_event(body)) for seq, at, body in rows}


# --- cases, and what may be meant -------------------------------------------------------------------------------

_Cases = Mapping[tuple[str, str, str, str], Sequence[Case]]
"""Open cases by class, cause, and the message and document that is their evidence."""


def _open_cases(conn: Connection, book: str, codes: Iterable[str]) -> _Cases:
    table = document_tables.cases
    query = select(table).where(
        table.c.book == book, table.c.code.in_(sorted(codes)), sql(document_tables.OPEN_CASES)
    )
    found: dict[tuple[str, str, str, str], list[Case]] = defaultdict(list)
    for row in conn.execute(query):
        case: Case = CASE.read(row)
        for evidence in case.evidence[:1]:
            found[case.code, case.cause, evidence.message, evidence.document].append(case)
    return found


def _cases_of(group: _Group, cases: _Cases) -> list[str]:
    found: dict[str, None] = {}
    code = _CODES[group.of]
    for wait in group.waits:
        for case in cases.get((code, f"document:{wait.number}", wait.message, wait.document), ()):
            about = case.notice_line or case.receipt_line or case.order_line
            if about == wait.line or group.of in ("site", "party"):
                found[case.case] = None
        if len(found) >= CASES_SHOWN_MAX:
            break
    return sorted(found, key=lambda case: int(case[1:]))[:CASES_SHOWN_MAX]


class _Ordered:
    """Parts of the orders that lines name; each order is looked up once."""

    def __init__(self, conn: Connection, book: str) -> None:
        self._conn, self._book = conn, book
        self._known: dict[str, list[tuple[str, str]]] = {}

    def candidates(self, line: Line) -> list[tuple[str, str]]:
        """(part, why): what stands under the number of the line that is named, else on a short order all of it."""
        order, number = getattr(line, "order_number", ""), getattr(line, "order_line", "")
        if not order:
            return []
        lines = self._lines(order)
        exact = [(part, f"ordered as line {number} of {order}") for said, part in lines if number and said == number]
        if exact:
            return exact[:CANDIDATES_MAX]
        parts = list(dict.fromkeys(part for _, part in lines))
        return [(part, f"ordered on {order}") for part in parts] if len(parts) <= CANDIDATES_MAX else []

    def _lines(self, order: str) -> list[tuple[str, str]]:
        if order not in self._known:
            at = document_tables.orders.c
            keys = self._conn.execute(
                select(at.site, at.supplier).where(
                    at.book == self._book, at.site.in_(sites_of(self._conn, self._book)), at.order_number == order
                )
            )
            rows = bulk.select(
                self._conn, document_tables.order_line, ("order_line", "part", "line"), (("book", self._book),),
                ("site", "supplier", "order_number"), [(site, supplier, order) for site, supplier in keys],
            )  # fmt: skip
            self._known[order] = sorted({(number or line, part) for number, part, line in rows if part})
        return self._known[order]
