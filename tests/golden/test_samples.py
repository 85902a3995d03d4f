"""Every sample beside a guide ends as its folder says; `make golden` rewrites the answers of the faulty ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.golden import samples


@pytest.mark.parametrize("sample", samples.sound(), ids=samples.name_of)
def test_sound_sample_is_accepted_without_a_fault(sample: Path) -> None:
    reading = samples.read(sample)

    assert samples.faults_of(reading) == []
    assert reading.accepted


@pytest.mark.parametrize("sample", samples.sound(), ids=samples.name_of)
def test_sound_sample_is_written_again_as_it_was_read(sample: Path) -> None:
    assert samples.write_again(samples.read(sample)) == samples.canonical(sample.read_bytes())


@pytest.mark.parametrize("sample", samples.faulty(), ids=samples.name_of)
def test_faulty_sample_is_told_and_answered_as_written(sample: Path) -> None:
    if os.environ.get("CROSSDOCK_GOLDEN") == "rewrite":
        samples.rewrite(sample)

    assert samples.answers_of(sample) == samples.kept(sample)


@pytest.mark.parametrize("sample", samples.faulty(), ids=samples.name_of)
def test_faulty_sample_is_faulty(sample: Path) -> None:
    assert samples.faults_of(samples.read(sample)) != []
