"""Our own AS2 keys: `HOME/keys/keys.yaml` and the files that it lists, as frozen values with their dates.

Private keys stay encrypted here, as they lie on disk (PKCS#8); `gateway.transports.as2.keys` opens them with the
passphrase. Nothing of this is ever published or exported but the certificates.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path
from typing import cast

import msgspec

from gateway.errors import OperatorMistake
from gateway.partners.as2 import USES, Use
from gateway.partners.forms import certificate_in, moment_of
from gateway.resources import Entry, Mistake, Mistakes, did_you_mean, read_yaml

LIST_FILE = "keys.yaml"
PASSPHRASE_FILE = "passphrase"  # noqa: S105 (the name of the file)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")

HEAD = """\
# Our AS2 keys, oldest first; `crossdock partner keys new` adds one. From `from` on we sign with a key; until `to` we
# open what is encrypted to it, also before `from`, since a partner may change over early.
keys:
"""


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """One of our key pairs: `NAME.key.pem` (encrypted PKCS#8) and `NAME.cert.pem` in HOME/keys."""

    name: str
    use: tuple[Use, ...] = ("sign", "encrypt")
    """`sign`: we sign with it. `encrypt`: partners encrypt to it, and we open that."""
    valid_from: datetime
    valid_to: datetime
    """Past it the key is neither signed with nor tried; it counts no longer."""
    certificate: bytes
    """PEM."""
    private_key: bytes
    """PEM, encrypted."""


class OwnKeys(msgspec.Struct, frozen=True, kw_only=True):
    """All our key pairs, oldest first."""

    keys: tuple[OwnKey, ...] = ()
    digest: str = ""
    """SHA-256 over all files read: changes exactly when a key, a date or the list changes."""

    def to_sign(self, now: datetime) -> OwnKey | None:
        """The key that we sign with now: of those in force, the one that began last; None: none is."""
        usable = [key for key in self.keys if "sign" in key.use and key.valid_from <= now < key.valid_to]
        return max(usable, key=lambda key: key.valid_from, default=None)

    def to_open(self, now: datetime) -> tuple[OwnKey, ...]:
        """Keys that open what is encrypted to us now, newest first; one that is still to begin counts as well."""
        usable = [key for key in self.keys if "encrypt" in key.use and now < key.valid_to]
        return tuple(sorted(usable, key=lambda key: key.valid_from, reverse=True))


def read_own_keys(folder: Path) -> OwnKeys:
    """Our keys as `HOME/keys` says now; none where there is no list. Raises Mistakes, each with file and line."""
    listed = folder / LIST_FILE
    if not listed.exists():
        return OwnKeys()
    mistakes: list[Mistake] = []
    yaml = read_yaml(listed)
    digest = hashlib.sha256(listed.read_bytes())
    found: list[OwnKey] = []
    keys = Entry(yaml, mistakes).mapping(("keys",))
    for item in keys["keys"].items() if "keys" in keys else ():
        key = _read_key(item, folder)
        if key is None:
            continue
        if any(key.name == other.name for other in found):
            item.note(f"key {key.name} is listed twice")
        digest.update(key.certificate + b"\0" + key.private_key + b"\0")
        found.append(key)
    if mistakes:
        raise Mistakes(mistakes)
    return OwnKeys(keys=tuple(sorted(found, key=lambda key: key.valid_from)), digest=digest.hexdigest())


def _read_key(entry: Entry, folder: Path) -> OwnKey | None:
    keys = entry.mapping(("name", "use", "from", "to"))
    missing = [key for key in ("name", "from", "to") if key not in keys]
    if missing:
        entry.note(f"a key needs {' and '.join(missing)}")
        return None
    name = keys["name"].such(is_key_name, "must be lower case letters, digits, dots, - and _")
    use = keys["use"].texts() if "use" in keys else USES
    for item in use:
        if item not in USES:
            keys["use"].note(f'unknown use "{item}"', did_you_mean(item, USES))
    dates = []
    for key in ("from", "to"):
        moment = moment_of(keys[key].text())
        if moment is None:
            keys[key].note(f'{keys[key].name} "{keys[key].value}" is no date', "write 2026-01-31")
        dates.append(moment)
    certificate, private_key = (_read_file(entry, folder / f"{name}.{end}.pem") for end in ("cert", "key"))
    if private_key and b"BEGIN ENCRYPTED PRIVATE KEY" not in private_key:
        entry.note(
            f"{name}.key.pem is not encrypted", f"openssl pkcs8 -topk8 -v2 aes-256-cbc -in {name}.key.pem -out NEW"
        )
    pem, wrong = certificate_in(certificate) if certificate else (b"", "")
    if wrong:
        entry.note(f"{name}.cert.pem {wrong}")
    valid_from, valid_to = dates
    if not name or valid_from is None or valid_to is None or not pem or not private_key:
        return None
    if valid_from >= valid_to:
        entry.note(f"key {name} ends before it begins")
    return OwnKey(
        name=name,
        use=cast(tuple[Use, ...], tuple(use)),
        valid_from=valid_from,
        valid_to=valid_to,
        certificate=pem,
        private_key=private_key,
    )


def is_key_name(text: str) -> bool:
    """A name that is safe as part of a file name."""
    return _NAME.match(text) is not None and ".." not in text


def _read_file(entry: Entry, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        entry.note(f"{path.name} cannot be read: {error.strerror}")
        return b""


def add_own_key(folder: Path, key: OwnKey) -> None:
    """Write the files of a new key, then list it: a list never names a file that is not there.

    Raises OperatorMistake when the name is taken. Private parts are readable by the owner alone.
    """
    for end, data, mode in (("key", key.private_key, 0o600), ("cert", key.certificate, 0o644)):
        _write_new(folder / f"{key.name}.{end}.pem", data, mode)
    listed = folder / LIST_FILE
    text = listed.read_text("utf-8") if listed.exists() else HEAD
    line = (
        f"  - {{name: {key.name}, use: [{', '.join(key.use)}], "
        f'from: "{key.valid_from.isoformat()}", to: "{key.valid_to.isoformat()}"}}\n'
    )
    temporary = folder / f".{LIST_FILE}.new"
    temporary.write_text((text if text.endswith("\n") else text + "\n") + line, "utf-8")
    temporary.replace(listed)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise OperatorMistake("is there already", file=str(path), mend="give the key another name") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_passphrase(folder: Path, entropy: bytes) -> bool:
    """Write `HOME/keys/passphrase`, readable by the owner alone, unless it is there; True if it was made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write_new(folder / PASSPHRASE_FILE, entropy.hex().encode() + b"\n", 0o600)
    except OperatorMistake:
        return False
    return True
