"""Maps hold in both directions: what is written is read back, nothing accepted ever raises, and the fast way of
finding a text is the same as the slow one that explains it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.document import Document, Loop, Segment
from gateway.mapping import Configuration, Map, read_document, write_document
from gateway.mapping.configuration import read_file
from gateway.mapping.converting.convert import Context
from gateway.mapping.converting.expressions import BadExpression, read_expression
from gateway.mapping.places import read_x12_place
from gateway.mapping.plan import Section
from gateway.mapping.reading.finding import find_all, index_segments, pick_for
from gateway.partners import Partner
from gateway.resources import CHECKOUT, read_sources, source_files
from gateway.x12 import check_document, read
from ledger.events import (
    Event,
    GoodsReceived,
    HandlingUnit,
    NoticeLine,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    ReceiptLine,
    Schedule,
    ShipmentNotified,
    ShipmentReplaced,
)

PARTNER = Partner(id="acme", time_zone="America/Detroit")
DETROIT = ZoneInfo("America/Detroit")
UNITS = ("EA", "H87", "KGM", "XBX")

identifiers = st.text("ABCDEFGHIJ0123456789-", min_size=2, max_size=12)
parties = st.builds(lambda q, i: f"{q}:{i}", st.sampled_from(("92", "1", "ZZ")), identifiers)
quantities = st.decimals("0.001", "99999", allow_nan=False, allow_infinity=False, places=3)
minutes = st.integers(0, 525_600).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
days = st.integers(0, 364).map(lambda n: datetime(2026, 1, 1, tzinfo=DETROIT) + timedelta(days=n))


@cache
def configuration() -> Configuration:
    return Configuration.from_files(read_sources(source_files([CHECKOUT])))


def map_of(type: str) -> Map:
    path = f"mappings/{type}/map.yaml"
    found = configuration().map_at(path) if "/" in type else configuration().map_to_write("", type)
    assert found is not None
    return found


@st.composite
def unit_chains(draw: st.DrawFn) -> tuple[HandlingUnit, ...]:
    """A pallet, a box, a box on a pallet, or none; each with its own label."""
    tare = draw(st.one_of(st.none(), identifiers))
    pack = draw(st.one_of(st.none(), identifiers))
    units: list[HandlingUnit] = []
    packaging = st.sampled_from(("", "PLT71", "CTN25"))
    if tare is not None:
        units.append(HandlingUnit(id="T" + tare, kind="tare", packaging=draw(packaging)))
    if pack is not None:
        serials = tuple(draw(st.lists(identifiers, max_size=2)))
        parent = units[0].id if units else ""
        units.append(
            HandlingUnit(id="P" + pack, kind="pack", parent=parent, serials=serials, packaging=draw(packaging))
        )
    return tuple(units)


notice_lines = st.builds(
    NoticeLine,
    part_number=identifiers,
    supplier_part_number=st.one_of(st.just(""), identifiers),
    part_revision=st.sampled_from(("", "A", "B2")),
    quantity=quantities,
    unit=st.sampled_from(UNITS),
    order_number=st.sampled_from(("", "PO1", "PO2")),
    order_line=st.sampled_from(("", "10", "20")),
    lot=st.one_of(st.just(""), identifiers),
    serials=st.lists(identifiers, max_size=3).map(tuple),
    cum_shipped=st.one_of(st.none(), quantities),
    reference=st.sampled_from(("", "RAN4711")),
    handling_units=unit_chains(),
)


def notices(kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        kind,
        number=identifiers,
        created_at=minutes,
        supplier=parties,
        ship_from=parties,
        ship_to=parties,
        shipped_at=minutes,
        expected_at=st.one_of(st.none(), minutes),
        carrier=st.sampled_from(("", "JBHT", "ODFL")),
        bill_of_lading=st.one_of(st.just(""), identifiers),
        packing_slip=st.one_of(st.just(""), identifiers),
        trailer=st.sampled_from(("", "16762")),
        dock=st.sampled_from(("", "D12")),
        lines=st.lists(notice_lines, min_size=1, max_size=5).map(tuple),
    )


order_lines = st.builds(
    OrderLine,
    order_line=st.integers(1, 999).map(str),
    part_number=identifiers,
    quantity=quantities,
    unit=st.sampled_from(UNITS),
    price=st.one_of(st.none(), quantities),
    schedule=st.lists(
        st.builds(Schedule, quantity=quantities, due_at=minutes, unit=st.sampled_from(UNITS)), max_size=3
    ).map(tuple),
)
orders = st.builds(
    OrderPlaced,
    number=identifiers,
    created_at=days,
    order_type=st.just("SA"),
    supplier=parties,
    ship_to=parties,
    currency=st.sampled_from(("", "USD")),
    due_at=st.one_of(st.none(), minutes),
    lines=st.lists(order_lines, min_size=1, max_size=4).map(tuple),
)
receipt_lines = st.builds(
    ReceiptLine,
    part_number=identifiers,
    quantity=quantities,
    unit=st.sampled_from(UNITS),
    shipment_id=st.one_of(st.just(""), identifiers),
    order_number=st.one_of(st.just(""), identifiers),
    supplier=st.one_of(st.just(""), parties),
    condition=st.sampled_from(("", "01", "02")),
    complete=st.booleans(),
    stock_status=st.sampled_from(("", "available", "hold", "damaged")),
    serials=st.lists(identifiers, max_size=2).map(tuple),
    remarks=st.text("ab ,;\"'é", max_size=8).map(str.strip),
)
receipts = st.builds(
    GoodsReceived,
    number=identifiers,
    occurred_at=minutes,
    ship_to=parties,
    lines=st.lists(receipt_lines, min_size=1, max_size=4).map(tuple),
)


def back(type: str, event: Event) -> Event:
    """The event read from what it was written as, without where it stood and how it was counted."""
    found = map_of(type)
    writing = write_document(found, event, PARTNER)
    assert writing.faults == ()
    if found.format == "x12":
        guide = configuration().guides.find("", "", "004010", type)
        assert guide is not None
        assert check_document(guide, writing.segments) == ()
        segments = [("ST", type, "0001"), *writing.segments, ("SE", str(len(writing.segments) + 2), "0001")]
        document = enveloped(type, "~".join("*".join(segment) for segment in segments))
    else:
        document = read_file(found, writing.data)
    reading = read_document(found, document, PARTNER)
    assert reading.faults == ()
    (again,) = reading.events
    return plain(again)


def enveloped(type: str, body: str) -> Document:
    group = {"850": "PO", "856": "SH"}[type]
    isa = "ISA*00*          *00*          *01*123456789      *01*987654321      *261122*1200*U*00401*000000101*0*P*>~"
    data = f"{isa}GS*{group}*123456789*987654321*20261122*1200*101*X*004010~{body}~GE*1*101~IEA*1*000000101~"
    (document,) = read(data.encode(), configuration().guides, partner_of=lambda *_: "").documents
    assert document.accepted, document.faults
    return document


def plain(event: Event) -> Event:
    """An event as its sender meant it: without segments, counts, and numbers that only tell the row."""
    values = {name: None for name in ("hl_count", "line_count") if name in event.__struct_fields__}
    lines = []
    for line in getattr(event, "lines", ()):
        changes: dict[str, Any] = {"segment": 0}
        if isinstance(line, ReceiptLine):
            changes["receipt_line"] = ""
        lines.append(msgspec.structs.replace(line, **changes))
    return msgspec.structs.replace(event, lines=tuple(lines), **values)


premiums = st.one_of(
    st.just({}),
    st.builds(lambda number: {"premium_authorization": number}, identifiers),
    st.builds(
        lambda who, number: {"premium_freight": who, "premium_reason": "ZZ", "premium_authorization": number},
        st.sampled_from(("supplier", "buyer", "unknown")),
        st.one_of(st.just(""), identifiers),
    ),
)


@given(notices(ShipmentNotified), premiums)
def test_premium_freight_comes_back_as_it_was_told(notice: Event, premium: dict[str, str]) -> None:
    told = msgspec.structs.replace(notice, **premium)

    assert back("856", told) == told


@given(st.one_of(notices(ShipmentNotified), notices(ShipmentReplaced)))
def test_a_ship_notice_comes_back_as_it_was_whatever_its_nesting(notice: Event) -> None:
    assert back("856", notice) == notice


@given(orders)
def test_an_order_comes_back_as_it_was(order: OrderPlaced) -> None:
    assert back("850", order) == order


@given(orders, st.booleans())
def test_a_change_comes_back_as_it_was(order: OrderPlaced, complete: bool) -> None:
    fields = {name: getattr(order, name) for name in ("number", "created_at", "order_type", "supplier", "lines")}
    change = OrderChanged(**fields, complete=complete)

    assert back("850", change) == change


@given(receipts)
def test_a_goods_receipt_comes_back_as_it_was(receipt: GoodsReceived) -> None:
    assert back("goods_receipt", receipt) == receipt


@given(orders)
def test_an_order_comes_back_from_json_as_it_was(order: OrderPlaced) -> None:
    bare = tuple(
        msgspec.structs.replace(line, schedule=tuple(msgspec.structs.replace(s, unit="") for s in line.schedule))
        for line in order.lines
    )
    order = msgspec.structs.replace(order, lines=bare)

    assert back("order", order) == order


@given(notices(ShipmentNotified))
def test_a_ship_notice_comes_back_from_ubl_as_it_was(notice: Event) -> None:
    assert back("ubl_despatch_advice", without_hash(notice)) == numbered(without_hash(notice))


@given(receipts)
def test_a_goods_receipt_comes_back_from_ubl_as_it_was(receipt: GoodsReceived) -> None:
    replace = msgspec.structs.replace
    told = replace(receipt, lines=tuple(replace(line, supplier="") for line in receipt.lines))

    assert back("ubl_receipt_advice", told) == told


@given(receipts)
def test_a_goods_receipt_comes_back_from_json_as_it_was(receipt: GoodsReceived) -> None:
    assert back("receipt", receipt) == receipt


@given(receipts)
def test_a_goods_receipt_comes_back_from_fixed_width_as_it_was(receipt: GoodsReceived) -> None:
    replace = msgspec.structs.replace
    told = replace(receipt, lines=tuple(replace(e, remarks="", stock_status="", supplier="") for e in receipt.lines))

    assert back("fixed/goods_receipt", told) == told


def without_hash(notice: Event) -> Event:
    """UBL has no place for the hash total, nor levels to count."""
    return msgspec.structs.replace(notice, hash_total=None, hl_count=None)  # type: ignore[call-arg]


def numbered(notice: Event) -> Event:
    """The lines of a UBL document have a number each."""
    lines = tuple(msgspec.structs.replace(e, line=e.line or str(n)) for n, e in enumerate(notice.lines, 1))  # type: ignore[attr-defined]
    return msgspec.structs.replace(notice, lines=lines)  # type: ignore[call-arg]


# --- nothing raises ------------------------------------------------------------------------------------------

tags = st.sampled_from(
    ("BSN", "HL", "LIN", "SN1", "PRF", "REF", "DTM", "N1", "CLD", "MAN", "TD5", "CTT", "PO1", "QQ")
)
texts = st.one_of(
    st.sampled_from(("", "00", "011", "BP", "LS", "20261122", "1115", "ET", "240", "1O", "S", "I", ">", "-")),
    st.text(max_size=6),
)
segments = st.builds(lambda tag, rest: (tag, *rest), tags, st.lists(texts, max_size=9))


@st.composite
def loops(draw: st.DrawFn, depth: int = 0) -> Loop:
    """Any tree of loops at all, HL levels or not."""
    level = draw(st.sampled_from(("", "S", "O", "T", "P", "I", "AG")))
    body = draw(st.lists(segments, min_size=1, max_size=5))
    inner = draw(st.lists(loops(depth + 1), max_size=3)) if depth < 3 else []
    return Loop(
        id="HL" if level else body[0][0],
        level=level,
        segments=tuple(Segment(n + 2, elements) for n, elements in enumerate(body)),
        loops=tuple(inner),
    )


@settings(max_examples=max(40, settings().max_examples // 10))
@given(loops(), st.sampled_from(("850", "856", "861", "824")))
def test_reading_never_raises_whatever_the_document_holds(root: Loop, type: str) -> None:
    found = map_of(type)
    document = Document(format="x12", type=type, release="004010", tree=root)

    reading = read_document(found, document, PARTNER)

    assert all(fault.text for fault in reading.faults)
    assert str(reading.unmapped) == "" or reading.unmapped
    assert len(reading.provenance()) >= 0


@given(st.text(max_size=300))
def test_files_never_raise_whatever_they_hold(text: str) -> None:
    documents, faults = configuration().read_file("", text.encode("utf-8", "surrogatepass"))

    assert documents or faults
    for document in documents:
        found = configuration().map_for("", document)
        assert found is not None or (document.format, document.accepted) == ("xml", False)
        assert found is None or read_document(found, document).events == () or document.accepted


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("order", "lines", "number", "quantity", "kind", "part", "x")), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@given(json_values)
def test_json_never_raises_whatever_it_holds(value: Any) -> None:
    for type in ("order", "event"):
        document = Document(format="json", type=type, value=value, accepted=True)
        found = configuration().map_for("", document)
        assert found is not None

        reading = read_document(found, document)

        assert reading.events == () or reading.faults == ()
        assert str(reading.unmapped) == "" or reading.unmapped


@given(
    st.sampled_from(
        (
            "REF[LT].02",
            "N1[SU|SF].04",
            "SN1.02",
            "LIN[@BP|VP]",
            "MEA[PD,G].03",
            "OTI[2=SI].03",
            "RCD.03-1",
            "SCH[5=002].06",
        )
    ),
    st.lists(
        st.builds(
            lambda tag, rest: (tag, *rest),
            st.sampled_from(("REF", "N1", "SN1", "LIN", "MEA", "OTI", "RCD", "SCH")),
            st.lists(
                st.sampled_from(("", "LT", "SU", "SF", "BP", "VP", "PD", "G", "SI", "002", "a>b", ">", "7")),
                max_size=8,
            ),
        ),
        max_size=6,
    ),
)
def test_the_fast_way_of_finding_is_the_slow_one(text: str, body: list[tuple[str, ...]]) -> None:
    place = read_x12_place(text)
    section = Section(name="x", wanted=frozenset({place.step.tag}))
    index = index_segments(section, [Segment(n, elements) for n, elements in enumerate(body, 1)])

    slow = next((found.text for found in find_all(place, index, Context())), None)

    assert pick_for(place)(index, Context()) == slow


words = st.sampled_from(
    ("a", "b", "lines", "1", "2.5", "'x'", "null", "true", "+", "-", "*", "/", "(", ")", ",", "==", "<", "and", "or",
     "not", "in", "is", "??", "sum", "len", "min", "part", "any")
)  # fmt: skip


@given(
    st.lists(words, max_size=12),
    st.dictionaries(st.sampled_from(("a", "b")), st.one_of(quantities, st.text(max_size=3))),
)
def test_every_expression_is_refused_when_read_or_total_when_run(parts: list[str], names: dict[str, Any]) -> None:
    try:
        expression = read_expression(" ".join(parts))
    except BadExpression:
        return
    names["lines"] = ({"a": Decimal(1)}, {"a": None})

    assert expression.run(names) is not Ellipsis
