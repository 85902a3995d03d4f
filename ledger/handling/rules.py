"""Which way goods go, by the kind of event: the table. Every way is one that `ledger.stock.transitions` allows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from ledger.events import (
    AllocationMade,
    AllocationReleased,
    CustomerReturnReceived,
    Event,
    GoodsIdentified,
    GoodsReturned,
    GoodsShipped,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    InspectionPassed,
    MaterialConsumed,
    MaterialIssued,
    MaterialReturned,
    PartSubstituted,
    PutAwayCompleted,
    ReturnDisposed,
    ServiceReleased,
    ServiceReserved,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
)
from ledger.matching.containments.scope import CONTAINABLE
from ledger.stock.bucket import EXTERNAL

HELD = ("quality_hold", "quarantine")
"""States of goods that are held for a reason."""
OWNED = ("consigned", "available", "line_side", "quality_hold", "quarantine")
USABLE_OR_HELD = ("available", "quality_hold", "quarantine", "consigned", "obsolete")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind's way. `sources` are tried in their order; `targets` names the choices of `to_state`, the first being
    the default, and () leaves the state as it is. An account stands in either for goods that come in or leave."""

    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    """People who may do it; empty: whoever may write at all. Systems and partners are bound by their agreements."""
    by_state: tuple[tuple[str, frozenset[str]], ...] = ()
    """Narrower roles for goods in a certain state."""
    needs: tuple[str, ...] = ()
    """Fields of the line that must be filled."""
    takes_demand: bool = False
    """The demand is put on the goods, not looked for on them."""
    any_demand: bool = False
    """Goods set apart for whatever demand are meant too."""
    needs_reason_from: tuple[str, ...] = ()
    """States that goods leave only with a reason."""
    stage: Literal["", "allocation", "issue", "consumption"] = ""
    """Where the revision must be the right one; what another one uses of a ruling is counted for the last two."""
    releases: bool = False
    """Goods held for their revision leave by it only once that is allowed."""
    through: str = ""
    """A state that goods pass on their way, where none leads there straight: both steps are posted."""
    exact_owner: bool = False
    """Goods of the owner named, and of no other; "" is ours."""
    to_segment: str = ""
    """Segment that they come to where the line names none; "" leaves them in theirs."""

    comes_in: bool = field(init=False)
    """Goods come from outside: there is nothing to be picked."""
    frees: bool = field(init=False)
    """It may make goods usable."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "comes_in", self.sources[0] in EXTERNAL)
        object.__setattr__(self, "frees", not CONTAINABLE.isdisjoint(self.targets))


PLANNERS = frozenset({"planner", "allocator"})
INSPECTORS = frozenset({"inspector", "quality_manager"})
QUALITY_MANAGERS = frozenset({"quality_manager"})

CHANGES_OWNER = Rule(("consigned", "available", "line_side"), exact_owner=True)
"""How goods change hands where they stand; held ones only where the line names the state."""

CONSUMED_BY_MISTAKE = Rule(("production",), ("line_side", "consigned", "quality_hold"), needs=("location",))

_USE_AS_IS = (("quarantine", QUALITY_MANAGERS),)

DISPOSITIONS: dict[str, Rule] = {
    "restock": Rule(
        HELD, ("available",), INSPECTORS, by_state=_USE_AS_IS, needs=("stock_segment",),
        needs_reason_from=("quarantine",), to_segment="service", releases=True,
    ),
    "reman": Rule(
        HELD, ("quality_hold",), INSPECTORS, by_state=_USE_AS_IS, needs=("stock_segment",), to_segment="reman"
    ),
    "scrap": Rule(
        HELD, ("scrap",), INSPECTORS, needs=("stock_segment", "reason"), through="quarantine"
    ),
    "return_to_supplier": Rule(
        HELD, ("supplier",), INSPECTORS, needs=("stock_segment", "reason", "reference")
    ),
}  # fmt: skip
"""What becomes of returned goods. A core stays on hold in its own segment until it is remanufactured: it is promised
to nobody before."""

RULES: dict[type[Event], Rule] = {
    GoodsIdentified: Rule(("quality_hold", "quarantine", "available", "consigned"), (), INSPECTORS | {"receiver"}),
    PutAwayCompleted: Rule(USABLE_OR_HELD, needs=("to_location",)),
    InspectionPassed: Rule(("quality_hold",), ("available", "consigned"), INSPECTORS, releases=True),
    InspectionFailed: Rule(("quality_hold",), ("quarantine",), INSPECTORS, needs=("reason",)),
    HoldPlaced: Rule(
        ("available", "allocated", "consigned", "line_side", "service_reserved"), HELD, needs=("hold_reason",),
        any_demand=True,
    ),
    HoldReleased: Rule(
        HELD, ("available", "consigned"), INSPECTORS, by_state=_USE_AS_IS, needs_reason_from=("quarantine",),
        releases=True,
    ),
    AllocationMade: Rule(
        ("available",), ("allocated",), PLANNERS, needs=("demand",), takes_demand=True, stage="allocation"
    ),
    AllocationReleased: Rule(("allocated",), ("available",), PLANNERS, any_demand=True),
    ServiceReserved: Rule(("available",), ("service_reserved",), PLANNERS),
    ServiceReleased: Rule(("service_reserved",), ("available",), PLANNERS),
    MaterialIssued: Rule(("allocated", "available"), ("line_side",), needs=("to_location",), stage="issue"),
    MaterialConsumed: Rule(("line_side", "consigned"), ("production",), takes_demand=True, stage="consumption"),
    MaterialReturned: Rule(("line_side",), ("available", "quality_hold")),
    GoodsReturned: Rule(
        ("quarantine", "quality_hold", "available", "consigned", "obsolete"), ("supplier",), needs=("reason",)
    ),
    CustomerReturnReceived: Rule(("customer",), ("quality_hold",), needs=("stock_segment",)),
    ReturnDisposed: Rule(HELD, ("available", "quality_hold", "quarantine", "supplier"), INSPECTORS),
    GoodsShipped: Rule(("allocated", "service_reserved", "available"), ("customer",)),
    StockScrapped: Rule(("quarantine", "obsolete", "line_side"), ("scrap",), needs=("reason",)),
    StockObsoleted: Rule(("available", "quality_hold"), ("obsolete",), PLANNERS | {"engineer"}),
    StockReactivated: Rule(("obsolete",), ("available",), PLANNERS, needs=("reason",)),
    PartSubstituted: Rule(
        ("line_side", "consigned"), ("production",), needs=("instead_of",), takes_demand=True, stage="consumption"
    ),
}  # fmt: skip

SUBSTITUTE_ISSUED = replace(RULES[MaterialIssued], needs=("instead_of",))
"""The way of a substitute that is issued to the line first."""
