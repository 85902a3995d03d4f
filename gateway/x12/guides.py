"""stub"""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class Guide:
    """One effective guide: base or overlay. Compiled on first use."""

    set_id: str
    group_id: str
    release: str
    partner: str
    hash: str
    origins: dict[str, str]

    def has_loop(self, path: str) -> bool:
        """`path`: "" the document itself; `PO1`, `PO1/SCH`, `HLI` or, for an HL loop, its level `I`."""
        raise NotImplementedError

    def has_segment(self, path: str, tag: str) -> bool:
        raise NotImplementedError

    def has_element(self, path: str, tag: str, element: int, component: int = 0) -> bool:
        raise NotImplementedError


class Guides:
    """Guides found under `mappings` folders (earlier shadows later) and partners' overlays; loaded when asked for."""

    def __init__(self, mappings: Sequence[Path], partners: Sequence[Path] = ()) -> None:
        raise NotImplementedError

    def find(self, partner_id: str, group_id: str, version: str, set_id: str) -> Guide | None:
        raise NotImplementedError

    def load_all(self) -> tuple[Guide, ...]:
        """Load and lint every guide; raises OperatorMistake naming all that is wrong."""
        raise NotImplementedError
