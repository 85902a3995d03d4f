"""An advice leaves as every document that the agreement sends on such an occasion, and as no other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.partners import Partner, read_partner
from gateway.pipeline.answering.advising import find_advised
from gateway.resources import Mistakes
from ledger.advices import (
    AdvisedFault,
    AdvisedItem,
    AnyAdvice,
    ApplicationAdvice,
    ReceivedLine,
    ReceivingAdvice,
    Variance,
)

FAULT = AdvisedFault(code="Q", text="not on the order")
REFUSED = ApplicationAdvice(number="AA1", items=(AdvisedItem(verdict="TR", faults=(FAULT,)),))
ACCEPTED = ApplicationAdvice(number="AA2", items=(AdvisedItem(verdict="TA"),))
LINE_ACCEPTED = ApplicationAdvice(number="AA3", items=(AdvisedItem(verdict="IA", line="10"),))
SAME = ReceivedLine(part_number="BRK-100", quantity=Decimal(5))
SHORT = ReceivedLine(
    part_number="HRN-200", quantity=Decimal(5), variances=(Variance(quantity=Decimal(1), unit="EA", condition="02"),)
)
CLEAN = ReceivingAdvice(number="RA1", lines=(SAME,))
DIFFERS = ReceivingAdvice(number="RA2", lines=(SAME, SHORT))


def sending(text: str) -> Partner:
    return read_partner(f"partner: acme\nsend: {{{text}}}\n".encode(), "partners/acme/partner.yaml")


def told(partner: Partner, *advices: AnyAdvice) -> list[tuple[str, str]]:
    """Document and number of each advice that leaves."""
    return [(agreement.document, said.number) for one in advices for agreement, said in find_advised(partner, one)]


@pytest.mark.parametrize(
    ("agreed", "leave"),
    [
        ('"824": {on: faults}', [("824", "AA1")]),
        ('"824": {}', [("824", "AA1")]),
        ('"824": {on: documents}', [("824", "AA1"), ("824", "AA2"), ("824", "AA3")]),
        ('"861": {on: discrepancies}', [("861", "RA2")]),
        ('"861": {}', [("861", "RA2")]),
        ('"861": {on: receipts}', [("861", "RA1"), ("861", "RA2")]),
        (
            '"aperak": {on: faults}, "recadv": {on: receipts}',
            [("aperak", "AA1"), ("recadv", "RA1"), ("recadv", "RA2")],
        ),
        ('"824": {on: OrderPlaced}, "861": {on: faults}', [("861", "AA1")]),
        ("", []),
    ],
)
def test_an_advice_leaves_as_the_documents_agreed_on_its_occasion(agreed: str, leave: list[tuple[str, str]]) -> None:
    assert told(sending(agreed), REFUSED, ACCEPTED, LINE_ACCEPTED, CLEAN, DIFFERS) == leave


def test_a_verdict_is_given_on_the_sets_that_the_agreement_names() -> None:
    notices = sending('"824": {on: faults, about: ["856"]}')
    of_invoice = ApplicationAdvice(number="AA4", original_set="810", items=REFUSED.items)

    assert told(notices, REFUSED, of_invoice) == [("824", "AA1")]


def test_who_is_told_what_differs_hears_nothing_of_the_other_lines() -> None:
    [(_, said)] = find_advised(sending('"861": {on: discrepancies}'), DIFFERS)

    assert isinstance(said, ReceivingAdvice)
    assert said.lines == (SHORT,)


def test_sets_are_named_for_verdicts_alone() -> None:
    with pytest.raises(Mistakes, match="about names sets that are given a verdict"):
        sending('"861": {on: receipts, about: ["856"]}')
