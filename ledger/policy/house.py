"""What is in force where a house says nothing: segments, reason codes, and who decides what.

It is part of the policy, and so kept with every event: a `Policy()` of one's own has none of it, and a rebuild of old
books asks for nothing that was not asked for then.
"""

from __future__ import annotations

from ledger.policy.casework import CaseRules
from ledger.policy.policy import Ownership, Policy
from ledger.policy.segments import SEGMENTS
from ledger.policy.transitions import TRANSITIONS

OWNERSHIP: dict[str, Ownership] = {
    # What stands in quarantine goes back into use by their word alone.
    "D20": Ownership(deciders=("quality_manager",)),
}

CASEWORK = CaseRules(escalates_at=(50, 100, 200), hold_serialised_over=True)

HOUSE = Policy(segments=SEGMENTS, transitions=TRANSITIONS, ownership=OWNERSHIP, casework=CASEWORK)
