"""A document type is data, and a folder of it is complete: guide, map, samples with their answers, and its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.tree import files_under

FOLDERS = sorted({path.parent for path in files_under("mappings") if not {"_release", "codes"} & set(path.parts)})
# Folders that only group others (a format, a release) hold no files and so do not appear.
TYPES = [folder for folder in FOLDERS if len(folder.parts) > 2]


def names_in(folder: Path) -> set[str]:
    return {path.name for path in files_under("mappings") if path.parent == folder}


def is_mapped(folder: Path) -> bool:
    # An X12 set may be known by its guide alone: it is checked, acknowledged and shown, and no event comes of it.
    # Every other format, and a folder that has answers to compare with, needs its map.
    names = names_in(folder)
    return folder.parts[1] != "x12" or "map.yaml" in names or any(name.endswith(".expected.json") for name in names)


@pytest.mark.parametrize("folder", TYPES, ids=str)
def test_folder_says_what_the_document_is(folder: Path) -> None:
    assert "README.md" in names_in(folder)


@pytest.mark.parametrize("folder", [folder for folder in TYPES if folder.parts[1] == "x12"], ids=str)
def test_x12_folder_has_its_guide(folder: Path) -> None:
    assert "guide.xml" in names_in(folder)


@pytest.mark.parametrize("folder", [folder for folder in TYPES if is_mapped(folder)], ids=str)
def test_folder_has_a_map_and_samples_with_their_answers(folder: Path) -> None:
    names = names_in(folder)
    samples = {name for name in names if ".sample." in name}
    answers = {name for name in names if name.endswith(".expected.json")}

    assert "map.yaml" in names
    assert samples
    # `order.sample.edi` is answered by `order.expected.json`; a sample whose syntax is refused has no answer.
    assert {name.split(".")[0] for name in answers} - {name.split(".")[0] for name in samples} == set()
    assert answers


@pytest.mark.parametrize("folder", [folder for folder in TYPES if folder.parts[1] == "x12"], ids=str)
def test_x12_folder_has_samples(folder: Path) -> None:
    assert [name for name in names_in(folder) if name.endswith(".sample.edi") and not name.startswith("faulty-")]


def test_only_the_example_partner_is_in_the_tree() -> None:
    assert {path.parts[1] for path in files_under("partners")} == {"_example"}
