"""Segments in the making: texts are put at places, in the order of the map or of `segments:`, and come out whole."""

from __future__ import annotations

from gateway.mapping.places import Place, Step

Key = tuple[tuple[Step, ...], str, tuple[tuple[int, str], ...], int]


class Slot:
    """One segment in the making; pairs are kept apart until it is known how many there are."""

    __slots__ = ("elements", "loops", "pairs", "parts", "start", "tag")

    def __init__(self, place: Place) -> None:
        self.tag, self.loops = place.step.tag, place.loops
        self.elements: dict[int, str] = dict(place.step.written)
        self.parts: dict[int, dict[int, str]] = {}
        self.pairs: list[tuple[str, str]] = []
        self.start = 0

    def build(self, component: str) -> tuple[str, ...]:
        """The segment without trailing blanks."""
        elements = dict(self.elements)
        for element, parts in self.parts.items():
            elements[element] = component.join(parts.get(n, "") for n in range(1, max(parts) + 1))
        for n, (qualifier, text) in enumerate(self.pairs):
            elements[self.start + 2 * n], elements[self.start + 2 * n + 1] = qualifier, text
        last = max((n for n, text in elements.items() if text), default=0)
        return (self.tag, *[elements.get(n, "") for n in range(1, last + 1)])


class Slots:
    """The segments of one scope, each found again by its tag, its qualifiers and the loops it stands in."""

    def __init__(self, order: tuple[str, ...] = ()) -> None:
        self._slots: dict[Key, Slot] = {}
        self._order = order

    def __bool__(self) -> bool:
        return bool(self._slots)

    @property
    def tags(self) -> set[str]:
        return {slot.tag for slot in self._slots.values() if not slot.loops}

    def put(self, place: Place, text: str, nth: int = 0) -> None:
        """Put a text at a place; what stands there already stays. `nth` tells repeated segments apart."""
        key = (tuple(Step(s.tag, tuple((n, v[:1]) for n, v in s.keys)) for s in place.loops), place.step.tag,
               place.step.written, nth)  # fmt: skip
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = Slot(place)
        if place.pair:
            slot.start = place.element
            if place.pair[0] not in {qualifier for qualifier, _ in slot.pairs}:
                slot.pairs.append((place.pair[0], text))
        elif place.component:
            slot.parts.setdefault(place.element, {}).setdefault(place.component, text)
        else:
            slot.elements.setdefault(place.element, text)

    def put_constant(self, place: Place, text: str) -> None:
        """Put a text where its segment is written anyway: a constant alone makes no segment."""
        for slot in self._slots.values():
            fits = all(slot.elements.get(n) == v for n, v in place.step.written)
            if slot.tag == place.step.tag and slot.loops == place.loops and fits:
                slot.elements.setdefault(place.element, text)

    def drop(self, tags: set[str]) -> None:
        """Forget segments that a loop has written instead."""
        self._slots = {key: slot for key, slot in self._slots.items() if slot.loops or slot.tag not in tags}

    def build(self, first: str, component: str) -> list[tuple[str, ...]]:
        """All segments; `first` is the tag that opens the scope's loop, the others follow the order."""
        listed = {tag: n for n, tag in enumerate(self._order)}
        slots = list(self._slots.values())
        ranks = {id(slot): self._rank(slot, n, first, listed) for n, slot in enumerate(slots)}
        slots.sort(key=lambda slot: ranks[id(slot)])
        built = [slot.build(component) for slot in slots]
        return [segment for segment in built if len(segment) > 1]

    def _rank(self, slot: Slot, n: int, first: str, listed: dict[str, int]) -> tuple[int, int]:
        tag = slot.loops[0].tag if slot.loops else slot.tag
        if not slot.loops and tag == first:
            return (-1, n)
        return (listed.get(tag, len(listed)) if listed else 0, n)
