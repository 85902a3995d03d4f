"""Control numbers of what we send, per (sender, receiver, kind): never given twice, persisted with what uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.direct import DirectInsert, DirectSelect
from gateway.store.tables import control_number

LAST = 999_999_999
"""ISA13 has nine digits, and GS06 and ST02 at most nine; after it comes 1."""

_find = DirectSelect(
    text(
        """
        SELECT c.sender, c.receiver, c.kind, c.last FROM json_each(:uses) AS k CROSS JOIN control_number AS c
        ON c.sender = json_extract(k.value, '$[0]') AND c.receiver = json_extract(k.value, '$[1]')
        AND c.kind = json_extract(k.value, '$[2]')
        """
    )
)
_insert = sqlite_insert(control_number)
_save = DirectInsert(
    _insert.on_conflict_do_update(
        index_elements=["sender", "receiver", "kind"], set_={"last": _insert.excluded.last}
    ),
    ("sender", "receiver", "kind", "last"),
)

Use = tuple[str, str, str]
"""(sender, receiver, kind): kind is `ISA`, `GS` or `ST`."""


class ControlNumbers:
    """Numbers reserved for one database transaction: taken in memory, written back once by `save`."""

    def __init__(self, connection: Connection, uses: Iterable[Use]) -> None:
        self._connection = connection
        self._taken: Counter[Use] = Counter()
        self._last: dict[Use, int] = dict.fromkeys(uses, 0)
        self._find(self._last)

    def _find(self, uses: Iterable[Use]) -> None:
        wanted = msgspec.json.encode(sorted(uses)).decode()
        self._last.update(
            {
                (sender, receiver, kind): last
                for sender, receiver, kind, last in _find.fetch(self._connection, uses=wanted)
            }
        )

    def take(self, sender: str, receiver: str, kind: str) -> int:
        """The next number. One not announced to the constructor is looked up here."""
        use = (sender, receiver, kind)
        if use not in self._last:
            self._last[use] = 0
            self._find([use])
        number = self._last[use] % LAST + 1
        self._last[use] = number
        self._taken[use] += 1
        return number

    def save(self) -> None:
        if not self._taken:
            return
        values = [{"sender": s, "receiver": r, "kind": k, "last": self._last[s, r, k]} for s, r, k in self._taken]
        _save.put(self._connection, values)
        self._taken.clear()


def set_last(connection: Connection, sender: str, receiver: str, kind: str, last: int) -> None:
    """Start from a partner's earlier numbers when taking over from another product."""
    _save.put(connection, [{"sender": sender, "receiver": receiver, "kind": kind, "last": last}])
