"""Who calls: an API key in `Authorization: Bearer`, its scopes, the partner it speaks for, and who acts by it.

A key sees and speaks only for its partner, and only while that partner's `identities.keys` lists its name. An
administrator's key is bound to nobody and must say for whom it sends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from gateway.api.problems import Problem
from gateway.pipeline import Street
from gateway.settings import Settings
from gateway.store.keys import ApiKey, find_key
from gateway.store.scopes import Scope
from ledger import queries
from ledger.book.bringing.snapshots import Snapshots
from ledger.events import Actor
from ledger.masterdata import MasterData

KEY_CHARS_MAX = 200
TAKING_SCOPES: tuple[Scope, ...] = ("messages:write", "events:write")
"""Calls that put something into the queue; refused before their body is read when it is full."""


class Call(NamedTuple):
    """One authenticated call and what it may touch."""

    key: ApiKey
    street: Street
    settings: Settings
    snapshots: Snapshots

    @property
    def partner(self) -> str:
        """The partner this key is bound to; "" for an administrator."""
        return self.key.partner

    @property
    def is_ours(self) -> bool:
        """True for administrators and our own systems (partners of kind `internal`): they see the whole ledger."""
        partner = self.street.configuration.partners.get(self.partner)
        return not self.partner or (partner is not None and partner.kind == "internal")

    @property
    def actor(self) -> Actor:
        """Who acts: the person the key was made for, a model, or the partner itself by its own key.

        A key that is bound to nobody is a person's, without roles where it names none. An internal partner's key is a
        person's once it names roles, sites or a person, else that system's own, which its agreement binds.
        """
        key = self.key
        who = key.person or key.name
        if key.acts_as == "model":
            return Actor(kind="model", id=who, sites=key.sites)
        if key.partner and not (self.is_ours and key.names_somebody):
            return Actor(kind="partner", id=key.partner)
        if key.roles or key.sites or not key.person:
            return Actor(kind="user", id=who, roles=key.roles, sites=key.sites)
        return self.street.governance.people.actor(key.person, named=False)

    @property
    def hidden(self) -> frozenset[str]:
        """Segments of stock that this person does not see; systems and administrators see all."""
        actor = self.actor
        if actor.kind != "user" or self.key.allows("admin"):
            return frozenset()
        return self.street.policy.hidden_from(actor.roles)

    def masterdata(self) -> MasterData:
        """Parts, sites, suppliers as they stand; kept in memory and brought up to date."""
        with self.street.read() as conn:
            return queries.masterdata(conn, snapshots=self.snapshots)

    def partner_to_speak_for(self, chosen: str | None) -> str:
        """The partner whose message this is. Raises Problem when an administrator names none, or a known one."""
        if self.partner:
            if chosen and chosen != self.partner:
                raise Problem("other-partner", f"this key speaks for {self.partner}")
            return self.partner
        if not chosen:
            raise Problem("needs-partner")
        if self.street.configuration.partners.get(chosen) is None:
            raise Problem("not-valid", f"there is no partner {chosen}")
        return chosen

    def partner_to_show(self, chosen: str | None) -> str:
        """Whose messages are shown; "" is everybody's, for administrators. Raises Problem for another partner's."""
        if self.partner and chosen and chosen != self.partner:
            raise Problem("other-partner", f"this key sees only what concerns {self.partner}")
        return self.partner or chosen or ""

    def refuse_outsiders(self) -> None:
        """Raises Problem unless the caller belongs to our side: stock is no partner's business."""
        if not self.is_ours:
            raise Problem(
                "missing-scope", "this is for our own side; a partner sees, disputes and notes on cases of its own"
            )


def calls(scope: Scope) -> Callable[[Request], Call]:
    """A dependency that lets a request pass if its key has `scope`."""

    def authenticate(request: Request) -> Call:
        street: Street = request.app.state.street
        key = _find(street, request.headers.get("authorization", ""))
        if key.partner:
            partner = street.configuration.partners.get(key.partner)
            if partner is None or key.name not in partner.identities.keys:
                raise Problem("key-not-listed", f'partner {key.partner} does not list the key "{key.name}"')
        if not key.allows(scope):
            raise Problem("missing-scope", f'the key "{key.name}" lacks the scope {scope}')
        request.state.key_name = key.name
        if scope in TAKING_SCOPES:
            request.app.state.gate.refuse_if_full()
        return Call(key, street, request.app.state.settings, request.app.state.snapshots)

    return authenticate


def _find(street: Street, header: str) -> ApiKey:
    scheme, _, key = header.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise Problem("no-key")
    if len(key) > KEY_CHARS_MAX:
        raise Problem("unknown-key")
    with street.read() as conn:
        found = find_key(conn, key)
    if found is None:
        raise Problem("unknown-key")
    return found


MayReadMessages = Annotated[Call, Depends(calls("messages:read"))]
MayWriteMessages = Annotated[Call, Depends(calls("messages:write"))]
MayWriteEvents = Annotated[Call, Depends(calls("events:write"))]
MayReadLedger = Annotated[Call, Depends(calls("ledger:read"))]
MayWriteCases = Annotated[Call, Depends(calls("cases:write"))]
MayAdminister = Annotated[Call, Depends(calls("admin"))]
"""Declare it as an endpoint's first parameter: a stranger is refused before a body is read."""
