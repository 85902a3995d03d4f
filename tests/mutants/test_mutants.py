"""Every planted fault is noticed by the suite, and the script that plants them notices when one is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.__main__ import NOT_THERE, SURVIVED, try_all
from tests.mutants.table import MUTANTS, Edit, Mutant


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_mutant_is_killed_by_the_suite() -> None:
    fates = try_all(MUTANTS)

    assert {fate.mutant.name: fate.killed_by for fate in fates if not fate.is_dead} == {}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_harmless_change_survives_and_a_stale_one_is_named() -> None:
    path, tests = "ledger/masterdata/units.py", ("tests/unit/ledger/test_masterdata.py",)
    harmless = Mutant("harmless", "nothing", (Edit(path, "ONE = Factor(1, 1)", "ONE = Factor(1)"),), tests)
    stale = Mutant("stale", "nothing", (Edit(path, "no such code", ""),), tests)

    assert [fate.killed_by for fate in try_all((harmless, stale))] == [SURVIVED, NOT_THERE]


def test_every_mutant_has_a_name_of_its_own_and_tests_that_exist() -> None:
    names = Counter(mutant.name for mutant in MUTANTS)
    tests = {test.split("::")[0] for mutant in MUTANTS for test in mutant.tests if test not in ("-k", "")}

    assert [name for name, times in names.items() if times > 1] == []
    assert [test for test in sorted(tests) if not Path(__file__).parents[2].joinpath(test).is_file()] == []
    assert len(MUTANTS) >= 15
