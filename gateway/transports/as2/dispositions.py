"""Dispositions of an MDN: the closed list that we write, and a reader for what others write."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

MODE = "automatic-action/MDN-sent-automatically"


class Disposition(msgspec.Struct, frozen=True):
    """`processed`, or `processed/error: decryption-failed`, lower case and one space after the colon when written.

    Source: RFC 4130 sections 7.4.3 and 7.5, RFC 3798 section 3.2.6.
    """

    type: Literal["processed", "failed"]
    modifier: Literal["", "error", "failure", "warning"] = ""
    text: str = ""
    """What follows the colon, lower case."""

    def __str__(self) -> str:
        return f"{self.type}/{self.modifier}: {self.text}" if self.modifier else self.type

    @property
    def delivered(self) -> bool:
        """True if the content was taken: processed, at most with a warning."""
        return self.type == "processed" and self.modifier in ("", "warning")


PROCESSED = Disposition("processed")
DUPLICATE = Disposition("processed", "warning", "duplicate-document")
DECRYPTION_FAILED = Disposition("processed", "error", "decryption-failed")
AUTHENTICATION_FAILED = Disposition("processed", "error", "authentication-failed")
INTEGRITY_CHECK_FAILED = Disposition("processed", "error", "integrity-check-failed")
DECOMPRESSION_FAILED = Disposition("processed", "error", "decompression-failed")
INSUFFICIENT_MESSAGE_SECURITY = Disposition("processed", "error", "insufficient-message-security")
UNEXPECTED_PROCESSING_ERROR = Disposition("processed", "error", "unexpected-processing-error")
UNKNOWN_TRADING_RELATIONSHIP = Disposition("processed", "error", "unknown-trading-relationship")
INVALID_MESSAGE_ID = Disposition("processed", "error", "invalid-message-id")
UNSUPPORTED_FORMAT = Disposition("failed", "failure", "unsupported format")
UNSUPPORTED_MIC_ALGORITHMS = Disposition("failed", "failure", "unsupported mic-algorithms")

# Spaces stand anywhere between the tokens, and case says nothing: `Processed / Error : x` occurs.
_DISPOSITION = re.compile(
    r"\s*[A-Za-z-]+\s*/\s*[A-Za-z-]+\s*;\s*(processed|failed)\s*(?:/\s*(error|failure|warning)\s*(?::\s*(.*?))?)?\s*",
    re.IGNORECASE | re.DOTALL,
)


def read_disposition(value: str) -> Disposition | None:
    """The value of a Disposition field; None if it is none of ours to understand (`displayed`, `deleted`, noise)."""
    match = _DISPOSITION.fullmatch(value)
    if match is None:
        return None
    type_, modifier, text = match.groups()
    return Disposition(
        "processed" if type_.lower() == "processed" else "failed",
        _MODIFIERS[(modifier or "").lower()],
        " ".join((text or "").lower().split()),
    )


_MODIFIERS: dict[str, Literal["", "error", "failure", "warning"]] = {
    "": "", "error": "error", "failure": "failure", "warning": "warning",
}  # fmt: skip
