"""What is required of one part, from all releases that were ever filed for it: in one form, by their own dates.

Cumulative quantities become discrete ones, net changes are applied, a newer release takes the place of the older,
and a shipping schedule that of the planning schedule inside its horizon. The order of arrival plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.matching.papers.filed import Authorized, Required, ScheduledLine
from ledger.matching.papers.ranks import rank_of_release

LAYERS = ("sequence", "shipping", "planning")
"""The most exact first: each hides those after it inside its horizon."""

HOUR = 3_600_000_000
"""Ends of days are counted from their beginning, and a day on which clocks change is an hour longer or shorter: what
is nearer to an end than this begins after it."""

_Bucket = tuple[int, int | None, str, str]


class Requirement(NamedTuple):
    """A discrete requirement in force; the release that says it, and the cumulative with it where one is known."""

    quantity: int
    due_at: int
    until: int | None
    certainty: str
    reference: str
    reference_kind: str
    sequence: str
    release: ScheduledLine
    cumulative: int | None = None


class InForce(NamedTuple):
    """What stands for one part towards one party and destination."""

    requirements: tuple[Requirement, ...]
    authorizations: tuple[Authorized, ...]
    """Of the newest release that says any."""
    releases: tuple[ScheduledLine, ...]
    """Those that anything above is from, newest first."""
    cum_required: int | None
    """Cumulative before the first requirement; None where nobody says one."""


class _Layer(NamedTuple):
    schedule: str
    order_number: str
    requirements: list[Requirement]
    horizon: tuple[int, int] | None
    chain: list[ScheduledLine]


def in_force(lines: Iterable[ScheduledLine]) -> InForce:
    """`lines` of one part, party and destination, in any order; `chain_of` may have left out what is replaced."""
    chains: dict[tuple[str, str], list[ScheduledLine]] = {}
    for line in lines:
        chains.setdefault((line.schedule, line.order_number), []).append(line)
    layers = [
        _layer_of(schedule, order, chain)
        for schedule in LAYERS
        for order, chain in sorted((key[1], chain_of(mine)) for key, mine in chains.items() if key[0] == schedule)
        if chain
    ]
    required: list[Requirement] = []
    hidden_by: list[_Layer] = []
    for schedule in LAYERS:
        mine = [layer for layer in layers if layer.schedule == schedule]
        for layer in mine:
            required += [
                kept
                for one in layer.requirements
                if (kept := _what_is_left(one, layer.order_number, hidden_by)) is not None
            ]
        hidden_by += [layer for layer in mine if layer.horizon is not None]
    required.sort(key=lambda one: (one.due_at, one.sequence, one.reference, one.until or 0))
    base = _base_of(layers)
    chain = sorted((line for layer in layers for line in layer.chain), key=rank_of_release, reverse=True)
    said = next((line.authorizations for line in chain if line.authorizations and line.purpose != "cancel"), ())
    return InForce(_with_cumulatives(required, base), said, tuple(chain), base)


def chain_of(lines: Sequence[ScheduledLine]) -> list[ScheduledLine]:
    """The newest release that replaces what was before it, and the changes to it; oldest first. A cancelled release
    is as if it had never been."""
    ordered = sorted(lines, key=rank_of_release)
    cancelled = [line for line in ordered if line.purpose == "cancel"]
    standing = [line for line in ordered if line.purpose != "cancel" and not _is_cancelled(line, cancelled)]
    start = max((n for n, line in enumerate(standing) if line.replaces), default=0)
    return standing[start:]


def _is_cancelled(line: ScheduledLine, cancelled: list[ScheduledLine]) -> bool:
    return any(
        one.number == line.number and one.release in ("", line.release) and one.issued_at >= line.issued_at
        for one in cancelled
    )


def _layer_of(schedule: str, order: str, chain: list[ScheduledLine]) -> _Layer:
    standing: dict[_Bucket, Requirement] = {}
    horizon: tuple[int, int] | None = None
    for line in chain:
        if line.replaces:
            standing = {}
        for one in _discrete(line):
            key = (one.due_at, one.until, one.reference, one.sequence)
            before = standing[key].quantity if key in standing else 0
            new = line.quantities == "net_change" or key not in standing or _is_same_release(standing[key], line)
            quantity = one.quantity + before if new else one.quantity
            standing[key] = Requirement(
                quantity, one.due_at, one.until, one.certainty, one.reference, one.reference_kind, one.sequence, line
            )
        horizon = _horizon_of(line) or horizon
    required = [one for one in standing.values() if one.quantity > 0]
    return _Layer(schedule, order, required, horizon, chain)


def _is_same_release(one: Requirement, line: ScheduledLine) -> bool:
    """Two requirements of one release for the same bucket add up (two deliveries on one day)."""
    return one.release is line


def _discrete(line: ScheduledLine) -> Iterable[Required]:
    """The requirements as quantities of their own: of cumulative ones, what each adds to the highest before it."""
    if line.quantities != "cumulative":
        return line.requirements
    reached = _before(line) or 0
    found = []
    for one in sorted(line.requirements, key=lambda one: (one.due_at, one.quantity)):
        found.append(one._replace(quantity=max(0, one.quantity - reached)))
        reached = max(reached, one.quantity)
    return found


def _before(line: ScheduledLine) -> int | None:
    """The cumulative before the release's first requirement, as it says it; else what it says was received."""
    return line.cum_received if line.cum_required is None else line.cum_required


def _horizon_of(line: ScheduledLine) -> tuple[int, int] | None:
    """As the release says it; else from its first requirement to the end of its last."""
    starts = [one.due_at for one in line.requirements]
    ends = [one.until if one.until is not None else one.due_at + 1 for one in line.requirements]
    start = line.horizon_start if line.horizon_start is not None else min(starts, default=None)
    end = line.horizon_end if line.horizon_end is not None else max(ends, default=None)
    return None if start is None or end is None else (start, end)


def _what_is_left(one: Requirement, order: str, hidden_by: list[_Layer]) -> Requirement | None:
    """What more exact schedules leave of a requirement; None when nothing. A bucket that a horizon ends in keeps
    what exceeds the quantities which that schedule requires within the bucket, from the horizon's end on."""
    for layer in hidden_by:
        if layer.horizon is None or (order and layer.order_number and order != layer.order_number):
            continue
        start, end = layer.horizon
        until = one.until if one.until is not None else one.due_at + 1
        if until <= start or end < one.due_at + HOUR:
            continue
        if start <= one.due_at and until <= end + HOUR:
            return None
        within = max(until - HOUR, one.due_at + 1)
        taken = sum(exact.quantity for exact in layer.requirements if one.due_at <= exact.due_at < within)
        if taken >= one.quantity:
            return None
        one = one._replace(quantity=one.quantity - taken, due_at=end if start <= one.due_at else one.due_at)
    return one


def _base_of(layers: list[_Layer]) -> int | None:
    """The cumulative before the first requirement: of the most exact schedule that says one, the newest."""
    for layer in layers:
        for line in reversed(layer.chain):
            if (known := _before(line)) is not None:
                return known
    return None


def _with_cumulatives(required: list[Requirement], base: int | None) -> tuple[Requirement, ...]:
    if base is None:
        return tuple(required)
    reached, found = base, []
    for one in required:
        reached += one.quantity
        found.append(one._replace(cumulative=reached))
    return tuple(found)
