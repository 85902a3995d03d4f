"""The second key: the same document again by any channel, or other content under the same control numbers.

Pure but for the lookup it is handed. The first key (transport) belongs to accept, the third (business) to the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from gateway.pipeline.reading.values import ReadDocument
from gateway.store.documents import DocumentRow, Earlier, Key, find_keys

DAY_US = 86_400 * 1_000_000
COUNTED = frozenset({"recorded", "waiting", "refused", "repeated", "conflict", "passed", "reconciled"})
"""Documents that had an effect or an answer of substance. What was rejected or parked may come again corrected."""


class History:
    """Earlier documents under the keys of one batch; takes in the batch's own documents as they are settled."""

    def __init__(self, connection: Connection, documents: Sequence[ReadDocument], *, now: int) -> None:
        keys = [document.row.key for document in documents if document.row.key.interchange]
        days = max((document.duplicate_days for document in documents), default=0)
        self._now = now
        self._found: dict[Key, list[Earlier]] = find_keys(connection, keys, since=now - days * DAY_US) if keys else {}

    def settle(self, document: ReadDocument, *, release: bool) -> DocumentRow | None:
        """The row as `repeated` or `held`, or None when it may be recorded. `release`: a person replays it."""
        row = document.row
        if not row.key.interchange:
            return None
        since = self._now - document.duplicate_days * DAY_US
        earlier = [
            e for e in self._found.get(row.key, ()) if e.status in COUNTED and e.at >= since and e.id != row.id
        ]
        for one in earlier:
            if one.digest == row.digest:
                text = f"the same document came as {one.id}"
                return msgspec.structs.replace(
                    row, status="repeated", reason_code="same", reason=text, original=one.id
                )
        if earlier and document.duplicates == "enforce" and not release:
            text = (
                f"control numbers {row.key.interchange}/{row.key.group_control}/{row.key.control} "
                f"were used for {earlier[0].id} with other content: replay it to let it pass"
            )
            return msgspec.structs.replace(
                row, status="held", reason_code="duplicate_control", reason=text, original=earlier[0].id
            )
        return None

    def warning(self, document: ReadDocument) -> str:
        """The id of an earlier document with other content, where the agreement says `warn`; else ""."""
        if document.duplicates != "warn":
            return ""
        row = document.row
        return next(
            (e.id for e in self._found.get(row.key, ()) if e.status in COUNTED and e.digest != row.digest), ""
        )

    def take(self, row: DocumentRow) -> None:
        """A document of this batch is settled; later ones of the same batch see it."""
        if row.key.interchange:
            self._found.setdefault(row.key, []).append(Earlier(row.id, row.digest, row.status, row.at))
