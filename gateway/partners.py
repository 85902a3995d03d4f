"""Partners and agreements: `partners/<id>/partner.yaml` as frozen values, found by every identity they carry.

Reads and checks; holds no secrets (they are references) and knows nothing of transports or documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import msgspec

from gateway.document import Party
from gateway.errors import OperatorMistake
from gateway.resources import Entry, Mistake, Mistakes, read_yaml

Kind = Literal["supplier", "logistics", "internal", "customer", "van"]
Duplicates = Literal["enforce", "warn", "ignore"]

KINDS = ("supplier", "logistics", "internal", "customer", "van")
DUPLICATES = ("enforce", "warn", "ignore")
DELIVERIES = ("http", "mailbox", "as2", "sftp")
TITLE_PASSES = ("shipment", "receipt", "consumption")
RECEIVED_AS = (
    "OrderPlaced", "ShipmentNotified", "GoodsReceived", "DiscrepancyResolved", "ReceivingAdvice",
    "ApplicationAdvice", "ack", "reconcile", "record", "pass", "events",
)  # fmt: skip
"""What a received document may mean; `ack` and `reconcile` are about what we sent, `record` keeps it only,
`pass` hands it on, `events` takes the canonical events as they say themselves."""
SENT_ON = ("OrderPlaced", "OrderChanged", "OrderCancelled", "discrepancies", "faults", "receipts", "")
"""What makes us send: an event kind, or what matching found; "" is sent whenever its own rule says (997)."""


class Identities(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every name by which a partner shows itself. ISA and party are `qualifier:id`, zeros kept."""

    isa: tuple[str, ...] = ()
    gs: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    as2: tuple[str, ...] = ()
    sftp: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class X12Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How X12 is spoken with a partner. `our_isa` and `our_gs` are our own ids towards it."""

    release: str = "004010"
    element: str = "*"
    segment: str = "~"
    component: str = ">"
    repetition: str = ""
    duplicates: Duplicates = "enforce"
    duplicate_days: int = 365
    our_isa: str = ""
    our_gs: str = ""
    ack_requested: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document type in one direction: what it means when received, or what makes us send it."""

    document: str
    direction: Literal["receive", "send"]
    meaning: str = ""
    """`as:` of a received document, `on:` of a sent one."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where answers go. `secret` is a reference: `env:NAME` or `file:PATH`."""

    to: Literal["http", "mailbox", "as2", "sftp"] = "mailbox"
    url: str = ""
    secret: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the ledger is told about a partner; anything absent takes the ledger's default."""

    asn_due_minutes: int | None = None
    title_passes: Literal["", "shipment", "receipt", "consumption"] = ""
    tolerances: Mapping[str, Any] = {}
    """As written in the file (text, mappings of text); the ledger's policy gives them meaning."""
    other: Mapping[str, Any] = {}
    """Further terms as written, for the policy."""


class Partner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One partner folder. `id` is the folder's name and the id everywhere."""

    id: str
    kind: Kind = "supplier"
    name: str = ""
    time_zone: str = "UTC"
    currency: str = ""
    identities: Identities = Identities()
    carries: tuple[str, ...] = ()
    """Partners whose ISA and GS ids this one may bring; its own id if the file does not say."""
    test: bool | None = None
    """The partner's state, compared with ISA15 (and the test flag of other formats): true only test, false only
    live traffic, absent both, each into its own book. A disagreement is held, never posted."""
    x12: X12Terms = X12Terms()
    receive: Mapping[str, Agreement] = {}
    send: Mapping[str, Agreement] = {}
    deliver: Delivery = Delivery()
    terms: Terms = Terms()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def may_carry(self, partner_id: str) -> bool:
        """True if documents of that partner may arrive over this partner's transport identity."""
        return partner_id in self.carries

    def receives(self, document: str) -> Agreement | None:
        """The agreement on a received document type (`856`, `goods_receipt`); None: not agreed."""
        return self.receive.get(document)

    def sends(self, document: str) -> Agreement | None:
        return self.send.get(document)

    def sends_on(self, occasion: str) -> tuple[Agreement, ...]:
        """Documents that this partner gets on an event kind or finding (`OrderPlaced`, `discrepancies`)."""
        return tuple(agreement for agreement in self.send.values() if agreement.meaning == occasion)


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

    def get(self, partner_id: str) -> Partner | None:
        return self._by_id.get(partner_id)

    def by_isa(self, sender: Party, group_sender: str = "") -> Partner | None:
        """Partner of an ISA sender; where several share the ISA id, the one that lists the GS id.

        None when nobody has the ISA id, when the GS id belongs to none of those who do, or when it stays open.
        """
        candidates = self._by_isa.get(f"{sender.qualifier.strip()}:{sender.id.strip()}", [])
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

    def __iter__(self) -> Iterator[Partner]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)


# --- reading -------------------------------------------------------------------------------------------------

_ID = re.compile(r"_?[a-z0-9][a-z0-9_-]{0,39}\Z")
_QUALIFIED = re.compile(r"[0-9A-Z]{0,3}:[^\s:](?:.*\S)?\Z")
_CODE3 = re.compile(r"[A-Z]{3}\Z")
_RELEASE = re.compile(r"\d{6}\Z")


def read_partner(source: Path | bytes, file: str = "") -> Partner:
    """Read and check one partner.yaml. Raises Mistakes (an OperatorMistake) with all of them, each with its line."""
    mistakes: list[Mistake] = []
    yaml = read_yaml(source, file)
    entry = Entry(yaml, mistakes)
    folder = Path(yaml.file).parent.name
    partner = _partner(entry, folder)
    if mistakes:
        raise Mistakes(mistakes)
    return partner


def read_partners(files: Mapping[str, bytes]) -> Partners:
    """Read every `partners/<id>/partner.yaml` among virtual paths; raises Mistakes with those of all files."""
    mistakes: list[Mistake] = []
    partners: list[Partner] = []
    for path in sorted(p for p in files if p.startswith("partners/") and p.endswith("/partner.yaml")):
        try:
            partners.append(read_partner(files[path], path))
        except Mistakes as found:
            mistakes += found.mistakes
        except OperatorMistake as found:
            mistakes.append(Mistake(found.file or path, found.line, found.text, found.mend))
    mistakes += _check_together(partners)
    if mistakes:
        raise Mistakes(mistakes)
    return Partners(partners)


def _check_together(partners: list[Partner]) -> list[Mistake]:
    """What only shows when all are known: an identity in two files, a carried partner that does not exist."""
    mistakes: list[Mistake] = []
    # An example is never in force, so it takes no identity away from a partner that is.
    partners = [p for p in partners if not p.id.startswith("_")]
    known = {p.id for p in partners}
    for kind in ("party", "as2", "sftp", "keys"):
        owner: dict[str, str] = {}
        for partner in partners:
            for name in getattr(partner.identities, kind):
                if owner.setdefault(name, partner.id) != partner.id:
                    mistakes.append(
                        Mistake(_file(partner), None, f'identities.{kind} "{name}" belongs to {owner[name]} too')
                    )
    pairs: dict[tuple[str, str], str] = {}
    for partner in partners:
        for isa in partner.identities.isa:
            for gs in partner.identities.gs or ("",):
                if pairs.setdefault((isa, gs), partner.id) != partner.id:
                    text = f'identities.isa "{isa}" with gs "{gs}" belongs to {pairs[isa, gs]} too'
                    mistakes.append(Mistake(_file(partner), None, text, "tell them apart by their gs ids"))
        for carried in partner.carries:
            if carried not in known:
                mistakes.append(Mistake(_file(partner), None, f'carries unknown partner "{carried}"'))
    return mistakes


def _file(partner: Partner) -> str:
    return f"partners/{partner.id}/partner.yaml"


def _partner(entry: Entry, folder: str) -> Partner:
    keys = entry.mapping(
        (
            "partner", "kind", "name", "time_zone", "currency", "identities", "carries", "test", "x12", "receive",
            "send", "deliver", "terms",
        )
    )  # fmt: skip
    if "partner" not in keys:
        entry.note('key "partner" is missing', f"partner: {folder}")
        keys["partner"] = Entry(entry.source, entry.mistakes, ("partner",), folder)
    name = keys["partner"].such(lambda v: _ID.match(v) is not None, "must be lower case letters, digits, - and _")
    if name and folder and name != folder:
        keys["partner"].note(f'partner "{name}" stands in folder "{folder}"', "one name for both")

    def get(key: str) -> Entry:
        return keys.get(key) or Entry(entry.source, entry.mistakes, (key,), "")

    return Partner(
        id=name or folder,
        kind=cast(Kind, keys["kind"].choice(KINDS, "supplier")) if "kind" in keys else "supplier",
        name=get("name").text(),
        time_zone=keys["time_zone"].such(_is_zone, "is no IANA time zone", "UTC") if "time_zone" in keys else "UTC",
        currency=get("currency").such(lambda v: v == "" or _CODE3.match(v) is not None, "is no ISO 4217 code"),
        identities=_identities(get("identities")),
        carries=get("carries").texts() if "carries" in keys else (name or folder,),
        test=keys["test"].flag() if "test" in keys else None,
        x12=_x12(get("x12")),
        receive=_agreements(get("receive"), "receive"),
        send=_agreements(get("send"), "send"),
        deliver=_delivery(get("deliver")),
        terms=_terms(get("terms")),
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return name != ""


def _identities(entry: Entry) -> Identities:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in entry.mapping(Identities.__struct_fields__).items():
        for item in value.items():
            if key in ("isa", "party"):
                item.such(lambda v: _QUALIFIED.match(v) is not None, 'must be qualifier:id, as "01:123456789"')
            else:
                item.such(lambda v: v.strip() != "", "must not be empty")
        found[key] = value.texts()
    return Identities(**found)


def _x12(entry: Entry) -> X12Terms:
    keys = entry.mapping(X12Terms.__struct_fields__)
    found: dict[str, Any] = {}
    for key, value in keys.items():
        if key == "release":
            found[key] = value.such(lambda v: _RELEASE.match(v) is not None, "must be six digits, as 004010")
        elif key in ("element", "segment", "component", "repetition"):
            found[key] = value.such(_is_delimiter, "must be one character, neither letter, digit nor blank")
        elif key == "duplicates":
            found[key] = value.choice(DUPLICATES, "enforce")
        elif key == "duplicate_days":
            found[key] = value.whole(365, 0, 3650)
        elif key == "ack_requested":
            found[key] = value.flag()
        elif key == "our_isa":
            found[key] = value.such(lambda v: _QUALIFIED.match(v) is not None, "must be qualifier:id")
        else:
            found[key] = value.text()
    delimiters = [found[k] for k in ("element", "segment", "component", "repetition") if found.get(k)]
    if len(set(delimiters)) != len(delimiters):
        entry.note("two delimiters of x12 are the same character")
    return X12Terms(**found)


def _is_delimiter(text: str) -> bool:
    return len(text) == 1 and not text.isalnum() and text != " " and ord(text) < 256


def _agreements(entry: Entry, direction: Literal["receive", "send"]) -> dict[str, Agreement]:
    key, options = ("as", RECEIVED_AS) if direction == "receive" else ("on", SENT_ON)
    found: dict[str, Agreement] = {}
    for document, value in entry.mapping().items():
        keys = value.mapping((key,))
        meaning = keys[key].choice(options, "", f"{document} {key}") if key in keys else ""
        found[document] = Agreement(document=document, direction=direction, meaning=meaning)
    return found


def _delivery(entry: Entry) -> Delivery:
    keys = entry.mapping(Delivery.__struct_fields__)
    if not keys:
        return Delivery()
    to = keys["to"].choice(DELIVERIES, "mailbox", "delivery") if "to" in keys else "mailbox"
    url = keys["url"].such(_is_url, "must begin with https:// or http://") if "url" in keys else ""
    secret = _reference(keys["secret"]) if "secret" in keys else ""
    if to == "http" and "url" not in keys:
        entry.note("deliver to http needs a url")
    return Delivery(to=cast(Any, to), url=url, secret=secret)


def _is_url(text: str) -> bool:
    return re.match(r"https?://[^\s/@]+(/\S*)?\Z", text) is not None


def _reference(entry: Entry) -> str:
    text = entry.text()
    if re.match(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)\Z", text) is None:
        # What stands here may be the secret itself: the message never repeats it.
        entry.note(f"{entry.name} must be a reference, env:NAME or file:PATH, never the secret itself")
        return ""
    return text


def _terms(entry: Entry) -> Terms:
    keys = entry.mapping()
    found: dict[str, Any] = {}
    if "asn_due_minutes" in keys:
        found["asn_due_minutes"] = keys.pop("asn_due_minutes").whole(30, 0, 100_000)
    if "title_passes" in keys:
        found["title_passes"] = keys.pop("title_passes").choice(TITLE_PASSES, "receipt")
    if "tolerances" in keys:
        tolerances = keys.pop("tolerances")
        tolerances.mapping()
        found["tolerances"] = tolerances.value or {}
    return Terms(**found, other={key: value.value for key, value in keys.items()})
