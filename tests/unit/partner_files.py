"""Texts of partner files with AS2 and SFTP, and certificate text that has the outer form and nothing inside."""

from __future__ import annotations

import base64


def pem_of(seed: bytes = b"one") -> bytes:
    """PEM around one DER sequence: what the configuration looks at; no certificate to anybody who opens it."""
    body = base64.b64encode(b"\x30" + bytes([len(seed)]) + seed)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n"


FINGERPRINT = "SHA256:" + "A" * 43

BOTH_WAYS = f"""\
partner: acme
identities: {{as2: [ACME], sftp: [acme]}}
deliver: {{to: as2}}
as2:
  url: https://acme.example/as2
  our_name: CROSSDOCK-EU
  sign: sha-384
  encrypt: aes-128-cbc
  compress: before-sign
  mdn: async
  require: {{signed: true, encrypted: false}}
  legacy: [sha-1, 3des]
  certificates:
    - {{file: certs/one.pem, use: [sign], from: 2026-01-01, to: 2027-01-01}}
    - {{file: certs/two.pem}}
  mdn_urls: ["https://ACME.example:4080", "http://acme.example/", 10.1.0.0/16]
  mdn_timeout_minutes: 90
  user: us
  password: env:ACME_HTTP
  chunked: true
sftp:
  host: sftp.acme.example
  port: 2222
  user: crossdock
  key: file:acme-key
  host_keys: ["{FINGERPRINT}"]
  pickup:
    - {{folder: /out, include: "*.csv", ready: done, settle_seconds: 5, after: delete, failed: /bad, claim: lease}}
    - {{folder: /more/, ready: suffix}}
  push: {{folder: /in, name: "{{kind}}-{{id}}.edi", clash: version, done: true}}
"""
FILES = {"certs/one.pem": pem_of(b"one"), "certs/two.pem": b"Bag Attributes\n" + pem_of(b"two")}
