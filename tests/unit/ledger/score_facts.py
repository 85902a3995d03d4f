"""Facts of one supplier and a month, a few words each: what the tests of scorecards are told with."""

from __future__ import annotations

from typing import Any

from ledger.policy.scores import ScoreRules
from ledger.scorecards import (
    METRICS,
    Against,
    AnswerFact,
    Behind,
    ContainerFact,
    DeliveryFact,
    DispatchFact,
    DisruptionFact,
    Due,
    Facts,
    LeadTimeFact,
    LineFact,
    RejectFact,
    RequirementFact,
    ShipmentFact,
    scorecard,
)

MILLION = 1_000_000
HOUR = 3_600_000_000
DAY = 24 * HOUR
BEHIND = Behind(seq=7, message="m_1", document="m_1.1", segment=13)
RULES = ScoreRules()


def required(day: int, quantity: int, key: str = "", part: str = "P", **given: Any) -> RequirementFact:
    due = Due(quantity * MILLION, day * DAY, day)
    usual = {"site": "P1", "unit": "EA", "behind": BEHIND, "ship_day": day}
    return RequirementFact(key=key or f"PO/{day}", part=part, requested=due, **{**usual, **given})


def came(day: int, quantity: int, part: str = "P", **given: Any) -> DeliveryFact:
    usual = {"site": "P1", "unit": "EA", "seq": BEHIND.seq, "segment": BEHIND.segment, "receipt_id": f"R{day}"}
    return DeliveryFact(part=part, quantity=quantity * MILLION, at=day * DAY, day=day, **{**usual, **given})


def sent(day: int, quantity: int, part: str = "P") -> DispatchFact:
    return DispatchFact(site="P1", part=part, unit="EA", quantity=quantity * MILLION, day=day, behind=BEHIND)


def facts(**given: Any) -> Facts:
    usual = {"supplier": "acme", "since": 0, "until": 30 * DAY, "now": 60 * DAY, "first_day": 0, "last_day": 29}
    return Facts(**{**usual, **given})


def value(metric: str, rules: ScoreRules = RULES, **given: Any) -> float | None:
    return METRICS[metric](facts(**given), rules).value


def rejected(quantity: int, *, disputed: bool = False, case: str = "C1") -> RejectFact:
    against = (Against("D20", case, "", disputed),)
    return RejectFact(
        site="P1", part="P", unit="EA", quantity=quantity * MILLION, text="scratched", behind=BEHIND, against=against
    )


def container(unit_id: str, fault: str = "", **given: Any) -> ContainerFact:
    return ContainerFact(unit_id=unit_id, site="P1", part="P", receipt_id="R1", behind=BEHIND, fault=fault, **given)


def took(days: int, agreed: int = 0) -> LeadTimeFact:
    return LeadTimeFact(
        site="P1", part="P", order_number="PO", order_line=str(days), days=days * MILLION,
        agreed_days=agreed * MILLION, behind=BEHIND,
    )  # fmt: skip


def shipment(shipment_id: str) -> ShipmentFact:
    return ShipmentFact(
        shipment_id=shipment_id, site="P1", behind=BEHIND, notified_at=0, shipped_at=0, first_received_at=DAY
    )


def asked(name: str, due: int, answered: int | None, kind: str = "order", **given: Any) -> AnswerFact:
    return AnswerFact(
        kind=kind, name=name, site="P1", behind=BEHIND, asked_at=0, due_at=due * DAY,
        answered_at=None if answered is None else answered * DAY, **given,
    )  # fmt: skip


def stop(kind: str, number: str = "D1") -> DisruptionFact:
    return DisruptionFact(number=number, kind=kind, site="P1", behind=BEHIND, minutes=30)


def good_month(**given: Any) -> Facts:
    """Twelve closed lines, all as they should be."""
    lines = tuple(
        LineFact(
            shipment_id="S1", line=str(n), part="P", unit="EA", behind=BEHIND, advised=MILLION, received=MILLION,
            site="P1", closed_at=DAY,
        )
        for n in range(12)
    )  # fmt: skip
    return facts(
        **{
            "lines": lines, "shipments": (shipment("S1"),), "requirements": (required(3, 2000),),
            "deliveries": (came(3, 2000),), "dispatches": (sent(3, 2000),), "containers": (container("H1"),), **given,
        }
    )  # fmt: skip


def card_of(found: Facts, rules: ScoreRules = RULES) -> Any:
    return scorecard(found, rules, month="2026-10", policy="p")
