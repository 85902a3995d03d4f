"""Bad input through the whole street: kept byte for byte, answered as it deserves, visible, and mended by a replay.

Each row of a table is one input and all that comes of it: the state of the message and of its documents with their
words, and every answer. What the unit tests of a part hold already is not repeated here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.book import verify
from tests.unit.pipeline.world import Town, interchange, joined, notice, order, state

GOOD = interchange(("856", notice()))
ACK = "997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"
POSTED = (("recorded", "", ""),)
ORDER: dict[str, Any] = json.loads(order())


def _open(home: Path) -> Iterator[Town]:
    """An order is placed and has left as an 850; in the end the books hold every law."""
    one = Town(home)
    one.bring(order(quantity=100_000), "erp")
    yield one
    with one.street.read() as connection:
        assert verify(connection) == []
    one.street.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A street of its own, for a test that edits partners or records."""
    yield from _open(tmp_path / "home")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One street for every row of the tables: bad input leaves nothing behind that the next could meet."""
    yield from _open(tmp_path_factory.mktemp("shared") / "home")


def _answers(message: dict[str, Any]) -> tuple[str, ...]:
    """What answers a message, as `997 acme: AK1*SH*1 AK9*A*1*1*1`."""
    shown = []
    for answer in message["answers"]:
        inner = ["*".join(segment) for segment in answer["segments"] if segment[0] not in ("ST", "SE")]
        shown.append(f"{answer['kind']} {answer['to']}: {' '.join(inner)}")
    return tuple(shown)


class Row(NamedTuple):
    """One bad input. `reason` begins the message's own; `documents`: (status, reason code, beginning of reason)."""

    data: bytes
    status: str
    reason: str = ""
    documents: tuple[tuple[str, str, str], ...] = ()
    answers: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    """The message's own: what is wrong around its documents."""


def _check(town: Town, row: Row, partner: str) -> None:
    message = town.bring(row.data, partner)

    shown = [
        (one["status"], one["reason_code"], one["reason"][: len(expected[2])])
        for one, expected in zip(message["documents"], row.documents, strict=False)
    ]
    assert (message["status"], message["reason"][: len(row.reason)]) == (row.status, row.reason)
    assert (len(message["documents"]), tuple(shown)) == (len(row.documents), row.documents)
    assert _answers(message) == row.answers
    assert tuple(fault["text"] for fault in message["faults"]) == row.faults
    assert town.street.fetch(message["id"]) == row.data
    assert town.street.messages(partner=partner, limit=1000)[-1]["id"] == message["id"]
    if row.status == "parked":
        assert message["reason"] != ""
        assert message["id"] in [one["id"] for one in town.street.messages(status="parked", limit=1000)]


# --- bytes that are no message ---

NO_ISA = (
    "no X12 interchange in these {n} bytes: they look like an ISA that cannot be read: it needs sixteen elements "
)
UNREADABLE = {
    "random": (bytes(range(256)) * 3, "the message is binary, or text of two bytes a character: send text in UTF-8"),
    "text": (b"dear all,\nplease find attached\n", 'no format known here: 31 bytes that begin "dear all,"; acme has'),
    "latin text": (b"\xc4pfel\n", 'no format known here: 6 bytes that begin ".pfel"; acme has no agreement on files'),
    "huge line": (b"A" * 2_000_000, 'no format known here: 2000000 bytes that begin "AAAAAAAAAAAAAA'),
    "utf-16": (GOOD.decode().encode("utf-16"), "the message is binary, or text of two bytes a character: send"),
    "edifact": (b"UNA:+.? 'UNB+UNOC:3+A:14'", "the message is EDIFACT, which no map here reads: send X12"),
    "xml": (b"<?xml version='1.0'?><a/>", "the message is XML, which no map here reads: send X12, CSV or JSON"),
    "empty": (b"", "the message is empty"),
    "blank": (b"\r\n \x00", "the message is empty"),
    "half an isa": (GOOD[:60], NO_ISA.format(n=60)),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_bytes_that_are_no_message_are_parked_with_what_they_look_like(shared: Town, name: str) -> None:
    data, reason = UNREADABLE[name]

    message = shared.bring(data)

    assert (message["status"], message["documents"], message["reason"][: len(reason)]) == ("parked", [], reason)
    assert [fault["text"] for fault in message["faults"]] == [message["reason"]]
    assert shared.street.fetch(message["id"]) == data
    assert message["answers"] == []


def _drop(tag: str) -> bytes:
    return joined([segment for segment in GOOD.decode().split("~\n")[:-1] if not segment.startswith(tag + "*")])


def _ta1(code: str, number: str = "000000001") -> tuple[str, ...]:
    return (f"TA1 acme: TA1*{number}*261123*0900*R*{code}",)


def _refused(code: str, text: str, **more: Any) -> Row:
    """An interchange that is refused by TA1, with its one document."""
    documents = (("rejected", "interchange_refused", text),)
    return Row(
        status="done", documents=documents, answers=_ta1(code), faults=(f"interchange 000000001: {text}",), **more
    )


IEA, GE, SE = b"IEA*1*000000001", b"GE*1*1", b"SE*18*0001"


def _good(n: int) -> bytes:
    return interchange(("856", notice(f"S{n}")), control=n)


def _ack(n: int) -> tuple[str, ...]:
    return (f"997 acme: AK1*SH*{n} AK2*856*0001 AK5*A AK9*A*1*1*1",)


ENVELOPES = {
    "IEA02": _refused(
        "001", 'IEA02 "000000009" is not ISA13 "000000001"', data=GOOD.replace(IEA, b"IEA*1*000000009")
    ),
    "IEA01": _refused("021", 'IEA01 says "3" groups, 1 came', data=GOOD.replace(IEA, b"IEA*3*000000001")),
    "ISA13": _refused(
        "018", 'ISA13 "00000000A" is no control number', data=GOOD.replace(b"000000001", b"00000000A")
    )._replace(
        answers=_ta1("018", "000000000"), faults=('interchange 00000000A: ISA13 "00000000A" is no control number',)
    ),
    "ISA15": _refused("020", 'ISA15 "X" is neither P nor T', data=GOOD.replace(b"*P*>", b"*X*>")),
    "no IEA": _refused("023", "ends without IEA, after 21 segments", data=_drop("IEA")),
    "cut off": Row(
        GOOD[:250], "done", "", (("rejected", "interchange_refused", "ends without IEA, after"),), _ta1("023"),
        ("interchange 000000001: ends without IEA, after 8 segments",),
    ),
    "cut off before a document": Row(
        GOOD[:130], "done", answers=_ta1("023"), faults=("interchange 000000001: ends without IEA, after 2 segments",)
    ),
    "no GS": Row(
        joined([GOOD.decode().split("~\n")[0], "IEA*0*000000001"]), "done", answers=_ta1("022"),
        faults=("interchange 000000001: holds neither a group nor a TA1",),
    ),
    "a segment without end": _refused(
        "024", "a segment at byte 197 has no terminator within the limit", data=GOOD[:200] + b"A" * 300_000
    )._replace(
        faults=(
            "interchange 000000001: a segment at byte 197 has no terminator within the limit",
            "interchange 000000001: ends without IEA, after 4 segments",
        )
    ),
    "GE02": Row(
        GOOD.replace(GE, b"GE*1*9"), "done", "", (("rejected", "group_refused", 'GE02 "9" is not GS06 "1"'),),
        ("997 acme: AK1*SH*1 AK9*R*1*1*0*4",), ('interchange 000000001 group SH 1: GE02 "9" is not GS06 "1"',),
    ),
    "GE01": Row(
        GOOD.replace(GE, b"GE*2*1"), "done", "", (("rejected", "group_refused", 'GE01 says "2" documents, 1 came'),),
        ("997 acme: AK1*SH*1 AK9*R*2*1*0*5",), ('interchange 000000001 group SH 1: GE01 says "2" documents, 1 came',),
    ),
    "GE01 of a group without documents": Row(
        joined([*GOOD.decode().split("~\n")[:2], "GE*1*1", "IEA*1*000000001"]), "done",
        answers=("997 acme: AK1*SH*1 AK9*R*1*0*0*5",),
        faults=('interchange 000000001 group SH 1: GE01 says "1" documents, 0 came',),
    ),
    "no GE": Row(
        _drop("GE"), "done", "", (("rejected", "group_refused", "the group ends without GE"),),
        ("997 acme: AK1*SH*1 AK9*R*1*1*0*3",), ("interchange 000000001 group SH 1: the group ends without GE",),
    ),
    "GS06": Row(
        GOOD.replace(b"*0900*1*X*", b"*0900*A*X*").replace(GE, b"GE*1*A"), "done", "",
        (("rejected", "group_refused", 'GS06 "A" is no control number'),), ("997 acme: AK1*SH*0 AK9*R*1*1*0*6",),
        ('interchange 000000001 group SH A: GS06 "A" is no control number',),
    ),
    "SE02": Row(
        GOOD.replace(SE, b"SE*18*0009"), "done", "", (("rejected", "syntax", 'SE02 "0009" is not ST02 "0001"'),),
        ("997 acme: AK1*SH*1 AK2*856*0001 AK5*R*3 AK9*R*1*1*0",),
    ),
    "SE01": Row(
        GOOD.replace(SE, b"SE*17*0001"), "done", "", (("rejected", "syntax", 'SE01 says "17" segments, 18 came'),),
        ("997 acme: AK1*SH*1 AK2*856*0001 AK5*R*4 AK9*R*1*1*0",),
    ),
    "no SE": Row(
        _drop("SE"), "done", "", (("rejected", "syntax", "the document ends without SE"),),
        ("997 acme: AK1*SH*1 AK2*856*0001 AK5*R*2 AK9*R*1*1*0",),
    ),
    "an element": Row(
        GOOD.replace(b"SN1**100*EA", b"SN1**1O0*EA"), "done", "",
        (("rejected", "syntax", 'SN102 (quantity shipped) "1O0" is no number'),),
        ("997 acme: AK1*SH*1 AK2*856*0001 AK3*SN1*16*HL*8 AK4*2*382*6*1O0 AK5*R*5 AK9*R*1*1*0",),
    ),
    "a set in the wrong group": Row(
        interchange(("856", notice()), group_id="PO"), "done", "",
        (("rejected", "syntax", 'ST01 "856" travels in a group SH, not PO'),),
        ("997 acme: AK1*PO*1 AK2*856*0001 AK5*R*6 AK9*R*1*1*0",),
    ),
    "no terminator at the end": Row(
        _good(11).rstrip(b"~\n"), "done", "", POSTED, _ack(11),
        ("interchange 000000011: the last segment, IEA, has no terminator",),
    ),
    "words before": Row(
        b"To: edi@example\r\n\r\n" + _good(12), "done", "", POSTED, _ack(12),
        ('no X12 interchange in these 19 bytes at byte 0: they begin "To: edi@example"',),
    ),
    "words behind": Row(
        _good(13) + b"-- sent by mail", "done", "", POSTED, _ack(13),
        (f'no X12 interchange in these 15 bytes at byte {len(_good(13))}: they begin "-- sent by mail"',),
    ),
    "a byte order mark": Row(b"\xef\xbb\xbf" + _good(14), "done", "", POSTED, _ack(14)),
}  # fmt: skip


@pytest.mark.parametrize("name", ENVELOPES)
def test_each_fault_of_syntax_is_answered_at_its_level_and_told_where_it_stands(shared: Town, name: str) -> None:
    _check(shared, ENVELOPES[name], "acme")


def test_interchanges_of_one_message_are_answered_each_for_itself(town: Town) -> None:
    data = b"".join(
        (
            interchange(("856", notice("S1", quantity="40"))),
            interchange(("856", notice("S2")), control=2, iea_control=9),
            interchange(("856", notice("S3")), control=3, se_extra=1),
            interchange(("856", notice("S4", quantity="60")), control=4),
        )
    )

    message = town.bring(data)

    assert state(message) == (
        "done", [("recorded", ""), ("rejected", "interchange_refused"), ("rejected", "syntax"), ("recorded", "")],
    )  # fmt: skip
    assert [one for one in town.answers() if one[:3] != "850"] == [
        ACK,
        "TA1 acme: TA1*000000002*261123*0900*R*001",
        "997 acme: AK1*SH*3 AK2*856*0001 AK5*R*4 AK9*R*1*1*0",
        "997 acme: AK1*SH*4 AK2*856*0001 AK5*A AK9*A*1*1*1",
    ]


# --- acknowledgments are never answered, however bad ---


def _functional_ack(
    *, sender: str = "01*123456789      ", receiver: str = "01*987654321      ", **bent: Any
) -> bytes:
    segments = ["AK1*PO*1", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"]
    return interchange(("997", segments), group_id="FA", sender=sender, receiver=receiver, ack=True, **bent)


@pytest.mark.parametrize(
    ("data", "partner", "status"),
    [
        (_functional_ack(), "acme", "done"),
        (_functional_ack(iea_control=9), "acme", "done"),
        (_functional_ack(se_extra=1), "acme", "done"),
        (_functional_ack(receiver="01*555555555      "), "acme", "parked"),
        (_functional_ack(sender="01*777888999      "), "try", "parked"),
    ],
    ids=["good", "envelope", "syntax", "for somebody else", "against the partner's state"],
)
def test_an_acknowledgment_is_never_answered_though_its_isa_asks_for_it(
    shared: Town, data: bytes, partner: str, status: str
) -> None:
    message = shared.bring(data, partner)

    assert message["status"] == status
    assert message["answers"] == []


# --- the partner's delimiters ---


def _speak(town: Town, **delimiters: str) -> None:
    said = ", ".join(f'{name}: "{mark}"' for name, mark in delimiters.items())
    town.edit("acme", 'release: "004010",', f'release: "004010", {said},')


def test_a_997_holds_nothing_that_the_partners_own_delimiters_would_break(town: Town) -> None:
    _speak(town, element="|", segment="^", component=":")

    message = town.bring(GOOD.replace(b"SN1**100*EA", b"SN1**1|0*EA"))

    assert state(message) == ("done", [("rejected", "syntax")])
    assert town.answers("997") == ["997 acme: AK1*SH*1 AK2*856*0001 AK3*SN1*16*HL*8 AK4*2*382*6 AK5*R*5 AK9*R*1*1*0"]


@pytest.mark.parametrize("part", ["A|B:C", "BR\u00c4K", "P" * 48])
def test_an_824_is_written_whatever_the_faulty_value_holds(town: Town, part: str) -> None:
    _speak(town, element="|", segment="^", component=":")

    message = town.bring(GOOD.replace(b"BRK-100", part.encode("latin-1")))

    assert state(message) == ("done", [("waiting", "")])
    assert [one["status"] for one in message["answers"]] == ["ready", "ready"]
    (answer,) = town.answers("824")
    shown = part.replace("|", " ").replace(":", " ").replace("\u00c4", " ")
    assert f"LIN*15*3**{shown}" in answer


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"*100*EA", b"*100*ZZ", "TED*H*100 ZZ of part BRK-100 has no factor to its base unit EA. Se*SN1*16*3**ZZ"),
        (b"*PLT07", b"*PLT99", "TED*C*Ship-to 92:PLT99 is not known. Correct it and send the docum*N1*10*4**PLT99"),
        (
            b"PRF*PO1",
            b"PRF*PO404",
            "TED*POI*Order PO404 is not known for supplier ACME at site PLT07. Na*PRF*13*1**PO404",
        ),
        (b"CTT*3", b"CTT*4", "TED*010*The document says that it has 4 lines and has 3. Check wheth*CTT*17*1**4"),
    ],
    ids=["unit", "site", "order", "total"],
)
def test_an_824_copies_the_faulty_element_as_it_was_sent(town: Town, old: bytes, new: bytes, told: str) -> None:
    message = town.bring(GOOD.replace(old, new))
    town.clock.pass_by(minutes=20)
    town.street.run_due()

    assert state(message)[0] == "done"
    (answer,) = town.answers("824")
    assert told in answer


# --- quantities ---


@pytest.mark.parametrize("quantity", ["9999999999", "-5", "0"])
def test_a_quantity_that_cannot_be_booked_refuses_its_line_and_not_the_message(town: Town, quantity: str) -> None:
    message = town.bring(GOOD.replace(b"SN1**100*", f"SN1**{quantity}*".encode()))

    assert state(message) == ("done", [("refused", "")])
    assert town.answers("997") == [ACK]
    (answer,) = town.answers("824")
    assert f"SN1*16*2**{quantity}" in answer


def test_a_goods_receipt_of_more_than_anybody_has_is_refused_line_by_line(town: Town) -> None:
    rows = (
        _row(qty_received="10"),
        _row(part_no="HRN-200", qty_received="1" + "0" * 18, qty_expected="1" + "0" * 24),
    )

    message = town.bring(_file(*rows), "quay")

    (event,) = message["documents"][0]["events"]
    assert state(message) == ("done", [("recorded", "")])
    assert [(one["outcome"], one.get("code", "")) for one in event["outcomes"]][:2] == [
        ("posted", ""),
        ("refused", "D35"),
    ]


# --- files ---

COLUMNS = (
    "record_type", "provider_id", "site_code", "receipt_id", "receipt_ts", "asn_number", "po_number", "po_line",
    "supplier_code", "part_no", "qty_expected", "qty_received", "qty_damaged", "uom", "condition", "location",
    "status",
)  # fmt: skip
FIRST = {
    "record_type": "D", "provider_id": "QUAY", "site_code": "PLT07", "receipt_id": "GR1",
    "receipt_ts": "2026-11-23T09:10:00-05:00", "po_number": "PO1", "po_line": "10", "supplier_code": "ACME",
    "part_no": "BRK-100", "qty_received": "10", "uom": "EA", "location": "DOCK", "status": "AVL",
}  # fmt: skip


def _row(**bent: str) -> dict[str, str]:
    return FIRST | bent


def _file(*rows: dict[str, str], delimiter: str = ",", columns: tuple[str, ...] = COLUMNS) -> bytes:
    lines = [delimiter.join(columns), *(delimiter.join(row.get(name, "") for name in columns) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


TRAILER = {"record_type": "T", "qty_expected": "1", "qty_received": "10"}
MAP = "csv/goods_receipt/map.yaml:"
FILES = {
    "rows counted wrong": (
        _file(_row(), TRAILER | {"qty_expected": "2"}),
        'line 3 qty_expected "2": totals do not agree, 1 rows',
    ),
    "quantities summed wrong": (
        _file(_row(), TRAILER | {"qty_received": "11"}),
        'line 3 qty_received "11": totals do not agree, qty_received sums to 10',
    ),
    "no trailer where a head promises one": (
        _file({"record_type": "H", "receipt_id": "GR1"}, _row()),
        "line 3: the file ends without its T record; it may be cut off",
    ),
    "a word for a quantity": (_file(_row(), _row(qty_received="ten")), 'line 3 qty_received "ten": not a decimal'),
    "an exponent": (_file(_row(qty_received="1e9")), 'line 2 qty_received "1e9": not a decimal'),
    "less than nothing": (_file(_row(qty_received="-1")), "line 2: a received quantity is never negative"),
    "no time": (_file(_row(receipt_ts="today")), 'line 2 receipt_ts "today": not a time, as 2026-11-23T08:55'),
    "no part": (_file(_row(part_no="")), "line 2: the row names no part, neither part_no nor supplier_part"),
    "no receipt id": (_file(_row(receipt_id="")), "line 2 receipt_id: is required and missing"),
    "an unknown status": (_file(_row(status="XXX")), 'line 2 status "XXX": is not in code table status'),
    "more damage than goods": (_file(_row(qty_damaged="11")), "line 2: damaged and rejected are part of what was"),
    "an unknown record": (_file(_row(record_type="Z")), 'line 2: unknown record type "Z"'),
    "a long row": (_file(_row()).replace(b"AVL", b"AVL,x,y"), "line 2: 19 cells under 17 columns"),
    "an open quote": (_file(_row(part_no='"BRK')), "line 2: unexpected end of data"),
    "latin-1": (_file(_row(location="D\u00d6CK")).decode().encode("latin-1"), "line 2: byte 250 is not utf-8"),
    "no rows": (_file(), "line 1: there is no row in the file"),
    "no head": (_file(_row()).split(b"\r\n", 1)[1], 'line 1: column "10" stands twice'),
    "a column twice": (_file(_row(), columns=(*COLUMNS, "uom")), 'line 1: column "uom" stands twice'),
    "semicolons": (_file(_row(), delimiter=";"), 'line 1: the columns are parted by ";", and "," is agreed'),
    "tabs": (_file(_row(), delimiter="\t"), 'line 1: the columns are parted by "TAB", and "," is agreed'),
    "capitals": (
        _file(_row()).replace(b"part_no", b"PART_NO"),
        'line 1: column "part_no" is missing (did you mean it by "PART_NO"?)',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_faulty_file_is_parked_whole_with_its_line_and_answered_by_nobody(shared: Town, name: str) -> None:
    data, words = FILES[name]

    message = shared.bring(data, "quay")

    assert (message["status"], [one["status"] for one in message["documents"]]) == ("parked", ["parked"])
    assert words in message["reason"]
    assert message["documents"][0]["faults"][0]["segment"] == int(words.split()[1].rstrip(":"))
    assert shared.street.fetch(message["id"]) == data
    assert message["answers"] == []
    assert [one for one in shared.events() if one.split()[1] in ("GR1", "PO9", "PO10")] == []


def test_a_good_file_is_read_with_a_byte_order_mark(town: Town) -> None:
    assert state(town.bring(b"\xef\xbb\xbf" + _file(_row(), TRAILER), "quay")) == ("done", [("recorded", "")])


# --- JSON ---


def _order(**bent: Any) -> bytes:
    return json.dumps(ORDER | {"number": "PO9"} | bent).encode()


def _line(**bent: Any) -> list[dict[str, Any]]:
    return [ORDER["lines"][0] | bent]


JSON = {
    "cut off": (_order()[:-1], "is not JSON: Input data was truncated"),
    "an unknown kind": (_order(kind="Nonsense"), "$.kind: Invalid value 'Nonsense'"),
    "an unknown member": (_order(colour="red"), "$: Object contains unknown field `colour`"),
    "a number for a text": (_order(number=17), "$.number: Expected `str`, got `int`"),
    "a text for a list": (_order(lines="x"), "$.lines: Expected `array`, got `str`"),
    "a word for a quantity": (_order(lines=_line(quantity="ten")), "$.lines[0].quantity: Invalid decimal string"),
    "a quantity of 400 digits": (
        _order(lines=_line(quantity="x")).replace(b'"x"', b"1" + b"0" * 400),
        "$.lines[0].quantity: not a decimal that can be booked",
    ),
    "a huge exponent": (
        _order(lines=_line(quantity="x")).replace(b'"x"', b"1e400"),
        "$.lines[0].quantity: not a decimal that can be booked",
    ),
    "no number": (json.dumps({k: v for k, v in ORDER.items() if k != "number"}).encode(), "$: Object missing"),
    "an empty number": (_order(number=""), "$.number: is required and empty"),
    "a time without offset": (_order(due_at="2026-11-24T00:00:00"), "$.due_at: a time without its offset"),
    "a member twice": (
        _order()[:-1] + b', "number": "PO10"}', 'member "number" stands twice in one object: nobody can say which'
    ),
    "latin-1": (_order(number="x").replace(b'"x"', b'\n"\xc4"'), "line 2: byte"),
    "deep": (b'{"kind":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "is not read: nests too deep"),
    "one bad event of two": (b"[" + _order() + b"," + _order(kind="Nonsense") + b"]", "$[1].kind: Invalid value"),
    "test and live": (
        b"[" + _order() + b"," + _order(book="test", number="PO10") + b"]",
        "test and live events stand in one message: send them apart",
    ),
    "the time": (b'{"kind": "TimePassed", "number": "2099-01-01T00:00:00Z"}', "event holds TimePassed, the"),
}  # fmt: skip


@pytest.mark.parametrize("name", JSON)
def test_faulty_json_is_parked_whole_with_its_place(shared: Town, name: str) -> None:
    data, words = JSON[name]

    message = shared.bring(data, "erp")

    assert (message["status"], [one["status"] for one in message["documents"]]) == ("parked", ["parked"])
    assert message["reason"][: len(words)] == words
    assert shared.street.fetch(message["id"]) == data
    assert [one for one in shared.events() if one.split()[1] in ("GR1", "PO9", "PO10")] == []


@pytest.mark.parametrize("data", [b"null", b"42", b'"text"', b"{}", b"[]", b'{"a": 1}'])
def test_json_that_is_no_event_is_parked_without_a_guess_at_its_type(shared: Town, data: bytes) -> None:
    message = shared.bring(data, "erp")

    assert (message["status"], message["documents"]) == ("parked", [])
    assert message["reason"].startswith(("no map here knows this JSON", "no format known here"))


def test_an_event_that_says_test_is_recorded_in_the_test_book(town: Town) -> None:
    message = town.bring(_order(book="test"), "erp")

    assert (state(message), message["documents"][0]["test"]) == (("done", [("recorded", "")]), True)
    assert (town.events("live"), town.events("test")) == (["OrderPlaced PO1"], ["OrderPlaced PO9"])


# --- mended and replayed ---


def test_a_file_parked_for_its_map_is_recorded_by_a_replay_once_the_map_knows_it(town: Town) -> None:
    message = town.bring(_file(_row(status="QRT")), "quay")
    assert message["status"] == "parked"
    folder = town.home / "partners" / "quay" / "csv" / "goods_receipt"
    folder.mkdir(parents=True)
    (folder / "map.yaml").write_text(
        "map: quay.goods_receipt\nextends: csv/goods_receipt\ncodes:\n  status: {AVL: available, QRT: hold}\n"
    )
    assert town.street.configure() is True

    town.street.replay(message["id"])
    town.street.run_until_idle()

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.events() == ["OrderPlaced PO1", "GoodsReceived GR1"]


MENDS: dict[str, tuple[dict[str, str], str, list[dict[str, Any]]]] = {
    "part": (
        {"part": "OLD-1"},
        "part:OLD-1",
        [
            {
                "kind": "PartDefined",
                "number": "BRK-100",
                "base_unit": "EA",
                "whole_units_only": True,
                "aliases": ["acme/BP:OLD-1"],
            }
        ],
    ),
    "unit": (
        {"unit": "BX"},
        "unit:BRK-100/XBX",
        [{"kind": "UnitFactorDefined", "number": "BRK-100/XBX", "part": "BRK-100", "unit": "XBX", "numerator": 20}],
    ),
    "site": (
        {"site": "DOCK9"},
        "site:92:DOCK9",
        [
            {
                "kind": "SiteDefined",
                "number": "PLT07",
                "time_zone": "America/Detroit",
                "identifiers": ["92:PLT07", "92:DOCK9"],
            }
        ],
    ),
}


@pytest.mark.parametrize("name", MENDS)
def test_an_unknown_reference_posts_when_master_data_knows_it(town: Town, name: str) -> None:
    bent, needs, masterdata = MENDS[name]
    message = town.bring(interchange(("856", notice(**bent))))  # type: ignore[arg-type]
    assert (state(message), message["documents"][0]["reason"]) == (("done", [("waiting", "")]), needs)

    town.record(masterdata)

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.answers("997") == [ACK]


def test_an_order_that_comes_within_the_grace_time_lets_its_notice_post(town: Town) -> None:
    message = town.bring(interchange(("856", notice(po="PO2"))))
    town.clock.pass_by(minutes=14)

    town.bring(order("PO2"), "erp")

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.answers("824") == []


def test_a_fatal_notice_may_come_again_corrected_and_the_first_one_never_posts_beside_it(town: Town) -> None:
    first = town.bring(interchange(("856", notice(site="DOCK9"))))
    again = town.bring(interchange(("856", notice()), control=2))

    town.record(MENDS["site"][2])

    assert state(again) == ("done", [("recorded", "")])
    assert state(town.street.message(first["id"])) == ("done", [("refused", "")])


def test_a_message_of_an_unknown_partner_is_recorded_and_acknowledged_once_it_is_known(town: Town) -> None:
    data = interchange(("856", notice()), sender="01*999888777      ")
    message = town.bring(data, "van")
    town.edit("acme", 'isa: ["01:123456789"], gs: ["123456789"]', 'isa: ["01:999888777"], gs: ["999888777"]')

    town.street.replay(message["id"])
    town.street.run_until_idle()

    assert state(town.street.message(message["id"])) == ("done", [("recorded", "")])
    assert town.answers("997") == [ACK]
    assert town.street.fetch(message["id"]) == data


def test_an_order_that_could_not_leave_does_so_once_the_agreement_is_mended(town: Town) -> None:
    town.edit("acme", ', our_isa: "01:987654321"', "")
    town.bring(order("PO2"), "erp")
    (parked,) = town.street.messages(direction="out", status="parked")
    where = "partners/acme/partner.yaml: our own or the partner's ISA id is not stated"
    assert parked["reason"] == f"{where} (set x12.our_isa and identities.isa)"
    town.edit("acme", 'our_gs: "987654321"', 'our_isa: "01:987654321", our_gs: "987654321"')

    town.street.resend(parked["id"])

    assert [one["status"] for one in town.street.messages(direction="out")] == ["ready", "ready"]
