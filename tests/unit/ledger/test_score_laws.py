"""What holds of a card whatever the facts are."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from msgspec.structs import replace

from ledger.scorecards import (
    METRICS,
    Against,
    Behind,
    Carried,
    Facts,
    LineFact,
    UnadvisedFact,
    drill,
)
from ledger.scorecards.difference import write_card
from tests.unit.ledger.score_facts import (
    DAY,
    MILLION,
    RULES,
    asked,
    came,
    card_of,
    container,
    facts,
    rejected,
    required,
    sent,
    shipment,
    took,
)


def drawn(seed: int) -> Facts:
    draw = random.Random(seed)
    parts = ("P", "Q", "R")

    def against(*codes: str) -> tuple[Against, ...]:
        return (
            (Against(draw.choice(codes), f"C{draw.randrange(99)}", "", draw.random() < 0.2),)
            if draw.random() < 0.3
            else ()
        )

    lines = tuple(
        LineFact(
            shipment_id=f"S{n % 4}", line=str(n), part=draw.choice(parts), unit=draw.choice(("EA", "KGM")),
            behind=Behind(seq=n), advised=draw.randrange(1, 50) * MILLION, received=draw.randrange(0, 50) * MILLION,
            site="P1", closed_at=DAY, against=against("D04", "D16", "D17"),
        )
        for n in range(draw.randrange(20))
    )  # fmt: skip
    unadvised = tuple(
        UnadvisedFact(
            receipt_id=f"R{n}", provider="wms", line="1", part="P", unit="EA", behind=Behind(seq=n), received=MILLION,
            received_at=DAY, site="P1", shipment_id=draw.choice(("", "S1")), against=against("D14"),
        )
        for n in range(draw.randrange(4))
    )  # fmt: skip
    return facts(
        lines=lines, unadvised=unadvised, shipments=tuple(shipment(f"S{n}") for n in range(4)),
        requirements=tuple(
            required(draw.randrange(1, 30), draw.randrange(1, 20), f"K{n}", draw.choice(parts)) for n in range(9)
        ),
        deliveries=tuple(came(draw.randrange(1, 30), draw.randrange(1, 20), draw.choice(parts)) for _ in range(9)),
        dispatches=tuple(sent(draw.randrange(1, 30), draw.randrange(1, 20), draw.choice(parts)) for _ in range(9)),
        rejects=tuple(rejected(draw.randrange(1, 3), case=f"C{n}") for n in range(draw.randrange(3))),
        containers=tuple(container(f"H{n}", draw.choice(("", "", "wrong"))) for n in range(5)),
        lead_times=tuple(took(draw.randrange(5, 20), 10) for _ in range(draw.randrange(5))),
        answers=tuple(asked(str(n), 2, draw.choice((1, 3, None))) for n in range(4)),
        carried={("P1", "P"): Carried(draw.randrange(-5, 5) * MILLION, 0)},
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_every_figure_is_the_sum_of_what_stands_behind_it(seed: int) -> None:
    found = drawn(seed)
    shown = {one.measure.metric: one.measure for one in card_of(found).metrics}

    for metric in METRICS:
        every = drill(found, RULES, metric)
        assert (every.value, every.sums) == (shown[metric].value, shown[metric].sums), metric
        for one in every.sums:
            behind = [entry for entry in every.deductions if entry.unit == one.unit]
            assert sum((entry.achieved for entry in behind), Decimal(0)) == one.achieved, metric
            assert sum((entry.possible for entry in behind), Decimal(0)) == one.possible, metric
            assert len(behind) == one.entries, metric


@pytest.mark.parametrize("seed", range(25))
def test_the_card_does_not_depend_on_the_order_in_which_facts_came(seed: int) -> None:
    found, draw = drawn(seed), random.Random(seed)
    names = ("lines", "unadvised", "shipments", "requirements", "deliveries", "dispatches", "rejects", "containers",
             "lead_times", "answers")  # fmt: skip
    shuffled = replace(
        found, **{name: tuple(draw.sample(of, len(of))) for name in names if (of := getattr(found, name)) is not None}
    )

    assert write_card(card_of(shuffled)) == write_card(card_of(found))
