"""The small world of the demo: who takes part and under which names, one plant, four parts.

Values only; nothing here sends or stores anything.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.events import Event, LocationDefined, PartDefined, SiteDefined, SupplierDefined, UnitFactorDefined

OUR_ID = "555019000"
OUR_AS2 = "PLANT7"
SUPPLIER_ID = "555010417"
SUPPLIER_PARTY = f"1:{SUPPLIER_ID}"
SUPPLIER_AS2 = "BRIGHTWELL"
SUPPLIER_CODE = "BRIGHTWELL"
"""How plain files name the supplier; qualifier 92, assigned by the buyer."""
LOGISTICS_ID = "555070707"
PLANT = "PLT07"
PLANT_PARTY = f"92:{PLANT}"
ZONE = "America/Detroit"


class Actor(NamedTuple):
    """One partner of the demo: folder name, how it is called in the story, how it talks to the gateway, and the name
    of its API key where that is REST."""

    partner: str
    title: str
    over: str
    key: str = ""


ERP = Actor("erp", "ERP", "REST", "erp-rest")
SUPPLIER = Actor("brightwell", "supplier", "AS2", "brightwell-desk")
LOGISTICS = Actor("quayside", "logistics", "SFTP")


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
