"""Whose some goods were and when they came: followed through the movements, since no bucket says it.

Goods of several origins in one bucket cannot be told apart once some of them have left it. What is given is therefore
a bound: no more than that much of what stands there can have come so, and at least that much must have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.book.bringing.places import by_place, sites_of
from ledger.book.journal.heads import read_head
from ledger.book.saving.balances import Balances, Posting
from ledger.book.storage import bulk, document_tables, tables
from ledger.events import Event, GoodsReceived, kind_of
from ledger.matching.containments.scope import Verdict
from ledger.matching.deciding.review import live_links
from ledger.matching.records.documents import ReceiptKey, ShipmentKey
from ledger.matching.records.transfers import is_transfer
from ledger.matching.resolved import microseconds
from ledger.matching.workset import Workset
from ledger.stock.bucket import Bucket

Judge = Callable[[str, str, str, int | None, int | None], Verdict]
"""(site, part, supplier, shipped at, received at) -> whether goods of that origin are meant."""

_DIMENSIONS = Bucket._fields[2:]


class Share(NamedTuple):
    """Of what stands in a bucket: at most `most` is meant, and `least` of it certainly."""

    most: int
    least: int


class Unwritten(NamedTuple):
    """What a batch has decided and not written yet."""

    workset: Workset = Workset()
    events: Mapping[int, Event] = {}
    postings: Sequence[Posting] = ()


NOTHING = Unwritten()


class _Move(NamedTuple):
    number: int
    seq: int
    event: int
    line: str
    source: Bucket
    target: Bucket
    quantity: int


def shares(
    conn: Connection, book: str, buckets: Iterable[Bucket], judge: Judge, unwritten: Unwritten = NOTHING
) -> dict[Bucket, Share]:
    """The share of each of these buckets that is meant."""
    wanted = set(buckets)
    parts = {bucket.part for bucket in wanted}
    own = [
        _Move(2**62 + n, seq, event, move.line, move.source, move.target, move.quantity)
        for n, (move, seq, event) in enumerate(unwritten.postings)
        if move.target.part in parts
    ]
    moves = _moves_into(conn, book, wanted | {end for move in own for end in (move.source, move.target)})
    moves += own
    origins = _Origins(conn, book, moves, unwritten)
    quantity: dict[Bucket, int] = {}
    meant: dict[Bucket, int] = {}
    other: dict[Bucket, int] = {}
    for move in moves:
        source, target = move.source, move.target
        if _is_origin(source):
            verdict = judge(target.site, target.part, *origins.of(move))
            yes = 0 if verdict == "no" else move.quantity
            no = 0 if verdict == "yes" else move.quantity
        else:
            yes, no = (min(move.quantity, of.get(source, 0)) for of in (meant, other))
            left = quantity[source] = quantity.get(source, 0) - move.quantity
            for of in (meant, other):
                of[source] = min(of.get(source, 0), left)
        if _is_origin(target):
            continue
        quantity[target] = quantity.get(target, 0) + move.quantity
        meant[target] = meant.get(target, 0) + yes
        other[target] = other.get(target, 0) + no
    return {
        bucket: Share(meant.get(bucket, 0), max(0, quantity.get(bucket, 0) - other.get(bucket, 0)))
        for bucket in wanted
    }


def under_way(
    conn: Connection, book: str, buckets: Iterable[Bucket], unwritten: Unwritten = NOTHING
) -> dict[Bucket, tuple[str, int | None]]:
    """Whose goods in transit are and when they were shipped, as their notices say."""
    wanted = [(bucket, bucket.asn_line) for bucket in buckets]
    origins = _Origins(conn, book, (), unwritten)
    shipped = origins.shipped_at({(bucket.site, line) for bucket, line in wanted})
    return {bucket: (_supplier_of(line), shipped.get((bucket.site, line))) for bucket, line in wanted}


def _supplier_of(asn_line: str) -> str:
    """Whose a notice line is; "" for one of a transfer, which does not say who delivered the goods once."""
    return "" if is_transfer(asn_line) else asn_line.partition("/")[0]


def _is_origin(bucket: Bucket) -> bool:
    """Goods under way are their notice's; what comes from an account begins there."""
    return bucket.is_external or bucket.state == "in_transit"


# --- the movements ------------------------------------------------------------------------------------------


def _moves_into(conn: Connection, book: str, buckets: Iterable[Bucket]) -> list[_Move]:
    """All movements of these buckets and of those whose goods came into them, in order."""
    head = read_head(conn, book)
    if head is None:
        return []
    sites = sites_of(conn, book)
    known = _ids(conn, book, buckets)
    named: dict[int, Bucket] = {id_: bucket for bucket, id_ in known.items()}
    tail: dict[int, list[Any]] = {}
    table = tables.movement.c
    for site in sites:
        query = select(*tables.movement.columns).where(
            table.book == book, table.site == site, table.number > head.sealed * head.run_size
        )
        for row in conn.execute(query):
            tail.setdefault(row.source, []).append(row)
            tail.setdefault(row.target, []).append(row)
    rows: dict[int, Any] = {}
    frontier = {id_ for id_, bucket in named.items() if not _is_origin(bucket)}
    seen = set(frontier)
    while frontier:
        fresh = {row.number: row for id_ in frontier for row in tail.get(id_, ())}
        for site in sites:
            fresh.update(_sealed(conn, book, site, frontier, rows.keys()))
        rows.update(fresh)
        ends = {id_ for row in fresh.values() for id_ in (row.source, row.target)} - named.keys()
        named.update(_named(conn, book, sites, ends))
        # Only what goods came from is followed; where they went on to tells nothing about them.
        frontier = {row.source for row in fresh.values() if row.target in frontier} - seen
        frontier = {id_ for id_ in frontier if not _is_origin(named[id_])}
        seen |= frontier
    return [
        _Move(row.number, row.seq, row.event, row.line, named[row.source], named[row.target], row.quantity)
        for _, row in sorted(rows.items())
    ]


def _sealed(conn: Connection, book: str, site: str, ids: Iterable[int], known: Iterable[int]) -> dict[int, Any]:
    """Movements of sealed runs that went into or out of the buckets."""
    place = (("book", book), ("site", site))
    runs = bulk.look_up(conn, tables.closing, ("run", "bucket"), place, ("bucket",), [(id_,) for id_ in sorted(ids)])
    found = bulk.look_up(conn, tables.history, ("number",), place, ("run", "bucket"), sorted(runs))
    numbers = {number for (number,) in found}.difference(known)
    columns = tuple(column.name for column in tables.movement.columns)
    made = bulk.select(conn, tables.movement, columns, place, ("number",), [(number,) for number in sorted(numbers)])
    return {row.number: row for row in made}


def _ids(conn: Connection, book: str, buckets: Iterable[Bucket]) -> dict[Bucket, int]:
    balances = Balances()
    balances.load(conn, buckets)
    return balances.ids()


def _named(conn: Connection, book: str, sites: Iterable[str], ids: Iterable[int]) -> dict[int, Bucket]:
    """Ids count through the whole book."""
    keys = [(id_,) for id_ in sorted(ids)]
    named = {}
    for site in sites:
        place = (("book", book), ("site", site))
        for id_, *dimensions in bulk.look_up(conn, tables.bucket, ("id", *_DIMENSIONS), place, ("id",), keys):
            named[id_] = Bucket(book, site, *dimensions)
    return named


class _Event(NamedTuple):
    site: str
    partner: str
    kind: str
    number: str
    at: int


# --- the documents behind them ------------------------------------------------------------------------------


Known = tuple[str, int | None, int | None]
"""Supplier, time of shipping, time of receiving; "" and None where not known."""

RECEIVED = GoodsReceived.__name__


class _Origins:
    """Of the goods that movements brought in."""

    def __init__(self, conn: Connection, book: str, moves: Sequence[_Move], unwritten: Unwritten) -> None:
        self.conn, self.book, self.work = conn, book, unwritten.workset
        incoming = [move for move in moves if _is_origin(move.source)]
        self.events = self._events({move.event for move in incoming}, unwritten.events)
        self.shipped = self.shipped_at({(move.source.site, move.source.asn_line) for move in incoming})
        self.received = self._received(incoming)

    def of(self, move: _Move) -> Known:
        event = self.events.get(move.event)
        is_receipt = event is not None and event.kind == RECEIVED
        at = event.at if event is not None and is_receipt else None
        source = move.source
        if source.asn_line:
            return _supplier_of(source.asn_line), self.shipped.get((source.site, source.asn_line)), at
        if event is None or not is_receipt:
            return "", None, at
        key = ReceiptKey(self.book, event.site, event.partner, event.number)
        return self.received.get((key, move.line), ("", None, at))

    def _events(self, seqs: set[int], own: Mapping[int, Event]) -> dict[int, _Event]:
        columns = ("seq", "site", "partner", "kind", "number", "occurred_at", "recorded_at")
        rows = bulk.select(
            self.conn, tables.event, columns, (("book", self.book),), ("seq",),
            [(seq,) for seq in sorted(seqs - own.keys())], index="event_by_seq",
        )  # fmt: skip
        found = {
            row.seq: _Event(
                row.site, row.partner, row.kind, row.number,
                row.recorded_at if row.occurred_at is None else row.occurred_at,
            )
            for row in rows
        }  # fmt: skip
        for seq in seqs & own.keys():
            event = own[seq]
            at = microseconds(event.occurred_at) or microseconds(event.recorded_at) or 0
            found[seq] = _Event(event.site, event.partner, kind_of(event), event.number, at)
        return found

    def shipped_at(self, lines: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int | None]:
        """By (site, `supplier/shipment/line`); where a name holds a `/` itself the longest shipment is meant."""
        ways: dict[tuple[str, str], list[ShipmentKey]] = {}
        for site, asn_line in lines:
            supplier, _, rest = asn_line.partition("/")
            pieces = rest.split("/")
            ways[site, asn_line] = [
                ShipmentKey(self.book, site, supplier, "/".join(pieces[:n])) for n in range(len(pieces) - 1, 0, -1)
            ]
        times = self._times({key for keys in ways.values() for key in keys})
        return {line: next((times[key] for key in keys if key in times), None) for line, keys in ways.items()}

    def _times(self, keys: set[ShipmentKey]) -> dict[ShipmentKey, int | None]:
        shipments = self.work.shipments
        times = {key: shipments[key].shipped_at for key in keys & shipments.keys()}
        for place, wanted in by_place(keys - times.keys()):
            columns = ("supplier", "shipment_id", "shipped_at")
            for supplier, shipment, at in bulk.look_up(
                self.conn, document_tables.shipment, columns, place, columns[:2], wanted
            ):
                times[ShipmentKey(self.book, place[1][1], supplier, shipment)] = at
        return times

    def _received(self, incoming: Iterable[_Move]) -> dict[tuple[ReceiptKey, str], Known]:
        """By goods-receipt line: its supplier, when the notice was shipped that it answers by now, when it came."""
        keys = {
            ReceiptKey(self.book, event.site, event.partner, event.number)
            for move in incoming
            if not move.source.asn_line and (event := self.events.get(move.event)) and event.kind == RECEIVED
        }
        lines: dict[tuple[ReceiptKey, str], tuple[str, int]] = {}
        answered: dict[tuple[ReceiptKey, str], ShipmentKey] = {}
        by = ("provider", "receipt_id")
        for place, wanted in by_place(keys):
            site = place[1][1]
            columns = (*by, "line", "supplier", "received_at")
            for *key, line, supplier, at in bulk.look_up(
                self.conn, document_tables.goods_receipt_line, columns, place, by, wanted
            ):
                lines[ReceiptKey(self.book, site, *key), line] = supplier, at
            columns = (*by, "receipt_line", "shipment_supplier", "shipment_id")
            for *key, line, supplier, shipment in bulk.look_up(
                self.conn, document_tables.link, columns, place, by, wanted, where=document_tables.LIVE_LINKS
            ):
                if shipment:
                    named = ShipmentKey(self.book, site, supplier, shipment)
                    answered[ReceiptKey(self.book, site, *key), line] = named
        for receipt in keys:
            for of in self.work.lines_of_receipt.get(receipt, ()):
                lines[receipt, of.line] = of.supplier, of.received_at
                answered.pop((receipt, of.line), None)
                for link in live_links(self.work.links_of_receipt.get((receipt, of.line))):
                    if link.shipment is not None:
                        answered[receipt, of.line] = link.shipment
        times = self._times(set(answered.values()))
        return {
            line: (supplier, times.get(answered[line]) if line in answered else None, at)
            for line, (supplier, at) in lines.items()
        }
