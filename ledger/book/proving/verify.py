"""Checks every law on the books as they stand, and says where one is broken. Only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import Connection, and_, func, select

from ledger.book.bringing.history import moved, quantities_at
from ledger.book.journal.digests import event_digest, line_digest, next_link
from ledger.book.journal.heads import Head, read_head
from ledger.book.proving.rebuild import differences
from ledger.book.resolution import lines_of
from ledger.book.storage import document_tables, tables
from ledger.events import read_event
from ledger.matching.containments.scope import LABEL
from ledger.matching.deciding.fates import GONE_BACK
from ledger.matching.records.transfers import party_of
from ledger.stock.accounts import asn_line_name
from ledger.stock.bucket import MILLION


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a law does not hold. `law` is its number in the docs, with its name."""

    law: str
    book: str
    where: str
    text: str


def verify(conn: Connection, *, book: str = "", deep: bool = True) -> list[Breach]:
    """Every breach in the book named, or in all; an empty list means that every law holds.

    `deep` also records all events again in a scratch ledger and compares (law 4); without it the balances are
    compared with the movements only.
    """
    books = [book] if book else list(conn.execute(select(tables.book.c.book).order_by(tables.book.c.book)).scalars())
    breaches: list[Breach] = []
    for name in books:
        head = read_head(conn, name)
        if head is None:
            continue
        for check in CHECKS:
            breaches += check(conn, head)
        if deep:
            breaches += [
                Breach(law="4 rebuild", book=name, where=found.where, text=found.text)
                for found in differences(conn, book=name)
            ]
    return breaches


def check_zero_sum(conn: Connection, head: Head) -> Iterator[Breach]:
    """Law 1: everything sums to zero per part (a part has one base unit)."""
    table = tables.bucket.c
    sums = conn.execute(
        select(table.part, func.sum(table.quantity)).where(table.book == head.book).group_by(table.part)
    )
    for part, total in sums:
        if total:
            yield Breach(law="1 zero sum", book=head.book, where=f"part {part}", text=f"sums to {total}, not to zero")


def check_not_negative(conn: Connection, head: Head) -> Iterator[Breach]:
    """Law 2: no physical bucket is below zero."""
    table = tables.bucket.c
    below = select(table.id, table.part, table.state, table.quantity).where(
        table.book == head.book, table.external == 0, table.quantity < 0
    )
    for id_, part, state, quantity in conn.execute(below):
        yield Breach(
            law="2 not negative", book=head.book, where=f"bucket {id_}", text=f"{part} {state} holds {quantity}"
        )


def check_in_transit(conn: Connection, head: Head) -> Iterator[Breach]:
    """Law 3: in transit per notice line is advised less received less cleared; nothing once it is out of force."""
    line, bucket = document_tables.notice_line.c, tables.bucket.c
    standing: dict[tuple[str, str], int] = {}
    for site, asn_line, quantity in conn.execute(
        select(bucket.site, bucket.asn_line, func.sum(bucket.quantity))
        .where(bucket.book == head.book, bucket.state == "in_transit", bucket.empty == 0)
        .group_by(bucket.site, bucket.asn_line)
    ):
        standing[site, asn_line] = quantity
    for row in conn.execute(select(document_tables.notice_line).where(line.book == head.book)):
        asn_line = asn_line_name(row.supplier, row.shipment_id, row.line)
        in_force = row.status in ("open", "closed")
        expected = row.quantity - row.received - row.cleared if in_force else 0
        found = standing.pop((row.site, asn_line), 0)
        if found != expected:
            text = f"{found} in transit, {expected} advised and neither received nor cleared"
            yield Breach(law="3 in transit", book=head.book, where=f"{row.site} {asn_line}", text=text)
    for (site, asn_line), found in standing.items():
        yield Breach(
            law="3 in transit", book=head.book, where=f"{site} {asn_line}", text=f"{found} in transit for no notice"
        )


def check_movements(conn: Connection, head: Head) -> Iterator[Breach]:
    """Law 4, first half: balances are the sum of the movements, and as-of now is the balance."""
    table = tables.bucket.c
    sums = moved(conn, head.book, 1, head.movements)
    history = quantities_at(conn, head.book, head.movements)
    for site, id_, quantity in conn.execute(
        select(table.site, table.id, table.quantity).where(table.book == head.book)
    ):
        for source, found in (("movements", sums.get((site, id_), 0)), ("history", history.get((site, id_), 0))):
            if found != quantity:
                text = f"holds {quantity}, its {source} sum to {found}"
                yield Breach(law="4 rebuild", book=head.book, where=f"{site} bucket {id_}", text=text)
    count = conn.execute(select(func.count()).where(tables.movement.c.book == head.book)).scalar()
    if count != head.movements:
        text = f"{count} movements stand in the book, its head counts {head.movements}"
        yield Breach(law="4 rebuild", book=head.book, where="head", text=text)


def check_digests(conn: Connection, head: Head) -> Iterator[Breach]:
    """Law 5: each digest is that of the stored body, so that a repeat is known for one."""
    event = tables.event.c
    for seq, digest, body in conn.execute(select(event.seq, event.digest, event.body).where(event.book == head.book)):
        told = read_event(body)
        if event_digest(told, [line_digest(said) for said in lines_of(told)]) != digest:
            yield Breach(law="5 repeats", book=head.book, where=f"event {seq}", text="its digest is not of its body")


def check_chain(conn: Connection, head: Head) -> Iterator[Breach]:
    """The log is dense and its chain unbroken up to the head."""
    event, outcome = tables.event.c, tables.outcome.c
    found: dict[int, list[str]] = {}
    for seq, body in conn.execute(
        select(outcome.seq, outcome.body)
        .where(outcome.book == head.book)
        .order_by(outcome.seq, outcome.event, outcome.n)
    ):
        found.setdefault(seq, []).append(body)
    chain, expected = b"", 1
    for seq, body, link in conn.execute(
        select(event.seq, event.body, event.chain).where(event.book == head.book).order_by(event.seq)
    ):
        if seq != expected:
            yield Breach(law="chain", book=head.book, where=f"event {seq}", text=f"follows {expected - 1}")
        chain = next_link(chain, seq, body, found.get(seq, []))
        if chain != link:
            text = "its body, outcomes or place were changed after it was recorded"
            yield Breach(law="chain", book=head.book, where=f"event {seq}", text=text)
        chain, expected = link, seq + 1
    if expected != head.seq + 1 or chain != head.chain:
        yield Breach(law="chain", book=head.book, where="head", text="does not end where the log ends")


def check_totals(conn: Connection, head: Head) -> Iterator[Breach]:
    """Running totals are the sums of the live links; a case that is closed has nothing left in clearing."""
    link, order = document_tables.link.c, document_tables.order_line.c
    received: dict[tuple[str, ...], int] = {}
    for *key, quantity in conn.execute(
        select(link.site, link.order_supplier, link.order_number, link.order_line, func.sum(link.quantity))
        .where(link.book == head.book, link.reversed == 0, link.order_number != "")
        .group_by(link.site, link.order_supplier, link.order_number, link.order_line)
    ):
        received[tuple(key)] = quantity
    for *key, total in conn.execute(
        select(order.site, order.supplier, order.order_number, order.line, order.received).where(
            order.book == head.book
        )
    ):
        found = received.get(tuple(key), 0)
        if found != total:
            where = f"order {key[2]} line {key[3]}"
            yield Breach(
                law="totals", book=head.book, where=where, text=f"received {total}, its links sum to {found}"
            )
    case = document_tables.cases.c
    for name, left in conn.execute(
        select(case.case, case.clearing).where(case.book == head.book, case.status == "closed", case.clearing != 0)
    ):
        yield Breach(law="totals", book=head.book, where=f"case {name}", text=f"closed with {left} left in clearing")


def check_cumulatives(conn: Connection, head: Head) -> Iterator[Breach]:
    """What was received in all is the sum of what came and did not go back."""
    link, line, total = document_tables.link.c, document_tables.goods_receipt_line.c, document_tables.cumulative.c
    keys = ("book", "site", "provider", "receipt_id")
    whole = and_(*(link[key] == line[key] for key in keys), link.receipt_line == line.line)
    stays = and_(link.reversed == 0, link.state.not_in(GONE_BACK))
    came = {
        tuple(key): quantity
        for *key, quantity in conn.execute(
            select(line.site, line.part, line.supplier, func.sum(link.quantity))
            .join_from(document_tables.goods_receipt_line, document_tables.link, whole)
            .where(line.book == head.book, stays, line.supplier.not_like(f"{party_of('')}%"))
            .group_by(line.site, line.part, line.supplier)
        )
    }
    for *key, received, returned in conn.execute(
        select(total.site, total.part, total.supplier, total.received, total.returned).where(total.book == head.book)
    ):
        found = came.pop(tuple(key), 0) - returned
        if found != received:
            where = f"cumulative {'/'.join(key)}"
            text = f"received {received}, the goods receipts sum to {found}"
            yield Breach(law="totals", book=head.book, where=where, text=text)
    for missing, found in came.items():
        if found:
            text = f"none stands there, the goods receipts sum to {found}"
            yield Breach(law="totals", book=head.book, where=f"cumulative {'/'.join(missing)}", text=text)


def check_transfers(conn: Connection, head: Head) -> Iterator[Breach]:
    """Between our sites nothing is lost on paper: what one site sent is what the other has under way or had."""
    bucket, line, sent = tables.bucket.c, document_tables.notice_line.c, document_tables.transfer_line.c
    for part, total in conn.execute(
        select(bucket.part, func.sum(bucket.quantity))
        .where(bucket.book == head.book, bucket.state == "transfer")
        .group_by(bucket.part)
    ):
        if total:
            text = f"the transfer accounts of all sites sum to {total}, not to zero"
            yield Breach(law="3 in transit", book=head.book, where=f"part {part}", text=text)
    advised: dict[tuple[str, ...], int] = {}
    for *key, quantity in conn.execute(
        select(line.site, line.supplier, line.shipment_id, line.part, func.sum(line.quantity))
        .where(line.book == head.book, line.status.in_(("open", "closed")), line.supplier.like(f"{party_of('')}%"))
        .group_by(line.site, line.supplier, line.shipment_id, line.part)
    ):
        advised[tuple(key)] = quantity
    for site, destination, number, part, quantity in conn.execute(
        select(sent.site, sent.destination, sent.number, sent.part, func.sum(sent.quantity))
        .where(sent.book == head.book, sent.status == "shipped")
        .group_by(sent.site, sent.destination, sent.number, sent.part)
    ):
        found = advised.pop((destination, party_of(site), number, part), 0)
        if found != quantity:
            text = f"{site} shipped {quantity} of {part}, {destination} was told of {found}"
            yield Breach(law="3 in transit", book=head.book, where=f"transfer {number}", text=text)
    for (site, _, number, part), found in advised.items():
        text = f"{site} was told of {found} of {part} that nobody shipped"
        yield Breach(law="3 in transit", book=head.book, where=f"transfer {number}", text=text)


def check_trace(conn: Connection, head: Head) -> Iterator[Breach]:
    """Law 7: every movement has its event in the log."""
    movement, event = tables.movement.c, tables.event.c
    known = select(event.seq).where(event.book == head.book)
    for number, seq in conn.execute(
        select(movement.number, movement.event).where(movement.book == head.book, movement.event.not_in(known))
    ):
        where = f"movement {number}"
        yield Breach(
            law="7 trace", book=head.book, where=where, text=f"was made by event {seq}, which does not exist"
        )


def check_serials(conn: Connection, head: Head) -> Iterator[Breach]:
    """A serial of a part stands at one place, and is one piece; in transit nobody has seen it."""
    table = tables.bucket.c
    twice = (
        select(table.part, table.serial, func.count(), func.sum(table.quantity))
        .where(table.book == head.book, table.empty == 0, table.serial != "", table.external == 0)
        .where(table.state != "in_transit")
        .group_by(table.part, table.serial)
        .having((func.count() > 1) | (func.sum(table.quantity) != MILLION))
    )
    for part, serial, places, quantity in conn.execute(twice):
        text = f"stands at {places} places, {quantity} millionths in all"
        yield Breach(law="serials", book=head.book, where=f"{part} serial {serial}", text=text)


def check_containments(conn: Connection, head: Head) -> Iterator[Breach]:
    """What is held for a containment is held for one that was opened, in a state that holds."""
    bucket, table = tables.bucket.c, document_tables.containment
    known = set(conn.execute(select(table.c.number).where(table.c.book == head.book)).scalars())
    held = conn.execute(
        select(bucket.site, bucket.id, bucket.state, bucket.hold_reason).where(
            bucket.book == head.book, bucket.quantity != 0, bucket.hold_reason.startswith(LABEL, autoescape=True)
        )
    )
    for site, id_, state, reason in held:
        if reason.removeprefix(LABEL) not in known or state not in ("quality_hold", "quarantine"):
            text = f"{state} for {reason}, which was never opened or does not hold so"
            yield Breach(law="containment", book=head.book, where=f"{site} bucket {id_}", text=text)


CHECKS: tuple[Callable[[Connection, Head], Iterator[Breach]], ...] = (
    check_zero_sum,
    check_not_negative,
    check_in_transit,
    check_movements,
    check_digests,
    check_chain,
    check_totals,
    check_cumulatives,
    check_transfers,
    check_trace,
    check_serials,
    check_containments,
)
