"""What API keys may call: scopes, and those that a key has by default. What a person may decide, roles say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, get_args

Scope = Literal["messages:read", "messages:write", "events:write", "ledger:read", "cases:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

OF_SYSTEMS: tuple[Scope, ...] = ("messages:read", "messages:write", "events:write", "ledger:read")
"""Of systems of our own house, which decide no cases."""
OF_PARTNERS: tuple[Scope, ...] = (*OF_SYSTEMS, "cases:write")
"""Of other partners: they note on cases of their own and dispute them, and decide none whatever their scopes."""
OF_CASES: tuple[Scope, ...] = ("messages:read", "ledger:read", "cases:write")
"""Of people who work on cases: they see what came and how the books stand, decide, and say what goods answer."""
OF_PEOPLE: tuple[Scope, ...] = (*OF_SYSTEMS, "cases:write")
"""Of people who also hand in what happens to goods, or master data."""

OF_ROLES: dict[str, tuple[Scope, ...]] = {
    "accounts_payable": OF_CASES,
    "allocator": OF_PEOPLE,
    "engineer": OF_PEOPLE,
    "engineering": OF_CASES,
    "finance": OF_PEOPLE,
    "inspector": OF_PEOPLE,
    "integration": OF_CASES,
    "inventory_manager": OF_PEOPLE,
    "logistics": OF_CASES,
    "master_data": OF_PEOPLE,
    "packaging": OF_CASES,
    "planner": OF_PEOPLE,
    "procurement": OF_CASES,
    "quality": OF_CASES,
    "quality_manager": OF_PEOPLE,
    "receiver": OF_PEOPLE,
    "receiving": OF_CASES,
    "trade": OF_CASES,
    "warehouse": OF_PEOPLE,
}
"""Role -> what its work needs, by the rules that are shipped."""


def default_scopes(roles: Collection[str], handing_in: Iterable[str] = ()) -> tuple[Scope, ...]:
    """What a person's key may call where no scopes are named: all that one of the roles needs.

    Without roles, and for a role that is the house's own, that is all but `admin`. `handing_in`: roles that the rules
    of the house name for an event.
    """
    more = set(handing_in)
    needed = {scope for role in roles for scope in (OF_PEOPLE if role in more else OF_ROLES.get(role, OF_PEOPLE))}
    return tuple(scope for scope in SCOPES if scope in needed) if needed else OF_PEOPLE
