"""Names on a partner's server: which are harmless, how paths are joined, how they are written down.

A name decides nothing here but where to look on that same server: local names are always generated.
"""

from __future__ import annotations

NAME_BYTES_MAX = 255


def decode_name(raw: bytes) -> str:
    """Text of a name; bytes that are no UTF-8 become surrogates and come back unchanged."""
    return raw.decode("utf-8", "surrogateescape")


def encode_path(path: str) -> bytes:
    """The bytes of a name or path as they go to the server."""
    return path.encode("utf-8", "surrogateescape")


def name_hex(name: str) -> str:
    """A name's bytes in hex: exact, and harmless wherever it is written."""
    return encode_path(name).hex()


def shown(path: str) -> str:
    """A path for people and logs: what could steer a terminal or break a line is escaped."""
    return "".join(c if c.isprintable() else _escape(c) for c in path)


def why_refused(raw: bytes) -> str:
    """Why no path is built from this name; "" if it is harmless.

    The name of a directory entry is one name. A server that lists `../../x` or `/etc/x` is broken or hostile.
    """
    if not raw:
        return "is empty"
    if raw in (b".", b".."):
        return "is a folder's own name"
    if b"/" in raw or b"\\" in raw:
        return "holds a path"
    if b"\0" in raw:
        return "holds a NUL"
    if len(raw) > NAME_BYTES_MAX:
        return f"is longer than {NAME_BYTES_MAX} bytes"
    return ""


def join(folder: str, name: str) -> str:
    """`folder/name`. Raises ValueError for a name that `why_refused` refuses: listings never hand out such."""
    reason = why_refused(encode_path(name))
    if reason:
        raise ValueError(f"the name {shown(name)!r} {reason}")
    if folder in ("", "."):
        return name
    return f"{folder.rstrip('/')}/{name}"


def _escape(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
