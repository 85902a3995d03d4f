"""Cut the segments of one loop into runs that make an entry each (`each:`, `repeats:` with `run`). Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from gateway.document import Segment
from gateway.mapping.places import Step
from gateway.mapping.plan import Repeat, Section

Index = dict[str, list[Any]]


def cut_runs(each: Step | None, segments: Sequence[Segment]) -> tuple[list[Segment], list[list[Segment]]]:
    """What stands before the first `each:` segment, and the segments of a loop cut at each, that before them all."""
    head: list[Segment] = []
    runs: list[list[Segment]] = []
    tag, keys = each if each is not None else Step("")
    for segment in segments:
        elements = segment[1]
        starts = elements[0] == tag and all(k < len(elements) and elements[k] in values for k, values in keys)
        if starts:
            runs.append([*head, segment])
        elif runs:
            runs[-1].append(segment)
        else:
            head.append(segment)
    return head, runs


def starts_of(repeat: Repeat, index: Index) -> list[Segment]:
    """The segments that begin an entry."""
    keys = repeat.step.keys if repeat.step is not None else ()
    return [
        segment
        for segment in index.get(repeat.tag, ())
        if all(n < len(segment[1]) and segment[1][n] in wanted for n, wanted in keys)
    ]


def run_of(index: Index, start: int, end: int | None) -> Index:
    """What an index holds from one position up to another; None is the end of the scope. Loops are left out."""
    found: Index = {}
    for tag, segments in index.items():
        if not tag.startswith("/"):
            first = bisect_left(segments, start, key=_position)
            last = len(segments) if end is None else bisect_left(segments, end, key=_position)
            if first < last:
                found[tag] = segments[first:last]
    return found


def outside_runs(section: Section, index: Index) -> Index:
    """What is left of an index for the section itself, without what its runs look at."""
    for repeat in section.repeats:
        starts = starts_of(repeat, index) if repeat.run else []
        if not starts:
            continue
        first = starts[0][0]
        looked = [place.step for rule in repeat.section.rules for parts in rule.places for place in parts]
        index = {
            tag: [one for one in segments if one[0] < first or not any(_fits(step, one[1]) for step in looked)]
            if any(step.tag == tag for step in looked)
            else segments
            for tag, segments in index.items()
        }
    return index


def _position(segment: Segment) -> int:
    return segment[0]


def _fits(step: Step, elements: Sequence[str]) -> bool:
    return elements[0] == step.tag and all(n < len(elements) and elements[n] in wanted for n, wanted in step.keys)
