"""A reading as one HTML page: what was sent, what it means, and each fault where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.document import Document, Fault, Party
from gateway.x12.guides.registry import Guides
from gateway.x12.limits import LIMITS
from gateway.x12.pages.explain import (
    Explainer,
    ShownElement,
    ShownSegment,
    loose_faults,
    readable_date,
    readable_time,
    verdict,
)
from gateway.x12.pages.html import facts, page, table, text
from gateway.x12.reading import Group, Interchange, Reading

_CLASSES = {
    "accepted": "accepted",
    "accepted with faults noted": "noted",
    "refused": "refused",
    "not checked": "unchecked",
}


def document_page(
    reading: Reading, guides: Guides, *, name: str = "", segments_max: int = LIMITS.page_segments_max
) -> Iterator[str]:
    """The page, piece by piece. `name` is the file's; `guides` are those it was read with, trees included."""
    explainer = Explainer(guides)
    documents = reading.documents
    title = f"{explainer.title(documents[0])} {documents[0].control.number}" if len(documents) == 1 else "X12 message"
    yield from page(f"{title} - {name}" if name else title, _body(reading, explainer, title, name, segments_max))


def _body(reading: Reading, explainer: Explainer, title: str, name: str, room: int) -> Iterator[str]:
    yield f"<header>\n<h1>{text(title[:1].upper() + title[1:])}</h1>\n"
    if name:
        yield f'<p class="lead">{text(name)}</p>\n'
    yield '</header>\n<main id="content">\n'
    yield from _content(reading, explainer, room)
    yield "</main>\n<footer><p>Written by Crossdock. Names and meanings are its own short words.</p></footer>\n"


def document_body(reading: Reading, guides: Guides) -> Iterator[str]:
    """What the page says of the reading, as markup to stand in another page."""
    yield from _content(reading, Explainer(guides), LIMITS.page_segments_max)


def _content(reading: Reading, explainer: Explainer, room: int) -> Iterator[str]:
    yield _fault_list(reading.faults)
    if not reading.interchanges:
        yield "<p>There is no X12 interchange in it.</p>\n"
    numbers = {id(document): number for number, document in enumerate(reading.documents, 1)}
    if len(numbers) > 1:
        yield _contents(reading.documents, explainer)
    for interchange in reading.interchanges:
        yield _interchange(interchange, explainer)
        for group in interchange.groups:
            yield _group(group, explainer)
            for document in group.documents:
                yield from _document(document, numbers[id(document)], explainer, room)
                room = max(0, room - document.segment_count)


def _contents(documents: Iterable[Document], explainer: Explainer) -> str:
    rows = (
        f'<tr><td><a href="#d{number}">{text(explainer.title(document))} {text(document.control.number)}</a></td>'
        f"<td>{text(document.type)}</td><td>{_verdict(document)}</td>"
        f"<td>{document.segment_count}</td><td>{len(document.faults)}</td></tr>\n"
        for number, document in enumerate(documents, 1)
    )
    columns = "document", "set", "verdict", "segments", "faults"
    return "".join(table(columns, rows, caption="Documents in this message"))


def _interchange(interchange: Interchange, explainer: Explainer) -> str:
    when = f"{readable_date(interchange.date)} {readable_time(interchange.time)}".strip()
    return (
        f"<h2>Interchange {text(interchange.control)}</h2>\n"
        + facts(
            (
                ("from", _party(interchange.sender, explainer)),
                ("to", _party(interchange.receiver, explainer)),
                ("date and time", text(when)),
                ("release", text(interchange.version)),
                ("traffic", "test" if interchange.test else "live"),
                *(("TA1 on", text(explainer.answer(ack))) for ack in interchange.acks),
            )
        )
        + _fault_list(interchange.faults)
    )


def _party(party: Party, explainer: Explainer) -> str:
    kind = explainer.qualifier(party)
    told = f' <span class="soft">{text(kind)}</span>' if kind else ""
    return f"<code>{text(party)}</code>{told}"


def _group(group: Group, explainer: Explainer) -> str:
    kind = explainer.group_name(group.id, group.version)
    told = f" <span class='soft'>{text(kind)}</span>" if kind else ""
    return (
        f"<h3>Group {text(group.control)}</h3>\n"
        + facts(
            (
                ("kind", f"<code>{text(group.id)}</code>{told}"),
                ("from", f"<code>{text(group.sender)}</code>"),
                ("to", f"<code>{text(group.receiver)}</code>"),
                ("release", f"<code>{text(group.version)}</code>"),
            )
        )
        + _fault_list(group.faults)
    )


def _document(document: Document, number: int, explainer: Explainer, room: int) -> Iterator[str]:
    title = explainer.title(document)
    yield f'<article id="d{number}" aria-labelledby="d{number}-title">\n'
    yield (
        f'<h3 id="d{number}-title">{text(title[:1].upper() + title[1:])} {text(document.type)} '
        f"{text(document.control.number)} {_verdict(document)}</h3>\n"
    )
    yield _fault_index(document, number)
    depth = 0
    for shown, segment in enumerate(explainer.segments(document)):
        if shown >= room:
            yield "</div>\n" * depth
            yield f"<p>{document.segment_count - shown} more segments are not on this page.</p>\n"
            depth = 0
            break
        close = max(0, depth - segment.depth + (1 if segment.opens else 0))
        yield "</div>\n" * close
        depth -= close
        while depth < segment.depth:
            yield '<div class="loop level">\n' if segment.tag == "HL" else '<div class="loop">\n'
            depth += 1
        yield from _segment(segment, number)
    yield "</div>\n" * depth + "</article>\n"


def _verdict(document: Document) -> str:
    told = verdict(document)
    return f'<span class="verdict {_CLASSES[told]}">{told}</span>'


def _fault_index(document: Document, number: int) -> str:
    """All faults of the document, each with the way to its segment."""
    loose = loose_faults(document)
    rows = [_fault(fault) for fault in loose]
    for fault in document.faults:
        if fault not in loose:
            rows.append(_fault(fault, f"d{number}-s{fault.segment}"))
    return f'<ol class="faults">\n{"".join(f"<li>{row}</li>" for row in rows)}\n</ol>\n' if rows else ""


def _fault_list(faults: Iterable[Fault]) -> str:
    rows = "".join(f"<li>{_fault(fault)}</li>\n" for fault in faults)
    return f'<ul class="faults">\n{rows}</ul>\n' if rows else ""


def _fault(fault: Fault, target: str = "") -> str:
    kind, word = ("fault", "Fault") if fault.rejects else ("fault noted", "Noted")
    told = f"{word} {text(fault.code)}: {text(fault.text)}"
    where = f'<a href="#{target}">segment {fault.segment}</a> ' if target else ""
    return f'<p class="{kind}">{where}{told}</p>'


def _segment(segment: ShownSegment, number: int) -> Iterator[str]:
    yield (
        f'<section class="segment" id="d{number}-s{segment.position}">\n<h4><span class="position">'
        f'{segment.position}</span> <span class="code">{text(segment.tag)}</span> '
        f'<span class="name">{text(segment.name)}</span></h4>\n'
    )
    if segment.elements:
        yield '<dl class="values">\n'
        for element in segment.elements:
            yield _element(element)
        yield "</dl>\n"
    for fault in segment.faults:
        yield _fault(fault)
    yield "</section>\n"


def _element(element: ShownElement) -> str:
    meaning = f'<span class="meaning">{text(element.meaning)}</span>' if element.meaning else ""
    value = f"<code>{text(element.value)}</code>" if element.value else '<span class="soft">nothing</span>'
    faults = "".join(_fault(fault) for fault in element.faults)
    return (
        f'<dt><span>{text(element.name) or "value"}</span><span class="code">{text(element.reference)}</span></dt>'
        f"<dd>{value}{meaning}{faults}</dd>\n"
    )
