"""The kinds of signals: what each means, who finds it, and what is done about it where the house says nothing."""

from __future__ import annotations

from typing import Literal, NamedTuple


class SignalKind(NamedTuple):
    """One kind. What it does by itself is a default that the rules of the house take the place of."""

    name: str
    about: str
    found_by: Literal["books", "street"]
    """books: it follows from recorded events, and a rebuild finds it again; street: from messages and dates."""
    classes: tuple[str, ...] = ()
    """Discrepancy classes whose new cases are such a signal: there is a case already."""
    opens_case: bool = False
    """Whether it opens a case where the house has no rule for it."""
    owner: str = ""
    """Who works on that case."""
    answer_hours: float = 0
    numbers: Literal["", "order"] = ""
    """What the number of such a signal is of, where it opens a case."""


KINDS: tuple[SignalKind, ...] = (
    SignalKind(
        "receipt_late",
        "The day on which an order line was to come is over, with its grace, and not all of it came.",
        "books", opens_case=True, owner="procurement", answer_hours=8, numbers="order",
    ),
    SignalKind(
        "asn_overdue", "Goods that a ship notice advised did not come by their expected arrival and grace.",
        "books", classes=("D15",),
    ),
    SignalKind("inspection_failed", "Goods failed their inspection.", "books", classes=("D21",)),
    SignalKind("count_variance", "A count differs from the books by more than its tolerance.", "books", ("D43",)),
    SignalKind(
        "line_side_miss", "A call from the line was not served within its time.",
        "books", opens_case=True, owner="warehouse", answer_hours=1,
    ),
    SignalKind(
        "cumulative_disagreement", "What a supplier says it shipped in all is not what we count.",
        "books", classes=("D11",),
    ),
    SignalKind(
        "document_absent", "A partner did not send a document that its agreement expects by a time.",
        "street", opens_case=True, owner="integration", answer_hours=4,
    ),
    SignalKind(
        "ack_overdue", "A partner did not acknowledge in time what we sent.", "street", classes=("D41",)
    ),
    SignalKind(
        "certificate_expiry", "The last certificate or key for a use ends soon, or has ended.",
        "street", opens_case=True, owner="integration", answer_hours=48,
    ),
)  # fmt: skip

BY_NAME: dict[str, SignalKind] = {kind.name: kind for kind in KINDS}
BY_CLASS: dict[str, SignalKind] = {code: kind for kind in KINDS if kind.found_by == "books" for code in kind.classes}
"""What a new case of a class is a signal of; the street knows of its own signals before there is a case."""
