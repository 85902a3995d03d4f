"""A ledger in memory for the tests of matching: it loads everything, keeps every law, and stores nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from ledger import cases
from ledger.events import (
    Event,
    Line,
    NoticeLine,
    OrderLine,
    PartDefined,
    ReceiptLine,
    SiteDefined,
    Source,
    TimePassed,
)
from ledger.matching import decide, needs, watched
from ledger.matching.decision import Decision
from ledger.matching.records.documents import Case
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, line_identities, microseconds
from ledger.matching.workset import Workset
from ledger.outcomes import AdviceDue, AnyOutcome
from ledger.policy import Policy
from ledger.stock.bucket import MILLION, Bucket
from ledger.stock.transitions import is_legal

COMPARES = "cumulative:"

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class MemoryLedger:
    """Records events over one working set. Parts and sites are known when named in `parts` and `sites`."""

    def __init__(self, *, policy: Policy | None = None, parts: Iterable[str] = ("P1", "P2", "P3")) -> None:
        self.policy = policy or Policy()
        self.parts = set(parts)
        self.factors: dict[tuple[str, str], Fraction] = {}
        self.sites = {"92:PLT07": "PLT07"}
        self.not_effective: set[tuple[str, str]] = set()
        self.workset = Workset()
        self.balances: dict[Bucket, int] = defaultdict(int)
        self.now = START
        self.seq = 0
        self.waiting: list[tuple[Event, int, datetime, set[str], str, datetime | None]] = []
        self.outcomes: list[AnyOutcome] = []
        self.movements = 0
        self.recorded: dict[int, tuple[Event, datetime]] = {}

    # --- recording ------------------------------------------------------------------------------------------

    def record(self, event: Event) -> list[AnyOutcome]:
        """Record one event as the book would, and everything that it releases."""
        self.seq += 1
        self._master_data(event)
        if event.source is None:
            event = msgspec.structs.replace(event, source=Source(message=f"m_{event.number}", document=event.number))
        outcomes = self._decide(event, self.seq, 0, None, self.now)
        self.outcomes.extend(outcomes)
        return outcomes

    def tick(self, after: timedelta) -> list[AnyOutcome]:
        """Let time pass and record it."""
        self.now += after
        return self.record(TimePassed(number=self.now.isoformat(), occurred_at=self.now))

    def _decide(
        self, event: Event, seq: int, cause: int, only: set[str] | None, recorded_at: datetime
    ) -> list[AnyOutcome]:
        stamped = msgspec.structs.replace(event, recorded_at=recorded_at)
        self.recorded.setdefault(seq, (event, recorded_at))
        compare = tuple(line.removeprefix(COMPARES) for line in only or () if line.startswith(COMPARES))
        outcomes: list[AnyOutcome] = []
        if compare and only is not None and len(compare) < len(only):
            outcomes += self._decide(event, seq, cause, only - {f"{COMPARES}{part}" for part in compare}, recorded_at)
        resolved = self._resolve(stamped, seq, cause, only)
        resolved.compare = compare
        needs([resolved], self.policy)
        self.workset.balances = {bucket: self.balances[bucket] for bucket in watched(self.workset)}
        now_us = microseconds(self.now) or 0
        decision = decide(self.workset, resolved, self.policy, now_us)
        self._post(decision)
        outcomes += cases.apply(self.workset, decision, self.policy, now_us)
        for line in decision.lines:
            if line.status == "waiting":
                until = None if line.until is None else START + timedelta(microseconds=line.until - _us(START))
                self.waiting.append((event, seq, recorded_at, {line.line}, line.needs, until))
        for part, until_us in decision.compares_at.items():
            until = START + timedelta(microseconds=until_us - _us(START))
            self.waiting.append((event, seq, recorded_at, {f"{COMPARES}{part}"}, "", until))
        outcomes.extend(self._release(decision))
        for earlier, part in decision.compares:
            told, told_at = self.recorded[earlier]
            self.waiting = [wait for wait in self.waiting if wait[1] != earlier or wait[3] != {f"{COMPARES}{part}"}]
            again = {f"{COMPARES}{part}"}
            outcomes.extend(self._decide(told, earlier, decision.resolved.effective_seq, again, told_at))
        return outcomes

    def _release(self, decision: Decision) -> list[AnyOutcome]:
        event = decision.resolved.event
        keys = set(decision.released)
        if isinstance(event, PartDefined):
            keys.update(need for *_, need, _ in self.waiting if need.startswith(("part:", "unit:")))
        if isinstance(event, SiteDefined):
            keys.update(need for *_, need, _ in self.waiting if need.startswith("site:"))
        now = self.now if isinstance(event, TimePassed) else None
        ready = [entry for entry in self.waiting if entry[4] in keys or (now and entry[5] and entry[5] <= now)]
        if not ready:
            return []
        self.waiting = [entry for entry in self.waiting if not any(entry is other for other in ready)]
        again: dict[int, tuple[Event, datetime, set[str]]] = {}
        for waited, seq, recorded_at, lines, _, _ in ready:
            again.setdefault(seq, (waited, recorded_at, set()))[2].update(lines)
        outcomes: list[AnyOutcome] = []
        for seq, (waited, recorded_at, lines) in again.items():
            outcomes.extend(self._decide(waited, seq, decision.resolved.effective_seq, lines, recorded_at))
        return outcomes

    def _post(self, decision: Decision) -> None:
        for movement in decision.movements:
            assert is_legal(movement), movement
            self.balances[movement.source] -= movement.quantity
            self.balances[movement.target] += movement.quantity
            self.movements += 1
            if not movement.source.is_external:
                assert self.balances[movement.source] >= 0, movement

    # --- resolving ------------------------------------------------------------------------------------------

    def _master_data(self, event: Event) -> None:
        if isinstance(event, PartDefined):
            self.parts.add(event.number)
        elif isinstance(event, SiteDefined):
            self.sites.update(dict.fromkeys(event.identifiers, event.number))

    def _resolve(self, event: Event, seq: int, cause: int, only: set[str] | None) -> ResolvedEvent:
        ship_to = getattr(event, "ship_to", "")
        site = self.sites.get(ship_to, "")
        lines: tuple[Line, ...] = getattr(event, "lines", ())
        resolved = ResolvedEvent(
            event=event,
            book=event.book,
            seq=seq,
            site=site,
            supplier=getattr(event, "supplier", "").partition(":")[2],
            missing=f"site:{ship_to}" if hasattr(event, "ship_to") and not site else "",
            cause=cause,
            occurred_at=microseconds(event.occurred_at) or 0,
        )
        identities = line_identities(lines)
        found = [self._line(line, name) for line, name in zip(lines, identities, strict=True)]
        if only is not None:
            found = [line for line in found if line.line in only]
            for line in found:
                line.standing = "again"
        resolved.lines = tuple(found)
        return resolved

    def _line(self, said: Line, identity: str) -> ResolvedLine:
        if said.part_number not in self.parts:
            return ResolvedLine(identity, said, missing=f"part:{said.part_number}")
        factor = self.factors.get((said.part_number, said.unit), Fraction(1) if said.unit in ("EA", "") else None)
        if factor is None:
            missing = f"unit:{said.part_number}/{said.unit}"
            return ResolvedLine(identity, said, said.part_number, "EA", missing=missing)

        def base(quantity: Decimal) -> int:
            return int(Fraction(quantity) * factor * MILLION)

        line = ResolvedLine(identity, said, said.part_number, "EA", base(said.quantity))
        line.numerator, line.denominator = factor.numerator, factor.denominator
        line.revision = said.part_revision
        line.revision_effective = (said.part_number, said.part_revision) not in self.not_effective
        if isinstance(said, ReceiptLine):
            line.damaged, line.rejected = base(said.quantity_damaged), base(said.quantity_rejected)
            line.supplier = said.supplier.partition(":")[2]
        elif isinstance(said, NoticeLine) and said.cum_shipped is not None:
            line.cum = base(said.cum_shipped)
        return line

    # --- reading --------------------------------------------------------------------------------------------

    @property
    def stock(self) -> dict[str, Any]:
        """Quantity by state or account, all parts, without zeros; `part/state` when a part other than P1."""
        totals: dict[str, int] = defaultdict(int)
        for bucket, quantity in self.balances.items():
            name = bucket.state if bucket.part == "P1" else f"{bucket.part}/{bucket.state}"
            totals[name] += quantity
        return {name: _decimal(quantity) for name, quantity in sorted(totals.items()) if quantity}

    @property
    def open_cases(self) -> dict[str, Any]:
        """`code:what it is about` -> quantity in question, of the cases that are not closed."""
        return {
            f"{case.code}:{case.shipment_id or case.receipt_id or case.order_number}": _decimal(case.quantity)
            for case in self.workset.cases.values()
            if case.status != "closed"
        }

    def case(self, code: str) -> Case:
        """The one case of a class."""
        (found,) = [case for case in self.workset.cases.values() if case.code == code]
        return found

    @property
    def advices(self) -> list[AdviceDue]:
        return [outcome for outcome in self.outcomes if isinstance(outcome, AdviceDue)]

    def exact_balances(self) -> dict[Bucket, int]:
        """Every bucket that is not empty."""
        return {bucket: quantity for bucket, quantity in self.balances.items() if quantity}

    def exact_cases(self) -> set[tuple[object, ...]]:
        """What is open, without numbers and times."""
        return {
            (c.code, c.part, c.quantity, c.expected, c.actual, c.shipment_id, c.notice_line, c.receipt_id,
             c.receipt_line, c.clearing)
            for c in self.workset.cases.values() if c.status != "closed"
        }  # fmt: skip


def _us(at: datetime) -> int:
    return microseconds(at) or 0


def _decimal(quantity: int) -> Decimal:
    return (Decimal(quantity) / MILLION).normalize() + 0


def order_line(line: str, part: str, quantity: int, **more: Any) -> OrderLine:
    return OrderLine(order_line=line, part_number=part, quantity=Decimal(quantity), unit="EA", **more)


def notice_line(order: str, line: str, part: str, quantity: int, **more: Any) -> NoticeLine:
    given: dict[str, Any] = {"unit": "EA", **more}
    return NoticeLine(order_number=order, order_line=line, part_number=part, quantity=Decimal(quantity), **given)


def receipt_line(line: str, part: str, quantity: int, **more: Any) -> ReceiptLine:
    given: dict[str, Any] = {"unit": "EA", "receipt_line": line, **more}
    return ReceiptLine(part_number=part, quantity=Decimal(quantity), **given)
