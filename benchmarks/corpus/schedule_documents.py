"""Writes the corpus's schedules: planning schedules with authorisations, and shipping schedules by the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from benchmarks.corpus.documents import Segments
from benchmarks.corpus.schedules import DAYS, Called, Programme

WEEKS, FIRM_WEEKS = 10, 4


def shipping_862(
    number: str, programme: Programme, supplier: str, issued: datetime, called: Sequence[Called]
) -> Segments:
    """What is to be delivered on each of the next days; `supplier` is `qualifier:id`."""
    first, last = issued + timedelta(days=1), issued + timedelta(days=DAYS)
    body: Segments = [
        ("ST", "862", "0001"),
        (
            "BSS", "00", number, f"{issued:%Y%m%d}", "DL", f"{first:%Y%m%d}", f"{last:%Y%m%d}",
            f"{programme.release:04d}", "", "", "", "A",
        ),
        *_parties(programme, supplier),
    ]  # fmt: skip
    for one in called:
        body += _part(programme, one)
        for day in range(DAYS):
            body.append(("FST", str(one.daily), "C", "D", f"{first + timedelta(days=day):%Y%m%d}"))
        body.append(("SHP", "01", str(one.daily), "011", f"{issued:%Y%m%d}"))
    return [*body, ("CTT", str(len(called)))]


def planning_830(
    number: str, programme: Programme, supplier: str, issued: datetime, called: Sequence[Called]
) -> Segments:
    """What is to be delivered in each of the next weeks, and how much may be made and bought in all."""
    last = issued + timedelta(weeks=WEEKS)
    body: Segments = [
        ("ST", "830", "0001"),
        (
            "BFR", "00", number, f"{programme.release:04d}", "DL", "A", f"{issued:%Y%m%d}", f"{last:%Y%m%d}",
            f"{issued:%Y%m%d}",
        ),
        *_parties(programme, supplier),
    ]  # fmt: skip
    since = f"{issued:%Y}0101"
    for one in called:
        body += _part(programme, one)
        made, bought = one.cum + one.daily * DAYS * FIRM_WEEKS, one.cum + one.daily * DAYS * WEEKS
        body.append(("ATH", "FI", f"{issued + timedelta(weeks=FIRM_WEEKS):%Y%m%d}", str(made), "", since))
        body.append(("ATH", "MT", f"{last:%Y%m%d}", str(bought), "", since))
        for week in range(WEEKS):
            due = issued + timedelta(weeks=week + 1)
            body.append(("FST", str(one.daily * DAYS), "C" if week < FIRM_WEEKS else "D", "W", f"{due:%Y%m%d}"))
    return [*body, ("CTT", str(len(called)))]


def _parties(programme: Programme, supplier: str) -> Iterable[tuple[str, ...]]:
    qualifier, _, ident = supplier.partition(":")
    return ("N1", "ST", "", "92", programme.site), ("N1", "SU", "", qualifier, ident)


def _part(programme: Programme, one: Called) -> Segments:
    part = one.part
    ids = ("BP", part.number, "VP", part.vendor_number, "PO", programme.order, "PL", one.order_line)
    return [("LIN", "", *ids), ("UIT", part.unit)]
