"""What a batch must load before it can be decided."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Needs, Workset
from ledger.policy import Policy
from ledger.stock.bucket import Bucket


def needs(events: Iterable[ResolvedEvent], policy: Policy) -> Needs:
    """Keys of everything the decisions about these events may read."""
    raise NotImplementedError


def watched(workset: Workset) -> set[Bucket]:
    """Buckets whose balances decisions may have to look at: call after loading, put them in `workset.balances`."""
    raise NotImplementedError
