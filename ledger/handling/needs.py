"""What a batch must load before events about goods in the house can be decided: the goods that lines may mean."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import COUNTS, ConsumptionReversed, OwnershipChanged, StockLine, TransferShipped
from ledger.handling.counting import queries_of
from ledger.handling.owning import account_of
from ledger.handling.rules import CHANGES_OWNER, RULES
from ledger.handling.transferring import USUAL
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import StockQuery
from ledger.stock.bucket import Bucket


def needs(events: Iterable[ResolvedEvent]) -> set[StockQuery]:
    """One query per part, serial or place that a line names; none for goods that come in."""
    wanted: set[StockQuery] = set()
    for resolved in events:
        if isinstance(resolved.event, COUNTS) and not resolved.missing:
            wanted.update(query for line in resolved.lines if line.part for query in queries_of(resolved, line))
            continue
        rule = RULES.get(type(resolved.event))
        if isinstance(resolved.event, TransferShipped) and resolved.site == resolved.origin:
            rule = USUAL
        elif isinstance(resolved.event, OwnershipChanged):
            rule = CHANGES_OWNER
        if rule is None or rule.comes_in or resolved.missing:
            continue
        book, site = resolved.book, resolved.site
        for line in resolved.lines:
            said = line.said
            if line.part and isinstance(said, StockLine):
                # Goods whose serials were not told apart on arrival may be meant too.
                wanted.add(StockQuery(book, site, line.part, said.location))
                if line.replaces:
                    wanted.add(StockQuery(book, site, line.replaces))
    return wanted


def accounts(events: Iterable[ResolvedEvent]) -> set[Bucket]:
    """Accounts outside our walls whose balances decisions look at: no more comes back than went there."""
    return {
        account_of(resolved, line)
        for resolved in events
        if isinstance(resolved.event, ConsumptionReversed) and not resolved.missing
        for line in resolved.lines
        if line.part
    }
