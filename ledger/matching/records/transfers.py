"""Records of transfers between our sites, and the name under which a sending site stands where a supplier would.

At the site that receives, a transfer is a shipment announced by the sending site: it is matched, closed and corrected
as every other shipment is. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ledger.stock.bucket import Bucket

_PARTY = "transfer/"


def party_of(site: str) -> str:
    """The name of a sending site among suppliers: `transfer/P1`. No supplier has one like it (ids have no `/`)."""
    return f"{_PARTY}{site}"


def is_transfer(supplier: str) -> bool:
    """Whether the name is that of a sending site of ours."""
    return supplier.startswith(_PARTY)


def sender_of(supplier: str) -> str:
    """The site behind `party_of`; "" for a supplier."""
    return supplier[len(_PARTY) :] if is_transfer(supplier) else ""


class TransferKey(NamedTuple):
    """One transfer: `site` sends it to `destination`."""

    book: str
    site: str
    destination: str
    number: str


class ShippedGoods(NamedTuple):
    """Goods as they stood before they left; `serial` is the one that the line told them apart by."""

    revision: str
    lot: str
    serial: str
    location: str
    owner: str
    segment: str
    state: str
    hold_reason: str
    handling_unit: str
    demand: str
    quantity: int

    def stood_at(self, key: TransferKey, part: str) -> Bucket:
        """The bucket that they left, and come back to when the transfer is cancelled."""
        return Bucket(
            key.book, key.site, part, self.revision, self.lot, self.serial, self.location, self.owner, self.segment,
            self.state, self.hold_reason, self.handling_unit, "", self.demand,
        )  # fmt: skip


@dataclass(slots=True)
class TransferLine:
    """One line of a transfer at the site that sends it: what left, as it stood there."""

    key: TransferKey
    line: str
    part: str
    quantity: int
    status: Literal["waiting", "shipped", "refused", "cancelled"]
    seq: int
    goods: tuple[ShippedGoods, ...] = ()
    touched: bool = False
    new: bool = False
