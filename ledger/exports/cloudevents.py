"""Events of the log as CloudEvents 1.0, JSON event format (structured mode).

`id` and `source` together are unique for ever and the same however often an event is exported; `data` is the
canonical event as it was recorded. `time` is when it was recorded; when it happened stands in the data.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.events import KINDS, write_event
from ledger.exports.correspondences import CORRESPONDENCES
from ledger.exports.names import Names
from ledger.queries import EventKept

CLOUDEVENT = "application/cloudevents+json"
CLOUDEVENTS_BATCH = "application/cloudevents-batch+json"

TYPE_PREFIX = "crossdock."


def cloudevent(kept: EventKept, names: Names) -> dict[str, Any]:
    """One recorded event, its body at hand. Attributes beyond the core: `sequence` (as text of equal length, so
    that it sorts), `partitionkey` (book and site: order holds within it), `result` (posted, waiting, refused ...)."""
    assert kept.body is not None  # noqa: S101  asked for with its body
    row = CORRESPONDENCES[KINDS[kept.kind]]
    found: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{kept.seq}",
        "source": names.own("book", kept.book),
        "type": f"{TYPE_PREFIX}{kept.kind}.v{kept.body.schema}",
        "subject": f"{row.subject}/{kept.number}",
        "time": kept.recorded_at,
        "datacontenttype": "application/json",
        "dataschema": names.own("schema", f"{kept.kind}.schema.json"),
        "sequence": f"{kept.seq:020}",
        "partitionkey": f"{kept.book}/{kept.site}",
        "result": kept.result,
    }
    if kept.body.correlation:
        found["correlationid"] = kept.body.correlation
    if kept.body.causation:
        found["causationid"] = kept.body.causation
    found["data"] = msgspec.Raw(write_event(kept.body))
    return found
