"""HL loops nest by their pointers; what is wrong with one is told at the element that says it, and told once."""

from __future__ import annotations

import itertools

import pytest

from gateway.document import Loop
from gateway.x12 import plan_acks
from tests.unit.x12.interchanges import document, found_in, interchange, only

BSN = "BSN*00*0000457*20261122*1130"
INSIDE = {
    "S": ["REF*BM*BOL88231", "N1*SF**92*A123"], "O": ["PRF*PO450012"], "T": ["REF*LS*T1"], "P": ["REF*LS*P1"],
    "I": ["LIN**BP*ECM-88-410", "SN1**240*EA"],
}  # fmt: skip
PATTERNS = [
    "S-I", "S-O-I", "S-T-I", "S-P-I", "S-T-O-I", "S-T-P-I", "S-P-O-I", "S-O-T-I", "S-O-P-I", "S-O-I-P", "S-O-T-P-I",
]  # fmt: skip
ORPHAN = "HL*3*7*I"


def levels(pattern: str) -> list[list[str]]:
    """A chain of HL loops, one level under the other."""
    kinds = pattern.split("-")
    return [[f"HL*{n}*{n - 1 or ''}*{kind}*{int(n < len(kinds))}", *INSIDE[kind]] for n, kind in enumerate(kinds, 1)]


def body(*loops: list[str]) -> list[str]:
    return [BSN, *itertools.chain.from_iterable(loops), "CTT*3"]


def shape(loop: Loop) -> str:
    """The HL loops inside a loop, as `S(O(I I))`."""
    inner = " ".join(f"{one.level}{shape(one)}" for one in loop.loops if one.id == "HL")
    return f"({inner})" if inner else ""


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_of_the_trade_is_taken_and_nested(pattern: str) -> None:
    (one,) = only(interchange(document(body(*levels(pattern))))).documents

    assert one.faults == ()
    assert shape(one.root) == "(" + "(".join(pattern.split("-")) + ")" * len(pattern.split("-"))


def test_pointers_decide_and_order_does_not() -> None:
    top, *rest = levels("S-O-T-P-I")

    shapes = set()
    for shuffled in itertools.permutations(rest):
        (one,) = only(interchange(document(body(top, *shuffled)))).documents
        assert {(fault.tag, fault.element, fault.code, fault.rejects) for fault in one.faults} <= {
            ("HL", 1, "7", False)
        }
        assert one.accepted
        shapes.add(shape(one.root))

    assert shapes == {"(S(O(T(P(I)))))"}


def ack_of(segments: list[str]) -> tuple[str, list[str]]:
    """AK5 and what stands before it, of the answer to a ship notice with this body."""
    (answer,) = plan_acks(only(interchange(document(segments)))).groups
    parts = ["*".join(segment) for segment in answer.segments]
    return next(part for part in parts if part.startswith("AK5")), [p for p in parts if p[:3] in ("AK3", "AK4")]


SHIPMENT, ORDER, ITEM = (
    ["HL*1**S", *INSIDE["S"]],
    ["HL*2*1*O", *INSIDE["O"]],
    ["HL*3*2*I", *INSIDE["I"]],
)


@pytest.mark.parametrize(
    ("loops", "verdict", "told"),
    [
        ((SHIPMENT, ORDER, ["HL*3*7*I", *ITEM[1:]]), "AK5*R*5", ["AK3*HL*8*HL*8", "AK4*2*734*7*7"]),
        ((SHIPMENT, ["HL*2*2*O", *ORDER[1:]], ITEM), "AK5*R*5", ["AK3*HL*6*HL*8", "AK4*2*734*7*2"]),
        (
            (SHIPMENT, ["HL*2*3*O", *ORDER[1:]], ITEM),
            "AK5*R*5",
            ["AK3*HL*6*HL*8", "AK4*2*734*7*3", "AK3*HL*8*HL*8", "AK4*2*734*7*2"],
        ),
        ((SHIPMENT, ORDER, ["HL*2*2*I", *ITEM[1:]]), "AK5*R*5", ["AK3*HL*8*HL*8", "AK4*1*628*7*2"]),
        (
            (SHIPMENT, ["HL*2*1*I", *ITEM[1:]], ["HL*3*2*O", *ORDER[1:]]),
            "AK5*R*5",
            ["AK3*HL*9*HL*8", "AK4*3*735*7*O"],
        ),
        ((SHIPMENT, ["HL*2**O", *ORDER[1:]], ITEM), "AK5*R*5", ["AK3*HL*6*HL*8", "AK4*2*734*2"]),
        ((SHIPMENT, ORDER, ["HL*5*2*I", *ITEM[1:]]), "AK5*E*5", ["AK3*HL*8*HL*8", "AK4*1*628*7*5"]),
        ((SHIPMENT, ORDER, ["HL*3*2*I*1", *ITEM[1:]]), "AK5*E*5", ["AK3*HL*8*HL*8", "AK4*4*736*7*1"]),
        ((SHIPMENT, ["HL*2*1*O*0", *ORDER[1:]], ITEM), "AK5*E*5", ["AK3*HL*6*HL*8", "AK4*4*736*7*0"]),
    ],
    ids=["orphan", "own-parent", "ring", "number-twice", "level", "no-parent", "gap", "bears-none", "bears-some"],
)
def test_a_wrong_hierarchy_is_answered_at_its_element(
    loops: tuple[list[str], ...], verdict: str, told: list[str]
) -> None:
    assert ack_of(body(*loops)) == (verdict, told)


def test_a_level_that_is_nowhere_in_the_guide_is_one_wrong_code_and_nothing_more() -> None:
    segments = body(SHIPMENT, ["HL*2*1*AG"], ["HL*3*2*I", *ITEM[1:]])

    assert found_in(segments) == [(6, "HL", 3, None, "7", True)]


def test_a_chain_of_thousands_of_levels_is_looked_at_level_by_level() -> None:
    chain = [[f"HL*{n}*{n - 1}*I", *INSIDE["I"]] for n in range(3, 2_000)]

    (one,) = only(interchange(document(body(SHIPMENT, ORDER, *chain)))).documents

    assert one.fault_count == len(chain) - 1
    assert {(fault.tag, fault.element, fault.code) for fault in one.faults} == {("HL", 3, "7")}


def test_totals_are_content_and_no_matter_of_syntax() -> None:
    segments = [*body(SHIPMENT, ORDER, ITEM)[:-1], "CTT*99*12345"]

    assert ack_of(segments) == ("AK5*A", [])
