"""Lines read all at once are the lines read one by one: the same events, and the same faults in the same order."""

from __future__ import annotations

from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.document import Delimiters, Document, Loop, Segment
from gateway.mapping import Configuration, Map, read_document
from gateway.resources import CHECKOUT, read_sources, source_files
from gateway.x12 import Body, Wanted
from gateway.x12.checking.levels import LevelTable

MAP = "mappings/x12/004010/856/map.yaml"


@cache
def configuration() -> Configuration:
    return Configuration.from_files(read_sources(source_files([CHECKOUT])))


@cache
def maps() -> tuple[Map, Map]:
    """The shipped map, and the same without its way of reading many lines at once."""
    map = configuration().map_at(MAP)

    return map, msgspec.structs.replace(map, wanted=None)


numbers = st.sampled_from(("1", "12.50", "", "0", "1O", "-3", "1" * 31, ".5", "7."))
texts = st.sampled_from(("A", "B7", "", "EA", "PC"))
pairs = st.lists(st.tuples(st.sampled_from(("BP", "VP", "EC", "DR", "PL", "LT", "XX", "")), texts), max_size=5)
segments = st.one_of(
    pairs.map(lambda found: ("LIN", "", *[text for pair in found for text in pair])),
    pairs.map(lambda found: ("LIN", "", *[text for pair in found for text in pair], "BP")),
    st.tuples(st.just("SN1"), st.just(""), numbers, st.sampled_from(("EA", "PC", "QQ", "")), numbers),
    st.tuples(st.just("SN1"), st.just(""), numbers),
    st.tuples(st.just("PRF"), texts, texts, st.just(""), st.just(""), texts),
    st.tuples(st.just("REF"), st.sampled_from(("LT", "SE", "LS", "")), texts),
    st.tuples(st.just("CLD"), numbers, numbers),
    st.just(("REF",)),
)
plain_texts = st.sampled_from(("A", "B7", "", "EA", "PC"))
known = st.lists(st.tuples(st.sampled_from(("BP", "VP", "EC", "DR", "PL", "LT")), plain_texts), max_size=3)
amounts = st.sampled_from(("1", "12.50", "0", "-3", ".5", "7."))
good = st.tuples(
    known.map(lambda found: ("LIN", "", *[text for pair in (*found, ("BP", "P1"), *found) for text in pair])),
    st.tuples(st.just("SN1"), st.just(""), amounts, st.sampled_from(("EA", "PC")), amounts),
    st.lists(
        st.one_of(
            st.tuples(st.just("REF"), st.sampled_from(("LT", "LT", "SE", "LS")), plain_texts),
            st.tuples(st.just("PRF"), plain_texts, plain_texts),
            st.tuples(st.just("PRF"), plain_texts, st.just(""), st.just(""), st.just(""), plain_texts),
            st.tuples(st.just("CLD"), st.sampled_from(("1", "20")), st.just("5")),
        ),
        max_size=4,
    ),
).map(lambda parts: (parts[0], parts[1], *parts[2]))
bad = st.lists(segments, max_size=5).map(tuple)


Level = tuple[str, int, tuple[tuple[str, ...], ...]]
"""Kind, index of the parent or -1, segments behind HL."""


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Levels S, O, P, T and I as a clean check leaves them; of three in four all lines are as they should be."""
    levels: list[Level] = []

    def level(kind: str, parent: int, *body: tuple[str, ...]) -> int:
        levels.append((kind, parent, body))
        return len(levels) - 1

    lines = draw(st.sampled_from((good, good, good, st.one_of(good, bad))))

    def items(parent: int) -> None:
        for body in draw(st.lists(lines, min_size=1, max_size=4)):
            line = level("I", parent, *body)
            if draw(st.integers(0, 9)) == 0:
                level("P", line, ("REF", "LS", "U1"))

    shipment = level("S", -1, ("TD5", "B", "2", "CARR"), ("N1", "SF", "", "1", "123"), ("N3", "STREET"))
    wide = draw(st.booleans())
    orders = []
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from("OOPT"))
        orders.append(level(kind, shipment, ("PRF", draw(texts)) if kind == "O" else ("REF", "LS", draw(texts))))
        if not wide:
            items(orders[-1])
    for order in (*orders, shipment) if wide else (shipment,):
        items(order)
    return document_of(levels)


def document_of(levels: list[Level]) -> Document:
    """The document of these levels, in their order, that the X12 reader would have made if it had found no fault."""
    raws, positions = ["ST*856*0001", "BSN*00*S1*20261122*1130"], []
    for n, (kind, parent, body) in enumerate(levels, 1):
        raws.append(f"HL*{n}*{parent + 1 if parent >= 0 else ''}*{kind}")
        positions.append(len(raws))
        raws += ["*".join(segment) for segment in body]
    raws += ["CTT*1", "SE*1*0001"]
    table = LevelTable(positions, [parent for _, parent, _ in levels], [kind for kind, _, _ in levels])
    guide = configuration().guides.find("", "SH", "004010", "856")
    return Document(format="x12", type="856", release="004010", tree=Body(guide, Delimiters(), raws, table))


@given(documents())
def test_lines_read_at_once_are_the_lines_read_one_by_one(document: Document) -> None:
    together, alone = (read_document(map, document) for map in maps())

    assert together.events == alone.events
    assert together.faults == alone.faults


@given(documents())
def test_an_outline_loses_no_segment(document: Document) -> None:
    body = document.tree
    assert isinstance(body, Body)

    tags = frozenset(raw.split("*")[0] for raw in body.raws)
    outline = body.outline(Wanted("I", tags, {"O": tags, "T": tags}))

    if outline is not None:
        kept = [segment.elements for segment in segments_of(outline.root)]
        for sheet in (outline.sheet, *outline.carried.values()):
            kept += [tuple(raw.split("*")) for raws in sheet.first.values() for raw in raws if raw]
            kept += [tuple(raw.split("*")) for found in sheet.more.values() for _, raw in found]
        assert sorted(kept) == sorted(tuple(raw.split("*")) for raw in body.raws)


def segments_of(loop: Loop) -> list[Segment]:
    return [*loop.segments, *[segment for inner in loop.loops for segment in segments_of(inner)]]


def test_a_line_without_an_order_of_its_own_has_the_one_above_it() -> None:
    named = (("LIN", "", "BP", "P1"), ("SN1", "", "5", "EA"))
    document = document_of(
        [("S", -1, ()), ("O", 0, (("PRF", "PO1"),)), ("I", 1, (*named, ("PRF", "PO2"))), ("I", 1, named)]
    )

    together, alone = (read_document(map, document) for map in maps())

    assert together.events == alone.events
    assert [line.order_number for line in together.events[0].lines] == ["PO2", "PO1"]  # type: ignore[attr-defined]


def test_lines_that_are_plain_need_no_loops() -> None:
    named = (("LIN", "", "BP", "P1"), ("SN1", "", "5", "EA"))
    document = document_of([("S", -1, ()), ("I", 0, named), ("I", 0, named)])
    body = document.tree
    assert isinstance(body, Body)

    events = read_document(maps()[0], document).events

    assert len(events[0].lines) == 2  # type: ignore[attr-defined]
    assert not body.has_loops


def test_the_shipped_notice_reads_lines_at_once() -> None:
    fast, slow = maps()

    assert fast.wanted is not None
    assert (fast.wanted.kind, [*fast.wanted.carried]) == ("I", ["O"])
    assert slow.wanted is None
