"""Sets up a home for the corpus: forty partner files, each supplier with a guide overlay of its own, and master data.

Writes files and gives events; whoever runs the street records them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.corpus import BUYERS, LOGISTICS, SITES, SUPPLIERS, Corpus
from benchmarks.corpus.documents import WE, Dialect
from ledger.events import Event, LocationDefined, PartDefined, SiteDefined, SupplierDefined, UnitFactorDefined

MAILBOX = "deliver: {to: mailbox}\n"


def write_partners(corpus: Corpus, home: Path, as2: Mapping[str, tuple[str, str]] | None = None) -> None:
    """`HOME/partners/<id>/partner.yaml` for every partner, and the guide overlays of suppliers.

    `as2`: of partners that speak it their AS2 name, and the text that says how and where we deliver.
    """
    spoken = as2 or {}
    supplier, buyer = _AGREEMENTS[corpus.mix]
    for place, dialect in enumerate(corpus.dialects):
        folder = home / "partners" / dialect.partner
        folder.mkdir(parents=True, exist_ok=True)
        if place < SUPPLIERS:
            (folder / "partner.yaml").write_text(_partner(dialect, "supplier", supplier, spoken), "utf-8")
            overlay = folder / "x12" / "004010" / "856"
            overlay.mkdir(parents=True, exist_ok=True)
            (overlay / "guide.yaml").write_text(_overlay(place), "utf-8")
        elif place < SUPPLIERS + LOGISTICS:
            (folder / "partner.yaml").write_text(_partner(dialect, "logistics", _LOGISTICS, spoken), "utf-8")
        else:
            (folder / "partner.yaml").write_text(_partner(dialect, "internal", buyer, spoken), "utf-8")
    assert place + 1 == SUPPLIERS + LOGISTICS + BUYERS


_SUPPLIER = """\
receive: {"856": {as: ShipmentNotified}, "997": {as: ack}, "824": {as: reconcile}}
send: {"997": {}, "861": {on: discrepancies}, "824": {on: faults}}
"""
_LOGISTICS = """\
receive: {goods_receipt: {as: GoodsReceived}, "861": {as: GoodsReceived}}
send: {"997": {}}
"""
_BUYER = """\
receive: {"850": {as: OrderPlaced}}
send: {"997": {}}
"""


_SUPPLIER_BY_SCHEDULE = """\
receive: {"856": {as: ShipmentNotified}, "855": {as: OrderAcknowledged}, "810": {as: SupplierInvoiceReceived},
  "997": {as: ack}, "824": {as: reconcile}}
send: {"997": {}, "861": {on: discrepancies}, "824": {on: faults}}
terms: {cumulative: {}}
"""
_BUYER_BY_SCHEDULE = """\
receive: {"850": {as: OrderPlaced}, "860": {as: OrderPlaced}, "862": {as: ScheduleReleased},
  "830": {as: ScheduleReleased}}
send: {"997": {}}
"""
_AGREEMENTS = {
    "core": (_SUPPLIER, _BUYER),
    "full": (_SUPPLIER_BY_SCHEDULE, _BUYER_BY_SCHEDULE),
}


def _partner(dialect: Dialect, kind: str, agreements: str, spoken: Mapping[str, tuple[str, str]]) -> str:
    duns = dialect.isa[1]
    name, ways = spoken.get(dialect.partner, ("", MAILBOX))
    names = f"as2: [{name}], " if name else ""
    key = f"{dialect.partner}-key"
    return f"""\
partner: {dialect.partner}
kind: {kind}
currency: USD
identities: {{{names}isa: ["01:{duns}"], gs: ["{duns}"], party: ["{dialect.party}"], keys: [{key}]}}
x12:
  release: "004010"
  element: {_quoted(dialect.element)}
  segment: {_quoted(dialect.segment[0])}
  component: {_quoted(dialect.component)}
  our_isa: "{WE[0]}:{WE[1]}"
  our_gs: "{WE[1]}"
{agreements}{ways}"""


def _quoted(character: str) -> str:
    return f'"\\x{ord(character):02x}"'


def _overlay(place: int) -> str:
    """No two overlays alike, so that each supplier's effective guide is compiled for itself."""
    return f"""\
extends: x12/004010/856
change: {{"HLI/LIN.03": {{max: {30 + place % 18}}}, "HLS/TD1.02": {{usage: S}}}}
remove: [HLS/FOB]
"""


def master_data(corpus: Corpus) -> Iterator[Event]:
    """Sites, suppliers, and every part with the unit that its supplier writes."""
    for site in SITES:
        yield SiteDefined(number=site, identifiers=(f"92:{site}",), receiving_location="DOCK")
        yield LocationDefined(number=f"{site}/DOCK", location="DOCK", location_kind="dock")
    for dialect in corpus.suppliers():
        yield SupplierDefined(
            number=dialect.partner.upper(), identifiers=(dialect.party, f"92:{dialect.partner.upper()}")
        )
    for part in corpus.parts:
        owner = corpus.dialects[part.supplier].partner
        yield PartDefined(
            number=part.number,
            base_unit="KGM" if part.unit == "KG" else "EA",
            whole_units_only=part.unit != "KG",
            lot_controlled=part.lot,
            serial_controlled=part.serial,
            aliases=(f"{owner}/VP:{part.vendor_number}",),
        )
        if part.unit == "PC":
            yield UnitFactorDefined(number=f"{part.number}/H87", part=part.number, unit="H87", numerator=1)
