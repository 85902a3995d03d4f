"""The small world of the demo: three partners with their agreements, one plant, four parts.

Files and events only; nothing here sends or stores anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ledger.events import Event, LocationDefined, PartDefined, SiteDefined, SupplierDefined, UnitFactorDefined

OUR_ISA = "01:555019000"
OUR_ID = "555019000"
SUPPLIER_ID = "555010417"
SUPPLIER_PARTY = f"1:{SUPPLIER_ID}"
SUPPLIER_CODE = "BRIGHTWELL"
"""How plain files name the supplier; qualifier 92, assigned by the buyer."""
PLANT = "PLT07"
PLANT_PARTY = f"92:{PLANT}"
ZONE = "America/Detroit"


class Actor(NamedTuple):
    """One partner of the demo: folder name, how it is called in the story, and the API key that speaks for it."""

    partner: str
    title: str
    key: str


ERP = Actor("erp", "ERP", "erp-rest")
SUPPLIER = Actor("brightwell", "supplier", "brightwell-rest")
LOGISTICS = Actor("quayside", "logistics", "quayside-rest")
ACTORS = (ERP, SUPPLIER, LOGISTICS)

_PARTNERS = {
    ERP.partner: f"""\
# The plant's own ERP: it places orders, and they leave to the supplier that each order names.
partner: {ERP.partner}
kind: internal
name: Plant 7 ERP
time_zone: {ZONE}
currency: USD
identities: {{party: ["92:ERP07"], keys: [{ERP.key}]}}
receive: {{event: {{as: events}}, order: {{as: OrderPlaced}}}}
deliver: {{to: mailbox}}
""",
    SUPPLIER.partner: f"""\
# A supplier: gets our orders as 850, sends ship notices, is told what the dock found (861) and what is wrong (824).
partner: {SUPPLIER.partner}
kind: supplier
name: Brightwell Components
time_zone: {ZONE}
currency: USD
identities:
  isa: ["01:{SUPPLIER_ID}"]
  gs: ["{SUPPLIER_ID}"]
  party: ["{SUPPLIER_PARTY}", "92:{SUPPLIER_CODE}"]
  keys: [{SUPPLIER.key}]
x12: {{release: "004010", our_isa: "{OUR_ISA}", our_gs: "{OUR_ID}"}}
receive: {{"856": {{as: ShipmentNotified}}, "997": {{as: ack}}}}
send: {{"850": {{on: OrderPlaced}}, "997": {{}}, "861": {{on: discrepancies}}, "824": {{on: faults}}}}
deliver: {{to: mailbox}}
terms: {{asn_due_minutes: 30, title_passes: receipt}}
""",
    LOGISTICS.partner: f"""\
# The logistics provider at the dock: its goods receipts are the truth about what arrived.
partner: {LOGISTICS.partner}
kind: logistics
name: Quayside Logistics
time_zone: {ZONE}
identities: {{party: ["92:QUAYSIDE"], keys: [{LOGISTICS.key}]}}
receive: {{goods_receipt: {{as: GoodsReceived}}}}
deliver: {{to: mailbox}}
""",
}


def write_partners(home: Path) -> None:
    """Put the three partner files in HOME/partners; a file that is there already stays as it is."""
    for partner, text in _PARTNERS.items():
        file = home / "partners" / partner / "partner.yaml"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


def master_data() -> tuple[Event, ...]:
    """The plant, its dock, the supplier and its parts, as the ERP publishes them."""
    return (
        SiteDefined(
            number=PLANT, name="Plant 7", time_zone=ZONE, identifiers=(PLANT_PARTY,), receiving_location="DOCK-2"
        ),
        LocationDefined(number=f"{PLANT}/DOCK-2", location="DOCK-2", location_kind="dock"),
        SupplierDefined(
            number=SUPPLIER_CODE, name="Brightwell Components", time_zone=ZONE,
            identifiers=(SUPPLIER_PARTY, f"92:{SUPPLIER_CODE}"),
        ),
        PartDefined(
            number="ECU-4410", base_unit="EA", description="Engine control unit", whole_units_only=True,
            serial_controlled=True, aliases=("brightwell/VP:BW-77810",),
        ),
        PartDefined(
            number="HRN-0815", base_unit="EA", description="Wiring harness, cockpit", whole_units_only=True,
            lot_controlled=True, aliases=("brightwell/VP:BW-20815",),
        ),
        PartDefined(
            number="BRK-2207-L", base_unit="EA", description="Brake caliper, left", whole_units_only=True,
            aliases=("brightwell/VP:BW-52207",),
        ),
        PartDefined(
            number="BLT-M8X40", base_unit="EA", description="Flange bolt M8 x 40", whole_units_only=True,
            aliases=("brightwell/VP:BW-00840",),
        ),
        UnitFactorDefined(number="BLT-M8X40/XBX", part="BLT-M8X40", unit="XBX", numerator=200),
    )  # fmt: skip


PARTS = ("ECU-4410", "HRN-0815", "BRK-2207-L", "BLT-M8X40")
