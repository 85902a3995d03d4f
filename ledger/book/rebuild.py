"""Recomputes the projections from the events."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    events: int = 0


def rebuild(conn: Connection) -> Rebuilt:
    raise NotImplementedError
