"""Whatever comes in, an answer can be written, passes our own guide and pyx12's, and is never answered itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cli.x12_ack import write_answer
from gateway.x12 import Guides, answer_envelope, plan_acks, read
from gateway.x12.envelope.reader import nobody
from tests.properties.x12_ack_oracle import as_oracle_reads, open_ack_oracle
from tests.properties.x12_mutations import mutate

GUIDES = Guides.from_roots([Path()])
CLOCK = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SAMPLES = sorted(Path("mappings/x12").glob("*/*/*.sample.edi"))
TEXTS = [sample.read_bytes().decode("latin-1") for sample in SAMPLES]
PLAIN = [text.replace("\n", "") for text in TEXTS if text[103:106].endswith("*>~")]
RELEASES = ("002040", "003060", "004010", "005010")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Callable[[str], bool]]:
    with open_ack_oracle() as accepts:
        yield accepts


def answers_to(data: bytes, answers: tuple[str, ...] = ("997", "999")) -> list[bytes]:
    reading = read(data, GUIDES)
    written = [
        write_answer(one, GUIDES, number, CLOCK, nobody, lambda partner: answers)
        for number, one in enumerate(reading.interchanges, 1)
    ]
    return [one for one in written if one]


def troubles(answer: bytes, oracle: Callable[[str], bool]) -> list[str]:
    """What our own reader, and pyx12, hold against an answer."""
    reading = read(answer, GUIDES)
    (interchange,) = reading.interchanges
    found = [fault.text for fault in (*reading.faults, *interchange.faults)]
    found += [fault.text for group in interchange.groups for fault in group.faults]
    # An answer to a release without a 997 of its own is written by another's; no guide reads it back.
    found += [fault.text for one in reading.documents for fault in one.faults if fault.code != "no_guide"]
    found += ["it would be answered"] if plan_acks(interchange).groups or plan_acks(interchange).ta1 else []
    text = answer.decode("latin-1")
    if interchange.groups and text[105] == "~" and text[3] == "*" and "\nST*" in text:
        found += [] if oracle(as_oracle_reads(text)) else [f"pyx12 refuses {as_oracle_reads(text)}"]
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[2]}-{path.parts[3]}-{path.name[:-11]}")
def test_answer_to_every_sample_passes_both_guides(sample: Path, oracle: Callable[[str], bool]) -> None:
    for answers in (("997", "999"), ("997",)):
        for answer in answers_to(sample.read_bytes(), answers):
            assert troubles(answer, oracle) == []


@given(chance=st.randoms(use_true_random=False), text=st.sampled_from(PLAIN), release=st.sampled_from(RELEASES))
@settings(max_examples=150)
def test_answer_to_what_went_wrong_passes_both_guides(
    chance: random.Random, text: str, release: str, oracle: Callable[[str], bool]
) -> None:
    wrong = mutate(chance, text).replace("*004010~", f"*{release}~")

    for answer in answers_to(wrong.encode("latin-1")):
        assert troubles(answer, oracle) == []


@given(chance=st.randoms(use_true_random=False), text=st.sampled_from(TEXTS))
@settings(max_examples=150)
def test_no_bytes_stop_an_answer(chance: random.Random, text: str) -> None:
    data = bytearray(text.encode("latin-1"))
    for _ in range(chance.choice((1, 3, 10))):
        # The envelope above all: there stand the marks, ids and numbers that an answer repeats.
        at = chance.randrange(min(len(data), chance.choice((180, 10_000))))
        kind = chance.choice(("set", "insert", "drop", "cut"))
        if kind == "set":
            data[at] = chance.randrange(256)
        elif kind == "insert":
            data[at:at] = chance.choice((b"*", b"~", b">", b"ISA", b"^", b"\xb2", b"12345678901234567890", b" "))
        elif kind == "drop":
            del data[at + 20 : at + 20 + chance.choice((1, 2, 20))]
        elif len(data) > 40:
            del data[max(at, 20) :]

    for answer in answers_to(bytes(data)):
        reading = read(answer, GUIDES)
        assert [fault.text for one in reading.interchanges for fault in one.faults] == []
        assert all(document.accepted is not False for document in reading.documents)
        assert all(plan_acks(one) == plan_acks(one, answers=()) for one in reading.interchanges)


def test_oracle_is_one(oracle: Callable[[str], bool]) -> None:
    for sample in ("004010/856/faulty-elements", "005010/850/faulty-elements"):
        text = (Path("mappings/x12") / f"{sample}.ack.edi").read_text()

        assert oracle(as_oracle_reads(text))
        for right, wrong in (("R*5~", "Q*5~"), ("AK9*R*1", "AK9*R*X"), ("K4*2*", "K4**"), ("AK2*", "AK2**")):
            assert right in text
            assert not oracle(as_oracle_reads(text.replace(right, wrong)))


def test_marks_of_an_answer_stand_in_no_id_of_its_envelope() -> None:
    isa = "ISA*00*          *00*          *01*1>3            *01*A|B            *261122*1200*U*00401*000000101*0*T*>~"

    (interchange,) = read(
        f"{isa}GS*SH*A*B*20261122*1200*1*X*004010~GE*0*1~IEA*1*000000101~".encode(), GUIDES
    ).interchanges

    envelope = answer_envelope(interchange)

    assert envelope is not None
    assert envelope.delimiters[:3] == ("+", ":", "'")
