"""The second key: the same document again by any channel, or an interchange number used before for other content.

Pure but for the lookup it is handed. The first key (transport) belongs to accept, the third (business) to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from gateway.pipeline.reading.values import ReadDocument
from gateway.store.documents import DocumentRow, Earlier, find_interchanges, find_keys

DAY_US = 86_400 * 1_000_000
COUNTED = frozenset({"recorded", "waiting", "refused", "repeated", "conflict", "passed", "reconciled"})
"""Documents that had an effect or an answer of substance. What was rejected or parked may come again corrected."""

_Number = tuple[str, str, str]
"""Sender, receiver and ISA13."""


class History:
    """Earlier documents under the interchange numbers of one batch; takes in the batch's own as they are settled."""

    def __init__(self, connection: Connection, documents: Sequence[ReadDocument], *, now: int) -> None:
        numbered = [document for document in documents if document.row.key.interchange]
        since = now - max((document.duplicate_days for document in numbered), default=0) * DAY_US
        self._now = now
        self._found: dict[_Number, list[Earlier]] = {}
        # A number used for everything has a long history: there only the same document is of interest.
        whole = [document.row.key for document in numbered if document.duplicates != "ignore"]
        alike = [document.row.key for document in numbered if document.duplicates == "ignore"]
        for found in (
            find_interchanges(connection, whole, since=since) if whole else (),
            find_keys(connection, alike, since=since) if alike else (),
        ):
            for earlier in found:
                self._found.setdefault(earlier.key[:3], []).append(earlier)

    def settle(self, document: ReadDocument) -> DocumentRow | None:
        """The row as `repeated`, where the same document counted before; else None."""
        row = document.row
        for one in self._counted(document):
            if one.key == row.key and one.digest == row.digest:
                text = f"the same document came as {one.id}"
                return msgspec.structs.replace(
                    row, status="repeated", reason_code="same", reason=text, original=one.id
                )
        return None

    def other(self, document: ReadDocument) -> str:
        """The id of an earlier document that used this interchange number for other content; "" for none.

        Other content is another document under the same GS06 and ST02, or one of another interchange under others,
        unless this very document came before and did not count: it may come again corrected.
        """
        if document.duplicates == "ignore":
            return ""
        row = document.row
        counted = list(self._counted(document))
        same = [one for one in counted if one.key == row.key]
        if same:
            return "" if any(one.digest == row.digest for one in same) else same[0].id
        if any(one.key == row.key and one.id != row.id for one in self._found.get(row.key[:3], ())):
            return ""
        elsewhere = (one for one in counted if one.message != row.message or one.envelope != document.interchange)
        return next((one.id for one in elsewhere if one.envelope >= 0 or one.message != row.message), "")

    def take(self, document: ReadDocument, row: DocumentRow) -> None:
        """A document of this batch is settled; later interchanges of the same batch see it."""
        if row.key.interchange:
            earlier = Earlier(row.id, row.digest, row.status, row.at, row.key, row.message, document.interchange)
            self._found.setdefault(row.key[:3], []).append(earlier)

    def _counted(self, document: ReadDocument) -> Iterable[Earlier]:
        row = document.row
        since = self._now - document.duplicate_days * DAY_US
        return (
            one
            for one in self._found.get(row.key[:3], ())
            if one.status in COUNTED and one.at >= since and one.id != row.id
        )


def held(row: DocumentRow, original: str) -> DocumentRow:
    """The row as held with its interchange, whose number belongs to `original`."""
    text = (
        f"the interchange number {row.key.interchange} was used for {original} with other content: "
        f"replay it to let it pass"
    )
    return msgspec.structs.replace(
        row, status="held", reason_code="duplicate_control", reason=text, original=original
    )
