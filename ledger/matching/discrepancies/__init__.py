"""The discrepancy classes in force, one file each. A new class is one file and one line here."""

from __future__ import annotations

from ledger.matching.discrepancies import (
    d01_duplicate_notice,
    d02_unknown_order,
    d03_cancelled_order,
    d04_unknown_part,
    d05_revision,
    d06_unit,
    d07_unknown_place,
    d08_over_order,
    d11_cumulative,
    d12_late_notice,
    d14_no_notice,
    d16_short,
    d17_over,
    d20_damaged,
    d24_serials,
    d25_lot,
    d35_arithmetic,
    d38_snapshot,
    d39_transfer,
    d40_backflush,
    d42_changed_after_receipt,
    d43_count,
    d44_adjustment,
    d45_superseded,
    d46_change,
    d47_exception,
)
from ledger.matching.discrepancies.definition import DiscrepancyClass

CLASSES: tuple[DiscrepancyClass, ...] = (
    d01_duplicate_notice.CLASS,
    d02_unknown_order.CLASS,
    d03_cancelled_order.CLASS,
    d04_unknown_part.CLASS,
    d05_revision.CLASS,
    d06_unit.CLASS,
    d07_unknown_place.CLASS,
    d08_over_order.CLASS,
    d11_cumulative.CLASS,
    d12_late_notice.CLASS,
    d14_no_notice.CLASS,
    d16_short.CLASS,
    d17_over.CLASS,
    d20_damaged.CLASS,
    d24_serials.CLASS,
    d25_lot.CLASS,
    d35_arithmetic.CLASS,
    d38_snapshot.CLASS,
    d39_transfer.CLASS,
    d40_backflush.CLASS,
    d42_changed_after_receipt.CLASS,
    d43_count.CLASS,
    d44_adjustment.CLASS,
    d45_superseded.CLASS,
    d46_change.CLASS,
    d47_exception.CLASS,
)

BY_CODE: dict[str, DiscrepancyClass] = {kind.code: kind for kind in CLASSES}
