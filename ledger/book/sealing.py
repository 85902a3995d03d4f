"""Moves full runs of movements into history and closings."""

from __future__ import annotations

from sqlalchemy import Connection


def seal(conn: Connection) -> int:
    raise NotImplementedError
