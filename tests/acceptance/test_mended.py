"""What waits or is parked goes on when its cause is mended; and quantities that no mending helps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.receipts import file_of, row
from tests.unit.pipeline.world import Town, interchange, notice, order, state

GOOD = interchange(("856", notice()))
ACK = "997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"


# --- quantities ---


@pytest.mark.parametrize("quantity", ["9999999999", "-5", "0"])
def test_a_quantity_that_cannot_be_booked_refuses_its_line_and_not_the_message(town: Town, quantity: str) -> None:
    message = town.bring(GOOD.replace(b"SN1**100*", f"SN1**{quantity}*".encode()))

    assert state(message) == ("done", [("refused", "")])
    assert town.answers("997") == [ACK]
    (answer,) = town.answers("824")
    assert f"SN1*16*2**{quantity}" in answer


def test_a_goods_receipt_of_more_than_anybody_has_is_refused_line_by_line(town: Town) -> None:
    rows = (
        row(qty_received="10"),
        row(part_no="HRN-200", qty_received="1" + "0" * 18, qty_expected="1" + "0" * 24),
    )

    message = town.bring(file_of(*rows), "quay")

    (event,) = message["documents"][0]["events"]
    assert state(message) == ("done", [("recorded", "")])
    assert [(one["outcome"], one.get("code", "")) for one in event["outcomes"]][:2] == [
        ("posted", ""),
        ("refused", "D35"),
    ]


# --- mended and replayed ---


def test_a_file_parked_for_its_map_is_recorded_by_a_replay_once_the_map_knows_it(town: Town) -> None:
    message = town.bring(file_of(row(status="QRT")), "quay")
    assert message["status"] == "parked"
    folder = town.home / "partners" / "quay" / "csv" / "goods_receipt"
    folder.mkdir(parents=True)
    (folder / "map.yaml").write_text(
        "map: quay.goods_receipt\nextends: csv/goods_receipt\ncodes:\n  status: {AVL: available, QRT: hold}\n"
    )
    assert town.street.configure() is True

    town.street.replay(message["id"])
    town.street.run_until_idle()

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.events() == ["OrderPlaced PO1", "GoodsReceived GR1"]


MENDS: dict[str, tuple[dict[str, str], str, list[dict[str, Any]]]] = {
    "part": (
        {"part": "OLD-1"},
        "part:OLD-1",
        [
            {
                "kind": "PartDefined",
                "number": "BRK-100",
                "base_unit": "EA",
                "whole_units_only": True,
                "aliases": ["acme/BP:OLD-1"],
            }
        ],
    ),
    "unit": (
        {"unit": "BX"},
        "unit:BRK-100/XBX",
        [{"kind": "UnitFactorDefined", "number": "BRK-100/XBX", "part": "BRK-100", "unit": "XBX", "numerator": 20}],
    ),
    "site": (
        {"site": "DOCK9"},
        "site:92:DOCK9",
        [
            {
                "kind": "SiteDefined",
                "number": "PLT07",
                "time_zone": "America/Detroit",
                "identifiers": ["92:PLT07", "92:DOCK9"],
            }
        ],
    ),
}


@pytest.mark.parametrize("name", MENDS)
def test_an_unknown_reference_posts_when_master_data_knows_it(town: Town, name: str) -> None:
    bent, needs, masterdata = MENDS[name]
    message = town.bring(interchange(("856", notice(**bent))))  # type: ignore[arg-type]
    assert (state(message), message["documents"][0]["reason"]) == (("done", [("waiting", "")]), needs)

    town.record(masterdata)

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.answers("997") == [ACK]


def test_an_order_that_comes_within_the_grace_time_lets_its_notice_post(town: Town) -> None:
    message = town.bring(interchange(("856", notice(po="PO2"))))
    town.clock.pass_by(minutes=14)

    town.bring(order("PO2"), "erp")

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.answers("824") == []


def test_a_fatal_notice_may_come_again_corrected_and_the_first_one_never_posts_beside_it(town: Town) -> None:
    first = town.bring(interchange(("856", notice(site="DOCK9"))))
    again = town.bring(interchange(("856", notice()), control=2))

    town.record(MENDS["site"][2])

    assert state(again) == ("done", [("recorded", "")])
    assert state(town.street.message(first["id"])) == ("done", [("refused", "")])


def test_a_message_of_an_unknown_partner_is_recorded_and_acknowledged_once_it_is_known(town: Town) -> None:
    data = interchange(("856", notice()), sender="01*999888777      ")
    message = town.bring(data, "van")
    town.edit("acme", 'isa: ["01:123456789"], gs: ["123456789"]', 'isa: ["01:999888777"], gs: ["999888777"]')

    town.street.replay(message["id"])
    town.street.run_until_idle()

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.answers("997") == [ACK]
    assert town.street.fetch(message["id"]) == data


def test_an_order_that_could_not_leave_does_so_once_the_agreement_is_mended(town: Town) -> None:
    town.edit("acme", ', our_isa: "01:987654321"', "")
    town.bring(order("PO2"), "erp")
    (parked,) = town.street.messages(direction="out", status="parked")
    where = "partners/acme/partner.yaml: our own or the partner's ISA id is not stated"
    assert parked["reason"] == f"{where} (set x12.our_isa and identities.isa)"
    town.edit("acme", 'our_gs: "987654321"', 'our_isa: "01:987654321", our_gs: "987654321"')

    town.street.resend(parked["id"])

    assert [one["status"] for one in town.street.messages(direction="out")] == ["ready", "ready"]
