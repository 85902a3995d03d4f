"""`HOME/policy.yaml`: the rules of this house, laid over those that come with the ledger."""

from __future__ import annotations

import msgspec

from gateway.governance.shapes import fill
from gateway.resources import Entry
from ledger.policy import Policy

FILE = "policy.yaml"


class HouseRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says. Mappings are laid over what is there, lists and values take its place."""

    roles: dict[str, str] = {}
    """Further roles of this house: name, and what it is for."""

    def laid_over(self, policy: Policy | None = None) -> Policy:
        """The policy with these rules in it; without one, what the ledger brings along."""
        return policy or Policy()


def read_rules(entry: Entry) -> HouseRules:
    """The rules of a file; mistakes go into the entry's list."""
    return fill(entry, HouseRules())
