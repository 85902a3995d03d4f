"""Documents: one title each, links that lead somewhere, decisions under the agreed headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, files, text_of

FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ADR_HEADINGS = ["Status", "Context", "Decision", "Consequences", "Alternatives", "Enforced by"]

PAGES = [path for path in files() if path.suffix == ".md"]
# Fragments become entries of CHANGELOG.md, which has the title; a story beside a golden file is two lines.
UNTITLED = [
    path for path in PAGES if (path.parts[0] == "changes" and path.name != "README.md") or path.name == "WHY.md"
]
DECISIONS = [path for path in PAGES if path.parts[:2] == ("docs", "adr") and path.stem[:4].isdigit()]


def prose(path: Path) -> str:
    return FENCE.sub("", text_of(path))


def anchors(path: Path) -> set[str]:
    """The fragments that a page offers: its headings as a viewer turns them into anchors."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [path for path in PAGES if path not in UNTITLED], ids=str)
def test_page_has_exactly_one_title(path: Path) -> None:
    assert len(re.findall(r"^# ", prose(path), re.MULTILINE)) == 1


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_links_of_the_page_lead_somewhere(path: Path) -> None:
    broken = []
    for target in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        found = (ROOT / path.parent / name).resolve() if name else ROOT / path
        if not found.exists() or (fragment and fragment not in anchors(found.relative_to(ROOT))):
            broken.append(target)

    assert broken == []


def test_there_are_decisions_and_their_numbers_have_no_gap() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert DECISIONS


@pytest.mark.parametrize("path", DECISIONS, ids=str)
def test_decision_has_the_agreed_headings(path: Path) -> None:
    headings = re.findall(r"^## (.*)$", text_of(path), re.MULTILINE)

    assert headings == ADR_HEADINGS


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = LINK.findall(text_of(Path("docs/adr/README.md")))

    assert {path.name for path in DECISIONS} - set(listed) == set()
