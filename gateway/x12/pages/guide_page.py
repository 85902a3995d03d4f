"""An effective guide as one HTML page, to be handed to a supplier: what to send, where, with which codes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.x12.checking.rules import CompositeRule, ElementRule
from gateway.x12.codes import LONG_DATES_FROM
from gateway.x12.guides.describe import Description, ElementText, LoopText, SegmentText
from gateway.x12.guides.registry import Guide, Guides
from gateway.x12.guides.words import Words
from gateway.x12.pages.document_page import document_body
from gateway.x12.pages.guide_text import kind, length, repeat, turns, under, usage
from gateway.x12.pages.html import facts, page, table, text
from gateway.x12.reading import Reading
from gateway.x12.write import REPETITIONS_FROM


class Example(NamedTuple):
    """A sample that the guide accepts: its own bytes as text, and the reading of it with trees."""

    name: str
    sent: str
    reading: Reading


def guide_page(
    guide: Guide,
    guides: Guides,
    *,
    partner: str = "",
    about: Sequence[tuple[str, str]] = (),
    example: Example | None = None,
) -> Iterator[str]:
    """The page, piece by piece. `partner` is the partner's name, `about` more facts to state (identifiers, marks)."""
    description, words = guides.describe(guide)
    title = f"{guide.name[:1].upper()}{guide.name[1:]} {guide.set_id}"
    whom = f" for {partner or guide.partner}" if partner or guide.partner else ""
    yield from page(f"{title}{whom}", _GuidePage(guide, guides, description, words).body(title, whom, about, example))


class _GuidePage:
    def __init__(self, guide: Guide, guides: Guides, description: Description, words: Words) -> None:
        self._guide, self._guides, self._description, self._words = guide, guides, description, words
        self._ids = {id(segment): f"s{n}" for n, segment in enumerate(description.segments(), 1)}
        self._first: dict[object, SegmentText] = {}
        origins = [o for s in description.segments() for o in (s.origin, *(e.origin for e in s.elements))]
        files = dict.fromkeys(origin.rpartition(":")[0] for origin in origins)
        self._files = {file: _nick(file, n) for n, file in enumerate(file for file in files if file)}

    def body(self, title: str, whom: str, about: Sequence[tuple[str, str]], example: Example | None) -> Iterator[str]:
        guide = self._guide
        yield f"<header>\n<h1>{text(title)}</h1>\n"
        yield f'<p class="lead">Guide{text(whom)}: X12 release {text(guide.release)}</p>\n</header>\n'
        yield '<main id="content">\n'
        yield facts(
            (
                ("set", f"<code>{text(guide.set_id)}</code> {text(guide.name)}"),
                ("group", f"<code>{text(guide.group_id)}</code>"),
                ("release (GS08)", f"<code>{text(guide.release)}</code>"),
                ("direction", text(guide.direction)),
                *((name, f"<code>{text(value)}</code>") for name, value in about),
                ("version of this guide", f"<code>{text(guide.hash[:12])}</code>"),
            )
        )
        if self._description.note:
            yield f"<p>{text(self._description.note)}</p>\n"
        yield self._contents(example)
        yield from self._differences()
        yield from self._envelope()
        yield self._levels()
        yield '<h2 id="outline">Outline</h2>\n<ul class="outline">\n'
        yield from self._outline(self._description.document)
        yield '</ul>\n<h2 id="segments">Segments</h2>\n'
        yield _LEGEND
        yield from self._loop(self._description.document)
        if example is not None:
            yield from self._example(example)
        yield self._answers()
        yield self._origins()
        yield "</main>\n<footer><p>Written by Crossdock. Names and meanings are its own short words.</p></footer>\n"

    def _contents(self, example: Example | None) -> str:
        there = [
            ("differences", "What differs from the base guide", bool(self._changed() or self._description.removed)),
            ("envelope", "Envelope", True),
            ("levels", "Levels", bool(self._guide.levels)),
            ("outline", "Outline", True),
            ("segments", "Segments", True),
            ("example", "Example", example is not None),
            ("answers", "How it is answered", True),
        ]
        links = "".join(f'<li><a href="#{target}">{name}</a></li>' for target, name, is_there in there if is_there)
        return f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n'

    # --- overlay --------------------------------------------------------------------------------------------------

    def _changed(self) -> list[tuple[str, str, str, str]]:
        """Path, what was, what is, origin of everything that the overlay changed or added."""
        rows: list[tuple[str, str, str, str]] = []

        def walk(loop: LoopText) -> None:
            for child in loop.children:
                if child.was:
                    hung = under(child.rule) if isinstance(child, LoopText) else ""
                    now = ", ".join(filter(None, (usage(child.rule), repeat(child.rule), hung)))
                    rows.append((child.path, child.was, now, child.origin))
                if isinstance(child, LoopText):
                    walk(child)
                    continue
                for element in child.elements:
                    for part in (element, *element.parts):
                        if part.was:
                            number = part.reference.removeprefix(child.rule.tag)
                            rows.append((f"{child.path}.{number}", part.was, _is_now(part), part.origin))

        walk(self._description.document)
        return rows

    def _differences(self) -> Iterator[str]:
        rows = self._changed()
        rows += [(path, "in the base guide", "removed", origin) for path, origin in self._description.removed]
        if not rows:
            return
        yield '<h2 id="differences">What differs from the base guide</h2>\n'
        yield from table(
            ("place", "was", "is", "says"),
            (
                f'<tr><th scope="row"><code>{text(path)}</code></th><td>{text(was)}</td><td>{text(now)}</td>'
                f'<td class="origin">{text(origin)}</td></tr>\n'
                for path, was, now, origin in rows
            ),
        )

    # --- shape ----------------------------------------------------------------------------------------------------

    def _envelope(self) -> Iterator[str]:
        release, repeats = self._guide.release, self._guide.release[:5] >= REPETITIONS_FROM
        date = "CCYYMMDD" if release >= LONG_DATES_FROM else "YYMMDD"
        rows = (
            ("ISA01, ISA03", "authorization and security kind", "00: neither is used"),
            ("ISA02, ISA04", "authorization and security", "10 blanks each"),
            ("ISA05, ISA06", "sender, with its kind", "2 and 15 characters, filled up with blanks"),
            ("ISA07, ISA08", "receiver, with its kind", "2 and 15 characters, filled up with blanks"),
            ("ISA09, ISA10", "date and time", "YYMMDD, HHMM"),
            ("ISA11", *(("repetition separator", "one mark") if repeats else ("standard", "U"))),
            ("ISA12", "release", release[:5]),
            ("ISA13, IEA02", "interchange control number", "9 digits, another one each time"),
            ("ISA14", "answer wanted", "1 for a TA1, else 0"),
            ("ISA15", "test or live", "T or P"),
            ("ISA16", "component separator", "one mark"),
            ("GS01", "group kind", self._guide.group_id),
            ("GS02, GS03", "sender and receiver in the group", "2 to 15 characters each"),
            ("GS04, GS05", "date and time", f"{date}, HHMM"),
            ("GS06, GE02", "group control number", "1 to 9 digits, another one each time"),
            ("GS07, GS08", "agency and release", f"X, {release}"),
            ("ST02, SE02", "document control number", "4 to 9 characters, another one for each document of a group"),
            ("SE01, GE01, IEA01", "segments from ST to SE, documents, groups", "counted"),
        )
        yield '<h2 id="envelope">Envelope</h2>\n'
        cells = (
            f'<tr><th scope="row"><code>{text(element)}</code></th><td>{text(name)}</td><td>{text(value)}</td></tr>\n'
            for element, name, value in rows
        )
        yield from table(("element", "name", "what stands there"), cells)

    def _levels(self) -> str:
        if not self._guide.levels:
            return ""
        rows = ""
        for level, loop in self._guide.levels.items():
            above = sorted(loop.parents or ())
            named = ", ".join(f"{parent} ({self._words.code('735', parent)})" for parent in above)
            rows += (
                f'<tr><th scope="row"><code>{text(level)}</code></th><td>{text(self._words.code("735", level))}</td>'
                f"<td>{usage(loop)}</td><td>{repeat(loop)}</td><td>{text(named) or 'at the top'}</td></tr>\n"
            )
        return _LEVELS + "".join(table(("HL03", "level", "usage", "how often", "under"), (rows,)))

    def _outline(self, loop: LoopText) -> Iterator[str]:
        for child in loop.children:
            rule = child.rule
            often = f'<span class="{_class(rule.required, rule.used)}">{usage(rule)}</span>, {repeat(rule)}'
            if isinstance(child, LoopText):
                hung = under(child.rule)
                told = f"{often}, {text(hung)}" if hung else often
                yield f"<li><strong>{text(child.name)}</strong> loop: {told}<ul>\n"
                yield from self._outline(child)
                yield "</ul></li>\n"
            else:
                yield (
                    f'<li><a href="#{self._ids[id(child)]}"><code>{text(rule.tag)}</code></a> {text(child.name)}: '
                    f"{often}</li>\n"
                )

    def _loop(self, loop: LoopText) -> Iterator[str]:
        for child in loop.children:
            if isinstance(child, LoopText):
                yield f'<div class="loop{" level" if child.rule.level else ""}">\n'
                yield f"<h3>{text(child.name[:1].upper() + child.name[1:])} loop</h3>\n"
                hung = under(child.rule)
                told = f"{usage(child.rule)}, {repeat(child.rule)}{', ' + hung if hung else ''}"
                yield f"<p>{text(told[:1].upper() + told[1:])}. {text(child.note)}{_was(child.was)}</p>\n"
                yield from self._loop(child)
                yield "</div>\n"
            else:
                yield from self._segment(child)

    def _segment(self, segment: SegmentText) -> Iterator[str]:
        rule = segment.rule
        changed = " changed" if segment.was else ""
        yield (
            f'<section class="segment{changed}" id="{self._ids[id(segment)]}">\n<h4>'
            f'<span class="code">{text(rule.tag)}</span> <span class="name">{text(segment.name)}</span> '
            f'<span class="soft">{usage(rule)}, {repeat(rule)}</span> '
            f'<span class="origin">{self._origin(segment.origin)}</span>{_was(segment.was)}</h4>\n'
        )
        if segment.note:
            yield f"<p>{text(segment.note)}</p>\n"
        alike = [
            (e.rule._replace(origin=""), e.name, e.note, e.codes, e.was, e.parts != ()) for e in segment.elements
        ]
        key = rule.tag, tuple(alike), segment.relations
        first = self._first.setdefault(key, segment)
        if first is not segment and not any(element.was for element in segment.elements):
            yield (
                f'<p>Its elements are those of <a href="#{self._ids[id(first)]}">{text(first.path)}</a>.</p>\n'
                "</section>\n"
            )
            return
        parts = (part for element in segment.elements for part in (element, *element.parts))
        yield from table(_COLUMNS, map(self._element, parts), caption=f"Elements of {segment.path}")
        if segment.relations:
            yield "<ul>" + "".join(f"<li>{text(relation)}</li>" for relation in segment.relations) + "</ul>\n"
        yield "</section>\n"

    def _element(self, element: ElementText) -> str:
        rule = element.rule
        simple = rule if isinstance(rule, ElementRule) and rule.used else None
        codes = "".join(
            f"<li><code>{text(code)}</code> {text(meaning)}</li>" for code, meaning in element.codes if rule.used
        )
        listed = f'<ul class="codes">{codes}</ul>' if codes else self._known(rule)
        note = f"<p>{text(element.note)}</p>" if element.note else ""
        changed = ' class="changed"' if element.was else ""
        return (
            f'<tr{changed}><th scope="row"><code>{text(element.reference)}</code></th>'
            f"<td>{text(element.name)}{note}{listed}{_was(element.was)}</td>"
            f'<td class="{_class(rule.required, rule.used)}">{usage(rule)}{turns(rule)}</td>'
            f"<td>{kind(simple) if simple else ''}</td><td>{length(simple) if simple else ''}</td>"
            f"<td>{text(rule.data_element)}</td>"
            f'<td class="origin">{self._origin(element.origin)}</td></tr>\n'
        )

    def _known(self, rule: ElementRule | CompositeRule) -> str:
        """Where every code is taken: those that have a meaning here, folded away."""
        known = self._words.codes(rule.data_element) if isinstance(rule, ElementRule) and rule.used else {}
        if not known or (isinstance(rule, ElementRule) and rule.codes):
            return ""
        codes = "".join(f"<li><code>{text(code)}</code> {text(known[code])}</li>" for code in sorted(known))
        return f'<details><summary>any code, for instance</summary><ul class="codes">{codes}</ul></details>'

    # --- the rest -------------------------------------------------------------------------------------------------

    def _example(self, example: Example) -> Iterator[str]:
        yield f'<h2 id="example">Example</h2>\n<p class="soft">{text(example.name)}</p>\n'
        yield f'<pre tabindex="0">{_lines(example.sent)}</pre>\n'
        yield "<details><summary>The same, read</summary>\n"
        yield from document_body(example.reading, self._guides)
        yield "</details>\n"

    def _answers(self) -> str:
        if self._guide.group_id == "FA":
            return '<h2 id="answers">How it is answered</h2>\n<p>An acknowledgment is never answered.</p>\n'
        answer = "999" if self._guide.release >= "005010" else "997"
        tables = "".join(
            f"<h3>{title}</h3>\n<ul class='codes'>"
            + "".join(f"<li><code>{text(c)}</code> {text(m)}</li>" for c, m in sorted(meanings.items(), key=_by_code))
            + "</ul>\n"
            for title, meanings in (
                ("What may be wrong with a segment", self._words.codes("720")),
                ("What may be wrong with an element", self._words.codes("723")),
                ("What may be wrong with the document", self._words.codes("718")),
            )
        )
        return (
            f'<h2 id="answers">How it is answered</h2>\n<p>Each group is answered with a {answer}, which accepts or '
            "refuses every document in it and names the place of each fault by these codes.</p>\n" + tables
        )

    def _origins(self) -> str:
        rows = facts([(nick, f"<code>{text(file)}</code>") for file, nick in self._files.items()])
        return f"<h2>Where it is said</h2>\n<p>The line beside each entry is one of these files.</p>\n{rows}"

    def _origin(self, origin: str) -> str:
        file, _, line = origin.rpartition(":")
        return text(f"{self._files.get(file, file)}:{line}") if file else ""


_COLUMNS = "element", "name, codes", "usage", "type", "length", "data element", "says"
_LEGEND = (
    '<p>A <span class="must">required</span> segment or element must be sent, an optional one may be, and one that '
    'is <span class="never">not used</span> must be empty. Where codes are listed, no others are taken.</p>\n'
)
_LEVELS = (
    '<h2 id="levels">Levels</h2>\n<p>Each HL segment names its parent by number (HL02): the pointers decide what '
    "belongs to what, not the order.</p>\n"
)


def _nick(file: str, number: int) -> str:
    if file.endswith(".yaml"):
        return "partner"
    return "base" if number == 0 else f"base {file.split('/')[-2]}"


def _class(required: bool, used: bool) -> str:
    return "never" if not used else "must" if required else "may"


def _was(was: str) -> str:
    return f' <span class="tag">was: {text(was)}</span>' if was else ""


def _is_now(element: ElementText) -> str:
    rule = element.rule
    if isinstance(rule, CompositeRule) or not rule.used:
        return usage(rule)
    codes = f"; {' '.join(code for code, _meaning in element.codes)}" if element.codes else ""
    return f"{usage(rule)}, {length(rule)} characters{codes}"


def _by_code(item: tuple[str, str]) -> tuple[int, str]:
    code = item[0]
    return (int(code), "") if code.isdecimal() else (10**6, code.zfill(9))


def _lines(sent: str) -> str:
    return "\n".join(text(line) for line in sent.replace("\r", "\n").split("\n") if line)
