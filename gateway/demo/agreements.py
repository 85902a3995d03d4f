"""What the plant has agreed with its three partners: a partner.yaml for each, as an integration engineer writes it.

Written anew at the start of each run, since the addresses are loopback ports that change; while the demo serves, they
may be edited like any others.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from gateway.demo.world import (
    ERP,
    LOGISTICS,
    LOGISTICS_ID,
    OUR_AS2,
    OUR_ID,
    SUPPLIER,
    SUPPLIER_AS2,
    SUPPLIER_CODE,
    SUPPLIER_ID,
    SUPPLIER_PARTY,
    ZONE,
)
from gateway.partners.own import PASSPHRASE_FILE

SUPPLIER_CERTIFICATE = "certs/brightwell.pem"
LOGIN_KEY = "quayside-login.pem"
"""Private key in HOME/keys by which the plant logs in at the logistics provider."""


class Addresses(NamedTuple):
    """Where the partners are reached in this run, and by which host key the SFTP server is known."""

    supplier_url: str
    sftp_port: int
    sftp_user: str
    host_key: str


def write_agreements(home: Path, addresses: Addresses, supplier_certificate: bytes) -> None:
    """Put the three partner files, and the supplier's certificate, in HOME/partners."""
    texts = {
        ERP.partner: _erp(),
        SUPPLIER.partner: _supplier(addresses.supplier_url),
        LOGISTICS.partner: _logistics(addresses, home / "keys"),
    }
    for partner, text in texts.items():
        folder = home / "partners" / partner
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "partner.yaml").write_text(text, "utf-8")
    certificate = home / "partners" / SUPPLIER.partner / SUPPLIER_CERTIFICATE
    certificate.parent.mkdir(exist_ok=True)
    certificate.write_bytes(supplier_certificate)


def _erp() -> str:
    return f"""\
# The plant's own ERP: it places orders, and they leave to the supplier that each order names.
partner: {ERP.partner}
kind: internal
name: Plant 7 ERP
time_zone: {ZONE}
currency: USD
identities: {{party: ["92:ERP07"], keys: [{ERP.key}, priya]}}
receive: {{event: {{as: events}}, order: {{as: OrderPlaced}}}}
deliver: {{to: mailbox}}
"""


def _supplier(url: str) -> str:
    return f"""\
# A supplier: gets our orders as 850, sends ship notices, is told what the dock found (861) and what is wrong (824).
# Everything goes over AS2, signed and encrypted both ways. Its cumulatives (SN104) are kept and compared.
partner: {SUPPLIER.partner}
kind: supplier
name: Brightwell Components
time_zone: {ZONE}
currency: USD
identities:
  isa: ["01:{SUPPLIER_ID}"]
  gs: ["{SUPPLIER_ID}"]
  party: ["{SUPPLIER_PARTY}", "92:{SUPPLIER_CODE}"]
  as2: [{SUPPLIER_AS2}]
  keys: [{SUPPLIER.key}]
x12: {{release: "004010", our_isa: "01:{OUR_ID}", our_gs: "{OUR_ID}"}}
receive: {{"856": {{as: ShipmentNotified}}, "997": {{as: ack}}}}
send: {{"850": {{on: OrderPlaced}}, "997": {{}}, "861": {{on: discrepancies}}, "824": {{on: faults}}}}
deliver: {{to: as2}}
as2:
  url: {url}
  our_name: {OUR_AS2}
  sign: sha-256
  encrypt: aes-256-cbc
  mdn: sync
  require: {{signed: true, encrypted: true}}
  certificates:
    - {{file: {SUPPLIER_CERTIFICATE}, use: [sign, encrypt]}}
terms: {{asn_due_minutes: 30, title_passes: receipt, cumulative: {{wait_minutes: 15}}}}
"""


def _logistics(addresses: Addresses, keys: Path) -> str:
    return f"""\
# The logistics provider at the dock: its goods receipts are the truth about what arrived. They lie as files on its
# SFTP server, and there it is told what is wrong in them (824).
partner: {LOGISTICS.partner}
kind: logistics
name: Quayside Logistics
time_zone: {ZONE}
identities: {{isa: ["01:{LOGISTICS_ID}"], gs: ["{LOGISTICS_ID}"], party: ["92:QUAYSIDE"]}}
x12: {{release: "004010", our_isa: "01:{OUR_ID}", our_gs: "{OUR_ID}"}}
receive: {{goods_receipt: {{as: GoodsReceived}}, "997": {{as: ack}}}}
send: {{"824": {{on: faults}}}}
deliver: {{to: sftp}}
sftp:
  host: 127.0.0.1
  port: {addresses.sftp_port}
  user: {addresses.sftp_user}
  key: {_file(keys / LOGIN_KEY)}
  key_passphrase: {_file(keys / PASSPHRASE_FILE)}
  host_keys: ["{addresses.host_key}"]
  pickup:
    - {{folder: out, include: ["*.csv", "*.edi"], ready: immediate, after: archive, every_seconds: 1}}
  push: {{folder: in, name: "{{kind}}-{{id}}.edi"}}
"""


def _file(path: Path) -> str:
    """A reference to a secret's file, as quoted YAML."""
    return json.dumps(f"file:{path}")
