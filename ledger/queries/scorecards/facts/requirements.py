"""Facts of what was required: order lines and schedule releases, as they were in force at the ship fence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger.book.saving.filing import SCHEDULED_LINE
from ledger.matching.papers.filed import ScheduledLine
from ledger.queries.scorecards.facts.loading import NOT_THEIRS, CaseAbout, Place, behind
from ledger.queries.scorecards.facts.notices import Notices
from ledger.queries.scorecards.facts.promises import Orders, Promised, promised
from ledger.queries.scorecards.facts.releases import required_at_fence
from ledger.scorecards.facts import Against, Behind, Due, RequirementFact

_ORDER_LINES = """
    SELECT l.order_number, l.line, l.order_line, l.part, l.unit, l.quantity, l.due_at, l.received, l.status,
           l.blanket, l.seq, l.segment
    FROM order_line AS l
    WHERE l.book = ? AND l.site = ? AND l.supplier = ? AND (l.due_at IS NULL OR l.due_at >= ? OR l.status <> 'closed')
"""
_VERSIONS = """
    SELECT order_number, line, seq, entry, changed_at, quantity, due_at, status FROM order_version
    WHERE book = ? AND site = ? AND supplier = ?
    ORDER BY order_number, line, changed_at, seq, entry
"""
_RELEASES = f"""
    SELECT {", ".join(f'"{name}"' for name in SCHEDULED_LINE.columns)} FROM schedule_line
    WHERE book = ? AND site = ? AND counterparty = ? AND direction = 'supply' AND issued_at >= ?
"""  # noqa: S608
_MEMORY_US = 93 * 86_400_000_000
"""How long before the first requirement a release may have been issued that still says it."""
DELIVERY = frozenset({"D09", "D13", "D16", "D18", "D26", "D27"})
"""Classes whose granted disputes, or other people's faults, excuse a requirement."""


_make = tuple.__new__
"""A named tuple without the call that names its fields: this is done for every line."""


class Requirements(NamedTuple):
    """What was loaded."""

    requirements: list[RequirementFact]
    before: dict[tuple[str, str], int]
    """(site, part) -> required between the edge and the period."""
    waited_for: frozenset[tuple[str, str]]
    """(order, line) of all that is due from the edge on, or at no time."""


_Delivery = tuple[int, int | None, bool]
"""Quantity, date, and whether it was cancelled."""


class _Building:
    """Sorts requirements into those of the period and those before it."""

    def __init__(self, place: Place) -> None:
        self.place, self.window = place, place.rules.window
        self.required: list[RequirementFact] = []
        self.before: dict[tuple[str, str], int] = defaultdict(int)
        terms = place.terms
        self.transit = self.window.transit_days if terms.transit_days is None else terms.transit_days
        self._today = place.days.of(place.now)
        self._days: dict[int, int] = {}
        self._of_day: dict[int, tuple[bool, int]] = {}
        self._fences: dict[tuple[int, str], int] = {}

    def fence(self, due_at: int, basis: str = "") -> int:
        """The first moment after which a requirement due then is fixed."""
        found = self._fences.get((due_at, basis))
        if found is None:
            days = self.place.days
            ship_day = self.day_of(due_at) - (0 if basis == "shipment" else self.transit)
            found = days.starts(days.add_working(ship_day, -self.window.fence_days) + 1) - 1
            self._fences[due_at, basis] = found
        return found

    def day_of(self, at: int) -> int:
        """The day of a moment: many things are due at the same."""
        found = self._days.get(at)
        if found is None:
            found = self._days[at] = self.place.days.of(at)
        return found

    def add(
        self,
        due: Due,
        part: str,
        key: str,
        unit: str,
        proof: Behind,
        order_number: str,
        order_line: str,
        *,
        excused: str = "",
        against: tuple[Against, ...] = (),
        confirmed: Due | None = None,
    ) -> None:
        """One requirement of the period."""
        known = self._of_day.get(due.day)
        if known is None:
            last = self.place.days.add_working(due.day + self.window.late_days, self.window.close_days)
            known = self._of_day[due.day] = last < self._today, due.day - self.transit
        self.required.append(
            RequirementFact(
                key=key, site=self.place.site, part=part, unit=unit, requested=due, behind=proof, confirmed=confirmed,
                closed=known[0], excused=excused, order_number=order_number, order_line=order_line,
                ship_day=known[1], against=against,
            )
        )  # fmt: skip


def requirements(place: Place, found: Notices, orders: Orders) -> Requirements:
    """What is due in the period, and what was due between the edge and it."""
    building = _Building(place)
    waited_for = _of_orders(place, found, orders, building)
    _of_schedules(place, building)
    return Requirements(building.required, building.before, waited_for)


def _of_orders(place: Place, found: Notices, orders: Orders, building: _Building) -> frozenset[tuple[str, str]]:
    excuses, against = _about_orders(place.cases, found)
    versions = _versions(place)
    promises = promised(place, orders)
    day_of, edge, until = place.days.of, place.edge, place.until
    waited_for = set()
    for row in place.ask(_ORDER_LINES, edge, many=True):
        order, line, order_line, part, unit, quantity, due_at, received, status, blanket, seq, segment = row
        ordered = orders.by_number.get(order)
        if ordered is None:
            continue
        key = order, line
        deliveries: Sequence[_Delivery]
        if key not in versions:
            if blanket or due_at is None or due_at >= edge:
                waited_for.add(key)
            deliveries = ((quantity, due_at, False),)
        else:
            deliveries = _at_fence(versions[key], building)
            if blanket or any([at is None or at >= edge for _, at, _ in deliveries]):
                waited_for.add(key)
        if blanket:
            continue
        name = f"{order}/{line}"
        for n, (wanted, at, is_cancelled) in enumerate(deliveries):
            if at is None or not edge <= at < until:
                continue
            cancelled = is_cancelled or status == "cancelled"
            if at < place.since:
                building.before[place.site, part] += received if cancelled else wanted
                continue
            due = _make(Due, (received if cancelled else wanted, at, building.day_of(at)))
            promise = promises.get(key) or promises.get((order, ""))
            building.add(
                due, part, f"{name}/{n}" if n else name, unit,
                Behind(seq=seq, message=ordered.message, document=ordered.document, segment=segment), order,
                order_line or line,
                excused="cancelled" if cancelled else excuses.get(key, ""), against=against.get(key, ()),
                confirmed=None if promise is None else _confirmed(promise, due, len(deliveries), day_of),
            )  # fmt: skip
    return frozenset(waited_for)


def _confirmed(promise: Promised, due: Due, of: int, day_of: Any) -> Due | None:
    """What was promised in time of an order line with one delivery; what has several is not told apart."""
    if of != 1 or promise.promised_at is None:
        return None
    quantity = due.quantity if promise.quantity is None else promise.quantity
    return Due(quantity, promise.promised_at, day_of(promise.promised_at))


def _versions(place: Place) -> dict[tuple[str, str], list[list[tuple[int, int | None, int, str]]]]:
    """(order, line) -> its versions in order, each with its deliveries: quantity, date, time of change, status."""
    found: dict[tuple[str, str], dict[int, list[tuple[int, int | None, int, str]]]] = {}
    for order, line, seq, _, changed_at, quantity, due_at, status in place.ask(_VERSIONS):
        found.setdefault((order, line), {}).setdefault(seq, []).append((quantity, due_at, changed_at, status))
    return {key: list(versions.values()) for key, versions in found.items()}


def _at_fence(versions: list[list[tuple[int, int | None, int, str]]], building: _Building) -> Sequence[_Delivery]:
    """The first version that was still in force when its own fence passed."""
    for n, version in enumerate(versions):
        due = [one[1] for one in version if one[1] is not None]
        following = versions[n + 1][0][2] if n + 1 < len(versions) else None
        if following is None or (due and following > building.fence(min(due))):
            break
    return [(quantity, due_at, status == "cancelled") for quantity, due_at, _, status in version]


def _of_schedules(place: Place, building: _Building) -> None:
    rows = place.ask(_RELEASES, place.edge - _MEMORY_US)
    by_part: dict[str, list[ScheduledLine]] = defaultdict(list)
    for row in rows:
        line = SCHEDULED_LINE.read(row)
        by_part[line.part].append(line)
    for part, lines in sorted(by_part.items()):
        for one in required_at_fence(lines, place.edge, place.until, building.fence):
            release = one.release
            at = one.due_at
            if release.basis == "shipment":
                at += building.transit * 86_400_000_000
            if at < place.since:
                building.before[place.site, part] += one.quantity
                continue
            building.add(
                Due(one.quantity, at, building.day_of(at)), part,
                f"{release.number}/{release.release}/{one.due_at}/{one.reference}", release.unit,
                behind(release.seq, release.message, release.document, release.segment), release.order_number,
                release.order_line,
            )  # fmt: skip


def _about_orders(
    cases: list[CaseAbout], found: Notices
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], tuple[Against, ...]]]:
    """By (order, line identity): why it is excused, and the cases that speak of it."""
    excuses: dict[tuple[str, str], str] = {}
    against: dict[tuple[str, str], tuple[Against, ...]] = {}
    for case in cases:
        if case.code not in DELIVERY:
            continue
        key = found.lines.order_of.get((case.shipment_id, case.notice_line))
        if key is None and case.order_number:
            key = case.order_number, case.order_line
        if key is None or not key[0]:
            continue
        if case.is_granted:
            excuses[key] = f"case {case.case} was granted"
        elif case.fault in NOT_THEIRS:
            excuses[key] = f"case {case.case} is the fault of the {case.fault}"
        elif case.is_theirs:
            against[key] = (*against.get(key, ()), case.against)
    return excuses, against
