"""`/v1/webhooks`: who hears of events and outcomes. Each delivery is signed per Standard Webhooks.

Subscribing is an administrator's decision, since it makes this server call an address of the caller's choice.
"""

from __future__ import annotations

import base64
import secrets
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Path, Response

from gateway.api.answers import answer
from gateway.api.bodies import SmallBody, decode
from gateway.api.callers import MayAdminister
from gateway.api.problems import Located, Problem
from gateway.pipeline import Street
from gateway.store.subscriptions import Format, list_subscriptions
from ledger.events import KINDS
from ledger.outcomes import OUTCOMES
from ledger.signals import BY_NAME

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

SECRET_BYTES = 32
SIGNED_KINDS = frozenset(KINDS) | {str(outcome.__struct_config__.tag) for outcome in OUTCOMES} | set(BY_NAME)

SubscriptionId = Annotated[str, Path(max_length=40, pattern=r"^w_[A-Za-z0-9]+$")]


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a subscription. `secret` is a reference (`env:`, `file:`); left out, a secret is made and shown."""

    url: Annotated[str, msgspec.Meta(max_length=2000)]
    kinds: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=40)], ...], msgspec.Meta(max_length=50)] = ()
    partner: Annotated[str, msgspec.Meta(max_length=100)] = ""
    format: Format = "recorded"
    secret: Annotated[str, msgspec.Meta(max_length=500, pattern="^((env|file):.+)?$")] = ""


@router.post("", status_code=201, summary="Subscribe to events and outcomes")
def subscribe(call: MayAdminister, body: SmallBody) -> Response:
    """A made secret is shown in this answer and never again; it is kept in a file of the home, mode 0600."""
    wanted: NewWebhook = decode(body, NewWebhook)
    if faults := _faults_of(call.street, wanted):
        raise Problem("not-valid", "this subscription cannot be taken", faults)
    id = f"w_{secrets.token_hex(12)}"
    shown: dict[str, object] = {"id": id, "url": wanted.url, "kinds": wanted.kinds, "partner": wanted.partner}
    shown["format"] = wanted.format
    reference = wanted.secret
    if not reference:
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        reference = _keep_secret(call, id, secret)
        shown["secret"] = secret
    call.street.subscribe(
        id, url=wanted.url, secret=reference, kinds=wanted.kinds, partner=wanted.partner, format=wanted.format
    )
    return answer(shown, 201, {"Location": f"/v1/webhooks/{id}"})


@router.get("", summary="Subscriptions in force")
def list_webhooks(call: MayAdminister) -> Response:
    """Secrets are never shown, only the references to them."""
    with call.street.read() as conn:
        return answer({"items": list_subscriptions(conn), "next": None})


@router.delete("/{id}", status_code=204, summary="End a subscription")
def unsubscribe(call: MayAdminister, id: SubscriptionId) -> Response:
    """What is queued already still goes out."""
    if not call.street.unsubscribe(id):
        raise Problem("not-found", f"there is no subscription {id} in force")
    return Response(status_code=204)


def _faults_of(street: Street, wanted: NewWebhook) -> list[Located]:
    faults = []
    parts = urlsplit(wanted.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        faults.append(Located(pointer="/url", detail="must be an http or https address without user or fragment"))
    for index, kind in enumerate(wanted.kinds):
        if wanted.format == "cloudevents" and kind in SIGNED_KINDS and kind not in KINDS:
            faults.append(Located(pointer=f"/kinds/{index}", detail=f"{kind} is no event; CloudEvents are events"))
        if kind not in SIGNED_KINDS:
            faults.append(Located(pointer=f"/kinds/{index}", detail=f"there is no event, outcome or signal {kind}"))
    if wanted.partner and street.configuration.partners.get(wanted.partner) is None:
        faults.append(Located(pointer="/partner", detail=f"there is no partner {wanted.partner}"))
    return faults


def _keep_secret(call: MayAdminister, id: str, secret: str) -> str:
    folder = call.settings.home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / id
    path.touch(mode=0o600)
    path.write_text(secret, "utf-8")
    return f"file:{path}"
