"""Posting of movements: buckets ensured, the sequence simulated step by step, then one update per bucket.

An upsert with a negative delta fails the CHECK on both engines though the stored row has enough, so rows are made
first (quantity 0) and updated afterwards. Netting a batch would hide an illegal step in the middle; the sequence is
therefore walked in memory against the known quantities before anything is written.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.book.errors import LedgerError
from ledger.book.storage import bulk, tables
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

    def __init__(self, postings: Iterable[Posting] = ()) -> None:
        super().__init__(postings)
        self._net: dict[Bucket, int] = {}
        self._netted = 0

    def ends(self) -> Iterator[Bucket]:
        """The buckets that they touch, again and again."""
        for (source, target, _, _), _, _ in self:
            yield source
            yield target

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


class Known:
    """A bucket as the database has it; `id` is 0 while it has none, `was` what it held before it was touched.

    `identity` is kept from looking it up to making its row, "" where it was found by its part.
    """

    __slots__ = ("bucket", "id", "identity", "quantity", "was")

    def __init__(self, bucket: Bucket, id: int = 0, quantity: int = 0, identity: str = "") -> None:
        self.bucket, self.id, self.quantity, self.identity = bucket, id, quantity, identity
        self.was: int | None = None


class Balances:
    """The buckets that batches have looked at, as the database has them; kept from one batch to the next.

    They are those of a book whose chain ends with `chain`. Whoever finds the book at that very end finds the same
    buckets in it, for the chain covers all that ever happened. Even so each update asks that the row still holds
    what is known of it.
    """

    def __init__(self) -> None:
        self.chain = b""
        self._known: dict[Bucket, Known] = {}
        self._standing: dict[tuple[str, ...], dict[str, dict[Bucket, Known]]] = {}
        """(book, site, part) -> location -> buckets that hold something."""
        self._asked: set[StockQuery] = set()
        """Places, or whole parts, of which every bucket that holds something is known."""

    @property
    def is_full(self) -> bool:
        return len(self._known) > BUCKETS_MAX

    def load(self, conn: Connection, buckets: Iterable[Bucket]) -> list[Known]:
        """Look the buckets up and give back what is known of each; those that do not exist yet hold nothing."""
        known = self._known
        asked: list[Known] = []
        places: dict[tuple[str, str], dict[str, Known]] = defaultdict(dict)
        for bucket in buckets:
            one = known.get(bucket)
            if one is None:
                key = identity(bucket)
                one = known[bucket] = places[bucket.book, bucket.site][key] = Known(bucket, identity=key)
            asked.append(one)
        for (book, site), wanted in sorted(places.items()):
            rows = bulk.look_up(
                conn, tables.bucket, ("identity", "id", "quantity"), (("book", book), ("site", site)), ("identity",),
                [(key,) for key in wanted],
            )  # fmt: skip
            for key, id_, quantity in rows:
                found = wanted[key]
                found.id, found.quantity = id_, quantity
        return asked

    def quantity(self, bucket: Bucket) -> int:
        """What a bucket holds that was looked up."""
        return self._known[bucket].quantity

    def ids(self) -> dict[Bucket, int]:
        """The buckets that were looked up and exist, and their ids."""
        return {bucket: known.id for bucket, known in self._known.items() if known.id}

    def load_stock(
        self, conn: Connection, queries: Collection[StockQuery]
    ) -> Iterator[tuple[tuple[str, str, str], Mapping[Bucket, Known]]]:
        """The goods that the queries ask for, wherever they stand: (book, site, part) and the buckets that hold
        something, place by place."""
        asked = self._asked
        places: dict[tuple[str, str, tuple[str, ...]], set[bulk.Row]] = defaultdict(set)
        for query in queries:
            if query not in asked and query._replace(location="") not in asked:
                named: tuple[str, ...] = ("part", "location") if query.location else ("part",)
                places[query.book, query.site, named].add(query[2 : 2 + len(named)])
        for (book, site, named), keys in sorted(places.items()):
            rows = bulk.look_up(
                conn, tables.bucket, ("id", "quantity", *Bucket._fields[2:]), (("book", book), ("site", site)), named,
                sorted(keys), where="empty = 0", index="bucket_by_part",
            )  # fmt: skip
            for id_, quantity, *dimensions in rows:
                bucket = Bucket._make((book, site, *dimensions))
                if bucket not in self._known:
                    self._known[bucket] = Known(bucket, id_, quantity)
                self._stand(self._known[bucket])
            asked.update(StockQuery(book, site, *key) for key in keys)
        for query in queries:
            part = query[:3]
            standing = self._standing.get(part)
            if standing is None:
                continue
            if not query.location:
                yield from ((part, place) for place in standing.values())
            elif query.location in standing:
                yield part, standing[query.location]

    def _stand(self, known: Known) -> None:
        """Note among the goods of its place that the bucket holds something, or no longer does."""
        bucket = known.bucket
        if bucket.state in EXTERNAL:
            return
        at = self._standing.setdefault(bucket[:3], {}).setdefault(bucket.location, {})
        if known.quantity:
            at[bucket] = known
        else:
            at.pop(bucket, None)

    def post(self, conn: Connection, postings: Postings, ends: Sequence[Known], first: int, next_bucket: int) -> int:
        """Write the movements, numbered from `first`; gives back how many buckets were made from `next_bucket` on.

        `ends` is what is known of `postings.ends()`.
        """
        touched, made, movements = self._simulate(postings, ends, first, next_bucket)
        bulk.insert(conn, tables.bucket, [_row(one) for one in made])
        self._update(conn, [one for one in touched if one.id < next_bucket])
        for one in touched:
            if not (one.was and one.quantity):
                self._stand(one)
            one.was = None
        bulk.insert(conn, tables.movement, movements)
        return len(made)

    def _simulate(
        self, postings: Postings, ends: Sequence[Known], first: int, next_bucket: int
    ) -> tuple[list[Known], list[Known], list[bulk.Row]]:
        """Walk the sequence: the buckets as they are touched, those that are new, and the rows of the movements.

        Raises `LedgerError` at the first step that takes a physical bucket below zero.
        """
        touched: list[Known] = []
        made: list[Known] = []
        movements: list[bulk.Row] = []
        steps = zip(postings, ends[::2], ends[1::2], strict=True)
        for number, (((source, target, quantity, line), seq, event), gives, takes) in enumerate(steps, first):
            if not 0 < quantity <= QUANTITY_MAX:
                raise LedgerError(f"event {seq} line {line}: a movement of {quantity} is not between 1 and 10**15")
            book, site, part = target[:3]
            if source.part != part or source.book != book or gives is takes:
                raise LedgerError(f"event {seq} line {line}: {source} and {target} are not two buckets of one part")
            for one in (gives, takes):
                if one.was is None:
                    one.was = one.quantity
                    touched.append(one)
                    if not one.id:
                        made.append(one)
                        one.id = next_bucket
                        next_bucket += 1
            left = gives.quantity - quantity
            if left < 0 and not source.is_external:
                raise LedgerError(
                    f"event {seq} line {line}: {source} holds {gives.quantity}, {quantity} should leave"
                )
            gives.quantity = left
            takes.quantity += quantity
            movements.append((book, site, number, seq, event, line, gives.id, takes.id, quantity))
        return touched, made, movements

    def _update(self, conn: Connection, changed: Sequence[Known]) -> None:
        """Quantities alone where a bucket stays filled, so that no index is touched; else with the mark of it."""
        quantity_only, with_mark = [], []
        for one in changed:
            was, now, (book, site, *_) = one.was, one.quantity, one.bucket
            if now and was and now != was:
                quantity_only.append((now, book, site, one.id, was))
            elif now != was:
                with_mark.append((now, int(not now), book, site, one.id, was))
        keys = ("book", "site", "id")
        bulk.update(conn, tables.bucket, keys, ("quantity",), quantity_only, still="quantity")
        bulk.update(conn, tables.bucket, keys, ("quantity", "empty"), with_mark, still="quantity")


def _row(new: Known) -> bulk.Row:
    """A new bucket is written with what stands in it at the end of the batch: one statement less per bucket."""
    bucket, quantity = new.bucket, new.quantity
    return (
        *bucket[:2], new.id, new.identity, *bucket[2:], int(bucket.is_external), int(not quantity), quantity,
    )  # fmt: skip
