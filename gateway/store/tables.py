"""The gateway's tables as SQLAlchemy sees them. The Alembic history makes them; a test keeps the two equal.

Column types come from `Text`, `Blob`, `Number` and `Small` only: SQLite's STRICT tables know no others. Times are
microseconds since 1970 UTC; 0 or NULL is named where it means absence; booleans are 0 and 1.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

from gateway.store.columns import Number
from gateway.store.columns import number as _number
from gateway.store.columns import table as _table
from gateway.store.columns import text_column as _text

inbox = _table(
    "inbox",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    _text("partner"),  # the transport identity's partner, "" for an administrator
    _text("channel"),
    _text("name"),
    Column("transport_key", Text),  # NULL where the transport gives none
    _text("media_type"),
    _text("digest"),
    _number("size"),
    _number("received_at"),
    _number("test"),  # the transport's own test flag; X12 has ISA15
    Column("status", Text, nullable=False, server_default=text("'new'")),
    _number("lease_until"),
    _number("token"),
    _number("attempts"),
    _text("reason_code"),
    _text("reason"),
    _text("faults"),  # JSON list of Fault for what no document carries
    _text("replay"),  # JSON: which documents a replay may touch; "" = all, a first reading
    _number("done_at"),
    _text("actor"),  # JSON of the ledger.events.Actor who handed it in; "" where the partner speaks for itself
    UniqueConstraint("channel", "partner", "transport_key"),
    Index("inbox_todo", "seq", sqlite_where=text("status IN ('new', 'leased')")),
    Index("inbox_parked", "seq", sqlite_where=text("status = 'parked'")),
)

evidence = _table(
    "evidence",
    Column("message", Text, nullable=False),
    Column("chunk", Number, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("message", "chunk"),
)

document = _table(
    "document",
    Column("message", Text, nullable=False),
    Column("n", Number, nullable=False),
    _text("partner"),
    _text("format"),
    _text("type"),
    _text("version"),
    _text("sender"),
    _text("receiver"),
    _text("interchange"),
    _text("group_id"),
    _text("group_sender"),
    _text("group_receiver"),
    _text("group_control"),
    _text("control"),
    _number("test"),
    _text("digest"),
    _number("accepted", -1),  # 1 yes, 0 no, -1 no guide
    _text("status"),
    _text("reason_code"),
    _text("reason"),
    _text("faults"),
    _text("unmapped"),
    _text("guide"),
    _text("map"),
    _text("configuration"),
    _text("result"),  # JSON list of ledger.outcomes.Recorded
    _text("original"),  # id of the document that it repeats or conflicts with
    _number("first_segment"),
    _number("at"),
    PrimaryKeyConstraint("message", "n"),
    Index("document_key", "interchange", "sender", "receiver", "group_control", "control"),
    Index("document_open", "status", "at", sqlite_where=text("status IN ('parked', 'held')")),
)

control_number = _table(
    "control_number",
    Column("sender", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _number("last"),
    PrimaryKeyConstraint("sender", "receiver", "kind"),
)

outbox = _table(
    "outbox",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("destination", Text, nullable=False),
    _text("partner"),
    _text("kind"),
    _text("name"),
    _text("media_type"),
    _text("answers"),  # message id that it answers
    _text("book"),
    _text("dedupe"),  # own identity of what is said; the same thing is never queued twice
    _text("digest"),
    _number("size"),
    Column("status", Text, nullable=False, server_default=text("'ready'")),  # gateway.messages.OutboxStatus
    _text("reason"),
    _text("draft"),  # JSON of what is still to be written by the partner's map; "" once the bytes exist
    _number("attempts"),
    _number("created_at"),
    _number("sent_at"),
    _text("number"),  # business number of what a draft says, "" where it has none
    _text("sent_in"),  # message that carried it, where it was collected
    _number("due_at"),  # when what is collected leaves
    Index("outbox_ready", "destination", "seq", sqlite_where=text("status IN ('draft', 'ready')")),
    Index("outbox_draft", "seq", sqlite_where=text("status = 'draft'")),
    Index("outbox_collected", "partner", "book", "kind", "seq", sqlite_where=text("status = 'collected'")),
    Index("outbox_answers", "answers"),
    Index("outbox_dedupe", "dedupe", unique=True, sqlite_where=text("dedupe <> ''")),
)

destination = _table(
    "destination",
    Column("id", Text, primary_key=True),  # partner id, or `hook:<subscription>`
    _number("next_attempt"),
    _number("attempts"),
    _number("lease_until"),
    _number("token"),
)

sent_document = _table(
    "sent_document",
    Column("message", Text, ForeignKey("outbox.id"), nullable=False),
    Column("n", Number, nullable=False),
    _text("partner"),
    _text("type"),
    _text("number"),  # business number
    _text("sender"),
    _text("receiver"),
    _text("group_id"),
    _text("interchange"),
    _text("group_control"),
    _text("control"),
    _text("status"),  # gateway.store.sent: what it waits for, or what became of it
    _text("faults"),
    _text("answered_by"),
    _text("comment"),
    _number("clock_from"),
    _number("due_at"),
    _text("origin"),  # id in the outbox of the draft that it was written from, "" for none
    _number("reported"),  # 1 where the books are told of it
    PrimaryKeyConstraint("message", "n"),
    Index("sent_document_key", "group_control", "receiver"),
    Index("sent_document_interchange", "interchange", "partner"),
    Index("sent_document_due", "due_at", sqlite_where=text("status = 'awaiting'")),
)

sent_history = _table(
    "sent_history",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("message", Text, nullable=False),
    Column("n", Number, nullable=False),
    _text("event"),  # the status it came to, or `resent`, `rewritten`, `ta1`
    _text("status_before"),
    _text("by"),  # a person's name, or the message or document of the partner that said so
    _text("comment"),
    _number("at"),
    Index("sent_history_message", "message", "seq"),
)

sent_draft = _table(
    "sent_draft",
    Column("message", Text, primary_key=True),  # id in the outbox that the draft had
    _text("draft"),  # JSON of what a document of ours was written from, so that it can be written again
)

collected_ack = _table(
    "collected_ack",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("lane", Text, nullable=False),  # JSON of the envelope that it will share
    Column("message", Text, nullable=False),  # message id that it answers
    Column("ack", Text, nullable=False),  # JSON of gateway.x12.GroupAck
    _number("due_at"),
    _text("sent_in"),  # message id in the outbox, "" while it waits
    _number("at"),
    Index("collected_ack_open", "lane", "seq", sqlite_where=text("sent_in = ''")),
    Index("collected_ack_due", "due_at", sqlite_where=text("sent_in = ''")),
    Index("collected_ack_message", "message"),
)

published = _table(
    "published",
    Column("hash", Text, primary_key=True),
    _text("kind"),
    Column("body", LargeBinary, nullable=False),
)

configuration = _table(
    "configuration",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("hash", Text, nullable=False),
    Column("parts", Text, nullable=False),  # JSON list of [kind, name, hash]
    _number("at"),
)

api_key = _table(
    "api_key",
    Column("name", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    _text("partner"),  # "" is an administrator
    _text("scopes"),
    _number("created_at"),
    _number("revoked_at"),
    _text("roles"),  # blank-separated, as `scopes`
    _text("sites"),
    _text("person"),  # who acts by it, "" is the key's own name
    _text("acts_as"),  # "" by partner, roles and person; `model`
)

idempotency = _table(
    "idempotency",
    Column("owner", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    _text("message"),
    _text("answer"),
    _number("at"),
    PrimaryKeyConstraint("owner", "key"),
)

subscription = _table(
    "subscription",
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    _text("secret"),  # a reference, `env:` or `file:`
    _text("kinds"),  # blank-separated outcome and event names, "" = all
    _text("partner"),  # "" hears of every partner
    _text("format"),  # recorded (also "") | cloudevents
    _number("created_at"),
    _number("ended_at"),
)

transport = _table(
    "transport",
    Column("message", Text, primary_key=True),  # id in the inbox or outbox
    Column("direction", Text, nullable=False),  # in | out
    Column("channel", Text, nullable=False),
    _text("partner"),
    _text("key"),  # the transport's own name of the message: AS2 Message-ID, SFTP endpoint and file
    _text("mic"),  # `digest, algorithm` of AS2; "" elsewhere
    _number("due_at"),  # until when an answer of the transport (an asynchronous MDN) is awaited; 0 none is
    _number("at"),
    Column("facts", Text, nullable=False, server_default=text("'{}'")),  # JSON object
    Index("transport_mic", "partner", "mic", sqlite_where=text("direction = 'in' AND mic <> ''")),
    Index("transport_key", "key", sqlite_where=text("direction = 'out' AND key <> ''")),
    Index("transport_due", "due_at", sqlite_where=text("due_at > 0")),
)

replay = _table(
    "replay",
    Column("seq", Number, primary_key=True, autoincrement=True),
    _text("message"),
    _number("n"),
    _text("by"),
    _text("configuration_before"),
    _text("configuration"),
    _text("map_before"),
    _text("map"),
    _text("difference"),  # JSON list of [document, path, before, after]
    _text("result_before"),  # the document's result as it stood
    _number("at"),
    Index("replay_by_message", "message", "n"),
)

alert = _table(
    "alert",
    Column("seq", Number, primary_key=True, autoincrement=True),
    _text("kind"),
    _text("partner"),
    _text("message"),
    _text("document"),
    _text("text"),
    _number("at"),
)

sftp_circuit = _table(
    "sftp_circuit",
    Column("id", Text, primary_key=True),  # a partner's server, or one of its places
    _text("terms"),  # digest of the agreed terms under which the rest was learned
    _number("failures"),  # in a row
    _number("next_at"),
    _text("kind"),  # later | never of the last trouble, "" after a success
    _text("code"),
    _text("trouble"),
    _number("trouble_at"),
    _number("ok_at"),
    _text("host_key"),
)

sftp_place = _table(
    "sftp_place",
    Column("id", Text, primary_key=True),  # partner, folder and names of one pickup
    _text("partner"),
    _text("folder"),
    _text("tag"),  # marks the names that we claim there
    _text("holder"),
    _number("lease_until"),
    _number("token"),
    _number("next_at"),
    _number("polled_at"),
    _number("claims_refused"),
)

sftp_entry = _table(
    "sftp_entry",
    Column("place", Text, nullable=False),
    Column("name", Text, nullable=False),  # hexadecimal
    _number("size"),
    _number("mtime"),  # the server's clock
    _text("state"),  # seen | claimed | taken | refused
    _number("first_at"),  # our clock, as is `same_at`
    _number("same_at"),
    _number("attempts"),
    _text("reason"),
    _number("token"),
    _number("warned"),
    PrimaryKeyConstraint("place", "name"),
)

sftp_cleanup = _table(
    "sftp_cleanup",
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("place", Text, nullable=False),
    _text("message"),
    _text("source"),  # hexadecimal, as is `target`; "" deletes
    _text("target"),
    _number("size"),
    _number("mtime"),
    _number("attempts"),
    _number("next_at"),
    _text("reason"),
    _number("at"),
    Index("sftp_cleanup_place", "place"),
)
