"""A guide compiled for one set of delimiters: which segment may follow which, worked out once and remembered.

The place of the next segment depends only on the place of the last one, the tag and, where namesakes differ by a
qualifier, on that value. Lint has made sure that children of a loop have positions of their own, so that most counts
and all missing segments are known when the step is worked out; only limits above one are counted at run time.
Values are folded to those the guide lists: what partners send never grows the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.document import Delimiters
from gateway.x12.checking.elements import Looker
from gateway.x12.checking.patterns import Match, SyntaxTest, segment_match, syntax_test
from gateway.x12.checking.rules import UNLIMITED, LoopRule, SegmentRule


class Node(NamedTuple):
    """A segment rule at its place."""

    number: int
    rule: SegmentRule
    loop: Place
    counter: int
    """Index of its count; -1 when it is not counted, having no limit or one that a step alone shows to be passed."""


class Place(NamedTuple):
    """A loop rule at its place; `depth` 0 is the document."""

    number: int
    rule: LoopRule
    parent: Place | None
    depth: int
    counter: int


class Missing(NamedTuple):
    """A required segment, or required loop by its first segment, that a step passes by."""

    rule: SegmentRule
    loop: str


class Note(NamedTuple):
    """What a step asks for beyond moving on and matching; most steps ask for nothing and have no note."""

    keyed: Keyed | None = None
    """The step depends on a value, and this is no step itself."""
    syntax: SyntaxTest | None = None
    """Relations between elements that the expression does not see to."""
    is_level: bool = False
    is_end: bool = False
    begins: int = -1
    """Index of a count that is one from here: the first turn of a loop with a limit."""
    heeds: bool = False
    """One of the following is to be heeded."""
    missing: tuple[Missing, ...] = ()
    over: str = ""
    """AK304 code of a repetition that is one too many whatever came before: 4 loop, 5 segment, 2 not used."""
    counter: int = -1
    """Index of a count that goes up."""
    most: int = UNLIMITED
    is_segment: bool = False
    """The count is of a segment: it goes up only while the same segment follows itself."""


class Keyed(NamedTuple):
    """A tag whose place depends on a value: element number, step by value, and the step for all other values."""

    element: int
    steps: dict[str, Step]
    other: Step


Row = dict[str, "Step"]
"""Steps from one node, filled as they are met, by the first three characters of a segment: a tag of three, or one of
two with its separator. A longer tag that only begins so does not match the step's expression."""

Step = tuple[Row, Match, Note | None, Node]
"""Row of steps from the new node, its expression, the note, the node. Bare, for the hot loop."""


class Automaton:
    """See the module. Shared by threads: working a step out twice does no harm."""

    def __init__(self, document: LoopRule, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self.counter_count = 0
        self.nodes: list[Node] = []
        self.places: list[Place] = []
        self._nodes_of: dict[int, list[Node]] = {}
        self._places_of: dict[int, list[Place]] = {}
        self.root = self._place(document, None)
        self.tags = frozenset(node.rule.tag for node in self.nodes)
        opening = [node for node in self.nodes if node.rule.tag == "HL"]
        kinds = [node.loop.rule.level for node in opening]
        self.levels = {kind: node for kind, node in zip(kinds, opening, strict=True) if kinds.count(kind) == 1}
        """The HL segments by HL03, where a level has one place."""
        self.plain: dict[tuple[int, tuple[str, ...]], bool] = {}
        """Orders of tags in HL levels already weighed by `outline.py`; grows to a cap and starts again."""
        self._rows: list[Row] = [{} for _ in self.nodes]
        self._compiled: dict[int, tuple[Match, SyntaxTest | None]] = {}
        self._lookers: dict[int, Looker] = {}
        self.start = self._step(self._nodes_of[self.root.number][0], Note())

    # --- layout -------------------------------------------------------------------------------------------

    def _place(self, rule: LoopRule, parent: Place | None) -> Place:
        place = Place(len(self.places), rule, parent, parent.depth + 1 if parent else 0, self._counter(rule.most))
        self.places.append(place)
        self._places_of[place.number] = []
        self._nodes_of[place.number] = []
        for child in rule.children:
            if isinstance(child, LoopRule):
                self._places_of[place.number].append(self._place(child, place))
            else:
                node = Node(len(self.nodes), child, place, self._counter(child.most))
                self.nodes.append(node)
                self._nodes_of[place.number].append(node)
        return place

    def _counter(self, most: int) -> int:
        if most in (1, UNLIMITED):
            return -1
        self.counter_count += 1
        return self.counter_count - 1

    # --- steps --------------------------------------------------------------------------------------------

    @property
    def step_count(self) -> int:
        """Steps remembered; bounded by the guide, whatever comes."""
        steps = [step for row in self._rows for step in row.values()]
        return sum(1 if step[2] is None or step[2].keyed is None else len(step[2].keyed.steps) for step in steps)

    def row(self, node: Node) -> Row:
        """The steps known so far from a node."""
        return self._rows[node.number]

    def looker(self, node: Node) -> Looker:
        """What looks at a segment element by element."""
        looker = self._lookers.get(node.number)
        if looker is None:
            looker = self._lookers[node.number] = Looker(node.rule, self.delimiters)
        return looker

    def resolve(self, node: Node, tag: str) -> Step | None:
        """The step for a tag from this node, worked out when met for the first time; None when it has no place.

        Remembered for tags of the guide alone, so that nothing a partner sends makes it grow.
        """
        row = self._rows[node.number]
        key = tag if len(tag) > 2 else tag + self.delimiters.element
        if tag not in self.tags or key in row:
            return row.get(key) if tag in self.tags else None
        keyed = [other.rule.key for other in self.nodes if other.rule.tag == tag and other.rule.key is not None]
        values = sorted({value for key in keyed for value in key[1]})
        steps = {value: self._walk(node, tag, value) for value in values}
        other = self._walk(node, tag, None)
        found = {value: step for value, step in steps.items() if step is not None}
        if other is None and not found:
            return None
        # A value that leads nowhere is taken for a wrong code in the segment that could stand here.
        fallback = other or next(iter(found.values()))
        if tag == "HL" and fallback[2] is not None and fallback[2].over:
            # An unknown level is a wrong code, not one level too many of the first kind, and it need hold nothing.
            free = [step for step in found.values() if step[2] is None or not step[2].over]
            fallback = min(free, key=lambda step: _needed(step[3].loop), default=fallback)
        if not all(step[3] is fallback[3] for step in found.values()):
            fallback = (*fallback[:2], Note(keyed=Keyed(keyed[0][0], found, fallback)), fallback[3])
        row[key] = fallback
        return fallback

    def step(self, node: Node, elements: Sequence[str]) -> Step | None:
        """The step that a segment takes from this node, whatever it depends on; None when it has no place."""
        step = self.resolve(node, elements[0])
        if step is None or step[2] is None or step[2].keyed is None:
            return step
        place, steps, other = step[2].keyed
        return steps.get(elements[place] if place < len(elements) else "", other)

    def _walk(self, node: Node, tag: str, value: str | None) -> Step | None:
        """From `node` on and outwards, the first place for the segment. `value` None: whatever the qualifier."""

        def fits(rule: SegmentRule) -> bool:
            return rule.tag == tag and (value is None or rule.key is None or value in rule.key[1])

        missing: list[Missing] = []
        loop, position = node.loop, node.rule.position
        inside: Place | None = None
        while True:
            nodes = {id(n.rule): n for n in self._nodes_of[loop.number]}
            places = {id(p.rule): p for p in self._places_of[loop.number]}
            for child in loop.rule.children:
                if child.position < position:
                    continue
                if isinstance(child, LoopRule):
                    place = places[id(child)]
                    if fits(child.first):
                        return self._enter(place, inside, tuple(missing))
                    if child.required and child.position > position:
                        missing.append(Missing(child.first, child.tag))
                elif child is loop.rule.first:
                    continue  # a loop is entered anew from outside, so that what it lacks is seen; as is a document
                elif fits(child):
                    again = child is node.rule and inside is None
                    return self._move(nodes[id(child)], again, tuple(missing))
                elif child.required and child.position > position:
                    missing.append(Missing(child, loop_id(loop)))
            if loop.parent is None:
                return None
            inside, position = loop, loop.rule.position
            loop = loop.parent

    def _enter(self, place: Place, inside: Place | None, missing: tuple[Missing, ...]) -> Step:
        rule = place.rule
        again = inside is not None and inside.number == place.number
        over = "2" if not rule.used else "4" if again and rule.most == 1 else ""
        note = Note(
            missing=missing, over=over, most=rule.most, is_level=rule.tag == "HL",
            counter=place.counter if again else -1, begins=-1 if again else place.counter,
        )  # fmt: skip
        return self._step(self._nodes_of[place.number][0], note)

    def _move(self, node: Node, again: bool, missing: tuple[Missing, ...]) -> Step:
        """A segment of one loop turn follows itself or never comes back, so that only following itself is counted."""
        rule = node.rule
        over = "2" if not rule.used else "5" if again and rule.most == 1 else ""
        counter = node.counter if again else -1
        is_end = rule.tag == "SE" and node.loop.parent is None
        note = Note(missing=missing, over=over, counter=counter, most=rule.most, is_segment=True, is_end=is_end)
        return self._step(node, note)

    def _step(self, node: Node, note: Note) -> Step:
        if node.number not in self._compiled:
            self._compiled[node.number] = (segment_match(node.rule, self.delimiters), syntax_test(node.rule))
        match, syntax = self._compiled[node.number]
        heeds = bool(note.missing or note.over or note.counter >= 0)
        asks = heeds or note.is_level or note.is_end or note.begins >= 0 or syntax is not None
        return self._rows[node.number], match, note._replace(syntax=syntax, heeds=heeds) if asks else None, node


def _needed(place: Place) -> int:
    return sum(child.required for child in place.rule.children)


def loop_id(place: Place) -> str:
    """AK303: the tag that opens the loop; "" in the document itself."""
    return "" if place.parent is None else place.rule.tag
