"""Ship notices with a fault in every item: ten kinds in turn, each with values of its own, so that no memo helps."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks.x12_notices import Notice, Part, write_interchange

KINDS = 10


def faulty_notices(
    segments: int, senders: Sequence[str], seed: int = 11, lines: tuple[int, int] = (4, 60)
) -> list[Part]:
    """At least so many segments, one interchange for each supplier."""
    chance = random.Random(seed)
    share = segments // len(senders) + 1
    return [write_interchange(chance, sender, share, lines, FaultyNotice) for sender in senders]


class FaultyNotice(Notice):
    """A notice whose every item has one fault."""

    items = 0

    def _item(self, with_order: bool, with_loads: bool) -> None:
        first = len(self._raws) - 1  # the HL of the item
        super()._item(with_order, with_loads)
        kind, self.items = self.items % KINDS, self.items + 1
        self._raws[first:] = self._damage(kind, self._raws[first:])

    def _damage(self, kind: int, item: list[str]) -> list[str]:
        """One item with a fault of this kind; its values are taken from chance, so that they differ."""
        at = {raw.partition("*")[0]: place for place, raw in reversed([*enumerate(item)])}
        number = self._number(7)
        if kind == 0:  # a letter in a quantity
            item[at["SN1"]] = f"SN1**{number}O*EA"
        elif kind == 1:  # the part number is missing
            item[at["LIN"]] = f"LIN*{self._number(5)}*BP"
        elif kind == 2:  # the part number is too long
            item[at["LIN"]] = f"LIN**BP*{number * 8}"
        elif kind == 3:  # a unit of three letters
            item[at["SN1"]] = f"SN1**{number}*EAS"
        elif kind == 4:  # decimals where there are none
            item[at["PO4"]] = f"PO4*{self._number(2)}.{self._number(2)}*{number}*EA"
        elif kind == 5:  # a day that is none
            item.append(f"DTM*036*{self._chance.randrange(2020, 2030)}02{self._chance.randrange(30, 99)}")
        elif kind == 6:  # neither reference nor words
            item[at["REF"]] = "REF*LT"
        elif kind == 7:  # a quantity without its unit
            item[at["PO4"]] = f"PO4*{self._number(2)}*{number}"
        elif kind == 8:  # a segment twice that may stand once
            item.insert(at["SN1"] + 1, f"SN1**{number}*EA")
        else:  # a segment that the guide does not know
            item.insert(at["PO4"] + 1, f"QTY*39*{number}")
        return item
