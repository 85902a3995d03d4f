"""What a partner sends never makes the checker grow: steps, expressions and kept faults are bounded by the guide."""

from __future__ import annotations

from gateway import resources
from gateway.document import Delimiters
from gateway.x12 import LIMITS, Guides, read
from gateway.x12.checking.check import Checker

GUIDES = Guides.from_roots(resources.search_roots())
ENVELOPE = (
    "ISA*00*          *00*          *01*123456789      *01*987654321      *261122*1200*U*00401*000000001*0*P*>~"
    "GS*SH*123456789*987654321*20261122*1200*1*X*004010~{}GE*{}*1~IEA*1*000000001~"
)


def _item(number: int) -> list[str]:
    """An item whose qualifiers, tag and level nobody has heard of, other ones for each number."""
    letters = f"{number:05d}"
    return [
        f"HL*{2 + number}*1*{letters}", f"LIN**{letters}*A{number}", f"SN1**1*{letters}", f"REF*{letters}*X",
        f"N1*{letters}**92*P", f"Q{number % 90:02d}*1", f"X{letters}*1", f"DTM*{letters}*20261122",
    ]  # fmt: skip


def test_ten_thousand_unknown_qualifiers_leave_the_automaton_as_it_was() -> None:
    guide = GUIDES.find("", "SH", "004010", "856")
    assert guide is not None
    automaton = guide.automaton(Delimiters())

    def check(items: range) -> Checker:
        checker = Checker(guide, Delimiters())
        checker.begin("ST*856*0001")
        body = ["BSN*00*S1*20261122*1130", "HL*1**S", *(raw for number in items for raw in _item(number))]
        assert checker.run(body, 0) == len(body)
        return checker

    check(range(3))
    before = automaton.step_count
    checker = check(range(10_000))

    assert automaton.step_count == before
    assert checker.found()[1] >= 60_000
    assert len(checker.faults()) == LIMITS.faults_max


def test_faults_of_a_large_document_are_counted_to_the_last() -> None:
    items = [raw for n in range(1, 20_001) for raw in (f"HL*{n + 1}*1*I*0", f"LIN**BP*A{n}", f"SN1**{n}O*EA")]
    body = ["ST*856*0001", "BSN*00*S1*20261122*1130", "HL*1**S*1", *items, "CTT*1"]
    text = "~".join([*body, f"SE*{len(body) + 1}*0001~"])

    (document,) = read(ENVELOPE.format(text, 1).encode(), GUIDES, trees=False).documents

    assert document.fault_count == 20_000
    assert len(document.faults) == LIMITS.faults_max
    assert document.faults[-1].text.endswith("; 19,900 more faults are not listed")


def test_many_documents_at_fault_are_each_refused_and_few_faults_kept() -> None:
    limits = LIMITS._replace(interchange_faults_max=10)
    one = "ST*856*{0:04d}~BSN*00*S1*20261122*1130~HL*1**S~HL*2*1*I~LIN**BP*A~SN1**1O*EAS~SE*7*{0:04d}~"
    text = "".join(one.format(number) for number in range(1, 51))

    documents = read(ENVELOPE.format(text, 50).encode(), GUIDES, trees=False, limits=limits).documents

    assert [document.accepted for document in documents] == [False] * 50
    assert [document.fault_count for document in documents] == [2] * 50
    assert sum(len(document.faults) for document in documents) == 10 + 45
    assert documents[-1].faults[0].text.endswith("; 1 more fault is not listed")


def test_levels_out_of_order_are_counted_and_few_kept() -> None:
    items = [raw for n in range(1, 3001) for raw in (f"HL*{n + 7}*1*I", f"LIN**BP*A{n}", f"SN1**{n}*EA")]
    body = ["ST*856*0001", "BSN*00*S1*20261122*1130", "HL*1**S", *items]
    text = "~".join([*body, f"SE*{len(body) + 1}*0001~"])

    (document,) = read(ENVELOPE.format(text, 1).encode(), GUIDES, trees=False).documents

    assert document.accepted
    assert document.fault_count == 3000
    assert len(document.faults) == LIMITS.faults_max
