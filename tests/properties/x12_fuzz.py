"""Coverage-guided fuzzing: `python -m tests.properties.x12_fuzz FOLDER... -max_total_time=600`, as libFuzzer has it.

The first folder receives what reaches code that nothing reached before; further folders are read. Half of the time
bytes are changed as libFuzzer does, half of the time as partners and transports do (`x12_mutations.py`), since blind
changes of bytes seldom come past an envelope.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway.x12", "gateway.cli.x12_ack", "gateway.cli.x12_json"]):
    from tests.properties.x12_ack_oracle import as_oracle_reads, open_ack_oracle
    from tests.properties.x12_everything import exercise, is_for_the_oracle
    from tests.properties.x12_mutations import mutate

from gateway.x12 import Guides

GUIDES = Guides.from_roots([Path()])


def change(data: bytes, size_max: int, seed: int) -> bytes:
    """Another input made of one: libFuzzer's custom mutator."""
    chance = random.Random(seed)
    if chance.random() < 0.5 or data.count(b"~") < 4:
        return bytes(atheris.Mutate(data, size_max))
    return mutate(chance, data.decode("latin-1")).encode("latin-1", "ignore")[:size_max]


def main() -> None:
    """Does not come back: libFuzzer ends the process, with a code other than 0 and the bytes in a file for a find."""
    with open_ack_oracle() as accepts:

        def try_one(data: bytes) -> None:
            for answer in exercise(data, GUIDES):
                if is_for_the_oracle(answer):
                    assert accepts(as_oracle_reads(answer.decode("latin-1")))

        # A guide is compiled when it is first met, which would look like an input that takes long.
        GUIDES.load_all()
        atheris.Setup(sys.argv, try_one, custom_mutator=change)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
