"""A fuzzer that sees which code an input reaches finds nothing that stops scan, check, show or answer."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = sorted(Path("mappings/x12").glob("*/*/*.sample.edi"))
SECONDS = int(os.environ.get("CROSSDOCK_FUZZ_SECONDS", "120"))
"""How long; a night is better."""


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="NO COVERAGE-GUIDED FUZZING: atheris has wheels for Linux on x86-64 alone; run it there",
)
@pytest.mark.timeout(SECONDS + 300)
def test_coverage_guided_fuzzing_finds_nothing(tmp_path: Path) -> None:
    found, seeds = tmp_path / "found", tmp_path / "seeds"
    found.mkdir()
    seeds.mkdir()
    for number, sample in enumerate(SAMPLES):
        (seeds / f"{number}.edi").write_bytes(sample.read_bytes())
    command = [sys.executable, "-m", "tests.properties.x12_fuzz", str(found), str(seeds)]
    bounds = [f"-max_total_time={SECONDS}", "-max_len=4096", "-timeout=30", "-rss_limit_mb=2048"]

    run = subprocess.run(
        [*command, *bounds, f"-artifact_prefix={tmp_path}/find-"],
        capture_output=True,
        text=True,
        timeout=SECONDS + 240,
    )

    finds = {path.name: path.read_bytes() for path in tmp_path.glob("find-*")}
    assert finds == {}, run.stderr[-4_000:]
    assert run.returncode == 0, run.stderr[-4_000:]
    assert list(found.iterdir()) != [], "no input reached new code: is anything instrumented?"
