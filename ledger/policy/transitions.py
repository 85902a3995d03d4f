"""Who may move goods by which kind of event, and with which reason codes: what a house says beyond the table of ways.

The ways themselves, and who may go them where nothing is said here, stand in `ledger.handling.rules`.
"""

from __future__ import annotations

import msgspec

Codes = dict[str, str]
"""Reason code -> what it means."""


class TransitionRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One kind of event."""

    roles: tuple[str, ...] | None = None
    """Roles of which a person needs one; an empty list leaves it to everybody."""
    by_state: dict[str, tuple[str, ...]] = {}
    """State that the goods are in -> roles of which a person needs one, instead of `roles`."""
    approvers: tuple[str, ...] = ()
    """Roles of which somebody else approves what a person asks for (D46)."""
    reasons: Codes = {}
    """Reason codes that are taken, and what they mean; where there are none, any reason is."""
    without: tuple[str, ...] = ()
    """Codes of the list that are not taken here."""
    needs_reason: bool = False
    """Whether a line needs a reason, also where the table of ways does not ask for one."""

    @property
    def codes(self) -> Codes:
        return {code: text for code, text in self.reasons.items() if code not in self.without}


_DEFECTS: Codes = {
    "assembly": "Put together wrongly",
    "contamination": "Dirt, oil or foreign matter",
    "corrosion": "Rust or other corrosion",
    "crack": "Crack or break",
    "damaged": "Damaged in transit or handling",
    "dimension": "A dimension is out of tolerance",
    "documents": "Certificate or inspection report is missing or wrong",
    "expired": "Past its shelf life",
    "finish": "Surface, colour or coating",
    "function": "It does not work",
    "label": "Label is missing, wrong or unreadable",
    "material": "Wrong material or hardness",
    "mixed": "Mixed with other parts",
    "packaging": "Packaging is wrong or broken",
    "sample": "The sample failed its acceptance limit",
    "wrong_part": "Another part than ordered",
    "wrong_revision": "Another revision than is in force",
}
_CHANGED: Codes = {
    "demand_cancelled": "The demand is gone",
    "demand_changed": "The demand is for less, or for another day",
    "reallocated": "Given to a demand that comes first",
}
_GOOD: Codes = {
    "conforms": "It conforms",
    "deviation": "An approved deviation covers it",
    "reworked": "Reworked and inspected again",
    "sorted": "Sorted; these are the good ones",
    "use_as_is": "Usable as it is",
}

TRANSITIONS: dict[str, TransitionRules] = {
    "GoodsReceived": TransitionRules(roles=("receiver", "warehouse")),
    "GoodsReceiptReversed": TransitionRules(roles=("receiver", "warehouse")),
    "GoodsReceiptMatched": TransitionRules(roles=("procurement", "receiver", "receiving", "warehouse")),
    "HoldPlaced": TransitionRules(
        reasons=_DEFECTS
        | {
            "containment": "Held with all that is like it",
            "count": "Its quantity or identity is unclear",
            "customer_complaint": "A customer complained",
            "customs": "Not cleared by customs",
            "inspection": "To be inspected",
            "recall": "Recalled",
            "suspect": "Suspected, to be looked at",
        }
    ),
    "HoldReleased": TransitionRules(
        reasons=_GOOD
        | {
            "containment_closed": "The containment is over",
            "documents_received": "What was missing came",
            "false_alarm": "Nothing was wrong",
        }
    ),
    "InspectionPassed": TransitionRules(reasons=_GOOD),
    "InspectionFailed": TransitionRules(reasons=_DEFECTS),
    "AllocationReleased": TransitionRules(reasons=_CHANGED),
    "ServiceReleased": TransitionRules(reasons=_CHANGED),
    "MaterialReturned": TransitionRules(
        reasons=_DEFECTS
        | {
            "change_over": "The line changed over",
            "order_cancelled": "The work order is gone",
            "surplus": "More than was needed",
        }
    ),
    "GoodsReturned": TransitionRules(
        reasons=_DEFECTS
        | {
            "consignment_end": "The supplier takes its goods back",
            "not_ordered": "Nobody ordered it",
            "over_delivery": "More than ordered",
            "recall": "Recalled",
            "warranty": "Failed under warranty",
        }
    ),
    "CustomerReturnReceived": TransitionRules(
        reasons=_DEFECTS
        | {
            "core": "A core for remanufacturing",
            "not_ordered": "The customer did not order it",
            "over_delivery": "More than the customer ordered",
            "recall": "Recalled",
            "warranty": "Failed under warranty",
        }
    ),
    "ReturnDisposed": TransitionRules(
        reasons=_DEFECTS | _GOOD | {"core": "Fit to be remanufactured", "no_fault_found": "No fault was found"}
    ),
    "StockScrapped": TransitionRules(
        reasons=_DEFECTS
        | {
            "handling": "Destroyed in handling",
            "line_reject": "Rejected at the line",
            "obsolete": "Of no use any more",
            "set_up": "Used up in setting up",
            "test": "Destroyed by a test",
        }
    ),
    "StockObsoleted": TransitionRules(
        roles=("engineer", "planner"),
        reasons={
            "end_of_production": "Production has ended",
            "end_of_service": "Service has ended",
            "engineering_change": "An engineering change replaces it",
            "expired": "Past its shelf life",
            "superseded": "Another part replaces it",
        },
    ),
    "StockReactivated": TransitionRules(
        roles=("planner",),
        approvers=("finance",),
        reasons={
            "change_withdrawn": "The engineering change was withdrawn",
            "deviation": "An approved deviation allows it",
            "planning_error": "It was obsoleted by mistake",
            "service_need": "Service needs it",
        },
    ),
}
"""What is in force where the house says nothing else."""
