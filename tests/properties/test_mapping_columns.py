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
lines = st.one_of(*[good] * 30, st.lists(segments, max_size=5).map(tuple))


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


def test_a_line_without_an_order_of_its_own_has_the_one_above_it() -> None:
    def level(kind: str, *body: tuple[str, ...], inner: tuple[Loop, ...] = ()) -> Loop:
        found = tuple(Segment(n, elements) for n, elements in enumerate((("HL", "1", "", kind), *body), 1))
        return Loop(id="HL", level=kind, segments=found, loops=inner)

    named = (("LIN", "", "BP", "P1"), ("SN1", "", "5", "EA"))
    order = level("O", ("PRF", "PO1"), inner=(level("I", *named, ("PRF", "PO2")), level("I", *named)))
    head = (Segment(1, ("BSN", "00", "S1", "20261122", "1130")),)
    root = Loop(id="", segments=head, loops=(order,))

    together, alone = (
        read_document(map, Document(format="x12", type="856", release="004010", root=root)) for map in maps()
    )

    assert together.events == alone.events
    assert [line.order_number for line in together.events[0].lines] == ["PO2", "PO1"]  # type: ignore[attr-defined]


def test_the_shipped_notice_reads_lines_at_once() -> None:
    fast, slow = maps()

    assert fast.levels["I"].columns is not None
    assert slow.levels["I"].columns is None
