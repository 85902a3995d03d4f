"""What a scorecard computes from: all that is known of one supplier and period, as plain values.

Queries load these from the books; nothing here reads a database. Each fact names the event and the segment behind
it, so that every figure can be drilled down to the document. Times are microseconds since 1970 UTC, days are counted
at the receiving site (ordinals of the calendar), quantities are integers in millionths of the part's base unit.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Behind(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The event and the document's segment that a fact stands on."""

    seq: int
    message: str = ""
    document: str = ""
    segment: int = 0


class Against(NamedTuple):
    """One case that speaks against the supplier, as far as nobody decided that it does not."""

    code: str
    case: str
    cause: str = ""
    """Cause group: cases that share it are one physical cause and cost one penalty."""
    disputed: bool = False


def is_suspended(against: tuple[Against, ...]) -> bool:
    """Whether all that speaks against the supplier is disputed and undecided: until then it costs nothing."""
    return bool(against) and all(one.disputed for one in against)


class ShipmentFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One notice in force whose goods arrived in the period, or should have and did not."""

    shipment_id: str
    site: str
    behind: Behind
    notified_at: int
    """When we received the notice."""
    shipped_at: int | None = None
    expected_at: int | None = None
    first_received_at: int | None = None
    due_minutes: int = 30
    """What the agreement grants between shipping and the notice."""
    excused: bool = False
    """Lateness waived, or not the supplier's fault: the shipment is left out."""
    against: tuple[Against, ...] = ()
    """Cases about its notice as a whole."""
    ship_point: str = ""


class LineFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One advised line. `received` counts all that came against it: damaged and over included."""

    shipment_id: str
    line: str
    part: str
    unit: str
    behind: Behind
    advised: int
    received: int
    site: str = ""
    closed_at: int | None = None
    """None while more may come: quantity accuracy then leaves it out."""
    against: tuple[Against, ...] = ()
    """Supplier-fault findings beyond tolerance, granted disputes left out."""
    excused: bool = False
    """A difference that somebody else answers for, or that a granted dispute took off: its quantity is left out."""
    ship_point: str = ""


class UnadvisedFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One goods-receipt line that no notice advised."""

    receipt_id: str
    provider: str
    line: str
    part: str
    unit: str
    behind: Behind
    received: int
    received_at: int
    site: str = ""
    shipment_id: str = ""
    """The notice of the same shipment, "" when the whole shipment came without one."""
    against: tuple[Against, ...] = ()
    excused: bool = False


class CumulativeFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One part that was advised in the period under an agreement that keeps cumulatives."""

    part: str
    site: str
    behind: Behind
    agrees: bool = True
    """No D11 stood open in the period, granted disputes left out."""
    shipment_id: str = ""
    """The notice that first told another figure."""
    text: str = ""
    against: tuple[Against, ...] = ()


class Due(NamedTuple):
    """How many are due, and when: the moment, and its day at the receiving site."""

    quantity: int
    at: int
    day: int


class RequirementFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One requirement as it was in force at the ship fence: what the buyer changed later is not in it."""

    key: str
    """Names it: order and line, or schedule, release and date."""
    site: str
    part: str
    unit: str
    requested: Due
    behind: Behind
    confirmed: Due | None = None
    """What the supplier promised in time; it then counts in place of what was requested."""
    closed: bool = True
    """Its last day for judgement is over."""
    excused: str = ""
    """Why it is left out: cancelled, or somebody else's fault; "" when it counts."""
    order_number: str = ""
    order_line: str = ""
    ship_day: int = 0
    """Day on which it has to leave."""
    against: tuple[Against, ...] = ()

    @property
    def due(self) -> Due:
        """What counts: confirmed where it was promised in time, else requested."""
        return self.requested if self.confirmed is None else self.confirmed


class DeliveryFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A quantity of one part that came in one goods receipt."""

    site: str
    part: str
    unit: str
    quantity: int
    at: int
    day: int
    seq: int
    """The event that it came with; `segment` is that of its document."""
    segment: int = 0
    receipt_id: str = ""
    shipment_id: str = ""
    ship_point: str = ""
    in_period: bool = True
    """Received in the period; others may fill what is due in it."""
    fills: bool = True
    """Fills what is due; False where it answers an order that is too old to be waited for."""

    @property
    def behind(self) -> Behind:
        """Made where it is told: most deliveries cost nothing."""
        return Behind(seq=self.seq, segment=self.segment)


class DispatchFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A quantity of one part that one notice advised, on the day on which it left."""

    site: str
    part: str
    unit: str
    quantity: int
    day: int
    behind: Behind
    shipment_id: str = ""
    line: str = ""
    ship_point: str = ""


class Carried(NamedTuple):
    """What a part brings along from before the period, in millionths."""

    behind_receipts: int = 0
    """Required before the period; the deliveries before it are among the facts. Below zero: received ahead."""
    behind_shipments: int = 0
    """Required to leave before the period less shipped before it; below zero: shipped ahead."""


class RejectFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Goods of the supplier that were rejected: damaged, or failed in inspection."""

    site: str
    part: str
    unit: str
    quantity: int
    text: str
    behind: Behind
    against: tuple[Against, ...]
    shipment_id: str = ""
    receipt_id: str = ""


class ContainerFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One container (handling unit) that came, and what was wrong with its label; "" nothing was."""

    unit_id: str
    site: str
    part: str
    receipt_id: str
    behind: Behind
    fault: str = ""
    shipment_id: str = ""
    against: tuple[Against, ...] = ()
    ship_point: str = ""


class LeadTimeFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How long one order line took, from the order to the receipt that filled it."""

    site: str
    part: str
    order_number: str
    order_line: str
    days: int
    """In millionths of a day."""
    agreed_days: int
    """In millionths of a day; 0 where nothing was agreed."""
    behind: Behind


class PremiumFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One shipment that came by premium freight, and who is to answer for it."""

    shipment_id: str
    site: str
    behind: Behind
    responsible: str
    """supplier | buyer | carrier | unknown"""
    reason: str = ""
    authorization: str = ""
    """What allowed it, as a number of ours; "" where none was told."""
    cost: str = ""
    """Amount as told, "" where none was."""
    currency: str = ""


class DisruptionFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One stop-ship, yard hold or stop of a line that was laid at the supplier's door."""

    number: str
    kind: str
    """stop_ship | yard_hold | line_down"""
    site: str
    behind: Behind
    part: str = ""
    minutes: int = 0
    text: str = ""
    disputed: bool = False


class AnswerFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that the supplier had to answer: an order, a document of ours, or a discrepancy."""

    kind: str
    """order | document | discrepancy"""
    name: str
    """Order number, document (`861 RA12`), or case."""
    site: str
    behind: Behind
    asked_at: int
    due_at: int
    answered_at: int | None = None
    """None while it is not answered; one that is not due yet does not count."""
    part: str = ""
    """Of a discrepancy, where it is about one."""
    how: str = ""
    """By what it was answered: 997, `dispute`, ...; "" where there is one way only."""
    disputed: bool = False
    """The supplier disputes it and nobody has decided: until then it costs nothing."""


class Count(NamedTuple):
    """So many things, and their quantity in all, in millionths."""

    things: int
    quantity: int


class Plain(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What counted and costs nothing, summed where no drill-down is asked for: then no fact stands for it."""

    lines: int = 0
    """Advised lines that no case speaks of: still open, or as much received as advised."""
    closed_lines: int = 0
    """Those of them that are closed."""
    agreeing: dict[str, Count] = {}
    """Unit -> those that are closed and advised more than nothing."""
    containers: int = 0
    """With a good label."""
    lead_times: tuple[int, ...] = ()
    """Days of order lines that took no longer than was agreed, in millionths."""
    agreed_days: int = 0
    """What was agreed for these, in millionths of a day; 0 where nothing was."""


class Fill(NamedTuple):
    """A part of a requirement, and the delivery that filled it; None: it came before the facts begin."""

    delivery: DeliveryFact | None
    quantity: int


class Filled(NamedTuple):
    """One requirement and what filled it so far; `on_time` is what came within the window, `late` what came after."""

    requirement: RequirementFact
    due: Due
    fills: list[Fill]
    filled: int
    on_time: int
    late: int


class Judged(NamedTuple):
    """Requirements that count. Of those that came in time, the last of each on its day, only the sum is told, by unit
    and by whether the supplier promised them, unless all are asked for."""

    plain: dict[tuple[str, bool], Count]
    others: list[Filled]


class Shipping(msgspec.Struct):
    """Of one part at one site: what had to leave and what was advised, by day, as far as days are over."""

    required: dict[int, int] = {}
    """Day of the period -> millionths; what somebody else answers for is left out."""
    early: int = 0
    """Required to leave before the first day, of what is due in the period."""
    advised: dict[int, int] = {}
    proofs: dict[int, RequirementFact | DispatchFact] = {}
    """Day -> the first requirement, else the first notice line."""
    excused: set[int] = set()
    """Days of requirements that are left out."""
    first: RequirementFact | None = None
    """The first that counts."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All facts of one supplier from `since` (inclusive) to `until` (exclusive), as known at `now`."""

    supplier: str
    since: int
    until: int
    now: int
    first_day: int = 0
    """Ordinal of the first day of the period."""
    last_day: int = 0
    """Ordinal of its last day that is over, itself included; below `first_day` when none is."""
    shipments: tuple[ShipmentFact, ...] = ()
    lines: tuple[LineFact, ...] = ()
    unadvised: tuple[UnadvisedFact, ...] = ()
    cumulatives: tuple[CumulativeFact, ...] = ()
    requirements: tuple[RequirementFact, ...] = ()
    """Due in the period, closed or not."""
    deliveries: tuple[DeliveryFact, ...] = ()
    """Received in the period, and around it as far as they may fill what is due in it."""
    dispatches: tuple[DispatchFact, ...] = ()
    """Left in the period."""
    carried: dict[tuple[str, str], Carried] = {}
    """(site, part) -> what it brings along."""
    rejects: tuple[RejectFact, ...] = ()
    containers: tuple[ContainerFact, ...] = ()
    lead_times: tuple[LeadTimeFact, ...] = ()
    premiums: tuple[PremiumFact, ...] = ()
    disruptions: tuple[DisruptionFact, ...] = ()
    answers: tuple[AnswerFact, ...] = ()
    plain: Plain = Plain()
    """What the others leave out, as long as nobody asks for everything."""
    judged: Judged | None = None
    """What `allocation` made of them, where somebody has done that already."""
    shipping: dict[tuple[str, str], Shipping] | None = None
    """What `shipping` made of them, where somebody has done that already."""
