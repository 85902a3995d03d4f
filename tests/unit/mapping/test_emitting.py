"""Where each line makes an event of its own, one document gives many events, and many events one document."""

from __future__ import annotations

from decimal import Decimal

from gateway.formats import read_csv, read_json
from gateway.mapping import read_document, write_document
from ledger.events import HoldPlaced, InventoryAdjusted, MaterialIssued, PartDefined, PutAwayCompleted
from tests.unit.mapping.maps import document, mistakes_of, own_map

MOVES = """event: {by: movement, putaway: PutAwayCompleted, issue: MaterialIssued}
emit: row
codes: {movement: {PA: putaway, IS: issue}}
loops:
  row:
    into: lines
    fields:
      movement: {at: type, code: movement}
      number: {at: id, required: true}
      place: {at: site, as: party, qualifier: "92"}
      part_number: {at: part, required: true}
      quantity: {at: qty, as: decimal, required: true}
      location: from
      to_location: to
"""
ROWS = b"""id,type,site,part,qty,from,to
T1,PA,PLT07,BRK-100,4,DOCK,A-01
T2,IS,PLT07,BRK-100,2,A-01,LINE1
T3,PA,PLT08,BRK-200,1.5,DOCK,B-01
"""


def test_each_row_makes_an_event_of_the_kind_that_it_names() -> None:
    moves = own_map(MOVES, "csv/moves")

    reading = read_document(moves, read_csv(ROWS, moves.file, "moves"))

    assert reading.faults == ()
    assert [
        (type(e), e.number, e.place) for e in reading.events if isinstance(e, PutAwayCompleted | MaterialIssued)
    ] == [
        (PutAwayCompleted, "T1", "92:PLT07"),
        (MaterialIssued, "T2", "92:PLT07"),
        (PutAwayCompleted, "T3", "92:PLT08"),
    ]
    first = reading.events[0]
    assert isinstance(first, PutAwayCompleted)
    assert [(line.part_number, line.quantity, line.to_location, line.segment) for line in first.lines] == [
        ("BRK-100", Decimal(4), "A-01", 2)
    ]


def test_the_events_of_a_file_are_written_as_one_file() -> None:
    moves = own_map(MOVES, "csv/moves")
    events = read_document(moves, read_csv(ROWS, moves.file, "moves")).events

    writing = write_document(moves, events)

    assert (writing.faults, read_document(moves, read_csv(writing.data, moves.file, "moves")).events) == ((), events)


def test_provenance_of_emitted_events_names_the_event() -> None:
    moves = own_map(MOVES, "csv/moves")

    places = read_document(moves, read_csv(ROWS, moves.file, "moves")).provenance()

    assert [(p.path, p.segment, p.value) for p in places if p.path.endswith("quantity")] == [
        ("[0].lines[0].quantity", 2, "4"),
        ("[1].lines[0].quantity", 3, "2"),
        ("[2].lines[0].quantity", 4, "1.5"),
    ]


def test_a_row_at_fault_is_told_with_its_line_and_refuses_the_file_unless_the_map_says_line() -> None:
    bad = ROWS.replace(b"T2,IS,PLT07,BRK-100,2,", b"T2,IS,PLT07,BRK-100,2x,")
    strict, lenient = own_map(MOVES, "csv/moves"), own_map(MOVES + "faults: line\n", "csv/moves")

    refused = read_document(strict, read_csv(bad, strict.file, "moves"))
    rest = read_document(lenient, read_csv(bad, lenient.file, "moves"))

    assert (refused.events, [(f.segment, f.code) for f in refused.faults]) == ((), [(3, "not_a_decimal")])
    assert [event.number for event in rest.events] == ["T1", "T3"]


def test_a_row_may_be_an_event_without_lines() -> None:
    parts = own_map(
        "event: PartDefined\nemit: row\nloops:\n  row:\n    fields:\n      number: {at: part, required: true}\n"
        "      base_unit: {at: unit, required: true}\n      aliases: {at: other, split: ';'}\n",
        "csv/parts",
    )
    data = b"part,unit,other\nBRK-100,H87,VP:V-1;UP:0123\nBRK-200,KGM,\n"

    events = read_document(parts, read_csv(data, parts.file, "parts")).events

    assert events == (
        PartDefined(number="BRK-100", base_unit="H87", aliases=("VP:V-1", "UP:0123")),
        PartDefined(number="BRK-200", base_unit="KGM"),
    )
    assert write_document(parts, events).data.decode().splitlines() == data.decode().splitlines()


ADJUSTMENTS = """event: {by: movement, adjust: InventoryAdjusted, hold: HoldPlaced}
emit: {loop: W19, join: true}
codes:
  units: units
  movement: {"05": adjust, "AU": adjust, "07": hold}
header:
  fields:
    number: {at: W15.02, required: true}
    place: {at: ["N1[WH].03", "N1[WH].04"], as: party}
loops:
  W19:
    into: lines
    fields:
      movement: {at: W19.01, code: movement, way: read}
      reason: W19.01
      quantity: {at: W19.02, as: decimal, required: true}
      unit: {at: W19.03, code: units}
      part_number: {at: "W19[@BP]", required: true}
"""
BODY = (
    "W15*20261123*ADJ0071~N1*WH*Riverside*91*WH02~N1*DE*Us*91*DEP01~"
    "W19*05*-24*EA**BP*ECM-1~W19*07*3*EA**BP*ECM-2~W19*AU*2*EA**BP*ECM-3~"
)


def test_lines_of_one_kind_make_one_event_together_where_the_map_joins_them() -> None:
    reading = read_document(own_map(ADJUSTMENTS, "947"), document(BODY, "947"))

    assert reading.faults == ()
    adjusted, held = reading.events
    assert isinstance(adjusted, InventoryAdjusted)
    assert isinstance(held, HoldPlaced)
    assert [(line.reason, line.quantity) for line in adjusted.lines] == [("05", Decimal(-24)), ("AU", Decimal(2))]
    assert [(line.reason, line.quantity, type(line).__name__) for line in held.lines] == [
        ("07", Decimal(3), "StockLine")
    ]
    assert {e.number for e in reading.events} == {"ADJ0071"}


def test_joined_events_are_written_as_one_document() -> None:
    map = own_map(ADJUSTMENTS, "947")
    events = read_document(map, document(BODY, "947")).events

    writing = write_document(map, events)

    assert writing.faults == ()
    assert ["*".join(segment) for segment in writing.segments if segment[0] == "W19"] == [
        "W19*05*-24*EA**BP*ECM-1",
        "W19*AU*2*EA**BP*ECM-3",
        "W19*07*3*EA**BP*ECM-2",
    ]


def test_events_that_differ_in_the_header_are_not_written_into_one_document() -> None:
    map = own_map(ADJUSTMENTS, "947")
    one, two = (InventoryAdjusted(number=number, place="91:WH02") for number in ("A1", "A2"))

    (fault,) = write_document(map, [one, two]).faults

    assert fault.text.endswith("number -> W15.02: event 2 says another thing here: write it apart")


def test_a_number_may_be_made_of_the_documents_and_the_entrys() -> None:
    text = (
        ADJUSTMENTS.replace("{loop: W19, join: true}", "W19")
        .replace(
            "    fields:\n      movement",
            "    fields:\n      number: {read: 'number + \"-\" + text(ordinal)'}\n      movement",
        )
        .replace(
            "number: {at: W15.02, required: true}",
            "number: {at: W15.02, required: true, way: read}",
        )
        .replace("header:\n", "header:\n  segments: [W15, N1]\n  computed: {W15.02: \"before(number, '-')\"}\n")
    )
    map = own_map(text, "947")

    events = read_document(map, document(BODY, "947")).events

    assert [event.number for event in events] == ["ADJ0071-1", "ADJ0071-2", "ADJ0071-3"]
    assert write_document(map, events).segments[0] == ("W15", "", "ADJ0071")


def test_the_entries_of_a_json_list_make_events() -> None:
    text = """event: MaterialIssued
emit: /moves
header:
  fields:
    place: {at: /site, as: party, qualifier: "92"}
loops:
  /moves:
    into: lines
    fields:
      number: {at: /id, required: true}
      part_number: {at: /part, required: true}
      quantity: {at: /qty, as: decimal}
"""
    map = own_map(text, "json/moves")
    data = b'{"site":"PLT07","moves":[{"id":"1","part":"A","qty":2},{"id":"2","part":"B","qty":0.5}]}'

    events = read_document(map, read_json(data, "moves")).events

    assert [(e.number, e.place, e.lines[0].quantity) for e in events if isinstance(e, MaterialIssued)] == [
        ("1", "92:PLT07", Decimal(2)),
        ("2", "92:PLT07", Decimal("0.5")),
    ]
    assert read_document(map, read_json(write_document(map, events).data, "moves")).events == events


def test_emit_names_a_loop_that_there_is() -> None:
    found = mistakes_of(MOVES.replace("emit: row", "emit: rows"), "partners/acme/csv/moves/map.yaml")

    assert found == ['partners/acme/csv/moves/map.yaml line 2: emit: there is no loop "rows" (did you mean "row"?)']
