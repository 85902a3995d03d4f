"""The segments of a document as they were checked, and the loops that they stand in once somebody asks for them.

Most documents are read once, into events, and never looked at segment by segment: taking them apart and putting loops
together costs more than checking them does, so both wait until they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.document import Delimiters, Loop
from gateway.x12.checking.levels import LevelTable
from gateway.x12.guides.registry import Guide
from gateway.x12.outline import Outline, build_outline
from gateway.x12.tree import build_tree, flat_tree


class Body:
    """ST to SE. `levels` has the HL levels of a document in which nothing is wrong, None of any other."""

    __slots__ = ("_root", "delimiters", "guide", "levels", "raws")

    def __init__(
        self, guide: Guide | None, delimiters: Delimiters, raws: Sequence[str], levels: LevelTable | None = None
    ) -> None:
        self.guide, self.delimiters, self.raws, self.levels = guide, delimiters, raws, levels
        self._root: Loop | None = None

    @property
    def has_loops(self) -> bool:
        """Somebody asked for them."""
        return self._root is not None

    @property
    def root(self) -> Loop:
        """All loops; without a guide one that holds every segment."""
        if self._root is None:
            if self.guide is None:
                self._root = flat_tree(self.raws, self.delimiters.element)
            else:
                self._root = build_tree(self.guide, self.delimiters, self.raws)
        return self._root

    def outline(self, line: str) -> Outline | None:
        """The HL levels, of which those of kind `line` are lines; None where there are none or anything is wrong."""
        if self.guide is None or not self.levels or not self.levels.kinds:
            return None
        return build_outline(self.guide, self.delimiters, self.raws, self.levels, line)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Body) and self.root == other.root

    __hash__ = None  # type: ignore[assignment]
