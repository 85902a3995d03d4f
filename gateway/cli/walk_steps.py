"""One line of `crossdock partner test`: what was tried at a partner's, and what came of it."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Step(NamedTuple):
    """`mend` is "" where nothing is to be done. `skipped`: could not be tried; nothing is known."""

    check: str
    state: Literal["ok", "failed", "skipped"]
    text: str
    mend: str = ""
