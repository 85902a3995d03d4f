"""The sites that a book knows: every movement and document stands at one of them, so they are read site by site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from ledger.book.storage import bulk

_SITES = "SELECT number FROM masterdata WHERE book = ? AND kind = 'SiteDefined' ORDER BY number"


def sites_of(conn: Connection, book: str) -> list[str]:
    """Site ids in order, from the master data in force."""
    return [number for (number,) in bulk.ask(conn, _SITES, (book,))]


def by_place(keys: Iterable[Any]) -> list[tuple[tuple[tuple[str, str], ...], list[bulk.Row]]]:
    """Keys by (book, site), so that every query names both; sorted, so that rows are met in one order."""
    places: dict[tuple[str, str], list[bulk.Row]] = defaultdict(list)
    for key in keys:
        places[key[0], key[1]].append(tuple(key[2:]))
    return [((("book", book), ("site", site)), sorted(rest)) for (book, site), rest in sorted(places.items())]
