"""Bad bytes and bad X12 through the whole street: kept byte for byte, answered as they deserve, and visible.

Each row of a table is one input and all that comes of it: the state of the message and of its documents with their
words, and every answer. What the unit tests of a part hold already is not repeated here.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.unit.pipeline.world import Town, interchange, joined, notice, order, state

GOOD = interchange(("856", notice()))
ACK = "997 acme: AK1*SH*1 AK2*856*0001 AK5*A AK9*A*1*1*1"
POSTED = (("recorded", "", ""),)
ORDER: dict[str, Any] = json.loads(order())


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
    "utf-16": (GOOD.decode().encode("utf-16"), "the message looks like UTF-16 text: send the X12 as single bytes"),
    "edifact": (b"UNA:+.? 'UNB+UNOC:3+A:14'", "the message looks like UN/EDIFACT: send X12, or have it tran"),
    "xml": (b"<?xml version='1.0'?><a/>", "no map here knows the XML root a"),
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
        (
            "no X12 interchange in these 19 bytes at byte 0, line 1: they look like a MIME message: take the part "
            "out of its envelope",
        ),
    ),
    "words behind": Row(
        _good(13) + b"-- sent by mail", "done", "", POSTED, _ack(13),
        (f'no X12 interchange in these 15 bytes at byte {len(_good(13))}, line 23: they begin "-- sent by mail"',),
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
        (_functional_ack(control=2, iea_control=9), "acme", "done"),
        (_functional_ack(control=3, se_extra=1), "acme", "done"),
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
