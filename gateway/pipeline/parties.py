"""Which partner speaks for which supplier: the partners' own identifiers met with those of master data.

The ledger knows suppliers, agreements know partners, and the two are seldom named alike. Decides nothing else.
"""

from __future__ import annotations

import msgspec

from gateway.partners import Partner, Partners
from ledger.masterdata import MasterData
from ledger.policy import Policy


class Parties:
    """Keeps the policy with its suppliers named, and makes it anew when the policy or master data has changed."""

    def __init__(self) -> None:
        self._made_from: tuple[Policy, MasterData] | None = None
        self._policy = Policy()

    def policy(self, stated: Policy, partners: Partners, masterdata: MasterData) -> Policy:
        """The stated policy, with `partner_of_supplier` as master data has it now."""
        made_from = self._made_from
        if made_from is None or made_from[0] is not stated or made_from[1] is not masterdata:
            policy = policy_now(stated, partners, masterdata)
            if policy != self._policy:
                self._policy = policy
            self._made_from = stated, masterdata
        return self._policy


def policy_now(stated: Policy, partners: Partners, masterdata: MasterData) -> Policy:
    """The stated policy for whoever only reads."""
    return msgspec.structs.replace(stated, partner_of_supplier=partner_of_supplier(partners, masterdata))


def partner_of_supplier(partners: Partners, masterdata: MasterData) -> dict[str, str]:
    """Partner id by supplier id; suppliers for whom no partner speaks, or one of the same name, are left out."""
    named: dict[str, str] = {}
    for id, supplier in sorted(masterdata.suppliers.items()):
        referred = [entry.identifier for entry in masterdata.cross_references.meaning("party", id)]
        spoken_by = (partners.by_party(identifier) for identifier in (*supplier.identifiers, f"92:{id}", *referred))
        partner = next((partner for partner in spoken_by if partner is not None), None)
        if partner is not None and partner.id != id:
            named[id] = partner.id
    return named


def partner_of_party(party: str, partners: Partners, masterdata: MasterData, policy: Policy) -> Partner | None:
    """The partner that `qualifier:identifier` means: by its own identifiers, else by those of its supplier."""
    found = partners.by_party(party)
    if found is None:
        # In whose document it stands and of which day is not asked here: it has to mean the same to all.
        supplier = masterdata.supplier_id(party) or masterdata.cross_references.means_to_all("party", party)
        found = partners.get(policy.partner_for(supplier)) if supplier is not None else None
    return found
