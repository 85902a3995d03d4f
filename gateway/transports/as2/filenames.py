"""File names as partners give them: kept to be shown, never to be a path. Source: RFC 2183 section 5."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from gateway.transports.as2.mime import split_value

FILENAME_MAX = 255


def read_filename(fields: Mapping[str, str]) -> str:
    """The name of a part, from Content-Disposition or else Content-Type; "" if there is none."""
    disposition = fields.get("content-disposition")
    if disposition is not None:
        name = split_value(disposition)[1].get("filename", "")
        if name:
            return safe_filename(name)
    return safe_filename(split_value(fields.get("content-type", ""))[1].get("name", ""))


def safe_filename(name: str) -> str:
    """The last part of a path in either manner of writing, without control characters and leading dots."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable()).strip().lstrip(".").strip()[:FILENAME_MAX]


def write_content_disposition(filename: str) -> str:
    """An attachment of that name; what ASCII cannot say is written as RFC 2231 has it."""
    name = safe_filename(filename)
    if name.isascii():
        return f'attachment; filename="{name.replace(chr(34), "")}"'
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
