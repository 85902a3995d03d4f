"""Substitutions over the real books: one part in place of another, under an approval, within its limit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import (
    Actor,
    AllocationMade,
    Event,
    MaterialConsumed,
    PartSubstituted,
    StockLine,
    SubstitutionApproved,
    SubstitutionEnded,
)
from ledger.queries import balances, substitutions, trace
from tests.store.test_revision_use import uses
from tests.store.test_revisions import ENA, IDA, QUI, TODAY, issued, moved, reasons, results
from tests.store.world import Books, order, receipt

VIN = "1M8GDM9AXKP042788"


@pytest.fixture
def plant(conn: Connection) -> Books:
    """Fifty bolts, twenty of them at the line, and ten plates, four of them set apart for WO1."""
    plant = Books(conn)
    plant.record(order("PO1", {"BOLT": 50, "PLATE": 10}), receipt("R1", "", "PO1", {"BOLT": 50, "PLATE": 10}))
    plant.record(used(20, "i", demand="", kind=None), moved(AllocationMade, 4, "a", demand="WO1"))
    return plant


def used(quantity: int, number: str = "1", kind: type[Event] | None = PartSubstituted, **named: Any) -> Event:
    """Bolts in place of plates; issued to L1 where `kind` is None."""
    if kind is None:
        event = issued(quantity, number, demand="")
        line = StockLine(part_number="BOLT", quantity=Decimal(quantity), unit="EA", to_location="L1")
        return type(event)(number=number, partner="mes", place="P1", lines=(line,))  # type: ignore[call-arg]
    said: dict[str, Any] = {"instead_of": "PLATE", "demand": "WO1"} | named
    line = StockLine(part_number="BOLT", quantity=Decimal(quantity), unit="EA", **said)
    return kind(number=number, partner="mes", place="P1", lines=(line,))  # type: ignore[call-arg]


def approved(number: str = "SU1", actor: Actor | None = ENA, **said: Any) -> SubstitutionApproved:
    about: dict[str, Any] = {"part": "PLATE", "substitute": "BOLT", "approver_role": "engineer"} | said
    return SubstitutionApproved(number=number, partner="plm", actor=actor, **about)


def standing(plant: Books) -> dict[tuple[str, str], int]:
    rows = balances(plant.conn, by=("part", "state"))
    return {(row.part, row.state): int(row.quantity) for row in rows}


def test_without_an_approval_nothing_stands_in_for_a_part(plant: Books) -> None:
    answers = plant.record(used(1))

    assert reasons(answers) == [
        "No substitution in force lets 1 EA of BOLT stand in for PLATE here: have one approved "
        "(SubstitutionApproved), or look at its limit, days and demand."
    ]
    assert verify(plant.conn) == []


def test_under_an_approval_the_substitute_is_built_in_and_the_other_part_is_free_again(plant: Books) -> None:
    plant.record(approved())

    (answer,) = plant.record(used(3))

    assert (answer.result, answer.movements) == ("posted", 2)
    assert standing(plant) == {
        ("BOLT", "available"): 30, ("BOLT", "line_side"): 17, ("PLATE", "allocated"): 1, ("PLATE", "available"): 9,
    }  # fmt: skip
    assert uses(plant.conn) == [("SU1", "consumption", "", "WO1", 3)]
    assert verify(plant.conn) == []


def test_a_substitute_may_be_issued_first(plant: Books) -> None:
    plant.record(approved(quantity=Decimal(5)))

    answers = plant.record(used(5, "1", to_location="L2"), used(1, "2", to_location="L2"), used(5, "3"))

    assert results(answers) == ["posted", "refused", "posted"]
    assert [use[:2] + use[4:] for use in uses(plant.conn)] == [("SU1", "issue", 5), ("SU1", "consumption", 5)]


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ({}, "posted"), ({"quantity": Decimal(2)}, "posted"), ({"quantity": Decimal("1.5")}, "refused"),
        ({"demand": "WO1"}, "posted"), ({"demand": "WO2"}, "refused"),
        ({"sites": ("P1",)}, "posted"), ({"sites": ("P2",)}, "refused"),
        ({"valid_from": TODAY, "valid_to": TODAY}, "posted"), ({"valid_from": TODAY + timedelta(days=1)}, "refused"),
        ({"valid_to": TODAY - timedelta(days=1)}, "refused"), ({"substitute": "PAINT"}, "refused"),
        ({"part": "PAINT"}, "refused"), ({"customer": "OEM", "customer_consent": "L-1"}, "posted"),
        ({"customer": "OEM"}, "refused"), ({"actor": IDA}, "refused"), ({"actor": QUI}, "refused"),
        ({"actor": QUI, "approver_role": "quality_manager"}, "posted"),
        ({"actor": Actor(kind="model", id="m", roles=("engineer",))}, "refused"),
        ({"substitute_revision": "B"}, "refused"),
    ],
)  # fmt: skip
def test_a_substitution_allows_what_it_says_and_nothing_else(plant: Books, said: dict[str, Any], result: str) -> None:
    plant.record(approved(**said))

    assert results(plant.record(used(2))) == [result]


def test_an_ended_substitution_allows_nothing_and_its_paper_does_not_bring_it_back(plant: Books) -> None:
    plant.record(approved())
    plant.record(SubstitutionEnded(number="SU1", partner="plm", actor=QUI))

    again = plant.record(approved())
    refused = plant.record(used(1, "1"))
    anew = plant.record(approved(reason="extended"))
    posted = plant.record(used(1, "2"))

    assert [results(one) for one in (again, refused, anew, posted)] == [
        ["repeated"], ["refused"], ["posted"], ["posted"],
    ]  # fmt: skip


def test_a_use_may_name_its_approval(plant: Books) -> None:
    plant.record(approved("SU1", quantity=Decimal(1)), approved("SU2"))

    answers = plant.record(
        used(2, "1", reference="SU1"), used(2, "2", reference="SU2"), used(1, "3", reference="SU1")
    )

    assert results(answers) == ["refused", "posted", "posted"]


def test_the_vehicle_knows_what_was_built_in_instead(plant: Books) -> None:
    plant.record(
        approved(), used(1, "1", demand="", vin=VIN), moved(MaterialConsumed, 1, "2", vin="1M8GDM9A1KP042788")
    )

    steps = [(step.kind, step.part, step.vin) for step in trace(plant.conn, "vin", VIN).steps]
    assert steps == [("PartSubstituted", "BOLT", VIN)]


def test_rebuilding_gives_the_same_uses(plant: Books) -> None:
    plant.record(approved(quantity=Decimal(3)), used(2, "1"), used(2, "2"))

    assert rebuild(plant.conn).differences == ()


def test_the_lists_say_what_was_used_of_each_ruling(plant: Books) -> None:
    plant.record(approved(quantity=Decimal(9)), approved("SU2"), SubstitutionEnded(number="SU2", partner="plm"))
    plant.record(used(2, "1"), used(3, "2", to_location="L2"))

    first, second = substitutions(plant.conn)

    assert (first.number, first.status, first.used, first.approved_by) == (
        "SU1", "in_force", {"consumption": Decimal(2), "issue": Decimal(3)}, "ena",
    )  # fmt: skip
    assert [(use.stage, use.demand, use.quantity) for use in first.uses] == [
        ("consumption", "WO1", Decimal(2)), ("issue", "WO1", Decimal(3)),
    ]  # fmt: skip
    assert (second.number, second.status, second.uses) == ("SU2", "ended", ())
