"""Transport facts: what AS2 and SFTP know of each message beside its bytes, in and out, one row a message.

The raw request and the MDN are evidence under ids derived from the message's own (`request_of`, `mdn_of`). Nothing
here knows what the facts mean; nothing secret is ever among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.messages import Channel
from gateway.store.direct import DirectInsert, DirectSelect
from gateway.store.tables import transport

Direction = Literal["in", "out"]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a transport knows of one message.

    `message` is its id in the inbox or the outbox; `key` the transport's own name (AS2 Message-ID with its brackets,
    SFTP endpoint and remote name); `mic` is `digest, algorithm` of AS2. `due_at` (microseconds, 0 for none): until
    then an asynchronous MDN is awaited. `facts` is shown as it stands: plain JSON values only.
    """

    message: str
    direction: Direction
    channel: Channel
    partner: str = ""
    key: str = ""
    mic: str = ""
    due_at: int = 0
    at: int = 0
    facts: Mapping[str, Any] = {}


def request_of(message: str) -> str:
    """Evidence id of the raw request that brought or carries a message: header lines, an empty line, the body."""
    return f"{message}:request"


def mdn_of(message: str) -> str:
    """Evidence id of the MDN that answers a message, in the same form; for a received message also its outbox id."""
    return f"{message}:mdn"


_insert = DirectInsert(insert(transport), tuple(Facts.__struct_fields__))
_replace = sqlite_insert(transport).on_conflict_do_update(
    index_elements=["message"],
    set_={
        name: getattr(sqlite_insert(transport).excluded, name)
        for name in ("direction", "channel", "partner", "key", "mic", "due_at", "at", "facts")
    },
)
_columns = tuple(transport.c[name] for name in Facts.__struct_fields__)
# Said as the partial indices say it, in the statement's own text: with bound values SQLite would not use them.
_by_mic = DirectSelect(
    select(transport.c.message, transport.c.key).where(
        text("transport.direction = 'in' AND transport.mic <> ''"),
        transport.c.partner == bindparam("partner"),
        transport.c.mic == bindparam("mic"),
    )
)
_by_key = select(*_columns).where(
    text("transport.direction = 'out' AND transport.key <> ''"), transport.c.key == bindparam("key")
)
_overdue = select(*_columns).where(text("transport.due_at > 0"), transport.c.due_at <= bindparam("now"))
_encoder = msgspec.json.Encoder()


def put_facts(connection: Connection, facts: Facts) -> None:
    """Keep the facts of a message that has none yet: the quick way, for what was just accepted."""
    _insert.put(connection, [_row(facts)])


def replace_facts(connection: Connection, facts: Facts) -> None:
    """Keep the facts of a message, in place of those it had."""
    connection.execute(_replace, [_row(facts)])


def load_facts(connection: Connection, message: str) -> Facts | None:
    """The facts of one message; None where its transport left none (REST, command line)."""
    row = connection.execute(select(*_columns).where(transport.c.message == message)).first()
    return None if row is None else _facts(row)


def load_all_facts(connection: Connection, messages: Sequence[str]) -> dict[str, Facts]:
    """The facts of each message that has any."""
    found: dict[str, Facts] = {}
    for start in range(0, len(messages), 500):
        rows = connection.execute(select(*_columns).where(transport.c.message.in_(messages[start : start + 500])))
        found.update({row.message: _facts(row) for row in rows})
    return found


def find_same_content(connection: Connection, *, partner: str, mic: str, but_key: str) -> str:
    """A message received from the partner with this MIC under another key, "" where there is none."""
    rows = _by_mic.fetch(connection, partner=partner, mic=mic)
    return next((message for message, key in rows if key != but_key), "")


def find_sent(connection: Connection, key: str) -> list[Facts]:
    """Messages that we sent under a transport key: one, unless two partners were told the same name."""
    return [_facts(row) for row in connection.execute(_by_key, {"key": key})]


def find_unanswered(connection: Connection, *, now: int) -> list[Facts]:
    """Sent messages whose asynchronous MDN is overdue."""
    return [_facts(row) for row in connection.execute(_overdue, {"now": now})]


def set_due(connection: Connection, message: str, due_at: int) -> None:
    """From now on an MDN is awaited until then; 0: no longer."""
    connection.execute(update(transport).where(transport.c.message == message).values(due_at=due_at))


def join_raw(headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """Header lines, an empty line, the body: what `request_of` and `mdn_of` keep, and what OpenSSL reads."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return lines.encode("latin-1", "replace") + b"\r\n" + body


def split_raw(raw: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """Headers in their order and the body of what `join_raw` joined."""
    head, _, body = raw.partition(b"\r\n\r\n")
    if raw.startswith(b"\r\n"):
        return [], raw[2:]
    pairs = (line.partition(": ") for line in head.decode("latin-1").split("\r\n"))
    return [(name, value) for name, _, value in pairs], body


def _row(facts: Facts) -> dict[str, object]:
    return {
        "message": facts.message,
        "direction": facts.direction,
        "channel": facts.channel,
        "partner": facts.partner,
        "key": facts.key,
        "mic": facts.mic,
        "due_at": facts.due_at,
        "at": facts.at,
        "facts": _encoder.encode(facts.facts).decode(),
    }


def _facts(row: Row[Any]) -> Facts:
    return Facts(
        message=row.message,
        direction=row.direction,
        channel=row.channel,
        partner=row.partner,
        key=row.key,
        mic=row.mic,
        due_at=row.due_at,
        at=row.at,
        facts=msgspec.json.decode(row.facts),
    )
