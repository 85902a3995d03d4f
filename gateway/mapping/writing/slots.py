"""Segments in the making: texts are put at places, in the order of the map or of `segments:`, and come out whole."""

from __future__ import annotations

from gateway.mapping.places import Place, Step


class Slot:
    """One segment in the making; pairs are kept apart until it is known how many there are."""

    __slots__ = ("elements", "loops", "nth", "pairs", "pairs_at", "parts", "tag")

    def __init__(self, place: Place, loops: tuple[Step, ...], nth: int) -> None:
        self.tag, self.loops, self.nth = place.step.tag, loops, nth
        self.elements: dict[int, str] = {}
        self.parts: dict[int, dict[int, str]] = {}
        self.pairs: list[tuple[str, str]] = []
        self.pairs_at: tuple[int, ...] = ()

    def build(self, component: str) -> tuple[str, ...]:
        """The segment without trailing blanks."""
        elements = dict(self.elements)
        for element, parts in self.parts.items():
            elements[element] = component.join(parts.get(n, "") for n in range(1, max(parts) + 1))
        for n, (qualifier, text) in zip(self.pairs_at, self.pairs, strict=False):
            elements[n], elements[n + 1] = qualifier, text
        last = max((n for n, text in elements.items() if text), default=0)
        return (self.tag, *[elements.get(n, "") for n in range(1, last + 1)])


class Slots:
    """The segments of one scope, each found again by its tag, its key elements and the loops it stands in."""

    def __init__(self, order: tuple[str, ...] = ()) -> None:
        self._slots: list[Slot] = []
        self._order = order

    def __bool__(self) -> bool:
        return bool(self._slots)

    @property
    def tags(self) -> set[str]:
        return {slot.tag for slot in self._slots if not slot.loops}

    def put(self, place: Place, text: str, nth: int = 0) -> None:
        """Put a text at a place; what stands there already stays. `nth` tells repeated segments apart."""
        slot = self._slot(place, nth)
        for element, text_of_key in place.step.written:
            slot.elements[element] = text_of_key
        if place.pair:
            slot.pairs_at = place.pairs
            if place.pair[0] not in {qualifier for qualifier, _ in slot.pairs}:
                slot.pairs.append((place.pair[0], text))
        elif place.component:
            slot.parts.setdefault(place.element, {}).setdefault(place.component, text)
        else:
            slot.elements.setdefault(place.element, text)

    def _slot(self, place: Place, nth: int) -> Slot:
        """The segment whose key elements do not speak against the place's own; a new one if all do."""
        loops = tuple(Step(step.tag, tuple((n, values[:1]) for n, values in step.keys)) for step in place.loops)
        for slot in self._slots:
            if (slot.tag, slot.nth, slot.loops) == (place.step.tag, nth, loops) and all(
                slot.elements.get(n, value) == value for n, value in place.step.written
            ):
                return slot
        self._slots.append(Slot(place, loops, nth))
        return self._slots[-1]

    def put_constant(self, place: Place, text: str) -> None:
        """Put a text where its segment is written anyway: a constant alone makes no segment."""
        for slot in self._slots:
            fits = all(slot.elements.get(n) == v for n, v in place.step.written)
            if slot.tag == place.step.tag and slot.loops == place.loops and fits:
                slot.elements.setdefault(place.element, text)

    def has(self, place: Place) -> bool:
        """Whether a text stands at a place."""
        return any(
            slot.tag == place.step.tag
            and bool(slot.elements.get(place.element))
            and all(slot.elements.get(n) == v for n, v in place.step.written)
            for slot in self._slots
        )

    def drop(self, tags: set[str]) -> None:
        """Forget segments that a loop has written instead."""
        self._slots = [slot for slot in self._slots if slot.loops or slot.tag not in tags]

    def build(self, first: str, component: str) -> list[tuple[int, tuple[str, ...]]]:
        """All segments, each with its rank; `first` is the tag that opens the scope's loop and comes before all."""
        loops = [self._anchor(slot.loops[0]) if slot.loops else n for n, slot in enumerate(self._slots)]
        # The sort is stable: within a rank, segments stand as the map names them, those of a loop behind the segment
        # that opens it.
        order = sorted(
            range(len(loops)), key=lambda n: (self._rank(self._slots[n], first), loops[n], len(self._slots[n].loops))
        )
        built = [(self._rank(self._slots[n], first), self._slots[n].build(component)) for n in order]
        return [(rank, segment) for rank, segment in built if len(segment) > 1]

    def _anchor(self, step: Step) -> int:
        """The segment that opens a loop; made of its keys alone where no rule writes more of it."""
        for n, slot in enumerate(self._slots):
            if slot.tag == step.tag and not slot.loops and all(slot.elements.get(k) == v for k, v in step.written):
                return n
        slot = Slot(Place("", step), (), 0)
        slot.elements |= dict(step.written)
        self._slots.append(slot)
        return len(self._slots) - 1

    def rank(self, tag: str, otherwise: int) -> int:
        """Where `segments:` puts a tag; `otherwise` counts from the end of it."""
        return self._order.index(tag) if tag in self._order else len(self._order) + otherwise

    def _rank(self, slot: Slot, first: str) -> int:
        tag = slot.loops[0].tag if slot.loops else slot.tag
        return -1 if not slot.loops and tag == first else self.rank(tag, 0)
