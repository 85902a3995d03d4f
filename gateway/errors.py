"""Exceptions, sorted by who mends the trouble. Faults in data are values (`gateway.document.Fault`), never raised."""

from __future__ import annotations


class CrossdockError(Exception):
    """What stops the work and is expected to happen; anything else that escapes is a bug of ours."""


class PartnerMistake(CrossdockError):
    """The partner mends it and sends again. `code` is stable; each transport has one table from code to answer."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class OperatorMistake(CrossdockError):
    """We mend it: refused at start or at the edit, never in the night. Names file, line and the mend."""

    def __init__(self, text: str, *, file: str = "", line: int | None = None, mend: str = "") -> None:
        place = file if line is None else f"{file} line {line}"
        super().__init__((f"{place}: " if place else "") + text + (f" ({mend})" if mend else ""))
        self.text, self.file, self.line, self.mend = text, file, line, mend


class Unavailable(CrossdockError):
    """Time mends it: retried with jitter up to a limit, then parked."""
