"""One small home with three partners, the application over it, and a key for each kind of caller."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.testclient import TestClient

from gateway.api.app import create_app
from gateway.pipeline import Street
from gateway.settings import Settings
from gateway.store.keys import ApiKey
from tests.homes import lay

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)

PARTNERS = {
    "acme": """\
partner: acme
kind: supplier
time_zone: America/Detroit
identities: {isa: ["01:123456789"], gs: ["123456789"], party: ["1:123456789"], keys: [acme-main, acme-reader, old]}
x12: {our_isa: "01:987654321", our_gs: "987654321"}
receive: {"856": {as: ShipmentNotified}}
send: {"997": {}}
""",
    "bolt": """\
partner: bolt
kind: supplier
identities: {isa: ["01:555555555"], gs: ["555555555"], party: ["1:555555555"], keys: [bolt-main]}
receive: {"856": {as: ShipmentNotified}}
send: {"997": {}}
""",
    "erp": """\
partner: erp
kind: internal
identities: {keys: [erp-main]}
receive: {event: {as: events}}
""",
}

KEYS = {
    "acme-main": ("acme", ("messages:read", "messages:write", "events:write", "ledger:read")),
    "acme-reader": ("acme", ("messages:read",)),
    "bolt-main": ("bolt", ("messages:read", "messages:write", "ledger:read")),
    "erp-main": ("erp", ("messages:read", "messages:write", "events:write", "ledger:read", "cases:write")),
    "admin": ("", ("admin",)),
    "unlisted": ("acme", ("messages:read", "messages:write")),
    "old": ("acme", ("messages:read", "messages:write")),
}

NOTICE = (
    "ISA*00*          *00*          *01*123456789      *01*987654321      *261123*0900*U*00401*{control:0>9}*0*P*>~"
    "GS*SH*123456789*987654321*20261123*0900*{control}*X*004010~ST*856*0001~BSN*00*{number}*20261123*0900~"
    "DTM*011*20261123*0955*ET~HL*1**S~N1*ST**92*PLT07~N1*SF**1*123456789~HL*2*1*O~PRF*PO1001~HL*3*2*I~"
    "LIN**BP*BRK-100~SN1**100*EA~CTT*3~SE*13*0001~GE*1*{control}~IEA*1*{control:0>9}~"
)


def notice(control: str, number: str = "") -> bytes:
    """A ship notice of acme for 100 pieces, with this control number and (by default) its own shipment id."""
    return NOTICE.format(control=control, number=number or f"S{control}").encode()


class House(NamedTuple):
    """What a test talks to."""

    home: Path
    street: Street
    http: TestClient

    def ask(self, method: str, path: str, key: str = "admin", **request: Any) -> Any:
        """A request with the key of that name."""
        headers = {"Authorization": f"Bearer {secret_of(key)}"} | request.pop("headers", {})
        return self.http.request(method, path, headers=headers, **request)


def secret_of(key: str) -> str:
    return f"crossdock_{key}"


@contextmanager
def open_house(home: Path) -> Iterator[House]:
    """Set up `home` with the partners and keys above, and open the application over it."""
    for name, text in PARTNERS.items():
        (home / "partners" / name).mkdir(parents=True)
        (home / "partners" / name / "partner.yaml").write_text(text, "utf-8")
    settings = Settings(home=home, now=NOW, message_bytes_max=200_000)
    with Street.open(lay(home), clock=settings.clock()) as street:
        for name, (partner, scopes) in KEYS.items():
            digest = hashlib.sha256(secret_of(name).encode()).hexdigest()
            street.put_key(ApiKey(name=name, partner=partner, scopes=scopes), digest)
        street.revoke_key(name="old")
        with TestClient(create_app(street, settings), raise_server_exceptions=False) as http:
            yield House(home, street, http)
