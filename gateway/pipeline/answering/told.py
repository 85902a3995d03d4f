"""An event on its way to a supplier: with the supplier's own part numbers, where they are known and were not said."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gateway.partners import Partner
from ledger.events import Event, Line
from ledger.masterdata import AsSent, MasterData, number_told


def told_to(partner: Partner, event: Event, masterdata: MasterData, now: datetime) -> Event:
    """The event as it goes to the partner; what the books keep stays as it was said."""
    lines = getattr(event, "lines", ())
    if partner.kind != "supplier" or not lines or not all(isinstance(line, Line) for line in lines):
        return event
    sent = AsSent(masterdata, event, now)
    told = []
    for line in lines:
        part = "" if line.supplier_part_number else sent.part_id(line.part_number)
        number = number_told(masterdata, part, partner.id, now.date()) if part else ""
        told.append(msgspec.structs.replace(line, supplier_part_number=number) if number else line)
    return msgspec.structs.replace(event, lines=tuple(told))
