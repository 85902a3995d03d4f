"""Documents to bytes: envelope, counts, a partner's delimiters. Writes nothing that its own guide would fault.

Control numbers and time are parameters: they come from the store and from the clock of the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.document import Delimiters, Party
from gateway.errors import OperatorMistake
from gateway.x12.checking.check import check_document
from gateway.x12.codes import LONG_DATES_FROM
from gateway.x12.guides.registry import Guides
from gateway.x12.reading import STANDARD, OutgoingDocument, OutgoingGroup

REPETITIONS_FROM = "00402"
"""ISA12 from which ISA11 parts repetitions; before, it names the standard."""


def write_interchange(
    groups: Sequence[OutgoingGroup],
    guides: Guides,
    *,
    sender: Party,
    receiver: Party,
    control: int,
    now: datetime,
    test: bool,
    partner_id: str = "",
    delimiters: Delimiters = STANDARD,
    version: str = "",
    ack_requested: bool = False,
    acks: Sequence[tuple[str, ...]] = (),
    line_break: str = "",
    columns: int = 0,
) -> bytes:
    """One interchange. `acks` are TA1 segments, which go before the groups.

    `test` is ISA15 T, else P. `version` is ISA12, by default that of the first group's release. `line_break` follows
    each terminator; with `columns` it stands after so many characters instead, wherever that falls.

    Raises OperatorMistake when a document is refused by its own guide or an identifier does not fit the envelope:
    the map, the agreement or the guide is to be mended here, nothing of this goes out.
    """
    version = version or _interchange_version(groups)
    repeats = version >= REPETITIONS_FROM
    delimiters = delimiters._replace(repetition=(delimiters.repetition or "^") if repeats else "")
    _check_envelope(sender, receiver, delimiters, control)
    _check_lines(delimiters, line_break, columns)
    number = f"{control:09d}"
    isa = ["ISA", "00", " " * 10, "00", " " * 10]
    isa += [sender.qualifier.ljust(2), sender.id.ljust(15), receiver.qualifier.ljust(2), receiver.id.ljust(15)]
    isa += [now.strftime("%y%m%d"), now.strftime("%H%M"), delimiters.repetition or "U", version, number]
    isa += ["1" if ack_requested else "0", "T" if test else "P", delimiters.component]
    segments: list[tuple[str, ...]] = [tuple(isa), *acks]
    for group in groups:
        date = now.strftime("%Y%m%d" if group.version[:6] >= LONG_DATES_FROM else "%y%m%d")
        _check_group(group, delimiters)
        who = ("GS", group.id, group.sender, group.receiver)
        segments.append((*who, date, now.strftime("%H%M"), str(group.control), "X", group.version))
        for document in group.documents:
            _check(document, group, guides, partner_id, delimiters)
            segments.append(("ST", document.set_id, document.control))
            segments.extend(document.segments)
            segments.append(("SE", str(len(document.segments) + 2), document.control))
        segments.append(("GE", str(len(group.documents)), str(group.control)))
    segments.append(("IEA", str(len(groups)), number))
    end = delimiters.segment if columns else delimiters.segment + line_break
    text = "".join(delimiters.element.join(segment) + end for segment in segments)
    if columns:
        rows = (text[at : at + columns] for at in range(0, len(text), columns))
        text = "".join(row + (line_break or "\r\n") for row in rows)
    return text.encode("latin-1")


def _interchange_version(groups: Sequence[OutgoingGroup]) -> str:
    """ISA12 for the release of the first group: `004010AIAG` -> `00401`."""
    version = groups[0].version[:5] if groups else ""
    return version if len(version) == 5 and version.isascii() and version.isdecimal() else "00401"


def _check(
    document: OutgoingDocument, group: OutgoingGroup, guides: Guides, partner_id: str, delimiters: Delimiters
) -> None:
    name = f"{document.set_id} {document.control} to {partner_id or group.receiver}"
    guide = guides.find(partner_id, group.id, group.version, document.set_id)
    if guide is None:
        raise OperatorMistake(f"{name} is not sent: no guide for release {group.version[:6]}")
    if guide.group_id != group.id:
        raise OperatorMistake(f"{name} is not sent: it travels in a group {guide.group_id}, not {group.id}")
    faults = check_document(guide, document.segments, delimiters=delimiters, control=document.control)
    if document.is_passed:
        faults = tuple(fault for fault in faults if fault.rejects)
    if faults:
        told = "; ".join(f"segment {fault.segment} {fault.text}" for fault in faults[:5])
        raise OperatorMistake(f"{name} is not sent, its own guide faults it: {told}", file=guide.file)


def _check_envelope(sender: Party, receiver: Party, delimiters: Delimiters, control: int) -> None:
    for party, most in ((sender.qualifier, 2), (sender.id, 15), (receiver.qualifier, 2), (receiver.id, 15)):
        if not 1 <= len(party) <= most or not _fits(party, delimiters):
            raise OperatorMistake(f'"{party}" does not fit the ISA: 1 to {most} characters, none of them a delimiter')
    marks = [mark for mark in delimiters if mark] if delimiters.repetition else delimiters[:3]
    if len({*marks}) < len(marks) or any(len(mark) != 1 or mark.isalnum() or mark == " " for mark in marks):
        raise OperatorMistake(f"delimiters {tuple(marks)} must be different marks")
    if not 0 < control <= 999_999_999:
        raise OperatorMistake(f"interchange control number {control} has more than nine digits or none")


def _check_group(group: OutgoingGroup, delimiters: Delimiters) -> None:
    for name, value, most in (("GS02", group.sender, 15), ("GS03", group.receiver, 15), ("GS08", group.version, 12)):
        if not 1 <= len(value) <= most or not _fits(value, delimiters):
            raise OperatorMistake(f'"{value}" does not fit {name}: 1 to {most} characters, none of them a delimiter')
    if not 0 < group.control <= 999_999_999:
        raise OperatorMistake(f"group control number {group.control} has more than nine digits or none")


def _fits(value: str, delimiters: Delimiters) -> bool:
    return all(" " <= letter <= "\xff" and letter not in delimiters for letter in value)


def _check_lines(delimiters: Delimiters, line_break: str, columns: int) -> None:
    if line_break not in ("", "\n", "\r\n") or columns < 0:
        raise OperatorMistake(f"lines end in nothing, LF or CR LF, not in {line_break!r}, after {columns} columns")
    if (columns or line_break) and {"\r", "\n"} & set(delimiters):
        raise OperatorMistake("a line break that is a delimiter cannot also end lines", mend="leave line_break out")
