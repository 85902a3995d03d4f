"""Documents that are passed on as they came: their segments in another interchange, or their file byte for byte.

Nothing of them is read by a map. What an X12 document says does not change; its delimiters become the receiver's.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.document import Delimiters, Document
from gateway.errors import OperatorMistake
from gateway.mapping import Configuration
from gateway.messages import split_document_id
from gateway.pipeline.reading.message import read_documents
from gateway.store.documents import DocumentRow


def find_passed(
    rows: Sequence[DocumentRow], data: bytes | None, id: str, configuration: Configuration
) -> tuple[Document, bytes]:
    """The received document, read again from the kept bytes, and the whole message: `rows` are its documents.

    Raises OperatorMistake where it is not there, or a file holds others beside it.
    """
    _, n = split_document_id(id)
    row = next((one for one in rows if one.id == id), None)
    if row is None or data is None or n is None:
        raise OperatorMistake(f"document {id} is gone")
    documents = read_documents(data, configuration, row.partner)
    if not 0 < n <= len(documents):
        raise OperatorMistake(f"document {id} can no longer be found in its message")
    document = documents[n - 1]
    if document.format != "x12" and len(documents) > 1:
        raise OperatorMistake(f"the file of {id} holds {len(documents)} documents: they are not told apart")
    return document, data


def segments_of(document: Document, data: bytes, delimiters: Delimiters) -> tuple[tuple[str, ...], ...]:
    """Segments between ST and SE as they came, with other marks between components and repetitions.

    Raises OperatorMistake where a value holds a mark of the receiver: it cannot be said to it.
    """
    theirs = document.delimiters
    text = data[document.first_byte : document.last_byte].decode("latin-1")
    listed = [part.strip("\r\n ") for part in text.split(theirs.segment)]
    segments = [tuple(_trimmed(part.split(theirs.element))) for part in listed if part]
    marks = [
        (ours, other)
        for ours, other in ((delimiters.component, theirs.component), (delimiters.repetition, theirs.repetition))
        if ours and other and ours != other
    ]
    return tuple(_remarked(segment, marks, delimiters) for segment in segments if segment[0] not in ("ST", "SE"))


def _trimmed(elements: list[str]) -> list[str]:
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    return elements


def _remarked(segment: tuple[str, ...], marks: list[tuple[str, str]], delimiters: Delimiters) -> tuple[str, ...]:
    others = [other for _, other in marks]
    held = {ours for ours, _ in marks} - set(others) | {delimiters.element, delimiters.segment} - set(others)
    for n, element in enumerate(segment):
        if any(mark in element for mark in held):
            raise OperatorMistake(
                f'{segment[0]}{n:02d} "{element[:40]}" holds a delimiter of the receiver',
                mend="agree on other delimiters: x12 in its partner.yaml",
            )
    table = str.maketrans({other: ours for ours, other in marks})
    return tuple(element.translate(table) for element in segment)
