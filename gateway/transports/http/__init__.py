"""HTTP as a transport: signed deliveries by POST. A library; it knows no outbox and no schedule."""

from gateway.transports.http.delivery import Destination, Outcome, Sender

__all__ = ["Destination", "Outcome", "Sender"]
