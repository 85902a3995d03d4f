"""A document becomes loops as the guide says, and HL loops as their pointers say."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.document import Loop
from tests.unit.x12.interchanges import BODY, document, interchange, read_text

SAMPLES = Path("mappings/x12/004010")


def outline(loop: Loop) -> object:
    """Names of loops, levels of HL loops, nested."""
    name = loop.level or loop.id
    return {name: [outline(child) for child in loop.loops]} if loop.loops else name


def tree_of(text: str) -> Loop:
    (one,) = read_text(text).documents
    return one.root


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s-i", {"": [{"S": ["N1", "N1", "N1", {"I": ["CLD"]}, "I"]}]}),
        ("s-o-i", {"": [{"S": ["N1", "N1", "N1", {"O": [{"I": ["CLD"]}]}]}]}),
        ("s-t-i", {"": [{"S": ["N1", "N1", "N1", {"T": ["I"]}, {"T": ["I"]}]}]}),
        ("s-t-o-i", {"": [{"S": ["N1", "N1", "N1", {"T": [{"O": ["I"]}]}]}]}),
        ("s-t-p-i", {"": [{"S": ["N1", "N1", "N1", {"T": [{"P": ["I"]}, {"P": ["I"]}]}]}]}),
        ("s-p-i", {"": [{"S": ["N1", "N1", "N1", {"P": ["I"]}]}]}),
        ("s-p-o-i", {"": [{"S": ["N1", "N1", "N1", {"P": [{"O": ["I"]}]}]}]}),
        ("s-o-i-p", {"": [{"S": ["N1", "N1", "N1", {"O": [{"I": ["P", "P"]}]}]}]}),
        ("s-o-p-i-serials", {"": [{"S": ["N1", "N1", "N1", {"O": [{"P": ["I"]}, {"P": ["I"]}]}]}]}),
        ("s-o-t-p-i", {"": [{"S": ["N1", "N1", "N1", {"O": [{"T": [{"P": ["I"]}, {"P": ["I"]}]}]}]}]}),
        ("two-orders", {"": [{"S": ["N1", "N1", "N1", {"O": ["I"]}, {"O": ["I"]}]}]}),
        ("faulty-shuffled", {"": [{"S": ["N1", "N1", "N1", {"O": ["I"]}]}]}),
    ],
)
def test_every_hierarchy_nests_by_its_pointers(name: str, expected: object) -> None:
    root = tree_of((SAMPLES / "856" / f"{name}.sample.edi").read_text())

    # The CLD loop repeats by its REFs only: one CLD, two labels.
    assert outline(root) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("850/order", {"": ["N1", "N1", "N1", {"PO1": ["PID", "SCH", "SCH"]}, "PO1", "CTT"]}),
        ("861/damaged-and-over", {"": ["N1", "N1", "RCD", "RCD"]}),
        ("824/document-refused", {"": ["N1", {"OTI": ["TED"]}]}),
        ("997/refused", {"": [{"AK2": ["AK3"]}]}),
    ],
)
def test_loops_of_other_sets_nest_as_the_guide_says(name: str, expected: object) -> None:
    assert outline(tree_of((SAMPLES / f"{name}.sample.edi").read_text())) == expected


def test_segments_keep_their_positions_and_elements() -> None:
    root = tree_of(interchange())

    (shipment,) = root.loops
    assert [tuple(segment) for segment in root.segments] == [
        (1, ("ST", "856", "0001")),
        (2, ("BSN", "00", "0000457", "20261122", "1130", "0004")),
        (11, ("CTT", "3", "240")),
        (12, ("SE", "12", "0001")),
    ]
    assert [segment.position for segment in shipment.segments] == [3, 4]


@pytest.mark.parametrize(
    "pointers",
    [("1**S", "2*3*O", "3*2*I"), ("1*1*S", "2*9*O", "2*2*I"), ("1**S", "2*1*O", "2*1*I")],
)
def test_broken_pointers_lose_no_segment(pointers: tuple[str, str, str]) -> None:
    body = list(BODY)
    for place, pointer in zip((1, 4, 6), pointers, strict=True):
        body[place] = f"HL*{pointer}"

    (one,) = read_text(interchange(document(body))).documents

    def count(loop: Loop) -> int:
        return len(loop.segments) + sum(count(child) for child in loop.loops)

    assert count(one.root) == 12
    assert one.accepted is False


def test_deep_chain_of_levels_is_read_and_cut_at_a_depth() -> None:
    chain = ["HL*1**S", *(f"HL*{n}*{n - 1}*P" for n in range(2, 3000))]

    (one,) = read_text(interchange(document([BODY[0], *chain]))).documents

    assert one.accepted
    assert len(one.root.loops) > 1
