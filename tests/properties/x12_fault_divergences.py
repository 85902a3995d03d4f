"""Which faults we and pyx12 tell otherwise of what both refuse: each kind, with the reason and an example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.x12 import Reading
from tests.properties.x12_divergences import Change, points_outside_the_open_levels
from tests.properties.x12_findings import Finding, Opinion


class Case(NamedTuple):
    """One interchange that both refuse."""

    text: str
    reading: Reading
    ours: Opinion
    theirs: Opinion
    segments: list[list[str]]
    """Its segments, split."""

    def tag(self, at: int) -> str:
        return self.segments[at][0] if 0 <= at < len(self.segments) else ""

    def value(self, found: Finding) -> str | None:
        """What stands in the element that was found; None for what is no element."""
        number = int(found.place[:2]) if found.place[:2].isdigit() else 0
        segment = self.segments[found.at] if found.at < len(self.segments) else []
        return segment[number] if 0 < number < len(segment) else None

    def document(self, at: int) -> range:
        """The segments from an ST on that hold this one, as far as the next ST; empty when none stands before."""
        tags = [segment[0] for segment in self.segments]
        begins = [n for n, tag in enumerate(tags) if tag == "ST"]
        begin = max((n for n in begins if n <= at), default=len(tags))
        return range(begin, min((n for n in begins if n > begin), default=len(tags)))


class FaultDivergence(NamedTuple):
    """A kind of fault that one of us tells alone: whose it is, why, and how one is recognised."""

    name: str
    ours: bool | None
    """True: we tell it; False: pyx12 does; None: each tells something, and something else."""
    reason: str
    example: Change
    """In an interchange that both refuse for something else."""
    explains: Callable[[Case, Finding], bool]


def case_of(text: str, reading: Reading, ours: Opinion, theirs: Opinion) -> Case:
    return Case(text, reading, ours, theirs, [segment.split("*") for segment in text.split("~")])


def differences(case: Case) -> Iterator[tuple[Finding, list[str]]]:
    """What only one of us found, and the names of the divergences that explain it.

    What stands behind the place where pyx12 gave up is not compared.
    """
    end = len(case.segments) if case.theirs.stopped is None else case.theirs.stopped
    for found in sorted(case.ours.findings ^ case.theirs.findings):
        is_ours = found in case.ours.findings
        if found.at < end:
            yield found, [d.name for d in FAULT_DIVERGENCES if d.ours in (None, is_ours) and d.explains(case, found)]


_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA")
_NEST = re.compile("(ISA (GS (ST SE )*GE )*IEA )*")


def _is_out_of_nest(case: Case, found: Finding) -> bool:
    """True for a count, number or end of anything where control segments do not stand as they should."""
    whole = found.place in ("interchange", "group", "document") or found.place.removeprefix("missing ") in _ENVELOPE
    tags = [segment[0] for segment in case.segments if segment[0] in _ENVELOPE]
    return whole and not _NEST.fullmatch("".join(f"{tag} " for tag in tags))


def _is_outside(case: Case, found: Finding) -> bool:
    if found.place.startswith("missing") and Finding(found.at, "document", "2") in case.ours.findings:
        return False
    count = case.text.count
    spans = [(count("~", 0, d.first_byte), count("~", 0, d.last_byte)) for d in case.reading.documents]
    return not any(first <= found.at < behind for first, behind in spans) and not (
        case.tag(found.at) in ("ISA", "GS", "GE", "IEA") and found.place[:2].isdigit()
    )


def _is_of_another_set(case: Case, found: Finding) -> bool:
    """True in a document that our guides do not know, or that travels in a wrong group, and behind it."""
    refused = (one for one in case.ours.findings if one.place == "document" and one.code in ("6", "no_guide"))
    return any(one.at <= found.at for one in refused)


def _follows_an_unknown_qualifier(case: Case, found: Finding) -> bool:
    """True from a segment on that pyx12 did not know, and whose qualifier is at fault with us."""
    told = {one.at for one in case.ours.findings if one.code in ("1", "7") and one.place in ("01", "03")}
    return any(
        at in told and (Finding(at, "segment", "1") in case.theirs.findings or case.segments[at][-1].endswith(">"))
        for at in case.document(found.at)
        if at <= found.at
    )


def _repeats_at_once(case: Case, found: Finding) -> bool:
    """True where the last segment before that has a place is of the same tag."""
    strays = {one.at for one in case.ours.findings if one[1:] == ("segment", "1")}
    before = next((at for at in range(found.at - 1, 0, -1) if at not in strays), 0)
    return found.place.startswith("missing") and case.tag(before) == case.tag(found.at)


def _is_of_a_level(case: Case, found: Finding) -> bool:
    """True for HL01, HL02 and HL03 where levels of the document are not numbered, or not hung, as they come."""
    if not (found.place in ("01", "02", "03") and found.code in ("2", "7")):
        return False
    if any(
        case.tag(one.at) == "HL" and one[1:] == ("segment", "1") for one in case.theirs.findings if one.at < found.at
    ):
        return True
    levels = [(*case.segments[at], "", "", "")[1:3] for at in case.document(found.at) if case.tag(at) == "HL"]
    plain = [number for number, _above in levels] == [str(n) for n in range(1, len(levels) + 1)]
    hung = not points_outside_the_open_levels(case.text, case.reading)
    return bool(levels) and (found in case.ours.findings or not (plain and hung))


def _is_too_short_a_time(case: Case, found: Finding) -> bool:
    return found.code == "9" and len(case.value(found) or "") < 4


def _is_no_simple_value(case: Case, found: Finding) -> bool:
    """True for an element that holds such a mark, and for relations of a segment in which one does."""
    value = "".join(case.segments[found.at]) if found.place == "relation" else case.value(found) or ""
    return any(letter == ">" or letter < " " or "\x7f" <= letter < "\xa0" for letter in value)


FAULT_DIVERGENCES: tuple[FaultDivergence, ...] = (
    FaultDivergence(
        "what we only note",
        False,
        "a gap in HL01, HL04, blanks at an end and national letters are told by us too, and refuse nothing",
        Change("REF*BM*BOL88231~", "REF*BM*BOLé8231~"),
        lambda case, found: found in case.ours.noted,
    ),
    FaultDivergence(
        "separators at the end",
        False,
        "separators without a value behind them change nothing",
        Change("REF*LT*L2611A~", "REF*LT*L2611A*~"),
        lambda case, found: found.place in ("separators", "surplus") and case.segments[found.at][-1] == "",
    ),
    FaultDivergence(
        "segment without elements",
        False,
        "what its elements lack is told of each of them; that there are none says nothing more",
        Change("TD1*PLT71*2~", "TD1~"),
        lambda case, found: found.place == "empty" and not any(e.strip(">") for e in case.segments[found.at][1:]),
    ),
    FaultDivergence(
        "elements of the envelope",
        None,
        "of GS, GE and IEA we tell what has a code of its level (AK905, TA105) and note the rest; pyx12 checks them "
        "element by element",
        Change("*20261122*1200*101*X*004010~", "*20261122**101*X*004010~"),
        lambda case, found: (
            case.tag(found.at) in ("GS", "GE", "IEA")
            and (found.place[:2].isdigit() or found.place in ("surplus", "group", "interchange"))
        ),
    ),
    FaultDivergence(
        "control segments out of order",
        None,
        "where one is missing or stands twice, pyx12 compares numbers and counts with whatever is open, and tells at "
        "the end of the file what was not closed; we tell it where the next one stands",
        Change("~ST*856*0001~", "~ST*856*0002~ST*856*0001~"),
        _is_out_of_nest,
    ),
    FaultDivergence(
        "segments outside of documents",
        None,
        "we tell the first of them, at its level; pyx12 each, and what it misses around it",
        Change("~SE*27*0001~", "~SE*27*0001~REF*LT*1~REF*LT*2~"),
        _is_outside,
    ),
    FaultDivergence(
        "set without a guide, or in a wrong group",
        None,
        "pyx12 finds its map by GS01 alone, and reads whatever set comes by that",
        Change("ST*856*", "ST*210*"),
        _is_of_another_set,
    ),
    FaultDivergence(
        "document without SE",
        False,
        "we tell that SE is missing and nothing else that a document cut short does not have",
        Change("AK9*A*1*1*1~SE*6*0001~", ""),
        lambda case, found: (
            found.place.startswith("missing") and Finding(found.at, "document", "2") in case.ours.findings
        ),
    ),
    FaultDivergence(
        "unknown qualifier",
        None,
        "where a segment can stand and only its qualifier is wrong, we tell of the qualifier (AK403 7) and go on; to "
        "pyx12 it is another segment, without a place, and so is all that hangs below",
        Change("BSN*00*", "BSN*99*"),
        _follows_an_unknown_qualifier,
    ),
    FaultDivergence(
        "levels that are numbered or hung out of order",
        None,
        "we find a level by its HL01, and tell a pointer to none and a wrong level above; pyx12 counts HL segments, "
        "also those without a place, and compares HL02 with the levels still open",
        Change("HL*2*1*O~", "HL*2**O~"),
        _is_of_a_level,
    ),
    FaultDivergence(
        "loop that repeats at once",
        True,
        "when the first segment of a loop follows itself, pyx12 does not see what the first turn lacks",
        Change("AK2*850*0001~AK5*A~", "AK2*850*0001~AK2*850*0001~AK5*A~"),
        _repeats_at_once,
    ),
    FaultDivergence(
        "blank in a required element",
        True,
        "a value of blanks is none; pyx12 takes it for one",
        Change("PRF*PO450012*", "PRF* *"),
        lambda case, found: (case.value(found) or "").isspace(),
    ),
    FaultDivergence(
        "separators and control characters in a value",
        None,
        "each tells that they may not stand there, and of the rest of such a value not the same",
        Change("SN1*1*240*EA*", "SN1*1*240*EA>X*"),
        _is_no_simple_value,
    ),
    FaultDivergence(
        "repeated elements",
        None,
        "pyx12 knows no repetitions: it takes the separator for a letter of the value",
        Change("AK2*856*0001~", "AK2*856^850*0001~"),
        lambda case, found: case.text[82] == "^" and "^" in "".join(case.segments[found.at]),
    ),
    FaultDivergence(
        "numbers of ST and SE spelled otherwise",
        None,
        "beside ST02, SE01 and SE02 we leave out blanks but no component separators; pyx12 does the opposite",
        Change("ST*856*0001~", "ST*856*0001>~"),
        lambda case, found: (
            found.place == "document"
            and found.code in ("3", "4", "7")
            and any({" ", ">"} & {*"".join(s)} for s in case.segments if s[0] in ("ST", "SE"))
        ),
    ),
    FaultDivergence(
        "a code with strange characters",
        False,
        "that a code is none of those known (7) says it all; pyx12 adds 6 for its characters",
        Change("HL*2*1*O~", "HL*2*1*O*é~"),
        lambda case, found: found.code == "6" and Finding(found.at, found.place, "7") in case.ours.findings,
    ),
    FaultDivergence(
        "a time too short to be one",
        True,
        "pyx12 tells its length alone",
        Change("DTM*011*20261122*1115*ET", "DTM*011*20261122*11*ET"),
        _is_too_short_a_time,
    ),
    FaultDivergence(
        "a point at the end of a number",
        False,
        "`12.` can be read only one way",
        Change("SN1*1*240*EA", "SN1*1*240.*EA"),
        lambda case, found: found.code == "6" and (case.value(found) or "").endswith("."),
    ),
    FaultDivergence(
        "a number without digits",
        True,
        "pyx12 takes `-` for a number of no digits, and tells its length alone",
        Change("SN1*1*240*EA", "SN1*1*-*EA"),
        lambda case, found: found.code == "6" and (case.value(found) or "") in ("-", ".", "-."),
    ),
)
