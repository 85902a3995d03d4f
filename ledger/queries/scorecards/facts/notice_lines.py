"""Facts of the lines of notices: those whose goods came in the period, and what left on which day of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from ledger.book.storage import bulk, document_tables
from ledger.queries.scorecards.facts.loading import Place, behind
from ledger.scorecards.charging import CHARGED
from ledger.scorecards.facts import Against, Behind, Count, DispatchFact, LineFact

_COLUMNS = (
    "shipment_id", "line", "part", "unit", "quantity", "received", "over", "closed_at", "seq", "segment",
    "order_number", "order_line_identity",
)  # fmt: skip
_said = itemgetter(8, 9, 1)
"""Event, segment and line: the order in which lines were told."""
_QUANTITY = frozenset({"D16", "D17"})


class Header(NamedTuple):
    """What a line takes from its notice."""

    message: str
    document: str
    is_mine: bool
    """It belongs to the period."""
    left_before: bool
    """Between the edge and the period."""
    day: int | None
    """Day on which it left, where that is in the period."""
    ship_point: str


class Said(NamedTuple):
    """What cases say, by shipment and line."""

    against: Mapping[tuple[str, str], tuple[Against, ...]]
    excused: Mapping[tuple[str, str], Collection[str]]


class NoticeLines:
    """What the lines come to. What costs nothing is only summed, unless the whole is asked for."""

    def __init__(self, place: Place, said: Said) -> None:
        self.facts: list[LineFact] = []
        self.dispatches: list[DispatchFact] = []
        self.left_before: dict[str, int] = {}
        """Part -> what left between the edge and the period."""
        self.order_of: dict[tuple[str, str], tuple[str, str]] = {}
        """Notice line that a case speaks of -> the order line that it answers."""
        self.first: dict[str, Behind] = {}
        """Part -> the line that advised it first in the period, where cumulatives are kept."""
        self.plain = self.closed = 0
        self._agreeing: dict[str, list[int]] = {}
        self._place, self._said = place, said

    @property
    def agreeing(self) -> dict[str, Count]:
        """By unit, closed lines of which as much came as was advised, and that was more than nothing."""
        return {unit: Count(*found) for unit, found in self._agreeing.items()}

    def load(self, headers: Mapping[str, Header]) -> None:
        """Read the lines of notices in force."""
        place, (against, excused) = self._place, self._said
        named = {shipment for shipment, _ in (*against, *excused)}
        of_whole = _of_whole(against)
        keeps_cumulatives, whole = place.terms.cumulative is not None, place.whole
        left: dict[tuple[str, int], list[Any]] = {}
        for row in _rows(place, list(headers)):
            shipment, line, part, unit, quantity, received, over, closed_at, seq, segment, order, order_line = row
            header = headers[shipment]
            if header.is_mine:
                if keeps_cumulatives and part not in self.first:
                    self.first[part] = behind(seq, header.message, header.document, segment)
                together: tuple[Against, ...] = ()
                speaks = False
                if shipment in named:
                    key, together = (shipment, line), of_whole.pop(shipment, ())
                    speaks = bool(together) or key in against
                    if key in against or key in excused:
                        self.order_of[key] = order, order_line
                if whole or speaks or not (closed_at is None or received + over == quantity):
                    self.facts.append(self._fact(row, header, together))
                else:
                    self.plain += 1
                    if closed_at is not None:
                        self.closed += 1
                        if quantity:
                            self._agree(unit, quantity)
            if header.day is not None:
                known = left.get((part, header.day))
                if known is None:
                    left[part, header.day] = [row, header, quantity]
                else:
                    known[2] += quantity
                if whole:
                    self.dispatches.append(self._dispatch(row, header, header.day, quantity))
            elif header.left_before:
                self.left_before[part] = self.left_before.get(part, 0) + quantity
        if not whole:
            self.dispatches += [self._dispatch(row, head, day, sent) for (_, day), (row, head, sent) in left.items()]

    def _dispatch(self, row: bulk.Row, header: Header, day: int, quantity: int) -> DispatchFact:
        shipment, line, part, unit, _, _, _, _, seq, segment, _, _ = row
        return DispatchFact(
            site=self._place.site, part=part, unit=unit, quantity=quantity, day=day,
            behind=behind(seq, header.message, header.document, segment), shipment_id=shipment, line=line,
            ship_point=header.ship_point,
        )  # fmt: skip

    def _fact(self, row: bulk.Row, header: Header, together: tuple[Against, ...]) -> LineFact:
        shipment, line, part, unit, quantity, received, over, closed_at, seq, segment, _, _ = row
        key = shipment, line
        return LineFact(
            shipment_id=shipment, line=line, part=part, unit=unit,
            behind=behind(seq, header.message, header.document, segment), advised=quantity, received=received + over,
            site=self._place.site, closed_at=closed_at, against=(*together, *self._said.against.get(key, ())),
            ship_point=header.ship_point, excused=not _QUANTITY.isdisjoint(self._said.excused.get(key, ())),
        )  # fmt: skip

    def _agree(self, unit: str, quantity: int) -> None:
        known = self._agreeing.get(unit)
        if known is None:
            self._agreeing[unit] = [1, quantity]
        else:
            known[0] += 1
            known[1] += quantity


def _of_whole(against: Mapping[tuple[str, str], tuple[Against, ...]]) -> dict[str, tuple[Against, ...]]:
    """What is wrong with a notice as a whole and costs accuracy: its first line tells it, so that it counts once."""
    accuracy = CHARGED["asn_accuracy"]
    found = {}
    for (shipment_id, line), cases in against.items():
        if not line and (told := tuple(one for one in cases if one.code in accuracy)):
            found[shipment_id] = told
    return found


def _rows(place: Place, shipments: list[str]) -> list[bulk.Row]:
    keys = [(place.supplier, shipment) for shipment in shipments]
    rows = bulk.look_up(
        place.conn, document_tables.notice_line, _COLUMNS, (("book", place.book), ("site", place.site)),
        ("supplier", "shipment_id"), keys, where="(status = 'open' OR status = 'closed')",
        many=True,
    )  # fmt: skip
    return sorted(rows, key=_said)
