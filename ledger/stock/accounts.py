"""The buckets that receiving touches, built in one place so that every event names them alike."""

from __future__ import annotations

from ledger.stock.bucket import Bucket


def external_account(book: str, site: str, part: str, account: str, *, owner: str = "", demand: str = "") -> Bucket:
    """An account outside our walls (`supplier`, `clearing`, `scrap`, `rounding`, ...) of one part at one site.

    What was built in is kept by whose it was (`owner`) and what it went into (`demand`).
    """
    return Bucket(book, site, part, "", "", "", "", owner, "", account, "", "", "", demand)


def asn_line_name(supplier: str, shipment_id: str, line: str) -> str:
    """How buckets in transit name the notice line whose goods they are."""
    return f"{supplier}/{shipment_id}/{line}"


def in_transit_bucket(book: str, site: str, part: str, revision: str, lot: str, owner: str, asn_line: str) -> Bucket:
    """What one notice line has under way. `asn_line` is of `asn_line_name`."""
    return Bucket(book, site, part, revision, lot, "", "", owner, "", "in_transit", "", "", asn_line, "")


def arrival_bucket(
    book: str,
    site: str,
    part: str,
    revision: str,
    lot: str,
    serial: str,
    location: str,
    owner: str,
    state: str,
    hold_reason: str,
    handling_unit: str,
) -> Bucket:
    """Where received goods stand."""
    return Bucket(
        book, site, part, revision, lot, serial, location, owner, "", state, hold_reason, handling_unit, "", ""
    )
