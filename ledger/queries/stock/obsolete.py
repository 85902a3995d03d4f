"""Obsolete stock and what it was worth: at the price that was last ordered at, each currency for itself.

What is not ours is listed without a value, and what was never ordered at a price is said to have none.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from ledger.matching.discrepancies.d45_superseded import CHANGE
from ledger.matching.discrepancies.d45_superseded import CLASS as SUPERSEDED
from ledger.queries.casework.cases import CaseShown, cases
from ledger.queries.documents.prices import Money, Price, latest_prices, price_text, sums, value_at
from ledger.queries.stock.balances import balances
from ledger.stock.bucket import MILLION

LIMIT = 10_000
BY = ("part", "revision", "site", "location", "owner")


class ObsoleteGoods(msgspec.Struct, frozen=True, kw_only=True):
    """Obsolete goods of one part, revision and owner at one location. `value` is None where there is no price, or
    where the goods are not ours (`owner`)."""

    part: str
    revision: str
    site: str
    location: str
    owner: str
    quantity: Decimal
    unit: str
    price: str
    currency: str
    value: Decimal | None
    order_number: str
    """The order that says the price, and the event of it."""
    event: int


class ObsoleteProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What an engineering change left beyond its use-up quantity, until somebody decides its case."""

    change: str
    case: str
    part: str
    site: str
    quantity: Decimal
    unit: str
    price: str
    currency: str
    value: Decimal | None


class ObsoleteList(msgspec.Struct, frozen=True, kw_only=True):
    """All that is obsolete, by part, and what it is worth in each currency."""

    rows: tuple[ObsoleteGoods, ...]
    proposed: tuple[ObsoleteProposal, ...]
    """What the open cases of engineering changes (D45) would add; in no total."""
    totals: tuple[Money, ...]
    unpriced: tuple[str, ...]
    """Parts of ours that were never ordered at a price."""
    not_ours: int
    """How many rows are somebody else's."""


def obsolete(conn: Connection, *, book: str = "live", site: str = "", part: str = "") -> ObsoleteList:
    """Stock in state obsolete, and what is proposed to become so, valued."""
    standing = balances(conn, book=book, by=BY, state="obsolete", site=site, part=part)
    superseded = cases(conn, book=book, code=SUPERSEDED.code, status="open", part=part, site=site, limit=LIMIT)
    prices = latest_prices(conn, book, {one.part for one in standing} | {one.part for one in superseded})
    rows = []
    for one in standing:
        price = prices.get(one.part)
        ours = not one.owner
        value = value_at(int(one.quantity * MILLION), price) if price is not None and ours else None
        rows.append(
            ObsoleteGoods(
                part=one.part, revision=one.revision, site=one.site, location=one.location, owner=one.owner,
                quantity=one.quantity, unit=one.unit, price=price_text(price) if price else "",
                currency=price.currency if price else "", value=value,
                order_number=price.order_number if price else "", event=price.event if price else 0,
            )
        )  # fmt: skip
    return ObsoleteList(
        rows=tuple(rows),
        proposed=tuple(_proposed(one, prices.get(one.part)) for one in superseded),
        totals=sums((one.currency, one.value) for one in rows if one.value is not None),
        unpriced=tuple(sorted({one.part for one in rows if one.value is None and not one.owner})),
        not_ours=sum(1 for one in rows if one.owner),
    )


def _proposed(case: CaseShown, price: Price | None) -> ObsoleteProposal:
    return ObsoleteProposal(
        change=case.cause.removeprefix(CHANGE), case=case.id, part=case.part, site=case.site, quantity=case.quantity,
        unit=case.unit, price=price_text(price) if price else "", currency=price.currency if price else "",
        value=value_at(int(case.quantity * MILLION), price) if price else None,
    )  # fmt: skip
