"""Posting of movements: buckets ensured, the sequence simulated step by step, then one update per bucket.

An upsert with a negative delta fails the CHECK on both engines though the stored row has enough, so rows are made
first (quantity 0) and updated afterwards. Netting a batch would hide an illegal step in the middle; the sequence is
therefore walked in memory against the known quantities before anything is written.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.book import bulk, tables
from ledger.book.errors import LedgerError
from ledger.matching.workset import StockQuery
from ledger.stock.bucket import EXTERNAL, QUANTITY_MAX, Bucket, Movement

BUCKETS_MAX = 100_000
"""So many are kept from batch to batch, some 60 MB; beyond it the next batch begins with none."""


class Posting(NamedTuple):
    """A movement, the event that is being recorded, and the event whose line made it."""

    movement: Movement
    seq: int
    event: int


class Postings(list[Posting]):
    """What a batch has decided and not yet written, in order."""

    def __init__(self) -> None:
        super().__init__()
        self._net: dict[Bucket, int] = {}
        self._netted = 0

    def net(self) -> Mapping[Bucket, int]:
        """By how much they change each bucket; every posting is counted once, however often this is asked."""
        net = self._net
        for (source, target, quantity, _), _, _ in self[self._netted :]:
            net[source] = net.get(source, 0) - quantity
            net[target] = net.get(target, 0) + quantity
        self._netted = len(self)
        return net


def identity(bucket: Bucket) -> str:
    """120 bits over the fourteen dimensions: the short unique key of a bucket."""
    return b2a_base64(blake2b("\x1f".join(bucket).encode(), digest_size=15).digest(), newline=False).decode()


class Balances:
    """Buckets as the database has them, those that batches have looked at; kept from one batch to the next.

    They are those of a book whose chain ends with `chain`. Whoever finds the book at that very end finds the same
    buckets in it, for the chain covers all that ever happened. Even so each update asks that the row still holds
    what is known of it.
    """

    def __init__(self) -> None:
        self.chain = b""
        self.ids: dict[Bucket, int] = {}
        self.quantities: dict[Bucket, int] = {}
        self._standing: dict[tuple[str, ...], dict[str, dict[Bucket, None]]] = {}
        """(book, site, part) -> location -> buckets that hold something."""
        self._known: set[StockQuery] = set()
        """Places, or whole parts, of which every bucket that holds something is among these."""
        self._identities: dict[Bucket, str] = {}
        """Of buckets that do not exist yet."""

    @property
    def is_full(self) -> bool:
        return len(self.quantities) > BUCKETS_MAX

    def load(self, conn: Connection, buckets: Iterable[Bucket]) -> None:
        """Look the buckets up; the quantity of those that do not exist yet is taken as zero."""
        quantities = self.quantities
        places: dict[tuple[str, str], dict[str, Bucket]] = defaultdict(dict)
        for bucket in buckets:
            if bucket not in quantities:
                quantities[bucket] = 0
                key = self._identities[bucket] = identity(bucket)
                places[bucket.book, bucket.site][key] = bucket
        for (book, site), wanted in sorted(places.items()):
            rows = bulk.look_up(
                conn, tables.bucket, ("identity", "id", "quantity"), (("book", book), ("site", site)), ("identity",),
                [(key,) for key in wanted],
            )  # fmt: skip
            for key, id_, quantity in rows:
                bucket = wanted[key]
                self.ids[bucket], quantities[bucket] = id_, quantity
                del self._identities[bucket]

    def load_stock(self, conn: Connection, queries: Iterable[StockQuery]) -> dict[Bucket, int]:
        """The goods that the queries ask for, wherever they stand: what the buckets hold, those that do."""
        places: dict[tuple[str, str, tuple[str, ...]], set[bulk.Row]] = defaultdict(set)
        asked = list(queries)
        for query in asked:
            if query not in self._known and query._replace(location="") not in self._known:
                named: tuple[str, ...] = ("part", "location") if query.location else ("part",)
                places[query.book, query.site, named].add(query[2 : 2 + len(named)])
        for (book, site, named), keys in sorted(places.items()):
            rows = bulk.look_up(
                conn, tables.bucket, ("id", "quantity", *Bucket._fields[2:]), (("book", book), ("site", site)), named,
                sorted(keys), where="empty = 0", index="bucket_by_part",
            )  # fmt: skip
            for id_, quantity, *dimensions in rows:
                bucket = Bucket._make((book, site, *dimensions))
                self.ids[bucket], self.quantities[bucket] = id_, quantity
                self._stand(bucket)
            self._known.update(StockQuery(book, site, *key) for key in keys)
        quantities, found = self.quantities, {}
        for query in asked:
            standing = self._standing.get(query[:3])
            if standing:
                for at in (standing.get(query.location, {}),) if query.location else standing.values():
                    for bucket in at:
                        found[bucket] = quantities[bucket]
        return found

    def _stand(self, bucket: Bucket) -> None:
        """Note among the goods of its place that the bucket holds something, or no longer does."""
        if bucket.state in EXTERNAL:
            return
        at = self._standing.setdefault(bucket[:3], {}).setdefault(bucket.location, {})
        if self.quantities[bucket]:
            at[bucket] = None
        else:
            at.pop(bucket, None)

    def simulate(self, postings: Sequence[Posting]) -> None:
        """Walk the sequence. Raises `LedgerError` at the first step that takes a physical bucket below zero."""
        quantities = self.quantities
        for (source, target, quantity, line), seq, _ in postings:
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
        for (source, target, _, _), _, _ in postings:
            touched[source] = touched[target] = None
        self.load(conn, touched)
        ids, quantities = self.ids, self.quantities
        before = {bucket: quantities[bucket] for bucket in touched}
        self.simulate(postings)
        made = [bucket for bucket in touched if bucket not in ids]
        ids.update(zip(made, range(next_bucket, next_bucket + len(made)), strict=True))
        bulk.insert(conn, tables.bucket, [self._new_row(bucket) for bucket in made])
        self._update(conn, before, set(made))
        bulk.insert(
            conn,
            tables.movement,
            [
                (target[0], target[1], number, seq, event, line, ids[source], ids[target], quantity)
                for number, ((source, target, quantity, line), seq, event) in enumerate(postings, first)
            ],
        )
        return len(made)

    def _new_row(self, bucket: Bucket) -> bulk.Row:
        """A new bucket is written with what stands in it at the end of the batch: one statement less per bucket."""
        quantity = self.quantities[bucket]
        self._stand(bucket)
        return (
            *bucket[:2], self.ids[bucket], self._identities.pop(bucket), *bucket[2:], int(bucket.is_external),
            int(not quantity), quantity,
        )  # fmt: skip

    def _update(self, conn: Connection, before: Mapping[Bucket, int], made: AbstractSet[Bucket]) -> None:
        """Quantities alone where a bucket stays filled, so that no index is touched; else with the mark of it."""
        ids, quantities = self.ids, self.quantities
        keys, quantity_only, with_mark = ("book", "site", "id"), [], []
        for bucket, was in before.items():
            now = quantities[bucket]
            if now == was or bucket in made:
                continue
            if now and was:
                quantity_only.append((bucket[0], bucket[1], ids[bucket], was, now))
            else:
                with_mark.append((bucket[0], bucket[1], ids[bucket], was, now, int(not now)))
                self._stand(bucket)
        bulk.update(conn, tables.bucket, keys, ("quantity",), quantity_only, still="quantity")
        bulk.update(conn, tables.bucket, keys, ("quantity", "empty"), with_mark, still="quantity")
