"""D10: more was advised in all than the schedule authorised."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import CumulativeKey

CLASS = DiscrepancyClass(
    code="D10",
    name="Over the authorised cumulative",
    grade="warning",
    fault="supplier",
    roles=("procurement",),
    answer_hours=8,
    error_code="IQT",
    condition="11",
)


def find(key: CumulativeKey, unit: str, authorised: int, advised: int, rule: str) -> Finding:
    """Both cumulative, in millionths; settles where no more was advised than was authorised."""
    over = max(0, advised - authorised)
    return Finding(
        code=CLASS.code,
        site=key.site,
        supplier=key.supplier,
        part=key.part,
        unit=unit,
        quantity=over,
        expected=authorised,
        actual=advised,
        fault=CLASS.fault,
        cause=f"authorised:{key.supplier}/{key.part}",
        field="quantity",
        rule=rule,
        settles=not over,
        text=(
            f"{amount(advised)} {unit} of {key.part} in all, {amount(authorised)} authorised: {amount(over)} over. "
            f"Authorise more, or ship no more of it."
        ),
    )
