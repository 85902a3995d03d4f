"""Cause groups: what cases must share to be one physical cause, class by class. Cases name theirs `group:of what`.

Said here once, for the reference and for the test that holds what classes say against it. Nothing is computed by it.
"""

from __future__ import annotations

from collections.abc import Iterable

GROUPS: dict[str, str] = {
    "document": "what one document says",
    "notice": "that one shipment has no notice in time",
    "dock": "what the dock found of one line",
    "packing": "how one goods-receipt line was packed",
    "label": "the labels of one line",
    "day": "the day on which one goods-receipt line came",
    "order": "one order line",
    "billed": "what was invoiced of one order line",
    "schedule": "the schedule of one part",
    "authorised": "the authorisation of one part",
    "cumulative": "the cumulative of one part",
    "carriage": "the carriage of one shipment",
    "inspection": "one inspection",
    "receipt": "the number of one goods receipt",
    "transfer": "one transfer between our sites",
    "place": "one part at one place of ours",
    "change": "one engineering change",
    "request": "what one person asks for",
    "signal": "what one signal showed",
    "sent": "one document of ours",
    "shipped": "one part of a shipment of ours",
}
"""Group -> what it is, for people."""


def _each(group: str, codes: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    return ((code, (group,)) for code in codes.split())


GROUPS_OF: dict[str, tuple[str, ...]] = {
    **dict(_each("document", "D01 D02 D03 D04 D06 D07 D13 D30 D33 D34 D35 D36 D37 D42")),
    **dict(_each("dock", "D16 D17 D19 D20 D27")),
    **dict(_each("order", "D08 D18")),
    **dict(_each("place", "D38 D40 D43 D44")),
    **dict(_each("sent", "D41 D48")),
    **dict(_each("notice", "D12 D29")),
    "D05": ("document", "dock"),
    "D09": ("order", "schedule"),
    "D10": ("authorised",),
    "D11": ("cumulative",),
    "D14": ("notice", "document"),
    "D15": ("carriage",),
    "D21": ("dock", "inspection"),
    "D22": ("packing",),
    "D23": ("label",),
    "D24": ("document", "dock"),
    "D25": ("document", "dock"),
    "D26": ("day",),
    "D28": ("receipt", "dock"),
    "D31": ("billed",),
    "D32": ("billed", "document"),
    "D39": ("transfer",),
    "D45": ("change",),
    "D46": ("request",),
    "D47": ("signal",),
    "D49": ("shipped",),
}
"""Class -> the groups in which its cases may be: D14 is in its document's where that came and was refused."""
