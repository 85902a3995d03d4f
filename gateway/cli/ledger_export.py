"""What `crossdock ledger export` writes: the log page by page, so that its length does not matter."""

from __future__ import annotations

import sys
from typing import Literal

from sqlalchemy import Connection

from gateway.cli import frame
from ledger import exports, queries

PAGE = 500


def write(conn: Connection, form: Literal["head", "log", "cloudevents", "epcis"], *, after: int, book: str) -> None:
    """All of one form on stdout, above the sequence `after`."""
    if form == "head":
        frame.print_json(queries.head(conn, book=book))
    elif form == "epcis":
        _write_epcis(conn, after, book)
    else:
        tells, names = form == "cloudevents", _names(conn, book)
        while page := queries.events(conn, after=after, book=book, limit=PAGE, bodies=tells):
            for kept in page:
                frame.print_json(
                    exports.cloudevent(kept, names) if tells else queries.event(conn, kept.seq, book=book)
                )
            after = page[-1].seq


def _write_epcis(conn: Connection, after: int, book: str) -> None:
    """One document: its head, its events, its end."""
    names = _names(conn, book)
    document = exports.epcis_document([], names, frame.settings().clock()())
    head, _, end = document.rpartition(b"[]")
    out = sys.stdout.buffer
    out.write(head + b"[")
    between = b"\n"
    while page := exports.recordings(conn, after, book=book, limit=PAGE):
        for recording in page:
            for event in exports.epcis_events(recording, names):
                out.write(between + exports.epcis_json(event))
                between = b",\n"
        after = exports.last_of(page)
    out.write(b"]" + end + b"\n")
    out.flush()


def _names(conn: Connection, book: str) -> exports.Names:
    return exports.Names(queries.masterdata(conn, book=book), frame.settings().names_base)
