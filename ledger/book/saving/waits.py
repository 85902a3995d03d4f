"""Lines that wait for something, by what they need: `part:X`, `order:PO1`, `site:92:P1`, ... Rows of one batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from ledger.book.storage import bulk, tables

STOCK = "stock:"
STOCK_END = "stock;"
"""What follows everything that begins with `stock:`."""

_ANY = "SELECT event FROM waiting WHERE book = ? LIMIT 1"
_BETWEEN = "SELECT DISTINCT need FROM waiting WHERE book = ? AND need >= ? AND need < ?"


class Wait(NamedTuple):
    """One line of one event; `line` "" stands for the whole event. `site` is that of the event's row."""

    site: str
    event: int
    line: str


class Waits:
    """The waits of one book that a batch meets, those that it makes included."""

    def __init__(self, conn: Connection, book: str) -> None:
        self.conn, self.book = conn, book
        self._stored: bool | None = None
        self._stock: set[str] | None = None
        self._asked: set[str] = set()
        self._by_need: dict[str, set[Wait]] = defaultdict(set)
        self._added: dict[tuple[Wait, str], int | None] = {}
        self._ended: dict[Wait, None] = {}

    def look_up(self, needs: Iterable[str]) -> None:
        """Load who waits for any of these, in one query; nothing at all where nobody waits."""
        wanted = sorted(set(needs) - self._asked)
        self._asked.update(wanted)
        if not wanted or not self._is_any_stored():
            return
        columns = ("need", "site", "event", "line")
        keys = [(need,) for need in wanted]
        for need, *row in bulk.look_up(
            self.conn, tables.waiting, columns, (("book", self.book),), ("need",), keys, index="waiting_by_need"
        ):
            wait = Wait(*row)
            if wait not in self._ended:
                self._by_need[need].add(wait)

    def waiting_for(self, need: str) -> list[Wait]:
        """Who waits for it, oldest event first."""
        if need not in self._asked:
            self.look_up((need,))
        found = self._by_need.get(need)
        return sorted(found, key=lambda wait: (wait.event, wait.line)) if found else []

    def stored(self, beginning: str, end: str) -> list[str]:
        """What is waited for that begins and ends so, this batch included; `beginning` ends with a colon."""
        found = {need for need, waits in self._by_need.items() if waits and need.startswith(beginning)}
        if self._is_any_stored():
            ends = (self.book, beginning, f"{beginning[:-1]};")
            found.update(need for (need,) in bulk.ask(self.conn, _BETWEEN, ends))
        return sorted(need for need in found if need.endswith(end))

    def due(self, now_us: int) -> list[Wait]:
        """Whose wait ends by then. Only for the beginning of a batch: it does not see what the batch added."""
        table = tables.waiting
        rows = self.conn.execute(
            select(table.c.site, table.c.event, table.c.line)
            .where(table.c.book == self.book, table.c.until.is_not(None), table.c.until <= now_us)
            .distinct()
        )
        return sorted((Wait(*row) for row in rows), key=lambda wait: (wait.event, wait.line))

    def for_stock(self) -> set[str]:
        """What goods are waited for: `stock:<part>`. One look for a whole batch, and none where nobody waits."""
        if self._stock is None:
            self._stock = set()
            if self._is_any_stored():
                self._stock.update(need for (need,) in bulk.ask(self.conn, _BETWEEN, (self.book, STOCK, STOCK_END)))
        return self._stock

    def add(self, wait: Wait, needs: Iterable[str], until: int | None) -> None:
        for need in needs:
            if need.startswith(STOCK):
                self.for_stock().add(need)
            self._by_need[need].add(wait)
            self._added[wait, need] = until

    def end(self, wait: Wait) -> None:
        """The line waits no longer, for anything."""
        self._ended[wait] = None
        for need, waits in self._by_need.items():
            if wait in waits:
                waits.discard(wait)
                self._added.pop((wait, need), None)

    def of_event(self, event: int) -> list[Wait]:
        """What lines of an event wait for anything, those of this batch included."""
        found = {wait for waits in self._by_need.values() for wait in waits if wait.event == event}
        if self._is_any_stored():
            table = tables.waiting.c
            rows = self.conn.execute(
                select(table.site, table.event, table.line).where(table.book == self.book, table.event == event)
            )
            found |= {wait for row in rows if (wait := Wait(*row)) not in self._ended}
        return sorted(found)

    def save(self) -> None:
        table = tables.waiting
        if self._ended and self._stored is not False:
            for site, event, line in self._ended:
                self.conn.execute(
                    delete(table).where(
                        table.c.book == self.book, table.c.site == site, table.c.event == event, table.c.line == line
                    )
                )
        bulk.insert(
            self.conn, table, [(self.book, *wait, need, until) for (wait, need), until in self._added.items()]
        )

    def _is_any_stored(self) -> bool:
        if self._stored is None:
            self._stored = bool(bulk.ask(self.conn, _ANY, (self.book,)))
        return self._stored
