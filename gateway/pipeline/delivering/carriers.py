"""Which carrier serves a destination: the table from agreement to transport."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.pipeline.context import Context
from gateway.pipeline.delivering.http import http_of_hook, http_of_partner
from gateway.pipeline.delivering.outcome import Carrier
from gateway.store.outbox import Due
from gateway.store.writer import Writer
from gateway.transports.http import Sender

PUSHED = ("http", "as2", "sftp")
"""Deliveries that we send; a mailbox waits for its partner instead."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What carriers share and keep between deliveries."""

    writer: Writer
    http: Sender


def find_carrier(connection: Connection, due: Due, context: Context, tools: Tools) -> Carrier:
    """The carrier of a destination (a partner's id, or `hook:` and a subscription).

    Raises OperatorMistake where the agreement or our own set-up lacks what is needed to send.
    """
    kind, colon, rest = due.id.partition(":")
    if colon and kind == "hook":
        return http_of_hook(connection, tools.http, rest, context)
    partner = context.configuration.partners.get(due.id)
    match partner.deliver.to if partner is not None else "":
        case "http" if partner is not None:
            return http_of_partner(tools.http, partner, context)
    raise OperatorMistake(f"partner {due.id} has no address to deliver to", mend="deliver in its partner.yaml")
