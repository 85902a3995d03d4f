"""A small world for the street: partners, master data, and documents that tests can bend."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from gateway.pipeline import Street
from gateway.settings import Settings
from gateway.store.alerts import list_alerts
from ledger import queries
from ledger.events import AnyEvent
from tests.homes import lay

WORLD = Path(__file__).parents[2] / "golden" / "_world"
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ACME, US = "01*123456789      ", "01*987654321      "


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Town:
    """A street over a home of its own."""

    def __init__(self, home: Path, *, children: int = 0, settings: Settings | None = None) -> None:
        self.home, self.clock = home, Clock()
        if not (home / "partners").is_dir():  # else a test has prepared them
            shutil.copytree(WORLD / "partners", home / "partners")
        self.street = Street.open(lay(home), clock=self.clock, children=children, settings=settings)
        self.record(msgspec.json.decode((WORLD / "masterdata.json").read_bytes()))

    def record(self, events: list[dict[str, Any]]) -> None:
        self.street.record_events(msgspec.convert(events, list[AnyEvent]))

    def bring(self, data: bytes, partner: str = "acme", *, key: str = "", test: bool = False) -> dict[str, Any]:
        """Receive, run the street, and show what came of it."""
        accepted = self.street.accept(data, partner=partner, key=key, test=test)
        self.street.run_until_idle()
        return self.street.message(accepted.id)

    def edit(self, partner: str, old: str, new: str) -> None:
        """Edit a partner file, as a person would, and have it taken up."""
        file = self.home / "partners" / partner / "partner.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.street.configure()

    def answers(self, kind: str = "") -> list[str]:
        """Everything queued to be sent, as `997 acme: AK1*SH*1 AK9*A*1*1*1`, envelopes of sets left out."""
        shown = []
        for answer in self.street.messages(direction="out", limit=1000):
            if kind in ("", answer["kind"]):
                inner = ["*".join(segment) for segment in answer["segments"] if segment[0] not in ("ST", "SE")]
                shown.append(f"{answer['kind']} {answer['to']}: {' '.join(inner)}")
        return shown

    def alerts(self) -> list[str]:
        with self.street.read() as connection:
            return [alert.kind for _, alert in list_alerts(connection)]

    def events(self, book: str = "live") -> list[str]:
        """Business facts recorded, as `ShipmentNotified S1`."""
        with self.street.read() as connection:
            kept = queries.tail(connection, 0, book=book, limit=1000)
            return [f"{one.kind} {one.number}" for one in kept if not one.kind.endswith(("Defined", "Passed"))]


def state(message: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """Where a message stands, and its documents as (status, reason code)."""
    return message["status"], [(one["status"], one["reason_code"]) for one in message["documents"]]


def order(number: str = "PO1", quantity: int = 100, supplier: str = "1:123456789") -> bytes:
    return msgspec.json.encode(
        {
            "kind": "OrderPlaced",
            "number": number,
            "supplier": supplier,
            "ship_to": "92:PLT07",
            "currency": "USD",
            "lines": [
                {"order_line": "10", "part_number": "BRK-100", "quantity": str(quantity), "unit": "EA", "price": "1"}
            ],
        }
    )


def notice(
    shipment: str = "S1",
    *,
    purpose: str = "00",
    po: str = "PO1",
    part: str = "BRK-100",
    quantity: str = "100",
    unit: str = "EA",
    site: str = "PLT07",
    created: str = "0900",
) -> list[str]:
    """The segments of an 856 between ST and SE."""
    return [
        f"BSN*{purpose}*{shipment}*20261123*{created}",
        "DTM*011*20261123*0855*ET",
        "HL*1**S",
        "TD1*PLT71*1",
        "TD5*B*2*JBHT*M",
        "TD3*TL**16762",
        f"REF*BM*B{shipment}",
        f"REF*PK*{shipment}",
        f"N1*ST**92*{site}",
        "N1*SF**1*123456789",
        "HL*2*1*O",
        f"PRF*{po}",
        "HL*3*2*I",
        f"LIN**BP*{part}*PL*10",
        f"SN1**{quantity}*{unit}",
        "CTT*3",
    ]


def interchange(
    *sets: tuple[str, list[str]],
    control: int = 1,
    sender: str = ACME,
    receiver: str = US,
    group_sender: str = "",
    group_id: str = "SH",
    test: bool = False,
    ack: bool = False,
    se_extra: int = 0,
    ge_extra: int = 0,
    iea_extra: int = 0,
    iea_control: int | None = None,
) -> bytes:
    """One group of sets; the `_extra` counts and `iea_control` make trailers say what is not so."""
    gs = group_sender or sender[3:].strip()
    lines = [
        f"ISA*00*          *00*          *{sender}*{receiver}*261123*0900*U*00401"
        f"*{control:09d}*{int(ack)}*{'T' if test else 'P'}*>",
        f"GS*{group_id}*{gs}*{receiver[3:].strip()}*20261123*0900*{control}*X*004010",
    ]
    for n, (set_id, segments) in enumerate(sets, 1):
        lines += [f"ST*{set_id}*{n:04d}", *segments, f"SE*{len(segments) + 2 + se_extra}*{n:04d}"]
    last = control if iea_control is None else iea_control
    lines += [f"GE*{len(sets) + ge_extra}*{control}", f"IEA*{1 + iea_extra}*{last:09d}"]
    return joined(lines)


def joined(segments: Sequence[str]) -> bytes:
    return ("~\n".join(segments) + "~\n").encode()
