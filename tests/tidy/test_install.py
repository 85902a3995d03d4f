"""The Dockerfile's own install lines, run in an empty environment: what a stranger's machine would do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.test_docker import arguments_of
from tests.tidy.tree import ROOT

PREFIX = "/opt/crossdock"


def install_lines(prefix: Path) -> list[list[str]]:
    """The RUN lines that make and fill the environment, with its folder moved to `prefix`."""
    lines = [line for line in arguments_of("RUN") if PREFIX in line]
    words = [line.replace(PREFIX, str(prefix)).split() for line in lines]
    return [[sys.executable if word == "python" else word for word in line] for line in words]


@pytest.mark.long
def test_install_lines_of_the_dockerfile_give_a_command_that_works(tmp_path: Path) -> None:
    source, prefix = tmp_path / "src", tmp_path / "opt"
    source.mkdir()
    for arguments in arguments_of("COPY"):
        for name in [] if arguments.startswith("--from") else arguments.split()[:-1]:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            copy(ROOT / name, source / name)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }

    for line in install_lines(prefix):
        subprocess.run(line, cwd=source, check=True, env=environment)
    demo = subprocess.run(
        [prefix / "bin" / "crossdock", "demo", "--json", "--home", tmp_path / "home"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert demo.returncode == 0, demo.stderr
    assert '"verify": "clean"' in demo.stdout.splitlines()[-1] or '"verify":"clean"' in demo.stdout.splitlines()[-1]
