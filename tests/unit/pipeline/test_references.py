"""What maps are told of identifiers: as the ledger understands them, for the sender, by the day, both ways."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from gateway.mapping import Meant
from gateway.masterdata.cross_references import build
from gateway.pipeline.reading.references import Names, PartnerReferences, Referring
from ledger.events import LocationDefined, PartDefined, SiteDefined, SupplierDefined, UnitFactorDefined
from ledger.masterdata import AsSent, MasterData

DAY = date(2026, 11, 23)
OWN = [
    PartDefined(number="OUR-1", base_unit="EA", aliases=("VP:V-1", "acme/BP:A-1")),
    PartDefined(number="OUR-2", base_unit="EA"),
    UnitFactorDefined(number="OUR-1/XBX", part="OUR-1", unit="XBX", numerator=24, denominator=1),
    SiteDefined(number="SEVEN", identifiers=("9:77",)),
    SupplierDefined(number="acme", identifiers=("1:123456789",)),
    LocationDefined(number="SEVEN/RACK-7", site="SEVEN", location="RACK-7"),
]


def known(*entries: dict[str, Any]) -> MasterData:
    return MasterData().changed_by([*OWN, *(build(**entry) for entry in entries)])


def entry(of: str, identifier: str, means: str, sender: str = "acme", **more: Any) -> dict[str, Any]:
    return {"of": of, "identifier": identifier, "means": means, "sender": sender, **more}


def ours(masterdata: MasterData, of: str, *said: str, within: str = "", day: date | None = None) -> Meant | None:
    return PartnerReferences(masterdata, "acme", DAY).ours(of, said, within, day)


def theirs(masterdata: MasterData, of: str, id: str, *qualifiers: str, within: str = "") -> Meant | None:
    return PartnerReferences(masterdata, "acme", DAY).theirs(of, id, qualifiers, within, None)


@pytest.mark.parametrize(("of", "said", "within", "meant"), [
    ("part", "BP:X-1", "", Meant("OUR-2", "part/acme/BP:X-1")),
    ("part", "BP:OUR-1", "", Meant("OUR-1", "masterdata")),
    ("part", "BP:A-1", "", Meant("OUR-1", "masterdata")),
    ("part", "VP:V-1", "", Meant("OUR-1", "masterdata")),
    ("part", "BP:nobody's", "", None),
    ("site", "92:X7", "", Meant("92:SEVEN", "site//92:X7")),
    ("site", "9:77", "", Meant("92:SEVEN", "masterdata")),
    ("site", "92:X8", "", None),
    ("party", "91:4", "", Meant("92:acme", "party/acme/91:4")),
    ("party", "1:123456789", "", Meant("92:acme", "masterdata")),
    ("party", "1:2", "", None),
    ("unit", "STK", "OUR-1", Meant("EA", "unit/acme/STK")),
    ("unit", "XBX", "OUR-1", Meant("XBX", "masterdata")),
    ("unit", "x12:ZZ", "OUR-1", Meant("x12:ZZ", "unit/acme/x12:ZZ")),
    ("unit", "KG", "OUR-1", None),
    ("unit", "KG", "not a part yet", Meant("KG", "")),
    ("location", "07", "9:77", Meant("RACK-7", "location/acme/07")),
    ("location", "RACK-7", "92:SEVEN", Meant("RACK-7", "masterdata")),
    ("location", "08", "SEVEN", None),
    ("location", "07", "no site yet", Meant("07", "")),
])  # fmt: skip
def test_an_identifier_is_ours_as_the_ledger_understands_it(
    of: str, said: str, within: str, meant: Meant | None
) -> None:
    masterdata = known(
        entry("part", "BP:X-1", "OUR-2"), entry("site", "92:X7", "SEVEN", sender=""), entry("party", "91:4", "acme"),
        entry("unit", "STK", "EA"), entry("unit", "x12:ZZ", "EA", numerator=24), entry("location", "07", "RACK-7"),
        entry("part", "BP:nobody's", "OUR-1", sender="bolt"),
    )  # fmt: skip

    assert ours(masterdata, of, said, within=within) == meant


def test_the_day_of_the_document_decides_and_today_where_it_tells_none() -> None:
    masterdata = known(
        entry("part", "BP:X", "OUR-1"), entry("part", "BP:X", "OUR-2", valid_from=date(2026, 11, 1)),
    )  # fmt: skip

    found = [ours(masterdata, "part", "BP:X", day=day) for day in (date(2026, 10, 31), date(2026, 11, 1), None)]

    assert [one and one.text for one in found] == ["OUR-1", "OUR-2", "OUR-2"]


@pytest.mark.parametrize("said", ["X", "OUR-1", "OUR-2", "A-1"])
def test_what_is_read_as_ours_means_the_same_to_the_ledger_as_what_was_sent(said: str) -> None:
    masterdata = known(entry("part", "BP:X", "OUR-1"), entry("part", "BP:OUR-1", "OUR-2"))
    sent = AsSent.on(masterdata, "acme", DAY)

    told = ours(masterdata, "part", f"BP:{said}")

    assert told is not None
    assert sent.part_id(told.text) == sent.part_id(said) is not None


@pytest.mark.parametrize(("of", "id", "qualifiers", "within", "told"), [
    ("part", "OUR-1", ("BP",), "", Meant("A-1", "masterdata")),
    ("part", "OUR-1", ("VP",), "", Meant("V-1", "masterdata")),
    ("part", "OUR-2", ("BP",), "", Meant("X-1", "part/acme/BP:X-1")),
    ("part", "OUR-2", ("VP",), "", None),
    ("site", "92:SEVEN", (), "", Meant("92:X7", "site/acme/92:X7")),
    ("party", "92:acme", (), "", Meant("1:123456789", "masterdata")),
    ("unit", "EA", (), "OUR-1", Meant("STK", "unit/acme/STK")),
    ("location", "RACK-7", (), "92:SEVEN", Meant("07", "location/acme/07")),
    ("location", "DOCK", (), "92:SEVEN", None),
])  # fmt: skip
def test_ours_is_written_as_the_partner_names_it(
    of: str, id: str, qualifiers: tuple[str, ...], within: str, told: Meant | None
) -> None:
    masterdata = known(
        entry("part", "BP:X-1", "OUR-2"), entry("site", "92:X7", "SEVEN"), entry("unit", "STK", "EA"),
        entry("unit", "x12:ZZ", "EA", numerator=24), entry("location", "07", "RACK-7"),
    )  # fmt: skip

    assert theirs(masterdata, of, id, *qualifiers, within=within) == told


def test_a_reading_child_knows_what_its_parent_knows() -> None:
    masterdata = known(entry("part", "BP:X-1", "OUR-2"), entry("location", "07", "RACK-7"))
    sent = msgspec.msgpack.encode(Names.of(masterdata))
    child = Referring(msgspec.msgpack.decode(sent, type=Names).masterdata()).of("acme", DAY)

    asked = [("part", "BP:X-1", ""), ("part", "BP:A-1", ""), ("location", "07", "9:77"), ("unit", "XBX", "OUR-1")]

    assert [child.ours(of, (said,), within, None) for of, said, within in asked] == [
        ours(masterdata, of, said, within=within) for of, said, within in asked
    ]


def test_an_answer_is_looked_up_once_for_as_long_as_master_data_stays_the_same() -> None:
    referring = Referring(known(entry("part", "BP:X-1", "OUR-2")))

    first = referring.of("acme", DAY).ours("part", ("BP:X-1",), "", DAY)

    assert referring.of("acme", DAY).ours("part", ("BP:X-1",), "", DAY) is first
