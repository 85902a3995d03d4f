"""Generated pages, schemas and tables say what the code says; `make docs` writes them."""

from __future__ import annotations

import pytest

from docs.generate import PAGES, ROOT, Page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.path.relative_to(ROOT)))
def test_generated_page_is_as_the_code_says(page: Page) -> None:
    assert page.is_current(), "run `make docs` and read the difference"


def test_no_reference_page_is_left_without_a_generator() -> None:
    generated = {page.path for page in PAGES}

    assert {path for path in (ROOT / "docs" / "reference").iterdir() if path.suffix != ".json"} - generated == set()
