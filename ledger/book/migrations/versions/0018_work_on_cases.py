"""Work on cases: who has one and whom it waits for, how far it escalated, its tasks and its dispute."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from ledger.book.migrations.adding import add_columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_SAID_OF_CASES = (
    "kind IN ('DiscrepancyResolved', 'CaseAssigned', 'CaseNoted', 'CaseTaskSet', 'CaseDisputed', 'DisputeDecided', "
    "'CaseReopened')"
)


def upgrade() -> None:
    add_columns(
        "cases", assignee="TEXT", waits_for="TEXT", escalation="INTEGER", escalates_at="INTEGER", dispute="TEXT",
        disputed_by="TEXT", disputed_at="INTEGER", dispute_due_at="INTEGER", tasks="TEXT",
    )  # fmt: skip
    where, said = text("escalates_at > 0"), text(_SAID_OF_CASES)
    open_or_disputed = text("(status <> 'closed' OR dispute = 'open')")
    op.create_index(
        "case_queued", "cases", ["book", "site"], sqlite_where=open_or_disputed, postgresql_where=open_or_disputed
    )
    op.create_index("case_escalating", "cases", ["book", "escalates_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("event_of_case", "event", ["book", "number"], sqlite_where=said, postgresql_where=said)
