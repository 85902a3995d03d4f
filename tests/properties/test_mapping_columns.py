"""Lines read all at once are the lines read one by one: the same events, and the same faults in the same order."""

from __future__ import annotations

from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.document import Document, Loop, Segment
from gateway.mapping import Configuration, Map, read_document
from gateway.mapping.plan import Section
from gateway.resources import CHECKOUT, read_sources, source_files

MAP = "mappings/x12/004010/856/map.yaml"


@cache
def configuration() -> Configuration:
    return Configuration.from_files(read_sources(source_files([CHECKOUT])))


@cache
def maps() -> tuple[Map, Map]:
    """The shipped map, and the same without its way of reading many lines at once."""
    map = configuration().map_at(MAP)

    def one_by_one(section: Section) -> Section:
        return msgspec.structs.replace(section, columns=None)

    levels = {level: one_by_one(section) for level, section in map.levels.items()}
    return map, msgspec.structs.replace(map, levels=levels)


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
good = st.tuples(
    st.just(("LIN", "", "BP", "P1")),
    st.just(("SN1", "", "5", "EA", "9.5")),
    st.sampled_from((("REF", "LT", "L1"), ("REF", "SE", "S1"), ("PRF", "PO1"))),
)
lines = st.one_of(good, good, good, st.lists(segments, max_size=5).map(tuple))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Levels S, O, P and I, as a tree that the X12 reader could have made; lines mostly as they should be."""
    position = 0

    def loop(level: str, body: tuple[tuple[str, ...], ...], inner: tuple[Loop, ...] = ()) -> Loop:
        nonlocal position
        found = [Segment(position := position + 1, elements) for elements in (("HL", "1", "", level), *body)]
        return Loop(id="HL", level=level, segments=tuple(found), loops=inner)

    def items() -> tuple[Loop, ...]:
        made = []
        for body in draw(st.lists(lines, max_size=4)):
            packs = (loop("P", (("REF", "LS", "U1"),)),) if draw(st.integers(0, 9)) == 0 else ()
            made.append(loop("I", body, packs))
        return tuple(made)

    orders = []
    for _ in range(draw(st.integers(0, 3))):
        inner = items()
        level = draw(st.sampled_from("OOPT"))
        body = ("PRF", draw(texts)) if level == "O" else ("REF", "LS", draw(texts))
        orders.append(loop(level, (body,), inner))
    shipment = loop("S", (("TD5", "B", "2", "CARR"),), (*orders, *items()))
    head = (Segment(1, ("ST", "856", "1")), Segment(2, ("BSN", "00", "S1", "20261122", "1130")))
    return Document(format="x12", type="856", release="004010", root=Loop(id="", segments=head, loops=(shipment,)))


@given(documents())
def test_lines_read_at_once_are_the_lines_read_one_by_one(document: Document) -> None:
    together, alone = (read_document(map, document) for map in maps())

    assert together.events == alone.events
    assert together.faults == alone.faults


def test_the_shipped_notice_reads_lines_at_once() -> None:
    fast, slow = maps()

    assert fast.levels["I"].columns is not None
    assert slow.levels["I"].columns is None
