"""What the corpus is made of: its mixes and shares, parts, messages, and how each partner writes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from benchmarks.corpus.documents import Dialect

Kind = Literal["850", "856", "receipt", "861", "824", "997", "862", "830", "860", "855", "810"]

START = datetime(2026, 9, 7, 5, 0, tzinfo=UTC)
STEP = timedelta(seconds=2)
SITES = ("PLT01", "PLT02", "PLT03", "PLT04")
SUPPLIERS, LOGISTICS, BUYERS = 32, 5, 3
LINES_MEDIAN, LINES_P99, LINES_MAX = 8, 200, 5000
SIGMA = math.log(LINES_P99 / LINES_MEDIAN) / 2.3263

MIXES: dict[str, dict[Kind, float]] = {
    "core": {"850": 0.25, "856": 0.45, "receipt": 0.25, "861": 0.03, "824": 0.01, "997": 0.01},
    "full": {
        "862": 0.25, "830": 0.10, "856": 0.30, "850": 0.08, "860": 0.02, "receipt": 0.20,
        "861": 0.01, "824": 0.01, "997": 0.01, "855": 0.01, "810": 0.01,
    },
}  # fmt: skip
"""Orders, notices and goods receipts alone; or with schedules and cumulatives, changes, promises and invoices."""
WARM_UP_MIN = {"core": 200, "full": 500}
"""Documents; of `full` enough for each programme's order and its first schedule."""
FAULTED: tuple[Kind, ...] = ("850", "856", "861", "862", "830")
FAULTY, DUPLICATE, CONFLICT, BEFORE_NOTICE = 0.02, 0.01, 0.002, 0.03

DELIMITERS = (
    ("*", "~", ">"), ("*", "~\r\n", ":"), ("|", "~", ">"), ("*", "\n", ">"), ("\x1d", "\x1c", "\x1f"),
    ("+", "'", ":"), ("^", "~\n", "<"), ("*", "\x85", ">"),
)  # fmt: skip
HIERARCHIES = ("SOI", "SOPI", "SI", "STI", "SOTPI", "SPI", "STOI")


class Part(NamedTuple):
    """One part of the catalogue; `supplier` makes it."""

    number: str
    vendor_number: str
    supplier: int
    unit: str
    lot: bool
    serial: bool


class Sent(NamedTuple):
    """One message as a partner sends it. `lines` counts its business lines; `flaw` names what is wrong with it."""

    partner: str
    kind: Kind
    name: str
    at: datetime
    body: bytes
    lines: int
    flaw: str = ""


@dataclass(slots=True)
class OpenLine:
    order: str
    order_line: str
    part: Part
    revision: str
    remaining: int
    ordered: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """Partners, parts and messages; `sent[:warm_up]` is to be processed before the clock starts."""

    seed: int
    mix: str
    dialects: tuple[Dialect, ...]
    parts: tuple[Part, ...]
    sent: tuple[Sent, ...]
    warm_up: int
    sha: str = field(default="", compare=False)

    @property
    def timed(self) -> tuple[Sent, ...]:
        return self.sent[self.warm_up :]

    def suppliers(self) -> tuple[Dialect, ...]:
        return self.dialects[:SUPPLIERS]


def zipf(count: int) -> list[float]:
    return [1 / rank for rank in range(1, count + 1)]


def partners() -> list[Dialect]:
    dialects = []
    for index in range(SUPPLIERS + LOGISTICS + BUYERS):
        element, segment, component = DELIMITERS[index % len(DELIMITERS)]
        role = "s" if index < SUPPLIERS else "l" if index < SUPPLIERS + LOGISTICS else "b"
        duns = f"{100_000_000 + 7_919 * (index + 1):09d}"
        dialects.append(
            Dialect(
                partner=f"{role}{index + 1:02d}", isa=("01", duns), party=f"1:{duns}", element=element,
                segment=segment, component=component, hierarchy=HIERARCHIES[index % len(HIERARCHIES)],
                version="004010AIAG" if index % 5 == 0 else "004010", unit="PC" if index % 4 == 3 else "EA",
            )
        )  # fmt: skip
    return dialects
