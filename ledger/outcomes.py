"""What came of an event: the closed list of facts that the ledger gives back for each one it is handed.

Outcomes are stored with the event, delivered as webhooks, and reproduced by a rebuild.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from ledger.advices import AnyAdvice

Grade = Literal["fatal", "line", "warning", ""]
"""How a content fault is answered: whole notice refused (824 TR), line refused (IR), all posted (TE); "" for what
concerns no document (dock findings, lateness)."""

Fault = Literal["supplier", "carrier", "receiver", "system", "buyer", "unknown"]


Verdict = Literal["agrees", "tolerated", "timing", "pending", "case"]
"""agrees: no difference; tolerated: within tolerance; timing: the books had it so within the time window; pending:
the window is still open; case: beyond all that, a case is open."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="outcome"):
    """One fact about one event. `line` is the line's identity, "" when it concerns the whole event."""

    line: str = ""


class Posted(Outcome, tag="posted", frozen=True):
    """The line is in the books: how many movements it made (an order makes none)."""

    movements: int = 0


class Repeated(Outcome, tag="repeated", frozen=True):
    """The same fact again: nothing changed."""

    seq: int = 0


class Waiting(Outcome, tag="waiting", frozen=True):
    """Kept until what it needs arrives: `needs` is `order:PO1`, `part:X`, `unit:X/BX`, `site:92:P1`, `receipt:R1`."""

    needs: str = ""
    until: datetime | None = None


class Refused(Outcome, tag="refused", frozen=True):
    """Kept, never posted; the case says why."""

    code: str = ""
    reason: str = ""


class Conflict(Outcome, tag="conflict", frozen=True):
    """The same key with other content: kept and shown, changes nothing."""

    seq: int = 0
    reason: str = ""


class CaseOpened(Outcome, tag="case_opened", frozen=True):
    """A discrepancy beyond tolerance."""

    case: str
    code: str
    part: str = ""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    grade: Grade = ""
    reason: str = ""


class CaseChanged(Outcome, tag="case_changed", frozen=True):
    """A case took another quantity or status, or was worked on."""

    case: str
    code: str
    status: str
    quantity: Decimal = Decimal(0)
    assignee: str = ""
    waits_for: str = ""
    dispute: Literal["", "open", "granted", "rejected"] = ""


class CaseEscalated(Outcome, tag="case_escalated", frozen=True):
    """A case was not closed, or a dispute about it not decided, in time."""

    case: str
    code: str
    step: int
    """Which step of its escalation; 0 for a dispute that is overdue."""
    role: str
    """Who is told."""
    reason: str = ""


class Compared(Outcome, tag="compared", frozen=True):
    """What a count or snapshot said of one place, beside what the books had there at its time."""

    part: str
    verdict: Verdict
    location: str = ""
    expected: Decimal = Decimal(0)
    said: Decimal = Decimal(0)
    unit: str = ""
    rule: str = ""
    """Whose tolerance it was held against, as its place in the cascade."""
    explained_by: int = 0
    """Sequence of the event that explains a difference of time alone."""
    case: str = ""


class Contained(Outcome, tag="contained", frozen=True):
    """Goods that a containment means, by place, part and state: what was on hand is held now, what is in transit is
    marked and held on arrival, what was held or obsolete stays so."""

    containment: str
    part: str
    state: str
    """The state that they were in, or the account that they came from."""
    site: str = ""
    asn_line: str = ""
    """`supplier/shipment/line` of the notice, while in transit."""
    demand: str = ""
    """What they were set apart for: it has lost them."""
    quantity: Decimal = Decimal(0)
    certain: Decimal = Decimal(0)
    """How much of it is certainly meant; the rest could be, as far as the books know."""
    unit: str = ""


class AdviceDue(Outcome, tag="advice_due", frozen=True):
    """The partner is to be told; the gateway sends it where the agreement says so."""

    advice: AnyAdvice


class Late(Outcome, tag="late", frozen=True):
    """It happened in a period of its site that is closed; it posted in the open one."""

    period: str
    ends_at: datetime


class Signalled(Outcome, tag="signalled", frozen=True):
    """Somebody should act on it: `signal` is its kind, `cause` what brought it about, and one cause comes once."""

    signal: str
    cause: str
    site: str = ""
    partner: str = ""
    supplier: str = ""
    """Our id, as are `part` and `location`."""
    part: str = ""
    lot: str = ""
    location: str = ""
    number: str = ""
    """Business number of what it is about: an order, a shipment, a call from the line."""
    number_line: str = ""
    """Identity of the line of it that is meant."""
    quantity: Decimal = Decimal(0)
    """How much is concerned, in the part's base unit."""
    unit: str = ""
    case: str = ""
    """The case that is open about it; "" where it opened none."""
    text: str = ""


AnyOutcome = (
    Posted
    | Repeated
    | Waiting
    | Refused
    | Conflict
    | CaseOpened
    | CaseChanged
    | CaseEscalated
    | Compared
    | Contained
    | AdviceDue
    | Late
    | Signalled
)

OUTCOMES: tuple[type[Outcome], ...] = (
    Posted, Repeated, Waiting, Refused, Conflict, CaseOpened, CaseChanged, CaseEscalated, Compared, Contained,
    AdviceDue, Late, Signalled,
)  # fmt: skip

Result = Literal["posted", "partly", "waiting", "refused", "repeated", "conflict"]


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The ledger's answer for one event, in the order the events were given."""

    book: str
    site: str
    seq: int
    """Sequence in its book; for a repeat the sequence of the first."""
    kind: str
    number: str
    result: Result
    outcomes: tuple[AnyOutcome, ...] = ()
    movements: int = 0
