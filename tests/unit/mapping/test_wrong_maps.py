"""Maps that are wrong on purpose: each has its exact answer, which names file, line, column and the mend.

`WRITE_GOLDEN=1` writes the answers again; a person reads the difference.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gateway.mapping import Configuration
from tests.unit.mapping.maps import shipped

FOLDER = Path(__file__).parents[2] / "golden" / "wrong_maps"
WRONG = sorted(FOLDER.glob("*.map.yaml"))
SECONDS_MAX = 1.0
PATHS = {"15": "850", "20": "csv", "21": "855"}
"""Where a wrong map stands, by its number: the folder says what is wrong with it as well; 856 for the others."""


def path_of(wrong: Path) -> str:
    kind = PATHS.get(wrong.name[:2], "856")
    return f"partners/acme/{'csv/moves' if kind == 'csv' else f'x12/004010/{kind}'}/map.yaml"


def answer(wrong: Path) -> str:
    path = path_of(wrong)
    configuration = Configuration.from_files(shipped() | {path: wrong.read_bytes()}, check=False)
    return "".join(f"{mistake.located}\n" for mistake in configuration.check_map(path))


@pytest.mark.parametrize("wrong", WRONG, ids=lambda path: path.name.removesuffix(".map.yaml"))
def test_a_wrong_map_is_answered_with_exactly_what_is_wrong_and_the_mend(wrong: Path) -> None:
    expected = wrong.with_name(wrong.name.replace(".map.yaml", ".told.txt"))
    told = answer(wrong)
    if os.environ.get("WRITE_GOLDEN"):
        expected.write_text(told, "utf-8")

    assert told
    assert told == expected.read_text("utf-8")


@pytest.mark.parametrize("wrong", WRONG, ids=lambda path: path.name.removesuffix(".map.yaml"))
def test_every_answer_names_the_line_and_the_column(wrong: Path) -> None:
    for line in answer(wrong).splitlines():
        file, number, column, text = line.split(":", 3)

        assert (file.endswith(".yaml"), number.isdigit(), column.isdigit(), bool(text.strip())) == (True,) * 4, line


def test_no_wrong_map_takes_long() -> None:
    shipped()
    for wrong in WRONG:
        start = time.process_time()
        answer(wrong)
        assert time.process_time() - start < SECONDS_MAX, wrong.name


def test_there_are_at_least_twenty() -> None:
    assert len(WRONG) >= 20
