"""Master data in force: parts, units, places and parties, as one frozen snapshot made from events."""

from ledger.masterdata.alike import Alike
from ledger.masterdata.as_sent import AsSent
from ledger.masterdata.as_told import Name, names_told, number_told
from ledger.masterdata.cross_references import CrossReference, CrossReferences
from ledger.masterdata.revisions import Control, Occasion, control_of
from ledger.masterdata.snapshot import Calendar, Location, MasterData, Part, Site, Supplier
from ledger.masterdata.units import Factor, InexactConversion, to_base, to_decimal

__all__ = [
    "Alike",
    "AsSent",
    "Calendar",
    "Control",
    "CrossReference",
    "CrossReferences",
    "Factor",
    "InexactConversion",
    "Location",
    "MasterData",
    "Name",
    "Occasion",
    "Part",
    "Site",
    "Supplier",
    "control_of",
    "names_told",
    "number_told",
    "to_base",
    "to_decimal",
]
