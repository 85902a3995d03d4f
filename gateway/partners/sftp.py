"""How files are exchanged with a partner at their SFTP server: section `sftp` of partner.yaml as a frozen value.

Reads and checks; it connects to nothing. Folders are the partner's, as their server names them.
"""

from __future__ import annotations

import re
import string
from typing import Any, Literal, cast

import msgspec

from gateway.partners.forms import read_reference
from gateway.resources import Entry

Ready = Literal["stable", "done", "suffix", "immediate"]
After = Literal["archive", "delete", "keep"]
Claim = Literal["rename", "lease"]
Clash = Literal["fail", "overwrite", "version"]

READY = ("stable", "done", "suffix", "immediate")
AFTER = ("archive", "delete", "keep")
CLAIM = ("rename", "lease")
CLASH = ("fail", "overwrite", "version")
EMPTY = ("quarantine", "accept")
REPEATED = ("accept", "flag", "skip")
ORDER = ("name", "time", "size")

HOST_KEYS_MAX = 2
"""Two are allowed so that a partner can change its host key without a day of silence."""
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}\Z")
NAME_FIELDS = ("kind", "id", "partner")
"""What `push.name` may hold in braces."""
PUSH_NAME = "{kind}-{id}.edi"


class Pickup(msgspec.Struct, frozen=True, kw_only=True):
    """One folder of theirs that we fetch from, and the rules by which a file is ready, ours, and done with."""

    folder: str
    include: tuple[str, ...] = ("*",)
    """Globs of names; case counts."""
    exclude: tuple[str, ...] = ()
    """Globs left out beside the temporary names that are always left out."""
    ready: Ready = "stable"
    """`stable`: same size and time in two listings; `done`: a marker file `name + suffix` lies beside it;
    `suffix`: they rename from `name + suffix`; `immediate`: they rename into place."""
    suffix: str = ""
    """Of the marker or temporary name; `.done` and `.tmp` when the file does not say."""
    settle_seconds: int = 10
    """Least time between the two listings of `stable`."""
    claim: Claim = "rename"
    """`rename` into `processing` before fetching; `lease` where they allow no rename."""
    processing: str = ""
    after: After = "archive"
    archive: str = ""
    failed: str = ""
    every_seconds: int = 60
    order: Literal["name", "time", "size"] = "name"
    empty: Literal["quarantine", "accept"] = "quarantine"
    """What happens to a file of no bytes."""
    repeated: Literal["accept", "flag", "skip"] = "accept"
    """What happens to content that came before under another name; the ledger never counts a fact twice anyway."""
    stuck_hours: int = 24
    """A file that has not become ready after so long is told to a person."""
    bytes_max: int = 512 * 1024 * 1024
    files_max: int = 500
    """Taken in one round."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """Where our files go at their server, and under which name."""

    folder: str
    name: str = PUSH_NAME
    clash: Clash = "fail"
    """When the name is taken by other content."""
    done: bool = False
    """True: an empty `name + .done` follows each file."""


class SftpTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The partner's SFTP server. At least one of `key` and `password` is set; both are references."""

    host: str
    port: int = 22
    user: str
    key: str = ""
    """Private key in OpenSSH or PEM form."""
    key_passphrase: str = ""
    password: str = ""
    host_keys: tuple[str, ...] = ()
    """Fingerprints as `ssh-keygen -l` prints them (`SHA256:...`), at most two; without one nobody connects."""
    pickup: tuple[Pickup, ...] = ()
    push: Push | None = None


def read_sftp(entry: Entry) -> SftpTerms | None:
    """Section `sftp`, None when the file has none; mistakes are noted with their lines."""
    keys = entry.mapping(SftpTerms.__struct_fields__)
    if not keys:
        return None
    found: dict[str, Any] = {"host": "", "user": ""}
    for key, value in keys.items():
        if key == "host":
            found[key] = value.such(_is_host, "must be a host name or address, without scheme, port or login")
        elif key == "port":
            found[key] = value.whole(22, 1, 65535)
        elif key in ("key", "key_passphrase", "password"):
            found[key] = read_reference(value)
        elif key == "host_keys":
            found[key] = _read_host_keys(value)
        elif key == "pickup":
            found[key] = _read_pickups(value)
        elif key == "push":
            found[key] = _read_push(value)
        else:
            found[key] = value.such(lambda text: text.strip() != "", "must not be empty")
    for key in ("host", "user"):
        if key not in keys:
            entry.note(f"sftp needs {key}")
    if "key" not in keys and "password" not in keys:
        entry.note("sftp needs key or password", "key: file:PATH, or password: env:NAME")
    return SftpTerms(**found)


def _is_host(text: str) -> bool:
    return _HOST.match(text) is not None and (text.count(":") != 1)


def _read_host_keys(entry: Entry) -> tuple[str, ...]:
    found = []
    for item in entry.items():
        text = item.text().rstrip("=")
        if _FINGERPRINT.match(text) is None:
            item.note(f'{item.name} "{text}" is no fingerprint', "SHA256:... as ssh-keygen -l prints it")
        found.append(text)
    if len(found) > HOST_KEYS_MAX:
        entry.note(f"{len(found)} host keys are pinned, {HOST_KEYS_MAX} at most", "remove those they no longer use")
    return tuple(found)


def _read_pickups(entry: Entry) -> tuple[Pickup, ...]:
    entries = [entry] if isinstance(entry.value, dict) else entry.items()
    found: list[Pickup] = []
    for item in entries:
        pickup = _read_pickup(item)
        if any((pickup.folder, pickup.include) == (other.folder, other.include) for other in found):
            item.note(f"folder {pickup.folder} is picked up twice by the same names")
        found.append(pickup)
    return tuple(found)


def _read_pickup(entry: Entry) -> Pickup:
    keys = entry.mapping(Pickup.__struct_fields__)
    if "folder" not in keys:
        entry.note("a pickup needs its folder")
    found: dict[str, Any] = {"folder": ""}
    for key, value in keys.items():
        if key in _CHOICES:
            found[key] = value.choice(*_CHOICES[key])
        elif key in ("include", "exclude"):
            found[key] = tuple(item.such(_is_name, "must be a name or glob without /") for item in value.items())
        elif key in _NUMBERS:
            found[key] = value.whole(*_NUMBERS[key])
        elif key == "suffix":
            found[key] = value.such(lambda text: _is_name(text) and "*" not in text, "must be the end of a name")
        else:
            found[key] = value.such(_is_folder, "must be a path without .. in it")
    folder = str(found["folder"]).rstrip("/")
    for key, place in (("processing", "processing"), ("archive", "archive"), ("failed", "failed")):
        found[key] = found.get(key) or f"{folder}/{place}"
        if found[key].rstrip("/") == (folder or "/"):
            keys.get(key, entry).note(f"{key} is the folder that is picked up: it would be fetched again for ever")
    if not found.get("suffix"):
        found["suffix"] = {"done": ".done", "suffix": ".tmp"}.get(str(found.get("ready", "")), "")
    return Pickup(**found)


_CHOICES: dict[str, tuple[tuple[str, ...], str]] = {
    "ready": (READY, "stable"),
    "after": (AFTER, "archive"),
    "claim": (CLAIM, "rename"),
    "empty": (EMPTY, "quarantine"),
    "repeated": (REPEATED, "accept"),
    "order": (ORDER, "name"),
}
_NUMBERS = {
    "settle_seconds": (10, 0, 86_400),
    "every_seconds": (60, 1, 86_400),
    "stuck_hours": (24, 1, 8_760),
    "bytes_max": (512 * 1024 * 1024, 1, 4 * 1024**3),
    "files_max": (500, 1, 50_000),
}


def _read_push(entry: Entry) -> Push | None:
    keys = entry.mapping(Push.__struct_fields__)
    if "folder" not in keys:
        entry.note("sftp.push needs its folder")
        return None
    clash = keys["clash"].choice(CLASH, "fail") if "clash" in keys else "fail"
    name = keys["name"].such(_is_push_name, f"must be a name of {_fields()} without /") if "name" in keys else ""
    if name and "{id}" not in name and clash == "fail":
        keys["name"].note(
            f'push.name "{name}" gives every message the same name', "put {id} into it, or change clash"
        )
    return Push(
        folder=keys["folder"].such(_is_folder, "must be a path without .. in it"),
        name=name or PUSH_NAME,
        clash=cast(Clash, clash),
        done=keys["done"].flag() if "done" in keys else False,
    )


def _fields() -> str:
    return " ".join(f"{{{name}}}" for name in NAME_FIELDS)


def _is_name(text: str) -> bool:
    return text.strip() != "" and "/" not in text and text.isprintable()


def _is_folder(text: str) -> bool:
    return text.strip() != "" and ".." not in text.split("/") and text.isprintable()


def _is_push_name(text: str) -> bool:
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(text)]
    except ValueError:
        return False
    plain = all(
        name is None or (name in NAME_FIELDS and not spec and not conversion) for name, spec, conversion in fields
    )
    return plain and _is_name(text) and not text.startswith(".")
