"""Which cases are one cause is as the reference says, class by class, over the cases of all golden stories."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from ledger.matching.discrepancies import BY_CODE
from ledger.scorecards.causes import GROUPS, GROUPS_OF

HERE = Path(__file__).parent
OF_SIGNALS = ("document_absent", "line_side_miss", "receipt_late")
"""D47 names its signal."""


def found() -> dict[str, set[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for path in HERE.glob("*/outcomes.json"):
        for book in ("live", "test"):
            for case in json.loads(path.read_text("utf-8")).get(book, {}).get("cases", ()):
                group = str(case["cause"]).partition(":")[0]
                groups[case["code"]].add("signal" if group in OF_SIGNALS else group)
    return groups


def test_every_class_has_its_groups_and_every_group_a_class() -> None:
    assert sorted(GROUPS_OF) == sorted(BY_CODE)
    assert {group for groups in GROUPS_OF.values() for group in groups} == set(GROUPS)


def test_the_cases_of_all_stories_are_in_the_groups_of_their_class() -> None:
    groups = found()

    assert {
        code: sorted(has - set(GROUPS_OF[code])) for code, has in groups.items() if has - {*GROUPS_OF[code]}
    } == {}
    # The twin: the stories show nearly every class, and those in several groups in more than one of them.
    assert len(groups) > 40
    assert len(groups["D24"]) == len(groups["D09"]) == 2
