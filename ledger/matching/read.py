"""What decisions read besides records: goods where they stand, their changes since, and what was used of rulings."""

from __future__ import annotations

from typing import NamedTuple

from ledger.stock.bucket import Bucket


class StockQuery(NamedTuple):
    """Goods of one part at one site: at a location, "" for all of them."""

    book: str
    site: str
    part: str
    location: str = ""


class Change(NamedTuple):
    """Goods that came to a bucket (above zero) or left it, in millionths."""

    at: int
    """When, in microseconds: as the event says, and no later than it was recorded."""
    bucket: Bucket
    delta: int
    event: int
    """Sequence of the event whose line made it."""
    counted: bool
    """Whether a count put it right."""


class Use(NamedTuple):
    """So much was used of a ruling, in millionths: a fact of the line that used it, never changed. What is read again
    gives it back: below zero, as a fact of the reading that had used it."""

    book: str
    site: str
    kind: str
    number: str
    seq: int
    """Of the event during whose recording it was used."""
    event: int
    line: str
    stage: str
    part: str
    revision: str
    demand: str
    quantity: int
