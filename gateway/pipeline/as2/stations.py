"""Stations: the AS2 partnerships of a configuration, with every key and certificate parsed once.

Made when a configuration or our keys come into force, never per message. Holds private keys: never log or store it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.errors import OperatorMistake
from gateway.partners import As2Terms, Certificate, OwnKey, Partner, read_own_keys
from gateway.settings import Settings, resolve_secret
from gateway.transports import as2

FOR_EVER = datetime.max.replace(tzinfo=UTC)

KeysSignature = tuple[tuple[str, int, int], ...]


class Partnership(NamedTuple):
    """One partner as AS2 sees it. `stations` has one for each of its AS2 names; the first is the one we send to."""

    partner: Partner
    terms: As2Terms
    stations: tuple[as2.Station, ...]

    def station_towards(self, their_name: str) -> as2.Station | None:
        """The station under one of its names."""
        return next((each for each in self.stations if each.their_name == their_name), None)


class Stations:
    """All partnerships in force. `mistake` says why AS2 cannot work now (our keys cannot be opened), "" if it can.

    With a mistake nothing is opened or refused for good: partners are told to come again.
    """

    def __init__(
        self, partnerships: Iterable[Partnership] = (), *, mistake: str = "", until: datetime = FOR_EVER
    ) -> None:
        self.mistake = mistake
        self.until = until
        """When a key of ours ends, and the stations have to be made anew without it."""
        self._by_partner = {each.partner.id: each for each in partnerships}
        self._by_names = {
            (station.their_name, station.our_name): (each.partner.id, station)
            for each in self._by_partner.values()
            for station in each.stations
        }

    def find(self, as2_from: str, as2_to: str) -> as2.Station | None:
        """The partnership of AS2-From and AS2-To, case-sensitive; None for strangers."""
        found = self._by_names.get((as2_from, as2_to))
        return None if found is None else found[1]

    def partner_id(self, station: as2.Station | None) -> str:
        """Whose station it is, "" for none."""
        found = self._by_names.get((station.their_name, station.our_name)) if station is not None else None
        return "" if found is None else found[0]

    def of_partner(self, partner: str) -> Partnership | None:
        return self._by_partner.get(partner)


def sign_keys(folder: Path) -> KeysSignature:
    """Names, times and sizes of the files in HOME/keys: differs when a key was added or a date edited."""
    try:
        facts = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file()]
    except OSError:
        return ()
    return tuple((name, fact.st_mtime_ns, fact.st_size) for name, fact in facts)


def open_stations(partners: Iterable[Partner], keys: Path, settings: Settings, *, now: datetime) -> Stations:
    """The partnerships of all partners that speak AS2, with those of our keys that have not ended.

    Never raises: a key or certificate that cannot be opened is the `mistake` of what is returned.
    """
    speaking = [partner for partner in partners if partner.as2 is not None and not partner.id.startswith("_")]
    if not speaking:
        return Stations()
    try:
        own = [key for key in read_own_keys(keys).keys if now < key.valid_to]
        ours = _open_keys(own, settings)
        until = min((key.valid_to for key in own), default=FOR_EVER)
        return Stations([_partnership(partner, ours, settings) for partner in speaking], until=until)
    except OperatorMistake as mistake:
        return Stations(mistake=str(mistake))


def _partnership(partner: Partner, ours: tuple[as2.Key, ...], settings: Settings) -> Partnership:
    terms = partner.as2
    if terms is None:
        raise AssertionError("only partners that speak AS2 have a partnership")
    policy = as2.Policy(
        require_signed=terms.require.signed,
        require_encrypted=terms.require.encrypted,
        legacy=frozenset(terms.legacy),
        sign=terms.sign,
        encrypt=terms.encrypt,
        compress=terms.compress,
        mdn=terms.mdn,
        mdn_return_url=settings.as2_url,
        mdn_urls=terms.mdn_urls,
    )
    stations = tuple(
        as2.Station(
            our_name=terms.our_name or settings.as2_name,
            their_name=name,
            our_keys=ours,
            their_signing=_certificates(partner, terms.certificates_for("sign")),
            their_encryption=_certificates(partner, terms.certificates_for("encrypt")),
            policy=policy,
        )
        for name in partner.identities.as2
    )
    return Partnership(partner, terms, stations)


def _certificates(partner: Partner, listed: Iterable[Certificate]) -> tuple[as2.Certificate, ...]:
    return tuple(
        as2.read_certificate(
            one.pem, valid_from=one.valid_from, valid_to=one.valid_to, file=f"partners/{partner.id}/{one.file}"
        )
        for one in listed
    )


def _open_keys(own: Sequence[OwnKey], settings: Settings) -> tuple[as2.Key, ...]:
    if not own:
        return ()
    passphrase = resolve_secret(settings.as2_passphrase_reference).encode()
    return tuple(_open_key(key, passphrase) for key in own)


def _open_key(key: OwnKey, passphrase: bytes) -> as2.Key:
    opened = as2.load_key(
        key.private_key,
        key.certificate,
        passphrase,
        valid_from=key.valid_from,
        valid_to=key.valid_to,
        file=f"keys/{key.name}.key.pem",
    )
    if "sign" in key.use:
        return opened
    # It opens what comes and never signs: a key signs only from its first day on.
    return opened._replace(certificate=msgspec.structs.replace(opened.certificate, valid_from=FOR_EVER))
