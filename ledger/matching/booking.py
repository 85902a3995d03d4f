"""Put movements into a decision, keeping the balances that the working set watches current."""

from __future__ import annotations

from ledger.matching.decision import Decision
from ledger.matching.sheets import under_sheets
from ledger.matching.workset import Workset
from ledger.stock.bucket import Movement


def book_movements(workset: Workset, decision: Decision, movements: list[Movement]) -> None:
    """Add movements; goods that have moved on since are left where they are, contained goods in the house held.

    A re-match may want to move goods from shelf to shelf that a shelf no longer holds: then only what is there
    moves. Movements to or from accounts always go in full, they are what was agreed.
    """
    if workset.containing and decision.by_bucket:
        movements = under_sheets(workset, movements)
    balances, stock_of = workset.balances, workset.stock_of
    for movement in movements:
        source, target, quantity, line = movement
        if target.serial and not target.is_external:
            balances.setdefault(target, 0)
            workset.add_serial(target)
        if stock_of and target[:3] in stock_of and not target.is_external:
            workset.add_stock(target, 0)
        if balances:
            held = balances.get(source)
            if held is not None:
                if held < quantity and source.state != "in_transit" and not (source.is_external or target.is_external):
                    quantity = max(0, held)
                    if not quantity:
                        continue
                    movement = Movement(source, target, quantity, line)
                balances[source] = held - quantity
            held = balances.get(target)
            if held is not None:
                balances[target] = held + quantity
        decision.movements.append(movement)
