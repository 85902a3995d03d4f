"""By HTTP: partners that take their messages by a signed POST, and webhooks."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.partners import Partner
from gateway.pipeline.context import Context
from gateway.pipeline.delivering.outcome import Outcome
from gateway.settings import resolve_secret
from gateway.store.outbox import Waiting
from gateway.store.subscriptions import list_subscriptions
from gateway.transports.http import Destination, Sender


class HttpCarrier:
    """To one address; the connection is the sender's and outlives the lease."""

    def __init__(self, sender: Sender, destination: Destination, context: Context) -> None:
        self._sender, self._destination, self._now = sender, destination, context.now

    def send(self, one: Waiting, data: bytes) -> Outcome:
        done = self._sender.post(self._destination, data, id=one.id, media_type=one.media_type, now=self._now)
        return Outcome(done.result, done.reason, done.retry_after_s, needs_person=done.needs_person)

    def close(self) -> None:
        pass


def http_of_partner(sender: Sender, partner: Partner, context: Context) -> HttpCarrier:
    """Raises OperatorMistake where the partner has no address, or its secret cannot be found."""
    if not partner.deliver.url:
        raise OperatorMistake(
            f"partner {partner.id} has no address to deliver to", mend="deliver in its partner.yaml"
        )
    return HttpCarrier(sender, Destination(partner.deliver.url, _secret(partner.deliver.secret)), context)


def http_of_hook(connection: Connection, sender: Sender, hook: str, context: Context) -> HttpCarrier:
    """`hook` is a subscription's id; what was queued before it ended is still sent."""
    for subscription in list_subscriptions(connection, ended=True):
        if subscription.id == hook:
            return HttpCarrier(sender, Destination(subscription.url, _secret(subscription.secret)), context)
    raise OperatorMistake(f"the subscription hook:{hook} is gone")


def _secret(reference: str) -> str:
    return resolve_secret(reference) if reference else ""
