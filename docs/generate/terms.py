"""The reference of an agreement's terms, from the structs that the ledger's policy is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args, get_origin

import msgspec

from docs.generate.text import WARNING, field_docs, table
from gateway.pipeline.due import ACK_DUE_MINUTES, ACK_RESENDS_MAX
from ledger.policy import CumulativeTerms, RequirementTerms, Terms, Tolerance

HEAD = """# Terms of an agreement

`terms` in `HOME/partners/<id>/partner.yaml` says what was agreed with one partner; what is left out takes the
default. The ledger keeps the terms that were in force with every event, so that a rebuild decides as it did then.

"""

PARTS: tuple[tuple[str, str, type[Any]], ...] = (
    ("Tolerance", 'One entry of `tolerances`, by class; the key `""` speaks for every class.', Tolerance),
    (
        "Requirements",
        "`requirements` of an agreement that holds notices and goods receipts to what is required. How many days\n"
        "off may pass is the tolerance of D13 and D26, how much that of D09 and D10.",
        RequirementTerms,
    ),
    (
        "Cumulative agreement",
        "`cumulative` of an agreement that keeps one. The cumulative of each notice (SN104) is compared per part; "
        "how much of a\ndifference passes is the tolerance of D11.",
        CumulativeTerms,
    ),
)

GATEWAY = "\n## Acknowledgments\n\nKept by the gateway itself, and no part of what the ledger decides by.\n\n"
GATEWAY_TERMS = [
    [
        "`ack_due_minutes`",
        f"`{ACK_DUE_MINUTES}`",
        "Within how long what we sent is acknowledged by a 997 or 999. Runs from the MDN, the 2xx or the fetch; then "
        "it is overdue, and told.",
    ],
    [
        "`ack_resends`",
        "`0`",
        "How often what was not acknowledged in time goes again by itself, the same bytes with the same numbers; at "
        f"most {ACK_RESENDS_MAX}.",
    ],
]

EXAMPLE = """
```yaml
terms:
  asn_due_minutes: 30
  tolerances: {D16: {percent: "0.5"}, D11: {quantity: "5"}}
  cumulative: {start: 2026-01-01, counts: received, opening: {BRK-100: "5000"}}
```
"""


def build_page() -> str:
    """The whole page: the terms, then what stands inside them."""
    parts = "".join(f"\n## {title}\n\n{about}\n\n{fields_of(struct)}" for title, about, struct in PARTS)
    gateway = GATEWAY + table(["term", "default", "means"], GATEWAY_TERMS)
    return WARNING + HEAD + fields_of(Terms) + parts + gateway + EXAMPLE


def fields_of(struct: type[Any]) -> str:
    """One row per field, in the order of the struct."""
    docs = field_docs(struct)
    rows = [
        [f"`{field.name}`", _default_of(field), docs.get(field.name, "") + _choices_of(field.type)]
        for field in msgspec.structs.fields(struct)
    ]
    return table(["term", "default", "means"], rows)


def _default_of(field: Any) -> str:
    if isinstance(field.default, tuple):
        return ", ".join(f"`{item}`" for item in field.default)
    if field.default in ("", None) or field.default is msgspec.NODEFAULT:
        return ""
    if isinstance(field.default, msgspec.Struct):
        return "see below"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _choices_of(kind: Any) -> str:
    kinds = [kind, *get_args(kind)]
    if any(datetime in (one, *get_args(one)) for one in kinds):
        return " A date, or a time with its zone."
    choices = next((get_args(one) for one in kinds if get_origin(one) is Literal), ())
    return f" One of {', '.join(f'`{choice}`' for choice in choices if choice)}." if choices else ""
