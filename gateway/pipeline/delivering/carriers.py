"""Which carrier serves a destination: the table from agreement to transport."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.pipeline.as2.stations import Stations
from gateway.pipeline.context import Context
from gateway.pipeline.delivering.as2 import as2_of_partner, mdn_of_partner
from gateway.pipeline.delivering.http import http_of_hook, http_of_partner
from gateway.pipeline.delivering.outcome import Carrier
from gateway.pipeline.delivering.sftp import sftp_of_partner
from gateway.pipeline.pickup.sessions import Sessions
from gateway.store.database import Database
from gateway.store.outbox import Due
from gateway.store.writer import Writer
from gateway.transports import as2, http

PUSHED = ("http", "as2", "sftp")
"""Deliveries that we send; a mailbox waits for its partner instead."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What carriers share and keep between deliveries."""

    database: Database
    writer: Writer
    http: Callable[[], http.Sender]
    as2: Callable[[], as2.Sender]
    """Senders are made when the first message goes their way."""
    stations: Callable[[], Stations]
    sftp: Sessions = field(default_factory=Sessions)


def find_carrier(connection: Connection, due: Due, context: Context, tools: Tools) -> Carrier:
    """The carrier of a destination: a partner's id, `hook:` and a subscription, `mdn:` and a partner.

    Raises OperatorMistake where the agreement or our own set-up lacks what is needed to send.
    """
    kind, colon, rest = due.id.partition(":")
    if colon and kind == "hook":
        return http_of_hook(connection, tools.http(), rest, context)
    if colon and kind == "mdn":
        return mdn_of_partner(tools.database, tools.as2(), tools.stations(), rest)
    partner = context.configuration.partners.get(due.id)
    if partner is not None:
        match partner.deliver.to:
            case "http":
                return http_of_partner(tools.http(), partner, context)
            case "as2":
                return as2_of_partner(
                    tools.database, tools.writer, tools.as2(), tools.stations(), partner.id, context
                )
            case "sftp":
                return sftp_of_partner(connection, tools.database, tools.sftp, partner, context)
    raise OperatorMistake(f"partner {due.id} has no address to deliver to", mend="deliver in its partner.yaml")
