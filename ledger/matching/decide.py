"""`decide`: one event against the working set. Says what becomes of it and changes the records in place."""

from __future__ import annotations

from ledger.matching.decision import Decision
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Workset
from ledger.policy import Policy


def decide(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide one event; events of a batch are decided in their order over one working set.

    `now_us` is `recorded_at` in microseconds UTC. Changes records in `workset` (flags `new` and `touched`) and, for
    buckets in `workset.balances`, their balances. Never raises for bad data.
    """
    raise NotImplementedError
