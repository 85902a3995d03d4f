"""All partners in force, found by every identity that they carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateway.document import Party
from gateway.partners.values import Agreement, Partner


class Partners:
    """All partners in force, and the finding of one by what it shows."""

    def __init__(self, partners: Iterable[Partner] = ()) -> None:
        self.all: tuple[Partner, ...] = tuple(sorted(partners, key=lambda p: p.id))
        self._by_id = {p.id: p for p in self.all}
        # An example is looked at and never in force: nobody is found as it.
        live = [p for p in self.all if not p.id.startswith("_")]
        self._by_isa: dict[str, list[Partner]] = {}
        for partner in live:
            for isa in partner.identities.isa:
                self._by_isa.setdefault(isa, []).append(partner)
        self._by_party = {party: p for p in live for party in p.identities.party}
        self._by_as2 = {name: p for p in live for name in p.identities.as2}
        self._by_sftp = {login: p for p in live for login in p.identities.sftp}
        self._by_key = {key: p for p in live for key in p.identities.keys}
        self._sending: dict[str, list[tuple[Partner, Agreement]]] = {}
        for partner in live:
            for agreement in partner.send.values():
                for occasion in agreement.occasions:
                    self._sending.setdefault(occasion, []).append((partner, agreement))

    def get(self, partner_id: str) -> Partner | None:
        return self._by_id.get(partner_id)

    def by_isa(self, sender: Party, group_sender: str = "") -> Partner | None:
        """Partner of an ISA sender; where several share the ISA id, the one that lists the GS id.

        None when nobody has the ISA id, when the GS id belongs to none of those who do, or when it stays open.
        """
        candidates = self._by_isa.get(f"{sender.qualifier.strip()}:{sender.id.strip()}", [])
        if len(candidates) == 1 and not candidates[0].identities.gs:
            return candidates[0]
        if group_sender:
            named = [p for p in candidates if group_sender.strip() in p.identities.gs]
            candidates = named or [p for p in candidates if not p.identities.gs]
        return candidates[0] if len(candidates) == 1 else None

    def by_gs(self, group_sender: str) -> tuple[Partner, ...]:
        return tuple(p for p in self.all if group_sender.strip() in p.identities.gs)

    def by_party(self, party: str) -> Partner | None:
        """Partner of a party string as sent (`92:A123`)."""
        return self._by_party.get(party)

    def by_as2(self, name: str) -> Partner | None:
        return self._by_as2.get(name)

    def by_sftp(self, login: str) -> Partner | None:
        return self._by_sftp.get(login)

    def by_key(self, name: str) -> Partner | None:
        """Partner for whom an API key of that name may speak."""
        return self._by_key.get(name)

    def sending_on(self, occasion: str) -> Sequence[tuple[Partner, Agreement]]:
        """Who is sent what on an event kind or finding (`OrderPlaced`); by partner."""
        return self._sending.get(occasion, ())

    def __iter__(self) -> Iterator[Partner]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)
