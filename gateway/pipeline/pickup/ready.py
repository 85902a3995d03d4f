"""Which files of a listing are ready to be taken, which are not yet, and which never. Pure.

A partner's clock is compared with nothing but itself: size and mtime of a name are only ever asked whether they stay
the same between two of our listings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

import msgspec

from gateway.partners.sftp import Pickup
from gateway.store.pickups import Cleanup
from gateway.store.pickups import Entry as Known
from gateway.transports.sftp import Entry

TEMPORARY = ("*.tmp", "*.part", "*.filepart", "*.writing", "*.partial", "*.crdownload", "*.lock", "~*")
"""Names that uploading programs use until a file is whole."""
HIDDEN = ".*"
ATTEMPTS_MAX = 5
"""Failed tries, all with the file itself, before it is set aside."""


class Unfit(NamedTuple):
    """A file that is never taken, with the reason for a person."""

    entry: Entry
    code: str
    text: str


class Plan(NamedTuple):
    """What one round does with a listing. `seen` and `gone` are changes to what is remembered of names (`gone` in
    hexadecimal); `stuck` are those among them that a person is told of; `waiting` counts files not ready."""

    take: tuple[Entry, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    seen: tuple[Known, ...] = ()
    gone: tuple[str, ...] = ()
    stuck: tuple[Known, ...] = ()
    waiting: int = 0
    more: bool = False


def plan_round(
    entries: Collection[Entry],
    known: Mapping[str, Known],
    pickup: Pickup,
    *,
    at: int,
    owed: Mapping[str, Cleanup] | None = None,
    held: Collection[str] = (),
    is_whole: bool = True,
) -> Plan:
    """Sort a listing, taken at `at` (our time in microseconds), by the rules of its pickup.

    `known` is what earlier listings showed, by name in hexadecimal; `owed` the files that are ours already and only
    wait to be cleaned up; `held` names claimed already, which therefore are not listed here.
    """
    owed = owed or {}
    names = {entry.name for entry in entries}
    ready: list[tuple[Known, Entry]] = []
    unfit: list[Unfit] = []
    seen: list[Known] = []
    stuck: list[Known] = []
    waiting = 0
    listed = set(held)
    for entry in entries:
        wanted, may_come = _is_wanted(entry.name, pickup)
        if not (wanted or may_come):
            continue
        listed.add(entry.name_hex)
        was = known.get(entry.name_hex)
        now = _meet(entry, was, at)
        if now.state in ("taken", "refused") or _is_owed(entry, owed):
            continue
        if wanted and _is_ready(entry, was, now, pickup, names, at):
            if reason := _unfit(entry, pickup):
                unfit.append(reason)
            else:
                ready.append((now, entry))
        else:
            waiting += 1
            if not now.warned and at - now.first_at >= pickup.stuck_hours * 3600 * 1_000_000:
                now = msgspec.structs.replace(now, warned=1)
                stuck.append(now)
        if now != was:
            seen.append(now)
    ready.sort(key=lambda pair: (pair[0].attempts, _order(pair[1], pickup)))
    return Plan(
        take=tuple(entry for _, entry in ready[: pickup.files_max]),
        unfit=tuple(unfit),
        seen=tuple(seen),
        gone=tuple(name for name in known if name not in listed) if is_whole else (),
        stuck=tuple(stuck),
        waiting=waiting,
        # Of a cut listing the rest shows once these are gone; where none can go, asking at once would never end.
        more=len(ready) > pickup.files_max or (not is_whole and bool(ready)),
    )


def marker_of(name: str, pickup: Pickup) -> str:
    """The name of the file that says another is whole; "" where no such files are agreed."""
    return name + pickup.suffix if pickup.ready == "done" else ""


def _is_wanted(name: str, pickup: Pickup) -> tuple[bool, bool]:
    """Whether a name is one of ours to take, and whether it may become one: an upload still under its other name."""
    if pickup.suffix and name.endswith(pickup.suffix):
        if pickup.ready == "done":
            return False, False
        if pickup.ready == "suffix":
            return False, _is_included(name.removesuffix(pickup.suffix), pickup)
    if fnmatchcase(name, HIDDEN):
        return False, False
    if any(fnmatchcase(name, glob) for glob in TEMPORARY):
        return False, not any(fnmatchcase(name, glob) for glob in pickup.exclude)
    return _is_included(name, pickup), False


def _is_included(name: str, pickup: Pickup) -> bool:
    included = any(fnmatchcase(name, glob) for glob in pickup.include)
    return included and not any(fnmatchcase(name, glob) for glob in pickup.exclude)


def _meet(entry: Entry, was: Known | None, at: int) -> Known:
    """What is known of a name after this listing: another size or mtime makes it another file."""
    if was is None:
        return Known(name=entry.name_hex, size=entry.size, mtime=entry.mtime, first_at=at, same_at=at)
    if (was.size, was.mtime) == (entry.size, entry.mtime):
        return was
    # It is the same upload while it grows; what we had taken or refused before is over.
    first_at = was.first_at if was.state == "seen" else at
    warned = was.warned if was.state == "seen" else 0
    return Known(name=was.name, size=entry.size, mtime=entry.mtime, first_at=first_at, same_at=at, warned=warned)


def _is_owed(entry: Entry, owed: Mapping[str, Cleanup]) -> bool:
    one = owed.get(entry.name_hex)
    return one is not None and (one.size, one.mtime) == (entry.size, entry.mtime)


def _is_ready(entry: Entry, was: Known | None, now: Known, pickup: Pickup, names: Collection[str], at: int) -> bool:
    if now.state == "claimed":
        return True
    match pickup.ready:
        case "done":
            return marker_of(entry.name, pickup) in names
        case "stable":
            is_same = was is not None and (was.size, was.mtime) == (entry.size, entry.mtime)
            return is_same and at - now.same_at >= pickup.settle_seconds * 1_000_000
    return True


def _unfit(entry: Entry, pickup: Pickup) -> Unfit | None:
    if entry.size > pickup.bytes_max:
        return Unfit(entry, "too_large", f"it has {entry.size} bytes, {pickup.bytes_max} at most are agreed")
    if entry.size == 0 and pickup.empty == "quarantine":
        return Unfit(entry, "empty", "it has no bytes")
    return None


def _order(entry: Entry, pickup: Pickup) -> tuple[int | str, ...]:
    match pickup.order:
        case "time":
            return entry.mtime, entry.name
        case "size":
            return entry.size, entry.name
    return (entry.name,)
