"""Who speaks for a supplier, whatever name a document or master data has for it."""

from __future__ import annotations

from gateway.masterdata.cross_references import build
from gateway.pipeline.reading.zones import zones_of
from ledger import queries
from ledger.events import OrderPlaced, SiteDefined, SupplierDefined
from ledger.masterdata import MasterData
from tests.unit.pipeline.world import Town, order


def test_an_order_finds_its_supplier_by_any_identifier_that_master_data_knows(town: Town) -> None:
    town.street.record_events([SupplierDefined(number="S-77", identifiers=("1:123456789", "ZZ:ELSEWHERE"))])

    town.bring(order(number="PO7", supplier="ZZ:ELSEWHERE"), partner="erp")
    town.bring(order(number="PO8", supplier="92:S-77"), partner="erp")

    assert [answer.split(":")[0] for answer in town.answers("850")] == ["850 acme", "850 acme"]


def test_what_was_agreed_holds_for_a_supplier_that_the_ledger_names_otherwise(town: Town) -> None:
    town.edit("acme", "asn_due_minutes: 30", "asn_due_minutes: 90")

    policy = town.street.policy

    assert policy.terms_for("ACME").asn_due_minutes == 90


def test_an_order_finds_its_supplier_by_a_cross_reference(town: Town) -> None:
    """Its sender's own, which nobody else contradicts."""
    town.street.record_events([SupplierDefined(number="S-77", identifiers=("1:123456789",))])
    town.street.define([build(of="party", identifier="ZZ:OURS", means="S-77", sender="erp")])

    town.bring(order(number="PO7", supplier="ZZ:OURS"), partner="erp")

    assert [answer.split(":")[0] for answer in town.answers("850")] == ["850 acme"]


def test_a_place_has_the_zone_of_its_cross_references_where_they_agree() -> None:
    detroit, chicago = "America/Detroit", "America/Chicago"
    known = MasterData().changed_by(
        [
            SiteDefined(number="P1", time_zone=detroit, identifiers=("92:1",)),
            SiteDefined(number="P2", time_zone=chicago),
            SupplierDefined(number="S-77", time_zone=chicago),
            build(of="site", identifier="91:A", means="P1", sender="acme"),
            build(of="site", identifier="91:A", means="P2", sender="bolt"),
            build(of="site", identifier="91:B", means="P1", sender="acme"),
            build(of="site", identifier="91:B", means="P2", sender="bolt", withdrawn=True),
            build(of="party", identifier="91:C", means="S-77"),
            build(of="party", identifier="92:1", means="S-77"),
            build(of="part", identifier="BP:7", means="P1"),
        ]
    )

    assert zones_of(known) == {"92:1": detroit, "92:P1": detroit, "92:P2": chicago, "91:B": detroit, "91:C": chicago}


def test_an_order_goes_to_its_supplier_by_the_suppliers_own_part_number(town: Town) -> None:
    town.street.define([build(of="part", identifier="VP:AC-4711", means="BRK-100", sender="acme")])

    town.bring(order(number="PO7"), partner="erp")

    (sent,) = [one for one in town.street.messages(direction="out") if one["kind"] == "850"]
    (line,) = [segment for segment in sent["segments"] if segment[0] == "PO1"]
    assert line[6:] == ("BP", "BRK-100", "VP", "AC-4711")
    with town.street.read() as conn:
        (kept,) = queries.events(conn, kind="OrderPlaced", bodies=True)
    assert isinstance(kept.body, OrderPlaced)
    assert kept.body.lines[0].supplier_part_number == ""
