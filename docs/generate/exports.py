"""The reference of exports: the one table of correspondences, kind by kind."""

from __future__ import annotations

from docs.generate.text import WARNING, table
from ledger.exports.cloudevents import TYPE_PREFIX
from ledger.exports.correspondences import CORRESPONDENCES, DISPOSITIONS

HEAD = """# Events in other people's terms

What each kind of event is as a [CloudEvent](https://cloudevents.io) and in [GS1 EPCIS](https://ref.gs1.org/epcis/)
2.0. One table serves both exports. How to get them: [hand the log to others](../how-to/hand-the-log-to-others.md).

*subject* stands before the event's number in the CloudEvents subject. *EPCIS* says what becomes of it: `goods`, an
ObjectEvent for each way that goods went; `advised`, one for what was sent and an AggregationEvent for each handling
unit; `consumed`, an AssociationEvent into a VIN or a TransformationEvent of the work order; `withdrawn`, `replaced`
and `reversed`, the earlier events again with an error declaration, and what is right instead.

"""

STATES = """
## Dispositions

Where the table above names none, the disposition is that of the state or account which the goods came to. The state
itself goes along as `crossdock:to`.

"""


def build_page() -> str:
    """Kinds in the order of the table, then the states."""
    kinds = table(
        ["kind", "CloudEvents type", "subject", "EPCIS", "business step", "disposition", "business transactions"],
        [
            [
                kind.__name__, f"`{TYPE_PREFIX}{kind.__name__}.v1`", row.subject,
                row.shape or f"none: {row.why}", row.step, row.disposition,
                ", ".join(f"{type_}: `{path}`" for type_, path in row.transactions),
            ]
            for kind, row in CORRESPONDENCES.items()
        ],
    )  # fmt: skip
    states = table(["state or account", "disposition"], [[state, found] for state, found in DISPOSITIONS.items()])
    return WARNING + HEAD + kinds + STATES + states
