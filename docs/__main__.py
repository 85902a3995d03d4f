"""`python -m docs` writes every generated page, schema and table; `python -m docs --check` only compares."""

from __future__ import annotations

import sys

from docs.generate import PAGES, ROOT


def main(arguments: list[str]) -> int:
    """0 when everything is as the code says (or was made so), 1 when `--check` found a difference, 2 for misuse."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m docs [--check]", file=sys.stderr)
        return 2
    stale = [page for page in PAGES if not page.is_current()]
    for page in stale:
        print(page.path.relative_to(ROOT))
        if not arguments:
            page.write()
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
