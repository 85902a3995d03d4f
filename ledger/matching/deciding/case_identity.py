"""What makes two findings, or a finding and its case, the same: what they are about, never how much.

A finding about something that has an open case changes that case; it opens no second one.
"""

from __future__ import annotations

from operator import attrgetter

from ledger.matching.records.documents import Case

CaseIdentity = tuple[str, ...]

PER_AGREEMENT = frozenset({"D10", "D11"})
"""Classes about a supplier and a part, whichever document showed it: one open case each."""

PER_SCHEDULE = frozenset({"D09"})
"""Classes that are about a supplier and a part where they are about no order."""

_ABOUT = attrgetter(
    "code", "site", "supplier", "shipment_id", "notice_line", "receipt_provider", "receipt_id", "receipt_line",
    "order_number", "order_line",
)  # fmt: skip
_OF_AGREEMENT = attrgetter("code", "site", "supplier", "part")


PER_PLACE = frozenset({"D38", "D40", "D43", "D44", "D45", "D41", "D46", "D47", "D48", "D49"})
"""Classes about a part at a place, a line that asks for approval, or a document or shipment of ours, which their
cause names: one open case each."""

OF_AN_INSPECTION = "D21"
"""Class about goods in the house, which its cause names, where it is not about a goods receipt."""

_OF_PLACE = attrgetter("code", "site", "part", "cause")


def identity_of(book: str, about: object) -> CaseIdentity:
    """What makes two findings, or a finding and its case, the same: their class and what they are about, never their
    quantity."""
    identity: CaseIdentity = _ABOUT(about)
    if identity[0] in PER_PLACE:
        return (book, *_OF_PLACE(about))
    if identity[0] == OF_AN_INSPECTION and not identity[6]:
        return (book, *_OF_PLACE(about))
    if identity[6]:
        # A goods receipt is who booked it; whose goods they are may be told only by the order that comes later.
        return (book, *identity[:2], *identity[3:])
    of_agreement = identity[0] in PER_AGREEMENT or (identity[0] in PER_SCHEDULE and not identity[8])
    return (book, *(_OF_AGREEMENT(about) if of_agreement else identity))


def case_identity(case: Case) -> CaseIdentity:
    """The identity of the finding that opened the case."""
    return identity_of(case.book, case)
