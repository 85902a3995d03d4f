"""`python -m benchmarks NAME [--json] [--rounds N] ...`: one JSON object per row, or a readable line each."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import msgspec

from benchmarks.corpus.values import MIXES
from benchmarks.rows import ROUNDS_MIN
from gateway.logs import set_up_logs

NAMES = ("ledger", "mapping", "matching", "sftp", "street", "x12")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=(*NAMES, "corpus"))
    parser.add_argument("--json", action="store_true", help="one JSON object per row on stdout, nothing else")
    parser.add_argument("--rounds", type=int, default=ROUNDS_MIN)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=3000, help="documents in the timed part of the corpus")
    parser.add_argument("--mix", default="full", choices=tuple(MIXES), help="street.process and corpus: what is sent")
    parser.add_argument(
        "--only",
        default="",
        help="all but sftp: the rows whose id begins so, as street.accept",
    )
    parser.add_argument("--out", type=Path, help="corpus: write the messages here")
    chosen = parser.parse_args()
    # To stderr, and only trouble: stdout belongs to the rows.
    set_up_logs("warning")
    if chosen.name == "corpus":
        return _corpus(chosen)
    if chosen.rounds < ROUNDS_MIN:
        parser.error(f"at least {ROUNDS_MIN} rounds make a median")
    module = importlib.import_module(f"benchmarks.{chosen.name}")
    options = {}
    if chosen.name in ("ledger", "matching"):
        options = {"seed": chosen.seed, "only": chosen.only}
    if chosen.name in ("mapping", "x12"):
        options = {"only": chosen.only}
    if chosen.name == "street":
        options = {"seed": chosen.seed, "size": chosen.size, "mix": chosen.mix, "only": chosen.only}
    for row in module.rows(chosen.rounds, **options):
        if chosen.json:
            print(msgspec.json.encode(row).decode(), flush=True)
        else:
            print(
                f"{row.id:24} {row.value:>12,.1f} {row.unit}  {row.ratio:.3f} x {row.against} ({row.peer:,.1f})",
                flush=True,
            )
    return 0


def _corpus(chosen: argparse.Namespace) -> int:
    from benchmarks.corpus import build

    corpus = build(chosen.seed, chosen.size, mix=chosen.mix)
    if chosen.out:
        for place, sent in enumerate(corpus.sent):
            folder = chosen.out / sent.partner
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{place:06d}-{sent.name}").write_bytes(sent.body)
    lines = sum(sent.lines for sent in corpus.timed)
    figures = {
        "sha": corpus.sha, "seed": corpus.seed, "mix": corpus.mix, "warm_up": corpus.warm_up,
        "documents": len(corpus.timed), "lines": lines, "bytes": sum(len(sent.body) for sent in corpus.timed),
    }  # fmt: skip
    print(msgspec.json.encode(figures).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
