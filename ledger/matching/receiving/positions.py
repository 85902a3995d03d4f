"""Where the goods of a notice line and of a link stand: what each contributes to the balances.

The one definition that posting, re-matching and resolutions share; the sum over one shipment is always zero.
"""

from __future__ import annotations

from ledger.matching.containments.scope import Facts, sheet
from ledger.matching.records.documents import Link, NoticeLine, ReceiptLine
from ledger.matching.records.transfers import is_transfer
from ledger.matching.workset import Workset
from ledger.stock.accounts import arrival_bucket, asn_line_name, external_account, in_transit_bucket
from ledger.stock.bucket import EXTERNAL, MILLION, Bucket

Deltas = dict[Bucket, int]


def in_transit_of(line: NoticeLine) -> Bucket:
    """The in_transit bucket of a notice line."""
    book, site, supplier, shipment_id = line.key
    asn_line = asn_line_name(supplier, shipment_id, line.line)
    bucket = in_transit_bucket(book, site, line.part, line.part_revision, line.lot, line.owner, asn_line)
    if not is_transfer(supplier):
        return bucket
    # Between our sites goods keep all that was known of them: there is a line for each kind of them.
    return bucket._replace(
        serial=line.serials[0] if line.serials else "",
        segment=line.stock_segment,
        handling_unit=line.handling_units[0] if line.handling_units else "",
    )


def sender_account(line: NoticeLine) -> str:
    """The account that a notice line's goods came out of: supplier, or transfer between our sites."""
    return "transfer" if is_transfer(line.key.supplier) else "supplier"


def bucket_of(link: Link, line: ReceiptLine) -> Bucket:
    """Where the goods of a link stand; an external account once a resolution sent them there."""
    if link.state in EXTERNAL:
        return external_account(link.receipt.book, link.receipt.site, line.part, link.state)
    bucket = arrival_bucket(
        link.receipt.book, link.receipt.site, line.part, link.revision, link.lot, "", line.location,
        link.owner, link.state, link.hold_reason, line.handling_unit or link.handling_unit,
    )  # fmt: skip
    return bucket._replace(segment=link.stock_segment) if link.stock_segment else bucket


def stands(workset: Workset, link: Link, line: ReceiptLine) -> list[tuple[Bucket, int]]:
    """Where the goods of a link stand and how many where: as matching has them, under the open containments."""
    bucket = bucket_of(link, line)
    if bucket.state in EXTERNAL:
        return [(bucket, link.quantity)]
    if not link.serials:
        places = [(bucket, link.quantity)]
    else:
        places = [(bucket._replace(serial=serial), MILLION) for serial in link.serials]
        rest = link.quantity - len(link.serials) * MILLION
        if rest > 0:
            places.append((bucket, rest))
    if not workset.containing:
        return places
    goods = Facts(bucket.site, bucket.part, bucket.lot)
    if not is_transfer(line.supplier):
        # Of what came from another site of ours neither is known: it was received there.
        shipment = None if link.shipment is None else workset.shipments.get(link.shipment)
        shipped_at = None if shipment is None else shipment.shipped_at
        goods = goods._replace(supplier=line.supplier, shipped_at=shipped_at, received_at=line.received_at)
    return [(sheet(workset.containing, one, goods._replace(serial=one.serial)), quantity) for one, quantity in places]


def add_notice_line(deltas: Deltas, line: NoticeLine, sign: int) -> None:
    """Supplier's account gave what was advised; what neither came nor was cleared is in transit."""
    book, site = line.key.book, line.key.site
    sender = external_account(book, site, line.part, sender_account(line))
    if is_transfer(line.key.supplier):
        # The other site did ship it: what is settled as short was lost here.
        _add(deltas, sender, -sign * line.quantity)
        _add(deltas, external_account(book, site, line.part, "adjustment"), sign * line.settled)
    else:
        _add(deltas, sender, -sign * (line.quantity - line.settled))
    if line.cleared != line.settled:
        clearing = external_account(book, site, line.part, "clearing")
        _add(deltas, clearing, sign * (line.cleared - line.settled))
    _add(deltas, in_transit_of(line), sign * (line.quantity - line.received - line.cleared))


def add_link(workset: Workset, deltas: Deltas, link: Link, line: ReceiptLine, sign: int) -> None:
    """A portion stands where it stands, and came out of its account; out of a notice line is counted there."""
    if not link.state or not link.quantity:
        return
    for bucket, quantity in stands(workset, link, line):
        _add(deltas, bucket, sign * quantity)
    if link.source != "notice":
        account = external_account(link.receipt.book, link.receipt.site, line.part, link.source)
        _add(deltas, account, -sign * link.quantity)


def _add(deltas: Deltas, bucket: Bucket, quantity: int) -> None:
    if quantity:
        deltas[bucket] = deltas.get(bucket, 0) + quantity
