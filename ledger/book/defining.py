"""Master data events: each is a whole row in force from its sequence on, and may end the wait of earlier lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

from sqlalchemy import Connection

from ledger.book.journal.heads import Head
from ledger.book.journal.log import Log
from ledger.book.journal.priors import Draft
from ledger.book.saving.waits import Waits
from ledger.book.storage import bulk, tables
from ledger.events import (
    RULINGS,
    CrossReferenceDefined,
    Event,
    LocationDefined,
    PartDefined,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
    write_event,
)
from ledger.masterdata import CrossReference, CrossReferences
from ledger.masterdata.cross_references import mistake_in_cross_reference
from ledger.masterdata.rules_of_ruling import mistake_in_ruling
from ledger.outcomes import Posted, Recorded, Refused

Key = tuple[str, str]
"""(kind, number)."""
Meaning = tuple[str, str]
"""(of, means) of a cross-reference."""


class Defining:
    """One run of master data events in one book.

    `take_over` gets the events that are to be in force before anything that waited is decided again, `release` the
    needs that they meet, the sequence and the only sender whom it concerns, "" for all; `plan` looks at what a change
    means; `end_position` closes the sequence. `named` are the cross-references in force before.
    """

    def __init__(
        self,
        conn: Connection,
        head: Head,
        log: Log,
        waits: Waits,
        *,
        take_over: Callable[[list[Event]], None],
        release: Callable[[Sequence[str], int, str], None],
        end_position: Callable[[int], None],
        plan: Callable[[Event, int], None],
        named: CrossReferences,
    ) -> None:
        self.conn, self.head, self.log, self.waits = conn, head, log, waits
        self.take_over, self.release, self.end_position, self.plan = take_over, release, end_position, plan
        self.named = named
        self._naming: dict[Meaning, dict[str, CrossReferenceDefined]] = defaultdict(dict)
        """What the cross-references of this run lead to, and each of them by number."""
        self._renamed: dict[str, Meaning] = {}
        """Their numbers: what `named` has of them holds no longer."""
        self._pending: list[Event] = []
        self._rows: dict[Key, bulk.Row] = {}

    def record(self, events: Sequence[Event]) -> list[Recorded]:
        drafts = [Draft(event, "") for event in events]
        self.log.priors.load(drafts)
        stored = self._in_force({(draft.key[1], draft.key[2]) for draft in drafts})
        current = dict(stored)
        self.waits.look_up(need for event in events for need in self._needs_met_by(event))
        recorded = [self._record(draft, current) for draft in drafts]
        self._take_over()
        bulk.insert(self.conn, tables.masterdata, [row for key, row in self._rows.items() if key not in stored])
        bulk.update(
            self.conn, tables.masterdata, ("book", "kind", "number"), ("seq", "digest", "stamp", "body"),
            [row[3:] + row[:3] for key, row in self._rows.items() if key in stored],
        )  # fmt: skip
        return recorded

    def _record(self, draft: Draft, current: dict[Key, tuple[bytes, int]]) -> Recorded:
        key = (draft.key[1], draft.key[2])
        known = current.get(key)
        # Compared with the row in force, not with everything ever said: a change back is a change.
        if known is not None and known[0] == draft.digest:
            return self.log.repeated(draft, known[1])
        mistake = _mistake_in(draft.event)
        refused = (
            [prior.seq for prior in self.log.priors.of(draft) if prior.digest == draft.digest] if mistake else []
        )
        if refused:
            return self.log.repeated(draft, refused[-1])
        seq = self.log.next_seq()
        event = self.log.keep(draft, seq)
        if mistake:
            outcome = Refused(code="content", reason=mistake)
            recorded = self.log.put_outcomes(event, seq, (outcome,), result="refused")
            self.end_position(seq)
            return recorded
        self._rows[key] = self._row(draft, event, seq)
        current[key] = (draft.digest, seq)
        self._pending.append(event)
        recorded = self.log.put_outcomes(event, seq, (Posted(),), result="posted")
        if isinstance(event, CrossReferenceDefined):
            self._name(event)
        needs = [need for need in self._needs_met_by(event) if self.waits.waiting_for(need)]
        if needs:
            self._take_over()
            self.release(needs, seq, event.sender if isinstance(event, CrossReferenceDefined) else "")
        if isinstance(event, RULINGS):
            self._take_over()
            self.plan(event, seq)
        self.end_position(seq)
        return recorded

    def _needs_met_by(self, event: Event) -> list[str]:
        """What lines may have been waiting for that this event may supply, by whatever name."""
        if isinstance(event, CrossReferenceDefined):
            return self._needs_named(event.of, event.identifier, event.within)
        needs = needs_met_by(event)
        if isinstance(event, UnitFactorDefined):
            for identifier, within in self._names_of(("unit", event.unit)):
                needs += [f"unit:{event.part}/{identifier}"] if within in ("", event.part) else []
        elif of := _DEFINES.get(type(event)):
            for identifier, within in self._names_of((of, event.number)):
                needs += self._needs_named(of, identifier, within)
        return list(dict.fromkeys(needs))

    def _names_of(self, meaning: Meaning) -> list[tuple[str, str]]:
        """(identifier, within) of every cross-reference that leads to it now."""
        before = [entry for entry in self.named.meaning(*meaning) if entry.number not in self._renamed]
        entries: list[CrossReference | CrossReferenceDefined] = [*before, *self._naming.get(meaning, {}).values()]
        return [(entry.identifier, entry.within) for entry in entries if not entry.withdrawn]

    def _name(self, event: CrossReferenceDefined) -> None:
        old = self._renamed.get(event.number)
        if old is not None:
            del self._naming[old][event.number]
        meaning = self._renamed[event.number] = event.of, event.means
        self._naming[meaning][event.number] = event

    def _needs_named(self, of: str, identifier: str, within: str) -> list[str]:
        """What a line waits for that names the identifier; of a unit it says for which part."""
        if of == "unit":
            return [f"unit:{within}/{identifier}"] if within else self.waits.stored("unit:", f"/{identifier}")
        if of == "location":
            return []  # Goods stand where they are said to stand, whether we know the place or not.
        name = identifier.partition(":")[2] if of == "part" else identifier
        return [f"{_NEEDED[of]}:{name}"]

    def _take_over(self) -> None:
        if self._pending:
            self.take_over(self._pending)
            self._pending = []

    def _row(self, draft: Draft, event: Event, seq: int) -> bulk.Row:
        head = self.head
        link = blake2b(head.masterdata_stamp + draft.digest + b"%d" % seq, digest_size=16)
        head.masterdata_seq, head.masterdata_stamp = seq, link.digest()
        _, kind, number, _ = draft.key
        return head.book, kind, number, seq, draft.digest, head.masterdata_stamp, write_event(event).decode()

    def _in_force(self, keys: set[Key]) -> dict[Key, tuple[bytes, int]]:
        rows = bulk.look_up(
            self.conn, tables.masterdata, ("kind", "number", "digest", "seq"), (("book", self.head.book),),
            ("kind", "number"), sorted(keys),
        )  # fmt: skip
        return {(kind, number): (digest, seq) for kind, number, digest, seq in rows}


_DEFINES: Mapping[type[Event], str] = {PartDefined: "part", SiteDefined: "site", SupplierDefined: "party"}
_NEEDED: Mapping[str, str] = {"part": "part", "site": "site", "party": "supplier"}


def needs_met_by(event: Event) -> list[str]:
    """What lines may have been waiting for that this master data event may supply."""
    if isinstance(event, PartDefined):
        aliases = {alias.partition(":")[2] for alias in event.aliases}
        return [f"part:{number}" for number in sorted({event.number} | aliases)]
    if isinstance(event, UnitFactorDefined):
        return [f"unit:{event.part}/{event.unit}"]
    if isinstance(event, (SiteDefined, SupplierDefined)):
        kind = "site" if isinstance(event, SiteDefined) else "supplier"
        named = {event.number, f"92:{event.number}", f":{event.number}", *event.identifiers}
        return [f"{kind}:{name}" for name in sorted(named)]
    return []


def _mistake_in(event: Event) -> str:
    """What makes a master data event unusable; "" when nothing does."""
    if isinstance(event, UnitFactorDefined) and (event.numerator <= 0 or event.denominator <= 0):
        return f"a factor of {event.numerator}/{event.denominator} converts nothing"
    if isinstance(event, LocationDefined) and not event.location:
        return "a location needs a name"
    if isinstance(event, CrossReferenceDefined):
        return mistake_in_cross_reference(event)
    return mistake_in_ruling(event) if isinstance(event, RULINGS) else ""
