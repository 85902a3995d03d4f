"""What we know of a partner, as frozen values: who it is, what is agreed, where answers go.

Values and questions about one partner; nothing is read here, and no secret is held (they are references).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from gateway.partners.as2 import As2Terms
from gateway.partners.sftp import SftpTerms

Kind = Literal["supplier", "logistics", "internal", "customer", "van"]
Duplicates = Literal["enforce", "warn", "ignore"]
LineBreak = Literal["none", "lf", "crlf"]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    line_break: LineBreak = "none"
    """What follows each segment that we write, or each line of so many `columns`."""
    columns: int = 0
    """Lines of so many characters, as partners behind old networks want them (80); 0: none."""

    @property
    def line_end(self) -> str:
        """The characters of `line_break`."""
        return {"none": "", "lf": "\n", "crlf": "\r\n"}[self.line_break]


class Collecting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Documents that leave together: at times of day, at every so many minutes of the clock, so many minutes after
    the first, or when there are so many; whichever comes first."""

    at: tuple[str, ...] = ()
    """Times of day in the partner's zone, `18:00`."""
    every: int = 0
    """Minutes of the partner's clock, counted from its midnight: 60 is every full hour."""
    days: tuple[str, ...] = ()
    """Days of the week (`mon`) on which `at` and `every` hold; none named: all of them."""
    minutes: int = 0
    count: int = 0


class Expected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that the partner sends by certain times; where it does not, a signal (`document_absent`) fires."""

    document: str
    at: tuple[str, ...] = ()
    """Times of day in the partner's zone by which it is there, `06:00`."""
    every: int = 0
    """Minutes of the partner's clock, counted from its midnight: 60 is by every full hour."""
    days: tuple[str, ...] = ()
    """Days of the week (`mon`) on which it is; none named: all of them."""
    calendar: str = ""
    """A calendar of master data: on days on which nobody works there, nothing is expected."""
    grace_minutes: int = 30
    """How long after the time nothing is said."""
    early_minutes: int = 0
    """How long before the time it may come to count; 0: since the time before."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document type in one direction: what it means when received, or what makes us send it."""

    document: str
    direction: Literal["receive", "send"]
    meaning: str = ""
    """`as:` of a received document, the first `on:` of a sent one."""
    occasions: tuple[str, ...] = ()
    """All `on:` of a sent document: kinds of events, or what matching found."""
    party: str = ""
    """Sent documents: who named in the event gets it (`supplier`, `ship_to`); `any`: this partner, whoever is named;
    "" takes what is usual for the kind of event."""
    to: tuple[str, ...] = ()
    """Received documents that are passed on: to these partners."""
    about: tuple[str, ...] = ()
    """Verdicts on documents (`faults`, `documents`): of these sets alone; none named: of every one."""
    collect: Collecting | None = None
    """None sends each at once, in an interchange of its own."""


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
    expect: tuple[Expected, ...] = ()
    """What this partner sends by certain times."""
    as2: As2Terms | None = None
    """None: no AS2 with this partner, whatever names it has."""
    sftp: SftpTerms | None = None
    """Their server, which we pick up from and push to; None: none."""

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

    def answers(self) -> tuple[str, ...]:
        """The sets agreed to answer groups of this partner, of 997 and 999; none: it gets no acknowledgment."""
        return tuple(document for document in ("997", "999") if document in self.send)

    def sends_on(self, occasion: str) -> tuple[Agreement, ...]:
        """Documents that this partner gets on an event kind or finding (`OrderPlaced`, `discrepancies`)."""
        return tuple(agreement for agreement in self.send.values() if occasion in agreement.occasions)
