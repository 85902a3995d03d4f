"""Process configuration: one frozen value, read once at the start of a command; the only reader of the environment.

Order of authority: flag, environment `CROSSDOCK_*`, `HOME/crossdock.toml`, default. What integration engineers
decide about partners is not here (see `gateway.partners`), and no secret is: settings and partner files hold
references (`env:NAME`, `file:PATH`) that `resolve_secret` follows at the moment of use.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from gateway.errors import OperatorMistake

Clock = Callable[[], datetime]
"""Gives the present moment, aware. Commands take it as a parameter, so that CROSSDOCK_NOW can fix it."""

ENVIRONMENT_PREFIX = "CROSSDOCK_"
FILE_NAME = "crossdock.toml"

_FLAGS_ONLY = {"home": "--home", "now": "--now", "user": "--as"}
"""Kept out of crossdock.toml, with the flag instead: the home tells where that file is, a clock fixed in a file would
be forgotten, and a person fixed in one would sign for everybody."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a process may be told. Field `port` is `CROSSDOCK_PORT` and `port = ` in crossdock.toml."""

    home: Path = Path("crossdock-home")
    """Working folder: database, keys, partner and mapping overlays, logs. Absolute once read."""
    now: datetime | None = None
    """Fixes the clock of a command; None is the real clock."""
    user: str = ""
    """Who acts in this command, as `people.yaml` knows them; "" is the login name."""
    database: str = ""
    """SQLAlchemy URL; "" is SQLite in `HOME/crossdock.db`."""
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8080
    """0 lets the system choose a free port, which `serve` then prints."""
    log_level: Literal["auto", "debug", "info", "warning", "error"] = "auto"
    """`auto` is info for `serve` and `worker`, warning for every other command."""
    log_format: Literal["auto", "json", "text"] = "auto"
    """`auto` is text on a terminal and JSON elsewhere."""
    message_bytes_max: Annotated[int, msgspec.Meta(ge=1024)] = 50 * 1024 * 1024
    """Largest message body taken over HTTP or from a file."""
    body_seconds_max: Annotated[int, msgspec.Meta(ge=1)] = 600
    """How long a body may take to arrive; then it is refused with 408."""
    connections_max: Annotated[int, msgspec.Meta(ge=1)] = 512
    """HTTP connections at once; whoever comes further gets 503. Keep it below the files that a process may open."""
    threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    """Concurrent HTTP requests that do work; further ones wait, then get 503 with Retry-After."""
    queue_max: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    """Messages received and not yet processed beyond which new ones are refused with 503."""
    as2_name: str = "CROSSDOCK"
    """Our AS2 name towards every partner whose file gives no other one."""
    as2_url: str = ""
    """Where partners reach our `/as2` from outside; needed to ask for asynchronous MDNs."""
    names_base: Annotated[str, msgspec.Meta(pattern="^https?://[^?#]+$|^urn:[^?#]+:$")] = "https://crossdock.example/"
    """What our parts, places and documents are named under in CloudEvents and EPCIS: better a domain of yours."""
    advice_writers: str = ""
    """Code that writes advices in formats that no map writes (EDIFACT): `package.module:NAME`, divided by commas."""
    as2_passphrase: str = ""
    """Reference (`env:NAME`, `file:PATH`) to the passphrase of our keys; "" is `file:HOME/keys/passphrase`."""

    @property
    def as2_passphrase_reference(self) -> str:
        return self.as2_passphrase or f"file:{self.home / 'keys' / 'passphrase'}"

    def clock(self) -> Clock:
        """The clock this process goes by."""
        fixed = self.now
        return _read_system_clock if fixed is None else lambda: fixed

    @property
    def file(self) -> Path:
        return self.home / FILE_NAME


def read_settings(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings in force, from `flags` (None values count as not given), the environment and `HOME/crossdock.toml`.

    Raises OperatorMistake for an unknown key of the file, a value of the wrong form, or an unreadable file. Unknown
    CROSSDOCK_* variables are not refused, since other programs may own them; `find_unknown_variables` names them.
    """
    environment = os.environ if environment is None else environment
    given: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        text = environment.get(ENVIRONMENT_PREFIX + name.upper(), "")
        if text:
            given[name] = _convert(name, text, place=f"environment variable {ENVIRONMENT_PREFIX}{name.upper()}")
    given |= {
        name: _convert(name, value, place=f"--{name.replace('_', '-')}")
        for name, value in (flags or {}).items()
        if value is not None
    }
    home = Path(given.get("home", Settings().home)).expanduser().absolute()
    return Settings(**(_read_file(home / FILE_NAME) | given | {"home": home}))


def find_unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """CROSSDOCK_* variables that no setting reads, sorted: likely misspelt."""
    environment = os.environ if environment is None else environment
    known = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.__struct_fields__}
    return tuple(sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and name not in known))


def resolve_secret(reference: str, environment: Mapping[str, str] | None = None) -> str:
    """The secret behind `env:NAME` or `file:PATH` (one trailing line end is not part of it).

    Raises OperatorMistake when the reference leads nowhere or is not a reference; the message never repeats what
    stands there, since that may be the secret itself.
    """
    scheme, _, rest = reference.partition(":")
    if scheme == "env" and rest:
        value = (os.environ if environment is None else environment).get(rest, "")
        if not value:
            raise OperatorMistake(
                f"secret env:{rest}: the environment variable is not set", mend=f"export {rest}=..."
            )
        return value
    if scheme == "file" and rest:
        try:
            text = Path(rest).expanduser().read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise OperatorMistake(f"secret file:{rest} cannot be read: {why}", mend="correct the path") from error
        return text.removesuffix("\n").removesuffix("\r")
    raise OperatorMistake("a secret must be a reference, never the value itself", mend="write env:NAME or file:PATH")


def read_version() -> str:
    """The installed version of crossdock; `unknown` when run from a folder that was never installed."""
    try:
        return metadata.version("crossdock")
    except metadata.PackageNotFoundError:
        return "unknown"


def _read_system_clock() -> datetime:
    return datetime.now(UTC)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorMistake(f"cannot be read: {error}", file=str(path)) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else None
        raise OperatorMistake(f"not valid TOML: {error}", file=str(path), line=line) from error
    allowed = [name for name in Settings.__struct_fields__ if name not in _FLAGS_ONLY]
    for key in table:
        if key not in allowed:
            raise OperatorMistake(
                f'unknown key "{key}"', file=str(path), line=_line_of(text, key), mend=_mend_for(key, allowed)
            )
    return {key: _convert(key, value, file=str(path), line=_line_of(text, key)) for key, value in table.items()}


def _mend_for(key: str, allowed: list[str]) -> str:
    if key in _FLAGS_ONLY:
        ways = [way for way in (_FLAGS_ONLY[key], f"{ENVIRONMENT_PREFIX}{key.upper()}") if way]
        return f"set {' or '.join(ways)} instead"
    near = difflib.get_close_matches(key, allowed, n=1)
    return f'did you mean "{near[0]}"?' if near else "known keys: " + ", ".join(allowed)


def _line_of(text: str, key: str) -> int | None:
    """Line on which a top-level key or table stands; tomllib keeps no positions."""
    start = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(key)}["']?\s*[=.\]]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if start.match(line)), None)


def _convert(name: str, value: Any, *, place: str = "", file: str = "", line: int | None = None) -> Any:
    kind = _TYPES[name]
    try:
        if kind is Path:
            return Path(msgspec.convert(str(value) if isinstance(value, Path) else value, str))
        if name == "now":
            return _convert_time(value)
        return msgspec.convert(value, kind, strict=not isinstance(value, str))
    except (msgspec.ValidationError, ValueError) as error:
        text = f'{place + ": " if place else ""}"{value}" does not fit {name}: {error}'
        raise OperatorMistake(text, file=file, line=line) from error


def _convert_time(value: str | datetime) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_TYPES: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(Settings)}
