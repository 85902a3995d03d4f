"""What the ISA's own values, and those of the segments beside the groups, are worth: TA105 codes, each with words.

Refused is only what leaves nobody to answer, no number to name, or live and test traffic undecided; the rest is
noted, since the documents behind it can be read all the same. Source: X12 data elements I01 to I18, 00401 and 00501.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gateway.x12.checking.elements import is_date, is_time
from gateway.x12.envelope.header import Header, Trouble

AUTHORIZATIONS = frozenset({"00", "01", "02", "03", "04", "05", "06", "07", "08"})
PARTY_KINDS = frozenset(
    {*(f"{n:02d}" for n in range(1, 5)), *(f"{n:02d}" for n in range(7, 39)), "AM", "NR", "SA", "SN", "ZZ"}
)
"""Kinds of sender and receiver identifiers (I05)."""
RELEASE = re.compile(r"00(?:100|20[0-4]|30[0-9]|[4-9]0[0-9])\Z")
"""Releases of the envelope (ISA12)."""
_PARTY_CHARACTERS = 15
_SERVICE_GRADE = re.compile(r"[0-9A-Z]\Z")
_ZONE = re.compile(r"[0-9A-Z]{2}\Z")


def check_isa(header: Header) -> Iterable[Trouble]:
    """All that is wrong with an ISA, in the order of its elements; what its delimiters are worth comes first."""
    fields, frame = header.elements, header.frame
    if frame is not None:
        if frame.is_clean is None:
            elements = (*frame.first, "261122", "1200", *frame.middle, "1", *frame.last)
            frame.is_clean = not any(True for _ in _look(Header(elements, frame.delimiters, "", 0, 0)))
        if frame.is_clean and is_date(fields[8]) and is_time(fields[9]):
            return ()
    return _look(header)


def _look(header: Header) -> Iterator[Trouble]:
    yield from header.troubles
    yield from _check_permissions(header.elements)
    yield from _check_parties(header.elements)
    date, time = header.elements[8:10]
    if not is_date(date):
        yield Trouble("014", f'ISA09 "{date[:10]}" is no date', False)
    if not is_time(time):
        yield Trouble("015", f'ISA10 "{time[:10]}" is no time', False)
    yield from _check_release(header)
    number, wanted, usage = header.elements[12:15]
    if not number.isdecimal() or len(number) > 9:
        yield Trouble("018", f'ISA13 "{number[:20]}" is no control number', True)
    if wanted not in ("0", "1"):
        yield Trouble("019", f'ISA14 "{wanted[:5]}" is neither 0 nor 1', False)
    if usage not in ("P", "T", "I"):
        yield Trouble("020", f'ISA15 "{usage[:5]}" is neither P nor T', True)


def _check_permissions(fields: Sequence[str]) -> Iterator[Trouble]:
    if fields[0] not in AUTHORIZATIONS:
        yield Trouble("010", f'ISA01 "{fields[0][:5]}" is no kind of authorization', False)
    elif fields[0] != "00" and not fields[1]:
        yield Trouble("011", f"ISA02 is blank, although ISA01 {fields[0]} announces an authorization", False)
    if fields[2] not in ("00", "01"):
        yield Trouble("012", f'ISA03 "{fields[2][:5]}" is no kind of security', False)
    elif fields[2] == "01" and not fields[3]:
        yield Trouble("013", "ISA04 is blank, although ISA03 01 announces a password", False)


def _check_parties(fields: Sequence[str]) -> Iterator[Trouble]:
    for number, party, codes in ((5, "sender", ("005", "006")), (7, "receiver", ("007", "008"))):
        kind, id = fields[number - 1], fields[number]
        if kind not in PARTY_KINDS:
            yield Trouble(codes[0], f'ISA{number:02d} "{kind[:5]}" is no kind of {party} identifier', False)
        if not id:
            yield Trouble(codes[1], f"ISA{number + 1:02d} ({party}) is missing", True)
        elif len(id) > _PARTY_CHARACTERS:
            text = f"ISA{number + 1:02d} ({party}) has {len(id)} characters, more than {_PARTY_CHARACTERS}"
            yield Trouble(codes[1], text, False)


def _check_release(header: Header) -> Iterator[Trouble]:
    agency, release = header.elements[10:12]
    if len(release) != 5 or not release.isdecimal():
        yield Trouble("017", f'ISA12 "{release[:10]}" is no release of five digits', False)
    elif not RELEASE.match(release):
        yield Trouble("003", f"ISA12 {release} is a release that X12 does not have", False)
    if agency == "U" or header.delimiters.repetition:
        return
    # From 00402 on the element holds a separator; `U` then says, as it always did, that there is none.
    if len(agency) == 1 and agency.isalnum():
        yield Trouble("002", f"ISA11 {agency} names another standard than X12", False)
    else:
        yield Trouble("016", f'ISA11 "{agency[:5]}" is neither U nor a separator of its own', False)


def check_service(elements: Sequence[str]) -> Iterator[Trouble]:
    """What is wrong with an ISB (grade of service) or ISE (deferred delivery): we deliver at once, and only look."""
    values = [*(value.strip() for value in elements[1:4]), "", "", ""]
    if elements[0] == "ISB":
        if not _SERVICE_GRADE.match(values[0]):
            yield Trouble("031", f'ISB01 "{values[0][:5]}" is no grade of service', False)
        return
    if not is_date(values[0]):
        yield Trouble("028", f'ISE01 "{values[0][:10]}" is no delivery date', False)
    if not is_time(values[1]):
        yield Trouble("029", f'ISE02 "{values[1][:10]}" is no delivery time', False)
    if not _ZONE.match(values[2]):
        yield Trouble("030", f'ISE03 "{values[2][:5]}" is no code of a time zone', False)


def check_group_header(elements: Sequence[str]) -> Iterator[Trouble]:
    """What is wrong with a GS and has no code of its own among those of groups: 024, noted."""
    named = len(elements) == 9 and elements[2].strip() and elements[3].strip() and elements[7] in ("X", "T")
    if named and is_date(elements[4]) and is_time(elements[5]):
        return
    values = [elements[n].strip() if n < len(elements) else "" for n in range(9)]
    for number, party in ((2, "sender"), (3, "receiver")):
        if not values[number]:
            yield Trouble("024", f"GS{number:02d} ({party}) is missing", False)
    if not is_date(values[4]):
        yield Trouble("024", f'GS04 "{values[4][:10]}" is no date', False)
    if not is_time(values[5]):
        yield Trouble("024", f'GS05 "{values[5][:10]}" is no time', False)
    if values[7] not in ("X", "T"):
        yield Trouble("024", f'GS07 "{values[7][:5]}" is neither X nor T', False)
