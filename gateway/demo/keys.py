"""Keys of the demo's parties: made on the first run, kept, and private ones encrypted wherever that is possible.

Every party makes its own; what they give each other are certificates and public keys.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import paramiko

from gateway.demo.agreements import LOGIN_KEY
from gateway.demo.world import ERP, OUR_AS2, SUPPLIER
from gateway.partners.own import PASSPHRASE_FILE, OwnKey, add_own_key, make_passphrase, read_own_keys
from gateway.pipeline import Street
from gateway.settings import Settings
from gateway.store.keys import KEY_ENTROPY_BYTES, ApiKey, digest_of, make_key
from gateway.transports.as2 import (
    Certificate,
    Key,
    certificate_pem,
    create_key,
    load_key,
    private_key_pem,
    read_certificate,
)

YEARS = timedelta(days=3650)
SCOPES = ("messages:read", "messages:write", "events:write", "ledger:read")
API_KEYS_FILE = "keys.json"
OPERATOR, PROCUREMENT = "operator", "procurement"
WRITES_CASES = ("ledger:read", "cases:write")


def plant_certificate(keys: Path, now: datetime) -> Certificate:
    """The plant's AS2 certificate; its key lies encrypted in HOME/keys, where the gateway looks for it."""
    own = read_own_keys(keys).keys
    if own:
        return read_certificate(own[0].certificate)
    passphrase = _passphrase(keys)
    key = create_key(OUR_AS2, valid_from=now - timedelta(days=1), valid_to=now + YEARS)
    certificate, private = certificate_pem(key), private_key_pem(key, passphrase)
    end = key.certificate.valid_to
    add_own_key(
        keys, OwnKey(name="plant7", valid_from=now, valid_to=end, certificate=certificate, private_key=private)
    )
    return key.certificate


def party_key(folder: Path, name: str, now: datetime) -> Key:
    """The AS2 key of another party, in its own folder and under its own passphrase."""
    passphrase, private, certificate = _passphrase(folder), folder / "key.pem", folder / "certificate.pem"
    if not certificate.exists():
        key = create_key(name, valid_from=now - timedelta(days=1), valid_to=now + YEARS)
        private.write_bytes(private_key_pem(key, passphrase))
        certificate.write_bytes(certificate_pem(key))
    return load_key(private.read_bytes(), certificate.read_bytes(), passphrase, file=str(private))


def login_key(keys: Path) -> paramiko.PKey:
    """The plant's login at the logistics provider's SFTP server."""
    passphrase = _passphrase(keys).decode()
    return _ssh_key(keys / LOGIN_KEY, passphrase)


def host_key(file: Path) -> paramiko.PKey:
    """The SFTP server's own key, in clear, since sshd reads no other; only its owner may read the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return _ssh_key(file, None)


def api_keys(settings: Settings, folder: Path) -> dict[str, str]:
    """A REST key for the ERP, for people of supplier and plant, and for whoever looks around; made once."""
    file = folder / API_KEYS_FILE
    if not file.exists():
        keys = {
            OPERATOR: ApiKey(name=OPERATOR, scopes=("admin",)),
            ERP.partner: ApiKey(name=ERP.key, partner=ERP.partner, scopes=SCOPES),
            SUPPLIER.partner: ApiKey(
                name=SUPPLIER.key, partner=SUPPLIER.partner, scopes=WRITES_CASES, roles=("supplier",)
            ),
            PROCUREMENT: ApiKey(
                name="priya", partner=ERP.partner, scopes=WRITES_CASES, roles=("procurement",), person="priya"
            ),
        }
        made = {name: make_key(os.urandom(KEY_ENTROPY_BYTES)) for name in keys}
        with Street.open(settings.home, clock=settings.clock()) as street:
            for name, key in keys.items():
                street.put_key(key, digest_of(made[name]))
        file.touch(mode=0o600)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(made)))
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str])


def _ssh_key(file: Path, passphrase: str | None) -> paramiko.PKey:
    if file.exists():
        return paramiko.ECDSAKey.from_private_key_file(str(file), password=passphrase)
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(file), password=passphrase)
    return key


def _passphrase(folder: Path) -> bytes:
    make_passphrase(folder, os.urandom(KEY_ENTROPY_BYTES))
    return (folder / PASSPHRASE_FILE).read_bytes().strip()
