"""The architecture is a test: the contracts of pyproject.toml hold, and the list of them is complete."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.tidy.tree import ROOT, text_of


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads(text_of(Path("pyproject.toml")))["tool"]["importlinter"]
    return list(settings["contracts"])


def test_every_import_contract_holds() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout


def test_layers_leave_no_package_out() -> None:
    layered = [contract for contract in contracts() if contract["type"] == "layers" and "containers" in contract]

    assert [(contract["containers"], contract["exhaustive"]) for contract in layered] == [
        (["gateway"], True),
        (["ledger"], True),
    ]


def test_ledger_package_imports_nothing_on_its_own() -> None:
    # Whoever embeds one pure part must not pay for the database drivers of another.
    run = subprocess.run(
        [sys.executable, "-c", "import sys, ledger; print(sorted(n for n in sys.modules if n.startswith('ledger')))"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert run.stdout.strip() == "['ledger']"
