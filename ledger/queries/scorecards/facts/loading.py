"""What every part of the facts is loaded for: one supplier at one site, and the period."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ledger.book.storage import bulk
from ledger.policy import Policy, Terms
from ledger.policy.scores import ScoreRules
from ledger.queries.scorecards.facts.days import Days
from ledger.scorecards.facts import Against, Behind, DisruptionFact

GRANTED = frozenset({"waive"})
"""Resolutions that grant the supplier's dispute: the finding no longer speaks against it."""
NOT_THEIRS = frozenset({"buyer", "receiver", "system"})
"""Faults that excuse the supplier."""


class CaseAbout(NamedTuple):
    """What a scorecard asks of one case."""

    site: str
    case: str
    code: str
    fault: str
    cause: str
    resolution: str
    shipment_id: str
    notice_line: str
    receipt_provider: str
    receipt_id: str
    receipt_line: str
    order_number: str
    order_line: str
    part: str
    unit: str
    quantity: int
    expected: int
    actual: int
    opened_seq: int
    opened_at: int
    resolved_at: int | None
    text: str
    evidence: str
    dispute: str

    @property
    def is_granted(self) -> bool:
        """It no longer speaks against the supplier."""
        return self.resolution in GRANTED or self.dispute == "granted"

    @property
    def is_theirs(self) -> bool:
        """The supplier answers for it, as far as anybody says."""
        return self.fault == "supplier" and not self.is_granted

    @property
    def against(self) -> Against:
        """As it speaks against the supplier."""
        return Against(self.code, self.case, self.cause, self.dispute == "open")


_COLUMNS = ", ".join(f'"{name}"' for name in CaseAbout._fields)
_CASES = f'SELECT {_COLUMNS} FROM cases WHERE book = ? AND supplier = ? ORDER BY opened_seq, site, "case"'  # noqa: S608


class Place(NamedTuple):
    """One supplier at one site, and the period in microseconds."""

    conn: Connection
    book: str
    site: str
    supplier: str
    since: int
    until: int
    now: int
    days: Days
    rules: ScoreRules
    terms: Terms
    policy: Policy
    cases: list[CaseAbout]
    whole: bool = True
    """A fact for everything; else what counts and costs nothing is only summed, as `Plain`."""

    @property
    def edge(self) -> int:
        """The first moment of the day from which on requirements are loaded, before the period."""
        return self.days.starts(self.days.of(self.since) - self.rules.window.written_off_days)

    def ask(self, statement: str, *given: Any, many: bool = False) -> list[Any]:
        """Rows of a statement that begins by naming book, site and supplier; `many` as in `bulk.ask`."""
        return bulk.ask(self.conn, statement, (self.book, self.site, self.supplier, *given), many=many)


def cases_of(conn: Connection, book: str, supplier: str) -> dict[str, list[CaseAbout]]:
    """The supplier's cases by site, in the order in which they were opened."""
    found: dict[str, list[CaseAbout]] = defaultdict(list)
    for row in bulk.ask(conn, _CASES, (book, supplier)):
        case = CaseAbout._make(row)
        found[case.site].append(case)
    return found


def behind(seq: int, message: str = "", document: str = "", segment: int = 0) -> Behind:
    """What a row stands on."""
    return Behind(seq=seq, message=message, document=document, segment=segment)


_DISRUPTIONS = """
    SELECT number, disruption, part, minutes, text, seq, message, document FROM disruption
    WHERE book = ? AND site = ? AND supplier = ? AND fault = 'supplier' AND occurred_at >= ? AND occurred_at < ?
    ORDER BY number, seq
"""


def disruptions(place: Place) -> list[DisruptionFact]:
    """What the supplier is to answer for, by when it began."""
    return [
        DisruptionFact(
            number=number, kind=kind, site=place.site, behind=behind(seq, message, document), part=part,
            minutes=minutes, text=text,
        )
        for number, kind, part, minutes, text, seq, message, document in place.ask(
            _DISRUPTIONS, place.since, place.until
        )
    ]  # fmt: skip
