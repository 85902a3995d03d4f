"""What a notice leaves open about its pieces: serials that are not as many as these, and lots that it does not name.

Nothing is held for it: the sender is told, and what really cannot be told apart shows when the goods have come.
"""

from __future__ import annotations

from collections import Counter

from ledger.events import NoticeLine
from ledger.matching.decision import Finding
from ledger.matching.discrepancies import BY_CODE, d23_label, d24_serials, d25_lot
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.tolerances import allowed
from ledger.policy import Policy
from ledger.stock.bucket import MILLION


def advised_serials(said: NoticeLine) -> tuple[str, ...]:
    """Those of the line, and those of the handling units in it, each once."""
    inside = [serial for unit in said.handling_units for serial in unit.serials]
    return tuple(dict.fromkeys((*said.serials, *inside))) if inside else said.serials


def _twice(said: NoticeLine) -> tuple[str, ...]:
    """Labels of packs that the line names more than once; what they stand on is named once for each."""
    if len(said.handling_units) < 2:
        return ()
    times = Counter(unit.id for unit in said.handling_units if unit.id and unit.kind != "tare")
    return tuple(label for label, count in times.items() if count > 1)


def unidentified(
    resolved: ResolvedEvent, line: ResolvedLine, serials: tuple[str, ...], policy: Policy
) -> list[Finding]:
    """Serials (D24) where the part is told apart by them or some are named, and a lot (D25) where it needs one.

    Nothing where the cascade lets the class pass.
    """
    said = line.said
    assert isinstance(said, NoticeLine)  # noqa: S101  lines of a notice
    found = []
    if serials or line.serial_controlled:
        named = len(set(serials))
        if named * MILLION != line.quantity:
            found.append(d24_serials.find_advised(resolved, line, named))
    if line.lot_controlled and not said.lot:
        found.append(d25_lot.find_advised(resolved, line))
    if twice := _twice(said):
        found.append(d23_label.find_within(resolved, line, twice, ""))
    kept = []
    for finding in found:
        passes = allowed(
            policy, BY_CODE[finding.code], site=resolved.site, supplier=resolved.supplier, part=line.part,
            order_number=said.order_number, order_line=said.order_line,
        )  # fmt: skip
        if passes.action != "ignore":
            finding.rule = passes.rule
            kept.append(finding)
    return kept
