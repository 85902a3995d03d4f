"""How a place is looked at in each format: the closures that reading runs, chosen once when a map is compiled."""

from __future__ import annotations

from typing import Any

from gateway.mapping.convert import Context
from gateway.mapping.finding import (
    Pick,
    PickAll,
    PickParts,
    pick_all_for,
    pick_all_pointers,
    pick_column,
    pick_for,
    pick_parts_for,
    pick_pointer,
)
from gateway.mapping.pairs import Scope
from gateway.mapping.paths import pick_all_paths, pick_path
from gateway.mapping.places import Place


def pick_in(place: Place, scope: Scope) -> Pick:
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


def pick_but(pick: Pick, nothing: frozenset[str]) -> Pick:
    """What a place holds, None where it is a text that stands for nothing."""

    def told(index: Any, context: Context) -> str | None:
        found = pick(index, context)
        return None if found in nothing else found

    return told


def pick_only(place: Place, pick: Pick, scope: Scope) -> Pick:
    tag = place.step.tag
    if scope.style == "rows":
        return pick
    every = pick_all_in(place, scope) if scope.style == "tree" else None
    if every is not None:
        return lambda index, context: pick(index, context) if len(every(index, context)) == 1 else None

    def once(index: Any, context: Context) -> str | None:
        return pick(index, context) if len(index.get(tag, ())) == 1 else None

    return once
