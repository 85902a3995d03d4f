"""The reference of `policy.yaml` and `people.yaml`, from the structs that they are read into."""

from __future__ import annotations

from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from docs.generate.terms import fields_of
from docs.generate.text import WARNING, field_docs, table
from gateway.governance import Person
from gateway.governance.rules import HouseRules
from ledger.policy import (
    CountLimits,
    CountRules,
    Ownership,
    PeriodRules,
    ReplenishmentRules,
    SegmentRules,
    Tolerance,
    ToleranceRule,
    TransitionRules,
)

HEAD = """# Rules of the house

`HOME/policy.yaml` says what is different here from the shipped rules, which [who may do what](roles.md) lists. A
mapping is laid over what is shipped, key by key; a list or a value takes its place. `HOME/people.yaml` says who works
here. Both are checked like every other configuration: an unknown key, role, state, event or class is told with its
line and what was probably meant, and the rules in force stay in force until it is mended. The ledger keeps the rules
that were in force with every event, so that a rebuild decides as it did then.

## policy.yaml

"""

PARTS: tuple[tuple[str, str, type[Any]], ...] = (
    ("Counts", "`counts`.", CountRules),
    ("Limits", "`counts.usual`, and `counts` of a segment.", CountLimits),
    ("Segment", "One entry of `segments`, by name.", SegmentRules),
    ("Transition", "One entry of `transitions`, by kind of event.", TransitionRules),
    ("Cases of a class", "One entry of `cases`, by class.", Ownership),
    ("Periods", "`periods`.", PeriodRules),
    ("Replenishment of the line", "`replenishment`.", ReplenishmentRules),
    (
        "Tolerance rule",
        "One entry of the list `tolerances`. Fields that are left out match everything.",
        ToleranceRule,
    ),
    ("Tolerance", "`tolerance` wherever it stands.", Tolerance),
)

PEOPLE = """
## people.yaml

`people` is a mapping from the id of each person, the name that `--as` takes, to:

"""

EXAMPLE = """
```yaml
# HOME/policy.yaml
roles:
  reman_manager: Decides about remanufactured goods.
counts:
  usual: {limit: "25", tolerance: {percent: "1"}}
segments:
  reman: {counts: {approvers: [reman_manager]}, visible_to: [reman_manager, finance]}
  kits: {about: Kits of the assembly shop, never: [GoodsReturned]}
transitions:
  StockScrapped: {roles: [quality_manager], reasons: {mould: Mould and mildew}}
cases:
  D16: {deciders: [procurement]}
tolerances:
  - {code: D43, part: BRK-100, tolerance: {percent: "3"}}
```

```yaml
# HOME/people.yaml
people:
  anna: {name: Anna Kowalska, roles: [inventory_manager], sites: [PLT07]}
  kim: {roles: [inspector, quality_manager]}
```
"""


def build_page() -> str:
    """The whole page: the file, then what stands inside it, then the people."""
    parts = "".join(f"\n### {title}\n\n{about}\n\n{_fields(struct)}" for title, about, struct in PARTS)
    people = table(["key", "means"], [[f"`{name}`", text] for name, text in field_docs(Person).items()])
    return WARNING + HEAD + _keys() + parts + PEOPLE + people + EXAMPLE


def _keys() -> str:
    docs, hints = field_docs(HouseRules), get_type_hints(HouseRules)
    rows = [[f"`{name}`", _shape(hints[name]), docs[name]] for name in HouseRules.__struct_fields__]
    return table(["key", "is", "means"], rows)


def _fields(struct: type[Any]) -> str:
    return fields_of(struct).replace("| term |", "| key |", 1)


def _shape(kind: Any) -> str:
    if get_origin(kind) in (Union, UnionType):
        return _shape(next(one for one in get_args(kind) if one is not type(None)))
    return {dict: "a mapping", tuple: "a list"}.get(get_origin(kind) or kind, "a mapping")
