"""Files that nobody here wrote: none crashes, and the reference page says what is found in each.

Needs `CROSSDOCK_SAMPLES`, a folder with such files (`.ci/run FOLDER` sets it); skipped, and said so, without.
"""

from __future__ import annotations

import os

import pytest

from docs.generate import samples
from gateway.x12 import Guides, plan_acks, read, show
from tests.unit.x12.interchanges import GUIDES
from tests.unit.x12.test_guides import BASE

FOLDER = samples.find_folder()
WHY = f"NOT RUN: {samples.VARIABLE} is {os.environ.get(samples.VARIABLE)!r}, which names no folder of real X12 files"
with_samples = pytest.mark.skipif(FOLDER is None, reason=WHY)


@with_samples
def test_no_real_file_crashes_reader_answers_or_rendering() -> None:
    assert FOLDER is not None
    files = samples.find_files(FOLDER)
    assert files

    for path in files:
        reading = read(path.read_bytes(), GUIDES)
        assert reading.interchanges, f"{path.name}: a person can read this"
        assert show(reading)
        for interchange in reading.interchanges:
            plan_acks(interchange)


@with_samples
def test_reference_page_says_what_is_found_in_every_real_file() -> None:
    assert samples.PAGE.read_text("utf-8") == samples.build_page(), (
        "run `make docs` with the folder, read the difference"
    )


@with_samples
def test_notice_of_an_old_release_is_taken_by_an_overlay_of_the_nearest() -> None:
    assert FOLDER is not None
    (path,) = (path for path in samples.find_files(FOLDER) if path.name.startswith("002001-SH856"))
    guides = Guides({**BASE, "mappings/x12/002001/856/guide.yaml": b"extends: x12/002040/856\n"})

    reading = read(path.read_bytes(), guides)

    assert [(one.accepted, one.faults) for one in reading.documents] == [(True, ()), (True, ())]
