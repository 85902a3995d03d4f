"""XML: elements with their text, attributes and lines. Namespaces are resolved; what elements mean is the map's.

Nothing outside the bytes is ever read: no document type declaration, no entity but the five of XML itself, no
inclusion, no network. A file that needs one is refused with its line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from lxml import etree

from gateway.document import Document, Fault

ELEMENTS_MAX = 500_000
DEPTH_MAX = 100
TEXT_MAX = 100_000
"""Characters of one text or attribute, as of one cell in a flat file."""

BLANKS = " \t\r\n"
UNSPOKEN = "{http://www.w3.org/2001/XMLSchema-instance}"
"""Namespace of attributes that speak about the schema and not about the goods."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1",
    "latin1": "latin-1", "iso-8859-15": "iso8859-15", "windows-1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip
_DECLARED = re.compile(rb"<\?xml[ \t\r\n][^>?]{0,200}?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ALLOWED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*\\Z")


class Element:
    """One element: its name as `{namespace}local`, its own text without blanks around it, its line in the file."""

    __slots__ = ("_inner", "attributes", "children", "line", "tag", "text")

    def __init__(self, tag: str, text: str = "", line: int = 0, attributes: dict[str, str] | None = None) -> None:
        self.tag, self.text, self.line = tag, text, line
        self.attributes: dict[str, str] = attributes if attributes is not None else {}
        self.children: list[Element] = []
        self._inner: dict[str, list[Element]] | None = None

    def inner(self, tag: str) -> Sequence[Element]:
        """The children of a name, in order. The index is made once: ask only when the element is whole."""
        if self._inner is None:
            self._inner = {}
            for child in self.children:
                self._inner.setdefault(child.tag, []).append(child)
        return self._inner.get(tag, ())


def read_xml(data: bytes, type: str) -> Document:
    """Read an XML document; its `value` is the root Element. `accepted` is False, with a fault, when it is none."""
    root: Element | None = None
    fault: Fault | None = None
    try:
        text, clean = _decode(data)
        _refuse_doctype(text)
        root = _tree(etree.fromstring(clean, _parser()))
    except etree.XMLSyntaxError as error:
        line = error.position[0] or 1
        fault = _fault("not_xml", line, f"is not XML: {error.msg.partition(', line ')[0]}")
    except _Refused as refused:
        fault = refused.fault
    return Document(
        format="xml",
        type=type,
        value=root,
        accepted=fault is None,
        faults=() if fault is None else (fault,),
        digest=hashlib.sha256(data).hexdigest(),
        last_byte=len(data),
    )


def write_xml(root: Element, namespaces: Mapping[str, str], indent: int = 2) -> bytes:
    """The document in UTF-8 with its declaration; prefixes as the map names them. Texts must be `writable`."""
    used = {prefix or None: uri for prefix, uri in namespaces.items()}
    top = etree.Element(root.tag, dict(root.attributes), nsmap=used)
    stack = [(root, top)]
    while stack:
        ours, made = stack.pop()
        made.text = ours.text or None
        for child in ours.children:
            stack.append((child, etree.SubElement(made, child.tag, dict(child.attributes))))
    if indent:
        etree.indent(top, " " * indent)
    written: bytes = etree.tostring(top, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"


def writable(text: str) -> bool:
    """Whether XML can hold every character of a text."""
    return _ALLOWED.match(text) is not None


class _Refused(ValueError):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


def _fault(code: str, line: int, words: str) -> Fault:
    return Fault(code=code, text=f"line {line}: {words}", level="document", segment=line, line=line)


def _decode(data: bytes) -> tuple[str, bytes]:
    """The text, and its bytes in UTF-8; what the declaration says of the encoding is told to nobody any more."""
    encoding = ""
    for mark, name in _MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
    declared = _DECLARED.match(data[:400].lstrip(BLANKS.encode()))
    if not encoding:
        said = declared[1].decode("ascii") if declared is not None else "utf-8"
        encoding = _ENCODINGS.get(said.lower(), "")
        if not encoding:
            raise _Refused(_fault("encoding", 1, f'is encoded in "{said}", which is not read here: send UTF-8'))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Refused(_fault("encoding", line, f"byte {error.start} is not {encoding}")) from error
    start = text[:400].lstrip(BLANKS)
    if start.startswith("<?xml") and not text.startswith("<?xml"):
        # Blanks before the declaration are a slip that harms nobody; without the declaration they are allowed.
        before = len(text[:400]) - len(start)
        end = max(_after(text, "?>", before), before)
        text = text[:before] + "\n" * text.count("\n", before, end) + text[end:]
    return text, text.encode()


def _refuse_doctype(text: str) -> None:
    """Look through what stands before the root element: a document type declaration is never read."""
    at = 0
    while at >= 0:
        while at < len(text) and text[at] in BLANKS:
            at += 1
        if text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        else:
            break
    if at >= 0 and text[at : at + 2] == "<!":
        line = text.count("\n", 0, at) + 1
        words = "has a document type declaration, and none is read here: send the document without it"
        raise _Refused(_fault("doctype", line, words))


def _after(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return found + len(end) if found >= 0 else -1


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
        collect_ids=False,
    )  # fmt: skip


def _tree(top: etree._Element) -> Element:
    """The elements as ours. Raises _Refused beyond the limits."""
    root = _element(top)
    stack = [(top, root, 1)]
    count = 1
    while stack:
        theirs, ours, depth = stack.pop()
        tails = []
        for child in theirs:
            inner = _element(child)
            ours.children.append(inner)
            tails.append(child.tail)
            count += 1
            if len(child):
                stack.append((child, inner, depth + 1))
        if any(tails):
            ours.text = " ".join(filter(None, (ours.text, *((tail or "").strip(BLANKS) for tail in tails))))
        if depth > DEPTH_MAX or count > ELEMENTS_MAX or len(ours.text) > TEXT_MAX:
            text = f"more than {ELEMENTS_MAX} elements, {DEPTH_MAX} levels or {TEXT_MAX} characters of text"
            raise _Refused(_fault("too_large", ours.line, text))
    return root


def _element(theirs: etree._Element) -> Element:
    text = theirs.text
    attributes = dict(theirs.attrib)
    made = Element(theirs.tag, text.strip(BLANKS) if text else "", theirs.sourceline or 0, attributes)
    if len(made.text) > TEXT_MAX or any(len(value) > TEXT_MAX for value in attributes.values()):
        raise _Refused(_fault("too_large", made.line, f"holds a text of more than {TEXT_MAX} characters"))
    return made
