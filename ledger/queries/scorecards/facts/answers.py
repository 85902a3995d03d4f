"""Facts of answers beyond orders: documents of ours that were acknowledged, and discrepancies that were answered."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from ledger.book.storage import bulk, tables
from ledger.matching.discrepancies import BY_CODE
from ledger.policy import Policy
from ledger.queries.scorecards.facts.loading import CaseAbout, Place, behind
from ledger.scorecards.facts import AnswerFact

_SENT = """
    SELECT sent, seq, document, number, status, answered_with, sent_at, at, answer FROM document_answer
    WHERE book = ? AND site = '' AND partner = ? AND sent_at >= ? AND sent_at < ?
    ORDER BY sent, at, seq
"""
_ANSWERED = frozenset({"accepted", "partial", "rejected"})
_SETTLED_BY_US = frozenset({"reviewed", "rewritten"})
_HOUR_US = 3_600_000_000
_MONTH_US = 31 * 24 * _HOUR_US
_ADVICES = ("824", "861")
_OUR_ADVICE = re.compile(r"T?(?:AA|RA)(\d{1,18})")
"""An advice of ours names the event that brought it."""


def document_answers(
    conn: Connection, book: str, supplier: str, since: int, until: int, policy: Policy
) -> list[AnswerFact]:
    """Documents that the partner had in the period, where the agreement asks for their acknowledgment. They belong to
    no site. What a person settled, or we wrote anew, before it was acknowledged asks for none any more."""
    terms = policy.terms_for(supplier)
    if not terms.acknowledges_documents:
        return []
    hours = policy.scores.document_hours if terms.document_hours is None else terms.document_hours
    found = []
    for rows in _by_document(conn, book, policy.partner_for(supplier), since - _MONTH_US, until):
        sent, seq, document, number, *_ = rows[0]
        asked_at = min(row[6] for row in rows)
        answer = next((row for row in rows if row[4] in _ANSWERED), None)
        if asked_at < since or (answer is None and any(row[4] in _SETTLED_BY_US for row in rows)):
            continue
        said = "" if answer is None else answer[8]
        proof = behind(seq if answer is None else answer[1], (said or sent).partition(".")[0], said or sent)
        found.append(
            AnswerFact(
                kind="document", name=f"{document} {number}", site="", behind=proof, asked_at=asked_at,
                due_at=asked_at + int(hours * _HOUR_US), answered_at=None if answer is None else answer[7],
                how="" if answer is None else answer[5],
            )
        )  # fmt: skip
    return found


def _by_document(conn: Connection, book: str, partner: str, since: int, until: int) -> Iterable[list[bulk.Row]]:
    documents: dict[str, list[bulk.Row]] = {}
    for row in bulk.ask(conn, _SENT, (book, partner, since, until)):
        documents.setdefault(row[0], []).append(row)
    return documents.values()


def discrepancy_answers(place: Place) -> list[AnswerFact]:
    """Discrepancies of the period that the supplier was told of, where the agreement asks for an answer.

    The first of what it said of the case, its 824 about our advice, and the time at which what it sent put it right.
    What we decided before it was due asks for none; what is no fault of the supplier's never did.
    """
    if not place.terms.answers_discrepancies:
        return []
    told = [case for case in place.cases if place.since <= case.opened_at < place.until and _is_told(case)]
    if not told:
        return []
    hours = place.rules.answer_hours if place.terms.answer_hours is None else place.terms.answer_hours
    said, advised = _said(place, told), _advised(place)
    found = []
    for case in told:
        due_at = place.days.after_working_hours(case.opened_at, hours)
        answers = [said[case.case]] if case.case in said else []
        if case.opened_seq in advised:
            answers.append(advised[case.opened_seq])
        if case.resolved_at is not None and not case.resolution:
            answers.append((case.resolved_at, "what was sent"))
        first = min(answers, default=None)
        if first is None and case.resolved_at is not None and case.resolved_at <= due_at:
            continue
        found.append(
            AnswerFact(
                kind="discrepancy", name=case.case, site=place.site, behind=behind(case.opened_seq),
                asked_at=case.opened_at, due_at=due_at, answered_at=None if first is None else first[0],
                how="" if first is None else first[1], disputed=case.dispute == "open", part=case.part,
            )
        )  # fmt: skip
    return found


def _is_told(case: CaseAbout) -> bool:
    """The supplier is at fault, and an 824 or 861 tells it."""
    kind = BY_CODE.get(case.code)
    return case.is_theirs and kind is not None and bool(kind.error_code or kind.condition)


_STATEMENTS = ("number", "recorded_at", "kind", "body")
_HOW = {"CaseDisputed": "dispute", "CaseNoted": "note"}


class _Said(msgspec.Struct):
    class Who(msgspec.Struct):
        kind: str = ""

    actor: Who | None = None


_read = msgspec.json.Decoder(_Said).decode


def _said(place: Place, cases: list[CaseAbout]) -> dict[str, tuple[int, str]]:
    """Case -> when its partner first disputed or noted, and which of them."""
    rows = bulk.look_up(
        place.conn, tables.event, _STATEMENTS, (("book", place.book),), ("number",), [(one.case,) for one in cases],
        where=tables.SAID_OF_CASES,
    )  # fmt: skip
    found: dict[str, tuple[int, str]] = {}
    for case, at, kind, body in rows:
        if kind in _HOW and (actor := _read(body).actor) is not None and actor.kind == "partner":
            found[case] = min(found.get(case, (at, _HOW[kind])), (at, _HOW[kind]))
    return found


def _advised(place: Place) -> dict[int, tuple[int, str]]:
    """Event -> when the partner first answered, by an 824, the advice that told what the event brought."""
    found: dict[int, tuple[int, str]] = {}
    partner = place.policy.partner_for(place.supplier)
    # What is found at the end of the period is advised and answered after it.
    for rows in _by_document(place.conn, place.book, partner, place.since, place.until + _MONTH_US):
        for _, _, document, number, _, answered_with, _, at, _ in rows:
            told = _OUR_ADVICE.match(number) if document in _ADVICES and answered_with == "824" else None
            if told is not None:
                found[int(told[1])] = min(found.get(int(told[1]), (at, "824")), (at, "824"))
    return found
