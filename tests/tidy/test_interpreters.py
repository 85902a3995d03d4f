"""The other Pythons that we promise, where this machine has them: types and fast tests in a new environment each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, files

PROMISED = ("3.11", "3.12", "3.13")
DROPPED = ("PYTHON", "PYTEST", "HYPOTHESIS")
"""What the environment says of this run and must not say of that one."""
OTHERS = tuple(version for version in PROMISED if version != f"{sys.version_info.major}.{sys.version_info.minor}")


def find_interpreter(version: str) -> Path | None:
    """An interpreter of that version: on the path, or among those that pyenv keeps."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    found = shutil.which(f"python{version}")
    for candidate in [*kept, *([Path(found)] if found else [])]:
        # A shim may stand on the path for a version that is not there.
        if subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@pytest.mark.long
@pytest.mark.parametrize("version", OTHERS)
def test_fast_tests_pass_on_the_other_python(version: str, tmp_path: Path) -> None:
    interpreter = find_interpreter(version)
    if interpreter is None:
        pytest.skip(f"no Python {version} on this machine")
    copy = tmp_path / "crossdock"
    for path in files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)

    subprocess.run(["make", "-s", "setup", f"PYTHON={interpreter}"], cwd=copy, check=True, env=environment)
    run = subprocess.run(
        [".venv/bin/python", "-m", "pytest", "-q", "-n", "auto"],
        cwd=copy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout[-6000:]
