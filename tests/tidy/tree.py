"""The project's own files, as the house rules see them: what git tracks or would track, never what it ignores."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is tracked, or new and not ignored, relative to the root; what was deleted is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = (Path(name) for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def files_under(*folders: str, suffix: str = "") -> list[Path]:
    """Files below any of the top folders, with that suffix."""
    return [path for path in files() if path.parts[0] in folders and path.name.endswith(suffix)]


@cache
def text_of(path: Path) -> str:
    """The file as text; bytes that are no UTF-8 are kept as single characters, so every file can be searched."""
    return (ROOT / path).read_bytes().decode("utf-8", "surrogateescape")
