"""Control numbers of what we send, per (sender, receiver, kind): never given twice, persisted with what uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, tuple_
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.tables import control_number

LAST = 999_999_999
"""ISA13 has nine digits, and GS06 and ST02 at most nine; after it comes 1."""

_columns = (control_number.c.sender, control_number.c.receiver, control_number.c.kind)
_find = select(*_columns, control_number.c.last).where(tuple_(*_columns).in_(bindparam("uses", expanding=True)))
_insert = sqlite_insert(control_number)
_save = _insert.on_conflict_do_update(
    index_elements=["sender", "receiver", "kind"], set_={"last": _insert.excluded.last}
)

Use = tuple[str, str, str]
"""(sender, receiver, kind): kind is `ISA`, `GS` or `ST`."""


class ControlNumbers:
    """Numbers reserved for one database transaction: taken in memory, written back once by `save`."""

    def __init__(self, connection: Connection, uses: Iterable[Use]) -> None:
        self._connection = connection
        self._taken: Counter[Use] = Counter()
        wanted = sorted(set(uses))
        self._last: dict[Use, int] = {}
        for start in range(0, len(wanted), 300):
            rows = connection.execute(_find, {"uses": wanted[start : start + 300]})
            self._last.update({(row.sender, row.receiver, row.kind): row.last for row in rows})

    def take(self, sender: str, receiver: str, kind: str) -> int:
        """The next number. One not announced to the constructor is looked up here."""
        use = (sender, receiver, kind)
        if use not in self._last:
            row = self._connection.execute(_find, {"uses": [use]}).first()
            self._last[use] = row.last if row else 0
        number = self._last[use] % LAST + 1
        self._last[use] = number
        self._taken[use] += 1
        return number

    def save(self) -> None:
        if not self._taken:
            return
        values = [{"sender": s, "receiver": r, "kind": k, "last": self._last[s, r, k]} for s, r, k in self._taken]
        self._connection.execute(_save, values)
        self._taken.clear()


def set_last(connection: Connection, sender: str, receiver: str, kind: str, last: int) -> None:
    """Start from a partner's earlier numbers when taking over from another product."""
    connection.execute(_save, [{"sender": sender, "receiver": receiver, "kind": kind, "last": last}])
