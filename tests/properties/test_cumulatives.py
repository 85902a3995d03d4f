"""Cumulatives under arbitrary traffic: what we count is what came, and no order of arrival decides who is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events import Event, ShipmentNotified, ShipmentReplaced
from ledger.policy import CumulativeTerms, Policy, Terms
from tests.properties.test_matching_convergence import worlds
from tests.unit.ledger.driver import START, MemoryLedger

Draw = Callable[[st.SearchStrategy[Any]], Any]

AGREED = st.sampled_from([0, 0, 0, 0, 3, -2])
"""By how much a supplier is mistaken."""


def tell_cumulatives(draw: Draw, documents: Sequence[Event]) -> list[Event]:
    """The same documents with notices shipped one minute after the other, by number, that mostly tell cumulatives."""
    sums: dict[str, int] = defaultdict(int)
    told: dict[int, Event] = {}
    notices = [n for n, document in enumerate(documents) if isinstance(document, ShipmentNotified | ShipmentReplaced)]
    for n in sorted(notices, key=lambda n: (documents[n].number, type(documents[n]).__name__)):
        document = documents[n]
        assert isinstance(document, ShipmentNotified | ShipmentReplaced)
        lines = []
        for line in document.lines:
            sums[line.part_number] += int(line.quantity)
            said = None if draw(st.integers(0, 4)) == 0 else Decimal(sums[line.part_number] + draw(AGREED))
            lines.append(msgspec.structs.replace(line, cum_shipped=said))
        shipped_at = START + timedelta(minutes=int(document.number[1:]))
        told[n] = msgspec.structs.replace(document, lines=tuple(lines), shipped_at=shipped_at)
    return [told.get(n, document) for n, document in enumerate(documents)]


def books(documents: Sequence[Event], **terms: Any) -> MemoryLedger:
    policy = Policy(terms={"ACME": Terms(cumulative=CumulativeTerms(**terms))})
    ledger = MemoryLedger(policy=policy)
    for document in documents:
        ledger.record(document)
    ledger.tick(timedelta(minutes=20))
    return ledger


def disagreements(ledger: MemoryLedger) -> set[tuple[str, int, int]]:
    return {
        (case.part, case.expected, case.actual)
        for case in ledger.workset.cases.values()
        if case.code == "D11" and case.status != "closed"
    }


@settings(max_examples=200, deadline=None)
@given(data=st.data(), wait_minutes=st.sampled_from([0, 15]))
def test_no_order_of_arrival_decides_who_is_wrong(data: st.DataObject, wait_minutes: int) -> None:
    documents = tell_cumulatives(data.draw, data.draw(worlds(shipments=("S0", "S1", "S2", "S9"))))
    arrival = data.draw(st.permutations(documents))

    expected = disagreements(books(documents, wait_minutes=wait_minutes))

    assert disagreements(books(arrival, wait_minutes=wait_minutes)) == expected


@settings(max_examples=100, deadline=None)
@given(data=st.data(), counts=st.sampled_from(["received", "advised"]))
def test_supplier_that_counts_right_is_never_wrong(data: st.DataObject, counts: str) -> None:
    # What the dock found is in question in open cases, and speaks against nobody.
    sums: dict[str, int] = defaultdict(int)
    documents = list(data.draw(worlds()))
    for n in sorted(range(len(documents)), key=lambda n: documents[n].number):
        document = documents[n]
        if isinstance(document, ShipmentNotified):
            lines = []
            for line in document.lines:
                sums[line.part_number] += int(line.quantity)
                lines.append(msgspec.structs.replace(line, cum_shipped=Decimal(sums[line.part_number])))
            shipped_at = START + timedelta(minutes=int(document.number[1:]))
            documents[n] = msgspec.structs.replace(document, lines=tuple(lines), shipped_at=shipped_at)

    ledger = books(documents, counts=counts)

    assert disagreements(ledger) == set()
    # The twin: there was something to compare.
    assert {key.part for key in ledger.workset.agreements} == set(sums)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_advised_of_an_agreement_is_the_sum_of_its_notices(data: st.DataObject) -> None:
    ledger = books(tell_cumulatives(data.draw, data.draw(worlds())))

    sums: dict[str, int] = defaultdict(int)
    for line in ledger.workset.notice_lines.values():
        if line.status in ("open", "closed"):
            sums[line.part] += line.quantity

    assert {key.part: one.advised for key, one in ledger.workset.agreements.items()} == dict(sums)
