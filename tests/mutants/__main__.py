"""`python -m tests.mutants [NAME ...]`: plant each fault in a copy of the code and see that the suite notices.

Prints a table: mutant, what it breaks, the test that killed it, seconds. Exits 1 when one survives, or when the code
it was written for is no longer there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple

from tests.mutants.table import MUTANTS, Mutant
from tests.tidy.tree import ROOT, files

NOT_THERE = "the code it was written for is not there"
SURVIVED = "SURVIVED"


class Fate(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    killed_by: str
    """The first test that failed; `SURVIVED` or `NOT_THERE` where none did."""
    seconds: float

    @property
    def is_dead(self) -> bool:
        return self.killed_by not in (SURVIVED, NOT_THERE)


def try_all(mutants: Iterable[Mutant]) -> list[Fate]:
    """Plant one after the other in a copy of the tree, each undone before the next."""
    with TemporaryDirectory(prefix="crossdock-mutants-") as folder:
        copy = Path(folder)
        for path in files():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, copy / path)
        fates = []
        for mutant in mutants:
            fates.append(try_one(copy, mutant))
            _print(fates[-1])
        return fates


def try_one(copy: Path, mutant: Mutant) -> Fate:
    """Plant a fault, run its tests, undo it."""
    began = monotonic()
    texts = {edit.path: (copy / edit.path).read_text() for edit in mutant.edits}
    if any(texts[edit.path].count(edit.old) != 1 for edit in mutant.edits):
        return Fate(mutant, NOT_THERE, 0)
    try:
        for edit in mutant.edits:
            (copy / edit.path).write_text((copy / edit.path).read_text().replace(edit.old, edit.new))
        return Fate(mutant, _first_failure(copy, mutant.tests), monotonic() - began)
    finally:
        for path, text in texts.items():
            (copy / path).write_text(text)


def _first_failure(copy: Path, tests: tuple[str, ...]) -> str:
    chosen = () if "-k" in tests else ("-k", "sqlite or not postgres")
    named = tuple(test for test in tests if test not in ("-k", ""))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=no", *chosen, *named]
    # No byte code: two mutants of one file within a second would share it.
    run = subprocess.run(
        command, cwd=copy, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy), "HYPOTHESIS_PROFILE": "fast"},
    )  # fmt: skip
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
    if found:
        return found[1].removeprefix("tests/")
    if run.returncode not in (0, 1):
        raise SystemExit(f"pytest could not run {named}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return SURVIVED


def _print(fate: Fate) -> None:
    name, breaks = fate.mutant.name, fate.mutant.breaks
    sys.stdout.write(f"{name:42} {breaks:64} {fate.killed_by:90} {fate.seconds:6.1f} s\n")
    sys.stdout.flush()


def main(names: list[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    fates = try_all(chosen)
    dead = sum(fate.is_dead for fate in fates)
    sys.stdout.write(f"{dead} of {len(fates)} mutants were killed\n")
    return 0 if fates and dead == len(fates) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
