"""The reference of documents: which of them make and write each event, and which sets make none."""

from __future__ import annotations

from collections.abc import Mapping

from docs.generate.text import WARNING, table
from gateway import resources
from gateway.mapping import Configuration, Map
from ledger.events import KINDS

HEAD = """# Which document says what

Every kind of event, and the documents that the shipped maps read as it and write of it. Canonical JSON (`event`) says
every one of them, both ways, but `TimePassed`, which only the clock of the house says. What a document means beyond
its map is up to the agreement: `receive: {"944": {as: TransferReceived}}`.

"""
AGREED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "GoodsReceived": (("ReceivingAdvice", "GoodsReceived"),),
    "TransferShipped": (("ShipmentNotified", "TransferShipped"),),
    "TransferCancelled": (("ShipmentCancelled", "TransferShipped"),),
    "TransferReceived": (("ReceivingAdvice", "TransferReceived"), ("GoodsReceived", "TransferReceived")),
}
"""What an event is on paper, and the agreement (`as:`) by which the paper is the event."""
WITHOUT: Mapping[str, str] = {
    "820": "a payment: it moves no goods, and settles invoices in the ledger of accounts. Kept, or passed on.",
    "870": "how far an order has come in the supplier's own house. Nothing is promised by it (855 and 865 promise), "
    "and nothing is under way (856 says that). Kept, or passed on.",
    "997": "answers of the envelope: read by the gateway itself",
    "999": "answers of the envelope: read by the gateway itself",
}
"""Sets that have a guide and no map, and why."""


def build_page() -> str:
    """Kinds in the order of the ledger, then the sets that make none."""
    files = resources.read_sources(resources.source_files((resources.CHECKOUT,)))
    configuration = Configuration.from_files(files, check=False)
    maps = [configuration.map_at(path) for path in configuration.maps]
    rows = [[f"`{kind}`", ", ".join(_documents(maps, kind)) or "-", _agreed(maps, kind)] for kind in KINDS]
    sets = sorted({path.split("/")[3] for path in files if path.endswith("/guide.xml")} - {map.type for map in maps})
    return (
        WARNING
        + HEAD
        + table(["event", "documents", "by agreement"], rows)
        + "\n## Sets without an event\n\n"
        + table(["set", "is"], [[name, WITHOUT[name]] for name in sets])
    )


def _documents(maps: list[Map], kind: str) -> list[str]:
    found = [map for map in maps if not map.canonical and kind in map.events]
    return list(dict.fromkeys(map.type if map.format == "x12" else f"{map.format} {map.type}" for map in found))


def _agreed(maps: list[Map], kind: str) -> str:
    told = [(f"`as: {meaning}`", _documents(maps, paper)) for paper, meaning in AGREED.get(kind, ())]
    return "; ".join(f"{meaning}: {', '.join(documents)}" for meaning, documents in told) or "-"
