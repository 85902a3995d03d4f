"""A document against its guide: one pass over raw segments, in pieces of any size; faults are located values.

The loop in `Checker.run` is the hot path of the whole product: a clean segment costs a split, a look-up and a
regular expression. Everything rare is one call away and may be slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from gateway.document import Delimiters, Fault
from gateway.x12.checking.automaton import Node, Note, loop_id
from gateway.x12.checking.faults import FaultLog, capped
from gateway.x12.checking.levels import Levels, LevelTable
from gateway.x12.codes import CONTROL_TAGS
from gateway.x12.guides.registry import Guide
from gateway.x12.limits import LIMITS, Limits
from gateway.x12.reading import STANDARD

_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_NOTHING = Note()
_SEGMENT_WORDS = {
    "2": "{tag} is not used here",
    "4": "loop {tag} occurs more often than {most}",
    "5": "{tag} occurs more often than {most}",
}


class Checker:
    """Checks one document, ST to SE: `begin`, then `run` until `ended`, then `faults`."""

    __slots__ = (
        "_counts",
        "_levels",
        "_node",
        "_seen",
        "automaton",
        "ended",
        "guide",
        "limits",
        "log",
        "position",
    )

    def __init__(self, guide: Guide, delimiters: Delimiters, limits: Limits = LIMITS) -> None:
        self.guide = guide
        self.limits = limits
        self.automaton = guide.automaton(delimiters)
        self.position = 0
        """Segments seen, ST included."""
        self.ended = False
        """SE was seen."""
        self._node: Node = self.automaton.start[3]
        self._counts = [0] * self.automaton.counter_count
        self._seen = self._counts.copy()
        """Position at which each count last went up, or of what stands behind that and has no place."""
        self._levels = Levels(guide.levels)
        self.log = FaultLog(limits.faults_max)
        """Faults of segments and elements; those of HL levels come with `found`."""

    def begin(self, raw: str) -> None:
        """Take the ST segment."""
        self.position = 1
        if self.automaton.start[1](raw) is None:
            self._look(raw, self._node, self._node)

    def run(self, raws: Sequence[str], at: int) -> int:
        """Take segments from `raws[at]` on.

        Returns the index behind SE (then `ended`), the index of a control segment that has no business inside a
        document (SE is missing), or the length when the document goes on in the next piece.
        """
        node = self._node
        row = self.automaton.row(node)
        separator = self.automaton.delimiters.element
        add_level = self._levels.add
        offset = self.position - at
        for raw in islice(raws, at, None):
            at += 1
            try:
                row_next, match, note, node_next = row[raw[:3]]
            except KeyError:
                tag = raw.split(separator, 1)[0]
                step = self.automaton.resolve(node, tag)
                if step is None:
                    if tag in CONTROL_TAGS:
                        at -= 1
                        break
                    self.position = at + offset
                    self._stray(tag, node)
                    continue
                row_next, match, note, node_next = step
            if note is None:
                if match(raw) is None:
                    self.position = at + offset
                    if not self._look(raw, node, node_next):
                        continue
                row, node = row_next, node_next
                continue
            elements = None
            if note.keyed is not None:
                elements = raw.split(separator)
                place, steps, other = note.keyed
                row_next, match, note, node_next = steps.get(elements[place] if place < len(elements) else "", other)
                if note is None:
                    note = _NOTHING
            clean = match(raw) is not None
            if not clean and raw.split(separator, 1)[0] != node_next.rule.tag:
                self.position = at + offset
                self._stray(raw.split(separator, 1)[0], node)
                continue
            if note.begins >= 0:
                self._counts[note.begins] = 1
            if note.is_level:
                add_level(at + offset, elements or raw.split(separator))
            if note.heeds:
                self.position = at + offset
                self._heed(note, node_next)
            if clean and note.syntax is not None:
                elements = elements or raw.split(separator)
                clean = note.syntax(elements, len(elements))
            if not clean:
                self.position = at + offset
                self._look(raw, node, node_next)
            row, node = row_next, node_next
            if note.is_end:
                self.ended = True
                break
        self._node = node
        self.position = at + offset
        return at

    def found(self) -> tuple[list[Fault], int]:
        """The faults so far that are kept, in order of segment, and how many there are in all."""
        if self._levels.are_plain():
            return self.log.listed(), self.log.count
        of_levels = FaultLog(self.limits.faults_max)
        for fault in self._levels.faults():
            of_levels.add(fault)
        kept = [*self.log.listed(), *of_levels.listed()]
        kept.sort(key=_order)
        return kept, self.log.count + of_levels.count

    def levels(self) -> LevelTable | None:
        """The HL levels of a document in which nothing was found; None where something was."""
        return self._levels.table() if not self.log.count else None

    def faults(self) -> tuple[Fault, ...]:
        """All faults so far, at most `limits.faults_max`; the last one says how many more there are."""
        kept, count = self.found()
        return capped(kept, self.limits, count)

    # --- what is rare ---------------------------------------------------------------------------------------

    def _heed(self, note: Note, node: Node) -> None:
        """Count, and note what a step passed by. Lean: loops with a limit come here in clean documents too."""
        for missing in note.missing:
            self._add("3", f"{missing.rule.tag} is missing", missing.rule.tag, missing.loop, missing.rule.origin)
        if note.over:
            self._over(note.over, node, 1)
        at = note.counter
        if at < 0:
            return
        if note.is_segment:
            # The first of the row was not counted, having come by another step.
            count = self._counts[at] + 1 if self._seen[at] == self.position - 1 else 2
            self._seen[at] = self.position
        else:
            count = self._counts[at] + 1
        self._counts[at] = count
        if count > note.most:
            self._over("5" if note.is_segment else "4", node, note.most)

    def _over(self, code: str, node: Node, most: int) -> None:
        text = _SEGMENT_WORDS[code].format(tag=node.rule.tag, most=most)
        self._add(code, text, node.rule.tag, loop_id(node.loop), node.rule.origin or node.loop.rule.origin)

    def _look(self, raw: str, before: Node, node: Node) -> bool:
        """Element by element, for a segment that its expression did not match. False when it is another segment,
        whose tag only begins the same."""
        elements = raw.split(self.automaton.delimiters.element)
        if elements[0] != node.rule.tag:
            self._stray(elements[0], before)
            return False
        looker, log = self.automaton.looker(node), self.log
        for found in looker.look(elements):
            if log.wants(found[6]):
                log.add(looker.fault(found, self.position, loop_id(node.loop)))
            else:
                log.count += 1
        return True

    def _stray(self, tag: str, node: Node) -> None:
        """A segment that has no place from here on; the place stays where it was, and so does a count of its row."""
        if node.counter >= 0 and self._seen[node.counter] == self.position - 1:
            self._seen[node.counter] = self.position
        if tag in self.automaton.tags:
            code, text = "7", f"{tag} cannot stand here, after {node.rule.tag}"
        elif _TAG.fullmatch(tag):
            code, text = "6", f"{tag} is not part of {self.guide.set_id} in the guide"
        else:
            code, text = "1", f'"{tag[:10]}" is no segment identifier'
        self._add(code, text, tag[:10], loop_id(node.loop))

    def _add(self, code: str, text: str, tag: str, loop: str, origin: str = "") -> None:
        if self.log.wants(True):
            fault = Fault(
                code=code, text=text, level="segment", segment=self.position, tag=tag, loop=loop, origin=origin
            )
            self.log.add(fault)
        else:
            self.log.count += 1


def _order(fault: Fault) -> tuple[int, int]:
    return fault.segment or 0, fault.element or 0


def check_document(
    guide: Guide, segments: Iterable[tuple[str, ...]], *, delimiters: Delimiters = STANDARD, control: str = "0001"
) -> tuple[Fault, ...]:
    """Faults of a document to be sent, whose segments stand between ST and SE; positions count ST as 1.

    Besides the guide, values may not hold a delimiter and must be writable; where values repeat, the guide knows.
    """
    body = [(*segment[:1], *segment[1:]) for segment in segments]
    count = len(body) + 2
    raws = [delimiters.element.join(segment) for segment in body]
    checker = Checker(guide, delimiters)
    checker.begin(delimiters.element.join(("ST", guide.set_id, control)))
    checker.run([*raws, delimiters.element.join(("SE", str(count), control))], 0)
    faults = [*_unwritable(body, delimiters), *checker.faults()]
    return tuple(sorted(faults, key=_order))


def _unwritable(segments: Sequence[tuple[str, ...]], delimiters: Delimiters) -> Iterable[Fault]:
    forbidden = {delimiters.element, delimiters.segment}
    for position, segment in enumerate(segments, 2):
        for number, value in enumerate(segment):
            bad = next(
                (letter for letter in value if letter in forbidden or not _is_writable(letter, delimiters)), None
            )
            if bad is not None:
                yield Fault(
                    code="6",
                    text=f"{segment[0]}{number:02d} holds {bad!r}, which cannot be written",
                    level="element",
                    segment=position,
                    tag=segment[0],
                    element=number,
                    value=value[:99],
                )


def _is_writable(letter: str, delimiters: Delimiters) -> bool:
    """Latin-1 without control characters; one of these may part the components, as FS, GS, RS and US often do."""
    return " " <= letter <= "\xff" or letter == delimiters.component
