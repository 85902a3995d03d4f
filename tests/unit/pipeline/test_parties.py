"""Who speaks for a supplier, whatever name a document or master data has for it."""

from __future__ import annotations

from ledger.events import SupplierDefined
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
