"""Master data in force: parts, units, places and parties, as one frozen snapshot made from events."""

from ledger.masterdata.snapshot import Location, MasterData, Part, Site, Supplier
from ledger.masterdata.units import Factor, InexactConversion, to_base, to_decimal

__all__ = [
    "Factor",
    "InexactConversion",
    "Location",
    "MasterData",
    "Part",
    "Site",
    "Supplier",
    "to_base",
    "to_decimal",
]
