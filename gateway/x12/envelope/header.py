"""The ISA: find it among other bytes, read its elements and the delimiters that it states, however dirty it came.

It may be collapsed, wrapped, of any release, or lack its last element; what a person can read is read. Where the
delimiters make the rest unreadable the header still stands, so that its sender can be told. What its values mean is
judged in `isa.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gateway.document import Delimiters
from gateway.x12.limits import Limits

ISA_ELEMENTS = 16
_BLANK = b" \t\r\n\0\x1a\xef\xbb\xbf"
_BREAKS = "\r\n"
_SPACES = " \t\r\n"
"""Not `str.isspace` nor `\\s`: those count 1C to 1F, which are favourite delimiters."""
_B = r"[ \t\r\n]*"
_LINE_BREAKS = re.compile(r"[\r\n]")
_TAG = re.compile(rb"I[\r\n]{0,2}S[\r\n]{0,2}A(?=[^ \t])")
_NEXT = "(?:GS|TA1|TA3|ISB|ISE|IEA)"
"""What may follow an ISA."""
_SEPARATORS_AT = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
"""Where the separators of an ISA of 106 characters stand."""


class Trouble(NamedTuple):
    """What is wrong with the header itself: TA105 code, words, and whether the interchange is refused for it."""

    code: str
    text: str
    rejects: bool


class Frame:
    """What the regular ISAs of one sender to one receiver share: all but date, time and control number."""

    __slots__ = ("delimiters", "first", "is_clean", "last", "line_break", "middle", "size")

    def __init__(
        self,
        first: tuple[str, ...],
        middle: tuple[str, ...],
        last: tuple[str, ...],
        delimiters: Delimiters,
        line_break: str,
        size: int,
    ) -> None:
        self.first, self.middle, self.last = first, middle, last
        """ISA01 to 08, ISA11 and 12, ISA14 to 16."""
        self.delimiters, self.line_break, self.size = delimiters, line_break, size
        self.is_clean: bool | None = None
        """Nothing is wrong with these elements; None until somebody judged them."""


class Header(NamedTuple):
    """An ISA segment: its sixteen elements after the tag, blanks and line breaks at their ends cut away."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    line_break: str
    """What follows each terminator as a rule: "", CR, LF or CRLF."""
    first_byte: int
    end: int
    """Offset behind the terminator and its line break."""
    troubles: tuple[Trouble, ...] = ()
    readable: bool = True
    """False: its delimiters do not tell the segments behind it apart, and nothing but the ISA can be read."""
    frame: Frame | None = None
    """Of a regular ISA; None for others."""


_REGULAR = re.compile(
    r"([^\w\s])(..)\1(.{10})\1(..)\1(.{10})\1(..)\1(.{15})\1(..)\1(.{15})\1(\d{6})\1(\d{4})\1(U)"
    r"\1(00[1-3]\d\d|00400|00401)\1(\d{9})\1([01])\1([PTI])\1([^\w\s])([^\w\s])(\r\n|\n|\r)?GS\1",
    re.ASCII,
)
"""What stands behind the letters of an ISA of the regular length, without a separator of repetitions."""


def find_header(data: bytes, start: int, limits: Limits, stop: int | None = None) -> Header | None:
    """The first ISA from `start` on, and before `stop`, that a person would take for one; None when there is none."""
    for tries, match in enumerate(_TAG.finditer(data, start, len(data) if stop is None else stop), 1):
        header = _read_header(data, match.start(), match.end(), limits)
        if header is not None:
            return header
        if tries >= limits.header_tries_max:
            break
    return None


def skip_blanks(data: bytes, start: int) -> int:
    """Offset of the first byte that is neither blank, line break, byte order mark nor filler."""
    rest = data[start : start + 4096]
    while rest:
        kept = rest.lstrip(_BLANK)
        if kept:
            return start + len(rest) - len(kept)
        start += len(rest)
        rest = data[start : start + 4096]
    return len(data)


def _read_header(data: bytes, first_byte: int, tag_end: int, limits: Limits) -> Header | None:
    text = data[tag_end : tag_end + limits.header_bytes_max].decode("latin-1")
    regular = _read_regular(text, first_byte, tag_end)
    return regular if regular is not None else _read_irregular(text, first_byte, tag_end)


def _read_regular(text: str, first_byte: int, tag_end: int) -> Header | None:
    """An ISA as the standard has it, followed by GS, which most are; None leaves it to the slower way, which comes to
    the same."""
    date, time, number = text[67:73], text[74:78], text[87:96]
    if not (date.isdecimal() and time.isdecimal() and number.isdecimal()):
        return None
    frame = _read_frame(text[:67], text[73:74] + text[78:87], text[96:108])
    if frame is None:
        return None
    values = (*frame.first, date, time, *frame.middle, number, *frame.last)
    return Header(values, frame.delimiters, frame.line_break, first_byte, tag_end + frame.size, (), True, frame)


@lru_cache(maxsize=4096)
def _read_frame(before: str, between: str, behind: str) -> Frame | None:
    """What stands before the date, around the time and behind the control number; None for what is not regular."""
    text = f"{before}261122{between[:1]}1200{between[1:]}000000001{behind}"
    match = _REGULAR.match(text)
    if match is None or text.count(match[1], 0, 102) != ISA_ELEMENTS:
        return None
    element, *fields, component, terminator, line_break = match.groups("")
    if (
        len({element, component, terminator}) < 3
        or any(map(str.isalnum, (element, component, terminator)))
        or "\r" in text[:102]
    ):
        return None
    values = (*map(str.strip, fields), component)
    delimiters = Delimiters(element, component, terminator)
    return Frame(values[:8], values[10:12], values[13:], delimiters, line_break, 103 + len(line_break))


def _read_irregular(text: str, first_byte: int, tag_end: int) -> Header | None:
    element = text.lstrip(_BREAKS)[:1]
    if element.isalnum():
        return _with_letter(text, element, first_byte, tag_end)
    if not element or element in _SPACES:
        return None
    fields = text[text.index(element) + 1 :].split(element, ISA_ELEMENTS - 1)
    if len(fields) < ISA_ELEMENTS:
        return None
    at = len(text) - len(fields[15])
    # `*P~GS*`: the last element is missing together with its separator.
    cut = re.match(rf"{_B}(\w?)([^\w{_SPACES}]|[\r\n]+){_B}{_NEXT}$", fields[14])
    if cut is not None:
        at -= len(element) + len(fields[14]) - cut.start(2)
        fields[14] = cut[1]
    values = [_LINE_BREAKS.sub("", field).strip() for field in fields[:15]]
    if not _is_meant(values, text, element):
        return None
    return _with_delimiters(text, at, element, values, (first_byte, tag_end), left_out=cut is not None)


def _is_meant(values: list[str], text: str, element: str) -> bool:
    """Whether anybody could have meant these fifteen elements as an ISA, rather than data that holds the letters."""
    release, number, wanted, usage = values[11:15]
    if len(release) == 5 and release.isdecimal():
        return True
    fixed = all(text[at - 3 : at - 2] == element for at in _SEPARATORS_AT)
    return fixed or (number.isdecimal() and len(number) <= 9 and wanted in ("0", "1") and usage in ("P", "T", "I"))


def _with_letter(text: str, letter: str, first_byte: int, tag_end: int) -> Header | None:
    """A letter or digit as element separator: only an ISA of the regular length shows that it is one."""
    if any(text[at - 3 : at - 2] != letter for at in _SEPARATORS_AT):
        return None
    ends = [*(at - 3 for at in _SEPARATORS_AT[1:]), 102]
    values = [text[at - 2 : end].strip() for at, end in zip(_SEPARATORS_AT, ends, strict=True)]
    if len(values[11]) != 5 or not values[11].isdecimal():
        return None
    trouble = Trouble("026", f'the element separator "{letter}" is a letter or digit', True)
    delimiters = Delimiters(letter, "", "")
    return Header(tuple(values), delimiters, "", first_byte, tag_end + 103, (trouble,), readable=False)


def _with_delimiters(
    text: str, at: int, element: str, values: list[str], span: tuple[int, int], *, left_out: bool
) -> Header:
    """The header, from what stands at `text[at:]`: component separator and terminator, or only the terminator."""
    component, at = ("", at) if left_out else _component(text, at, element)
    terminator, behind = _terminator(text, at)
    troubles: list[Trouble] = []
    if not component:
        troubles.append(Trouble("027", "ISA16 (component separator) is missing", False))
    if not terminator:
        troubles.append(Trouble("023", "the message ends behind the ISA", True))
    elif _as_seen(terminator).isalnum() or terminator in (" ", element):
        words = f"the segment terminator {_shown(terminator)} cannot end a segment"
        troubles.append(Trouble("004", words, True))
    elif len(terminator) > 1:
        words = f"the segment terminator {_shown(terminator)} became {len(terminator)} bytes of UTF-8 on the way"
        troubles.append(Trouble("004", words, False))
    if component and (
        component in (element, terminator) or len(component) > 1 or component.isalnum() or component in _SPACES
    ):
        troubles.append(Trouble("027", f"the component separator {_shown(component)} cannot part components", False))
        component = ""
    repetition = values[10] if values[11] >= "00402" and len(values[10]) == 1 and not values[10].isalnum() else ""
    if repetition in (element, component, terminator):
        repetition = ""
    return Header(
        (*values, component),
        Delimiters(element, component, terminator, repetition),
        line_break := _line_break(text, behind, terminator),
        span[0],
        span[1] + behind + len(line_break),
        tuple(troubles),
        readable=not any(trouble.rejects for trouble in troubles),
    )


def _component(text: str, at: int, element: str) -> tuple[str, int]:
    """ISA16 and the offset behind it; "" when it was left out, and the terminator stands in its place."""
    while text[at : at + 1] in ("\r", "\n") and not re.match(_B + _NEXT, text[at:]):
        at += 1  # a line ended just here
    first = _character(text, at)
    behind = at + len(first)
    following = re.match(rf"{_NEXT}{re.escape(element)}[^\r\n]*", text[behind:].lstrip(_SPACES))
    if following is None or first.isalnum():
        return first, behind
    if first in ("\r", "\n"):
        return "", at
    # `*P*~GS*` or `*P*~` and a line break: whether it is the terminator shows where the next segment ends.
    line = text[behind : behind + 1]
    if line in ("\r", "\n"):
        return ("", at) if following[0].rstrip(_SPACES).endswith(first) else (first, behind)
    ends = re.match(rf"GS(?:{re.escape(element)}[^{re.escape(element)}]*?){{8}}(\W)", following[0] + "\n")
    return ("", at) if line.isalnum() and (ends is None or ends[1] == first) else (first, behind)


def _terminator(text: str, at: int) -> tuple[str, int]:
    """The terminator and the offset behind it; blanks and line breaks of a wrapped message before it do not count."""
    first = _character(text, at)
    if first == " ":
        padded = re.match(rf"[{_SPACES}]+([^\w{_SPACES}]){_B}{_NEXT}| +([\r\n]){_B}{_NEXT}", text[at:])
        return (padded[padded.lastindex or 1], at + padded.end(padded.lastindex or 1)) if padded else (first, at + 1)
    if first in ("\r", "\n"):
        wrapped = re.match(rf"[\r\n]+([^\w{_SPACES}]){_B}{_NEXT}", text[at:])
        return (wrapped[1], at + wrapped.end(1)) if wrapped else (first, at + 1)
    return first, at + len(first)


def _character(text: str, at: int) -> str:
    """The character at this place; all bytes of one that a careless conversion turned from Latin-1 to UTF-8."""
    lead = text[at : at + 1]
    size = 2 if "\xc2" <= lead <= "\xdf" else 3 if "\xe0" <= lead <= "\xef" else 1
    return text[at : at + size] if len(_as_seen(text[at : at + size])) == 1 else lead


def _as_seen(mark: str) -> str:
    try:
        return mark.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return mark


def _shown(mark: str) -> str:
    return "blank" if mark in _SPACES else f'"{_as_seen(mark)}"'


def _line_break(text: str, at: int, terminator: str) -> str:
    for candidate in ("\r\n", "\n", "\r"):
        if terminator not in candidate and text.startswith(candidate, at):
            return candidate
    return ""
