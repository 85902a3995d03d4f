"""Pick the texts of a rule in its format's own way: one, every one, or the parts of a value; and lists of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.converting.pairs import Pair, Scope
from gateway.mapping.paths import pick_all_paths, pick_path
from gateway.mapping.places import Place
from gateway.mapping.reading.finding import (
    PickAll,
    PickParts,
    find_all,
    pick_all_for,
    pick_all_pointers,
    pick_column,
    pick_for,
    pick_parts_for,
    pick_pointer,
)
from gateway.resources import Entry


def pick_in(place: Place, scope: Scope) -> Callable[[Any, Context], str | None]:
    if scope.style == "rows":
        return pick_column(place)
    return {"json": pick_pointer, "xml": pick_path}.get(scope.format, pick_for)(place)


def pick_all_in(place: Place, scope: Scope) -> PickAll | None:
    """Every text at a place; None in a flat file, where it holds one."""
    if scope.style == "rows":
        return None
    return {"json": pick_all_pointers, "xml": pick_all_paths}.get(scope.format, pick_all_for)(place)


def parts_in(parts: tuple[Place, ...], scope: Scope) -> PickParts:
    if scope.style == "segments":
        return pick_parts_for(parts)
    picks = [pick_in(place, scope) for place in parts]

    def pick(index: Any, context: Context) -> tuple[str, ...] | None:
        texts = tuple(one(index, context) or "" for one in picks)
        return texts if any(texts) else None

    return pick


def only_once(
    place: Place, pick: Callable[[Any, Context], str | None], scope: Scope
) -> Callable[[Any, Context], str | None]:
    tag = place.step.tag
    if scope.style == "rows":
        return pick
    every = pick_all_in(place, scope) if scope.style == "tree" else None
    if every is not None:
        return lambda index, context: pick(index, context) if len(every(index, context)) == 1 else None

    def once(index: Any, context: Context) -> str | None:
        if place.loops:
            return pick(index, context) if len(list(find_all(place, index, context))) == 1 else None
        return pick(index, context) if len(index.get(tag, ())) == 1 else None

    return once


def but_for(
    nothing: frozenset[str], pick: Callable[[Any, Context], str | None]
) -> Callable[[Any, Context], str | None]:
    """What a place holds, None where it is a text that stands for nothing."""

    def told(index: Any, context: Context) -> str | None:
        found = pick(index, context)
        return None if found in nothing else found

    return told


def list_of(
    places: tuple[tuple[Place, ...], ...], keys: Mapping[str, Entry], pair: Pair, scope: Scope, plain: bool
) -> tuple[Callable[[Any, Context], Any], Callable[[Any, Context], tuple[str, ...]]]:
    """A list of plain values: every text at its places, or the parts of one text with a mark between."""
    mark = keys["split"].text() if "split" in keys else ""
    readers = [_texts_at(parts, mark, scope) for parts in places]
    read, room = pair.read, mark or pick_all_in(places[0][0], scope) is not None

    def value(index: Any, context: Context) -> Any:
        for reader in readers:
            found = reader(index, context)
            if found and plain:
                return found
            if found:
                return tuple([made for text in found if (made := read(text, context)) is not None]) or None
        return None

    def text(values: Any, context: Context) -> tuple[str, ...]:
        texts = [pair.write(one, context)[0] for one in values]
        if not room and len(texts) > 1:
            raise Unreadable("too_many", f"{len(texts)} texts for one place; say split: what parts them")
        return (mark.join(texts),) if mark else tuple(texts)

    return value, text


def _texts_at(parts: tuple[Place, ...], mark: str, scope: Scope) -> Callable[[Any, Context], tuple[str, ...]]:
    every = [pick for place in parts if (pick := pick_all_in(place, scope)) is not None]
    if len(every) == 1 and not mark:
        return every[0]
    if every:
        return lambda index, context: _cut([text for one in every for text in one(index, context)], mark)
    picks = [pick_in(place, scope) for place in parts]
    return lambda index, context: _cut([text for pick in picks if (text := pick(index, context))], mark)


def _cut(texts: Sequence[str], mark: str) -> tuple[str, ...]:
    if not mark:
        return tuple(texts)
    return tuple([part.strip() for text in texts for part in text.split(mark) if part.strip()])
