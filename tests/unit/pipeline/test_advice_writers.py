"""Another standard enters by a writer of its own: registered by its name, agreed and sent like every document."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.partners import Partner
from gateway.pipeline.answering.writers import AdviceWriter, load_writers
from gateway.settings import Settings
from ledger.advices import AnyAdvice, ApplicationAdvice
from tests.unit.pipeline.world import Town, interchange, notice, order

HERE = "tests.unit.pipeline.test_advice_writers"


def write_aperak(advice: AnyAdvice, partner: Partner, id: str) -> bytes:
    """As little of an APERAK as shows where it came from."""
    assert isinstance(advice, ApplicationAdvice)
    codes = [fault.code for item in advice.items for fault in item.faults]
    segments = ["UNH+1+APERAK:D:97A:UN", f"BGM+313+{advice.number}+27", f"RFF+AAK:{advice.original_number}"]
    return "'".join([*segments, *(f"ERC+{code}" for code in codes), ""]).encode()


APERAK = AdviceWriter("APERAK", ApplicationAdvice, write_aperak)
AGAIN = AdviceWriter("APERAK", ApplicationAdvice, write_aperak)
NOT_ONE = write_aperak


def test_a_registered_writer_writes_what_the_agreement_sends(tmp_path: Path) -> None:
    town = Town(tmp_path / "home", settings=Settings(home=tmp_path / "home", advice_writers=f"{HERE}:APERAK"))
    try:
        town.edit("acme", '"824": {on: faults}', '"APERAK": {on: faults}')
        town.bring(order("PO1"), "erp")
        town.bring(interchange(("856", notice("S1", part="NEW-900"))))
        [answer] = [one for one in town.street.messages(direction="out", limit=10) if one["kind"] == "APERAK"]

        assert answer["status"] == "ready", answer
        assert town.street.fetch(answer["id"]).startswith(b"UNH+1+APERAK:D:97A:UN'BGM+313+AA")
    finally:
        town.street.close()


def test_nothing_is_registered_unless_it_is_named() -> None:
    assert dict(load_writers("")) == {}
    assert dict(load_writers(f" {HERE}:APERAK ,")) == {"APERAK": APERAK}


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("no_such_package:X", "cannot be imported"),
        (f"{HERE}:NOWHERE", "cannot be imported"),
        (HERE, "cannot be imported"),
        (f"{HERE}:NOT_ONE", "is no AdviceWriter"),
        (f"{HERE}:APERAK,{HERE}:AGAIN", "APERAK has two writers"),
    ],
)
def test_a_wrong_name_stops_the_start(named: str, says: str) -> None:
    with pytest.raises(OperatorMistake, match=says):
        load_writers(named)
