"""Posting of movements: buckets ensured, the sequence simulated step by step, then one update per bucket.

An upsert with a negative delta fails the CHECK on both engines though the stored row has enough, so rows are made
first (quantity 0) and updated afterwards. Netting a batch would hide an illegal step in the middle; the sequence is
therefore walked in memory against the loaded quantities before anything is written.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.book import bulk, tables
from ledger.book.errors import LedgerError
from ledger.matching.workset import StockQuery
from ledger.stock.bucket import QUANTITY_MAX, Bucket, Movement


class Posting(NamedTuple):
    """A movement, the event that is being recorded, and the event whose line made it."""

    movement: Movement
    seq: int
    event: int


def identity(bucket: Bucket) -> str:
    """120 bits over the fourteen dimensions: the short unique key of a bucket."""
    return b2a_base64(blake2b("\x1f".join(bucket).encode(), digest_size=15).digest(), newline=False).decode()


class Balances:
    """The buckets that a batch has looked at: their ids and quantities as they stand within this batch."""

    def __init__(self) -> None:
        self.ids: dict[Bucket, int] = {}
        self._identities: dict[Bucket, str] = {}
        self.quantities: dict[Bucket, int] = {}

    def load(self, conn: Connection, buckets: Iterable[Bucket]) -> list[Bucket]:
        """Look the buckets up; gives back those that do not exist yet, their quantity taken as zero."""
        unknown = [bucket for bucket in dict.fromkeys(buckets) if bucket not in self.quantities]
        places: dict[tuple[str, str], dict[str, Bucket]] = defaultdict(dict)
        for bucket in unknown:
            key = self._identities[bucket] = identity(bucket)
            places[bucket.book, bucket.site][key] = bucket
        for (book, site), wanted in sorted(places.items()):
            rows = bulk.look_up(
                conn, tables.bucket, ("identity", "id", "quantity"), (("book", book), ("site", site)), ("identity",),
                [(key,) for key in wanted],
            )  # fmt: skip
            for key, id_, quantity in rows:
                bucket = wanted[key]
                self.ids[bucket] = id_
                self.quantities[bucket] = quantity
        missing = [bucket for bucket in unknown if bucket not in self.ids]
        for bucket in missing:
            self.quantities[bucket] = 0
        return missing

    def load_stock(self, conn: Connection, queries: Iterable[StockQuery]) -> list[Bucket]:
        """The goods that the queries ask for, wherever they stand: buckets that hold something."""
        places: dict[tuple[str, str, tuple[str, ...]], set[bulk.Row]] = defaultdict(set)
        for query in queries:
            named = tuple(name for name in ("part", "location") if getattr(query, name))
            places[query.book, query.site, named].add(tuple(getattr(query, name) for name in named))
        found: dict[Bucket, None] = {}
        for (book, site, named), keys in sorted(places.items()):
            rows = bulk.look_up(
                conn, tables.bucket, ("id", "quantity", *Bucket._fields[2:]), (("book", book), ("site", site)), named,
                sorted(keys), where="quantity <> 0", index="bucket_by_part",
            )  # fmt: skip
            for id_, quantity, *dimensions in rows:
                bucket = Bucket(book, site, *dimensions)
                if bucket.is_external:
                    continue
                found[bucket] = None
                if bucket not in self.ids:
                    self.ids[bucket], self.quantities[bucket] = id_, quantity
                    self._identities[bucket] = identity(bucket)
        return list(found)

    def simulate(self, postings: Sequence[Posting]) -> None:
        """Walk the sequence. Raises `LedgerError` at the first step that takes a physical bucket below zero."""
        quantities = self.quantities
        for movement, seq, _ in postings:
            source, target, quantity, line = movement
            if not 0 < quantity <= QUANTITY_MAX:
                raise LedgerError(f"event {seq} line {line}: a movement of {quantity} is not between 1 and 10**15")
            if source.part != target.part or source.book != target.book or source == target:
                raise LedgerError(f"event {seq} line {line}: {source} and {target} are not two buckets of one part")
            left = quantities[source] - quantity
            if left < 0 and not source.is_external:
                raise LedgerError(
                    f"event {seq} line {line}: {source} holds {left + quantity}, {quantity} should leave"
                )
            quantities[source] = left
            quantities[target] += quantity

    def post(self, conn: Connection, postings: Sequence[Posting], first: int, next_bucket: int) -> int:
        """Write the movements, numbered from `first`; gives back how many buckets were made from `next_bucket` on."""
        touched: dict[Bucket, None] = {}
        for movement, _, _ in postings:
            touched[movement.source] = None
            touched[movement.target] = None
        self.load(conn, touched)
        before = {bucket: self.quantities[bucket] for bucket in touched}
        self.simulate(postings)
        made = [bucket for bucket in touched if bucket not in self.ids]
        for id_, bucket in enumerate(made, next_bucket):
            self.ids[bucket] = id_
        bulk.insert(conn, tables.bucket, [self._row(bucket) for bucket in made])
        new = set(made)
        bulk.update(
            conn, tables.bucket, ("book", "site", "id"), ("quantity",),
            [
                (bucket.book, bucket.site, self.ids[bucket], self.quantities[bucket])
                for bucket in touched
                if bucket not in new and self.quantities[bucket] != before[bucket]
            ],
        )  # fmt: skip
        ids = self.ids
        bulk.insert(
            conn,
            tables.movement,
            [
                (m.target.book, m.target.site, number, seq, event, m.line, ids[m.source], ids[m.target], m.quantity)
                for number, (m, seq, event) in enumerate(postings, first)
            ],
        )
        return len(made)

    def _row(self, bucket: Bucket) -> bulk.Row:
        """A new bucket is written with what stands in it at the end of the batch: one statement less per bucket."""
        book, site, *dimensions = bucket
        own = int(bucket.is_external), self.quantities[bucket]
        return (book, site, self.ids[bucket], self._identities[bucket], *dimensions, *own)
