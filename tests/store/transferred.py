"""A transfer of plates between two of our sites as its papers say it, and what the books and the cases show of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ledger.events import (
    ReceiptLine,
    SiteDefined,
    StockLine,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from ledger.queries import balances, cases
from tests.store.plant import Plant

Sites = dict[tuple[str, str], int]
"""(site, state) -> plates."""

OTHER = SiteDefined(number="P2", name="Plant 2", identifiers=("92:PLT08",), receiving_location="IN")


def shipped(quantity: int, number: str = "T1", **named: Any) -> TransferShipped:
    names = ("to_owner", "expected_at", "to_place", "partner", "occurred_at")
    about: dict[str, Any] = {name: named.pop(name) for name in names if name in named}
    fields: dict[str, Any] = {"part_number": "PLATE", "quantity": Decimal(quantity), "unit": "EA", "line": "1"}
    line = StockLine(**(fields | named))
    said: dict[str, Any] = {"number": number, "partner": "wms", "from_place": "92:PLT07", "to_place": "92:PLT08"}
    return TransferShipped(**(said | {"lines": (line,)} | about))


def received(quantity: int, number: str = "R9", transfer: str = "T1", **named: Any) -> TransferReceived:
    about = {name: named.pop(name) for name in ("occurred_at",) if name in named}
    fields: dict[str, Any] = {"part_number": "PLATE", "quantity": Decimal(quantity), "unit": "EA"} | named
    return TransferReceived(
        number=number, partner="wms2", transfer=transfer, from_place="92:PLT07", place="92:PLT08",
        lines=(ReceiptLine(receipt_line="1", **fields),), **about,
    )  # fmt: skip


def cancelled(number: str = "T1") -> TransferCancelled:
    return TransferCancelled(number=number, partner="wms", from_place="92:PLT07", to_place="92:PLT08")


def sites(plant: Plant, *, external: bool = True) -> Sites:
    rows = balances(plant.conn, by=("site", "state"), part="PLATE", external=external)
    return {(row.site, row.state): int(row.quantity) for row in rows if row.quantity}


def at(plant: Plant, site: str, *dimensions: str) -> dict[tuple[str, ...], int]:
    rows = balances(plant.conn, by=dimensions, part="PLATE", site=site)
    return {tuple(getattr(row, name) for name in dimensions): int(row.quantity) for row in rows}


def variances(plant: Plant) -> list[tuple[str, str, str, int]]:
    """(code, status, site, quantity) of the cases about transfers."""
    return [(one.code, one.status, one.site, int(one.quantity)) for one in cases(plant.conn) if one.code == "D39"]


SUPPLIED = ("P1", "supplier"), -100
GONE = {("P1", "available"): 60, ("P1", "transfer"): 40, ("P2", "transfer"): -40}
