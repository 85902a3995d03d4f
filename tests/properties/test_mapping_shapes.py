"""Lines read by their shapes are the lines that the rules read: the same events, and the same faults in order."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.document import Delimiters, Document, Loop, Segment
from gateway.mapping import Configuration, Map, read_document
from gateway.mapping.compiling.compile import compile_map
from gateway.mapping.converting.referring import Listed
from gateway.resources import CHECKOUT, read_sources, source_files
from gateway.x12 import Body, Outline, Scope
from gateway.x12.checking.levels import LevelTable

MAP = "mappings/x12/004010/856/map.yaml"


@cache
def configuration() -> Configuration:
    return Configuration.from_files(read_sources(source_files([CHECKOUT])))


@cache
def maps() -> tuple[Map, Map]:
    """The shipped map, and the same without its way of reading lines by their shapes."""
    map = configuration().map_at(MAP)
    return map, msgspec.structs.replace(map, line_level="")


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
def test_lines_read_by_their_shapes_are_the_lines_that_the_rules_read(document: Document) -> None:
    together, alone = (read_document(map, document) for map in maps())

    assert together.events == alone.events
    assert together.faults == alone.faults


@given(documents())
def test_an_outline_loses_no_segment(document: Document) -> None:
    body = document.tree
    assert isinstance(body, Body)

    outline = body.outline("I")

    assert outline is not None
    kept = [segment for scope in scopes_of(outline, outline.root) for segment in segments_of(scope.loop)]
    assert sorted(kept) == [(n, tuple(raw.split("*"))) for n, raw in enumerate(body.raws, 1)]


@given(documents())
def test_a_scope_reaches_what_stands_in_it_or_opens_a_loop_in_it(document: Document) -> None:
    body = document.tree
    assert isinstance(body, Body)

    outline = body.outline("I")

    assert outline is not None
    for scope in scopes_of(outline, outline.root):
        loop = scope.loop
        assert scope.reach == [*loop.segments, *[inner.segments[0] for inner in loop.loops]]


def scopes_of(outline: Outline, scope: Scope) -> list[Scope]:
    """A scope and all below it."""
    found = [scope]
    for child in scope.loops:
        if isinstance(child, Scope):
            found += scopes_of(outline, child)
        else:
            found += [outline.scope(n) for n in child.members]
    return found


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


@pytest.mark.parametrize("miss", ["pass", "fault", "null"])
@pytest.mark.parametrize("parts", [{"BP:P1": "OUR-1", "BP:P2": "OUR-2"}, {"BP:P1": "OUR-1"}])
def test_identifiers_of_many_lines_mean_what_they_mean_one_by_one(miss: str, parts: dict[str, str]) -> None:
    path = "partners/acme/x12/004010/856/map.yaml"
    rule = f'supplier_part_number: {{at: "LIN[@BP]", xref: {{of: part, miss: {miss}}}}}'
    text = f"map: acme.856\nextends: x12/004010/856\nlevels: {{I: {{fields: {{{rule}}}}}}}\n"
    map = compile_map({**configuration().files, path: text.encode()}, path)
    amount = ("SN1", "", "5", "EA")
    items: list[Level] = [("I", 0, (("LIN", "", "BP", part), amount)) for part in ("P1", "P2", "P1")]
    document, references = document_of([("S", -1, ()), *items]), Listed({"part": parts})
    alone_map = msgspec.structs.replace(map, line_level="")

    together, alone = (read_document(one, document, references=references) for one in (map, alone_map))

    assert map.line_level == "I"
    assert together.events == alone.events
    assert together.faults == alone.faults


def test_lines_that_are_plain_need_no_loops() -> None:
    named = (("LIN", "", "BP", "P1"), ("SN1", "", "5", "EA"))
    document = document_of([("S", -1, ()), ("I", 0, named), ("I", 0, named)])
    body = document.tree
    assert isinstance(body, Body)

    events = read_document(maps()[0], document).events

    assert len(events[0].lines) == 2  # type: ignore[attr-defined]
    assert not body.has_loops


def test_the_shipped_notice_reads_lines_by_their_shapes() -> None:
    by_shape, by_rules = maps()

    assert by_shape.line_level == "I"
    assert [kind for kind, level in by_shape.levels.items() if level.by_shape is not None and level.carries] == ["O"]
    assert by_rules.line_level == ""
