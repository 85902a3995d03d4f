"""Tables of signals that fired, their actions, and how far expected documents were looked for; see `tables`."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Text, UniqueConstraint, text

from gateway.store.columns import Number, number, table, text_column

signal = table(
    "signal",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("signal", Text, nullable=False),  # its kind
    Column("book", Text, nullable=False),
    Column("cause", Text, nullable=False),
    *(
        text_column(name)
        for name in (
            "site",
            "partner",
            "supplier",
            "part",
            "lot",
            "location",
            "type",
            "number",
            "number_line",
            "quantity",
            "unit",
            "severity",
            "case",
        )
    ),
    text_column("message"),  # what shows it: a message, and the document in it
    text_column("document"),
    number("event"),  # sequence in its book; 0 where no event shows it
    text_column("text"),
    number("at"),
    number("over_at"),  # when what the street found was over; 0 while it is not, and for what the books find
    UniqueConstraint("book", "signal", "cause"),
    Index("signal_open", "signal", "partner", "type", sqlite_where=text("over_at = 0 AND event = 0")),
)

signal_action = table(
    "signal_action",
    Column("signal", Number, nullable=False),
    Column("n", Number, nullable=False),
    text_column("rule"),  # its name in signals.yaml, "" for what is usual
    text_column("action"),
    text_column("given"),  # JSON of the action as its rule had it then
    text_column("status"),  # due | done | failed (is tried again) | stopped
    number("attempts"),
    number("next_at"),
    text_column("result"),
    text_column("reference"),  # the case, the containment, or messages in the outbox
    number("at"),
    PrimaryKeyConstraint("signal", "n"),
    Index("signal_action_due", "next_at", sqlite_where=text("status IN ('due', 'failed')")),
)

expectation = table(
    "expectation",
    Column("id", Text, primary_key=True),  # partner, document and times
    number("checked_to"),
)
