"""The last act: the supplier disputes what the dock found short, the plant grants it, and the score says why it rose.

Both do it over REST by keys of their own. A repeat raises nothing again, and tells the scores of the first time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.demo.rest import Client
from gateway.demo.world import SUPPLIER_CODE

DISPUTED = "D16"
"""The class of the case that is disputed: pieces that were advised and did not come."""
CLAIM = "240 pieces left our dock under seal 99; the bundle is missing since the carrier's terminal."
ANSWER = "The terminal's count shows 236. It is the carrier's."
SCORES_FILE = "scores.json"

Card = dict[str, Any]


class Dispute(NamedTuple):
    """The case as it stands after it, and the supplier's card before, while it was open, and once it was granted."""

    case: dict[str, Any]
    before: Card
    disputed: Card
    granted: Card


class Change(NamedTuple):
    """What one metric lost or won between two cards, and the deductions that are gone."""

    metric: str
    before: float | None
    after: float | None
    gone: tuple[str, ...]


def dispute(operator: Client, supplier: Client, procurement: Client, folder: Path) -> Dispute:
    """Raise and grant it, unless that was done by an earlier run."""
    case = next(one for one in operator.all_of("/v1/cases", supplier=SUPPLIER_CODE) if one["code"] == DISPUTED)
    file = folder / SCORES_FILE
    if not case.get("dispute"):
        scores = [_card(operator)]
        supplier.post(f"/v1/cases/{case['id']}/dispute", {"comment": CLAIM})
        scores.append(_card(operator))
        procurement.post(f"/v1/cases/{case['id']}/dispute/decision", {"decision": "granted", "comment": ANSWER})
        file.write_bytes(msgspec.json.encode(scores))
    before, disputed = msgspec.json.decode(file.read_bytes())
    return Dispute(operator.get(f"/v1/cases/{case['id']}"), before, disputed, _card(operator))


def changes(before: Card, after: Card) -> list[Change]:
    """Metric by metric what is another figure now, with the words of what no longer counts."""
    found = []
    for old, new in zip(before["metrics"], after["metrics"], strict=True):
        was, now = old["measure"], new["measure"]
        if was["value"] != now["value"]:
            kept = {one["text"] for one in now.get("deductions", ())}
            gone = tuple(one["text"] for one in was.get("deductions", ()) if one["text"] not in kept)
            found.append(Change(was["metric"], was["value"], now["value"], gone))
    return found


def _card(operator: Client) -> Card:
    return operator.get(f"/v1/scores/{SUPPLIER_CODE}")
