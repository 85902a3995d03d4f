"""Cut the segments of one loop into runs that make an entry each (`each:`). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.document import Segment
from gateway.mapping.places import Step


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
