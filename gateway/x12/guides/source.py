"""A guide's XML as it stands in its file, with or without the line of each node. Reads no declaration of entities."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, TreeBuilder

import defusedxml.ElementTree as xml  # type: ignore[import-untyped]
from defusedxml import DefusedXmlException

from gateway.errors import OperatorMistake


def parse(content: bytes, file: str) -> Element:
    """The root. Raises OperatorMistake, with the line, for what is no XML or declares entities."""
    return _parse(content, file, TreeBuilder())


def parse_lined(content: bytes, file: str) -> Element:
    """As `parse`, and each node has its `file:line` in the attribute `at`: for people, never for the rules."""
    return _parse(content, file, _Lined(file))


class _Lined:
    """Builds the tree and asks the parser for the line of every start."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._tree = TreeBuilder()
        self.parser: xml.XMLParser = None
        self.end, self.data, self.close = self._tree.end, self._tree.data, self._tree.close

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        return self._tree.start(tag, {**attributes, "at": f"{self._file}:{self.parser.parser.CurrentLineNumber}"})


def _parse(content: bytes, file: str, target: TreeBuilder | _Lined) -> Element:
    try:
        parser = xml.XMLParser(target=target)
        if isinstance(target, _Lined):
            target.parser = parser
        parser.feed(content)
        root: Element = parser.close()
    except ParseError as error:
        raise OperatorMistake(f"is not XML: {error}", file=file, line=error.position[0]) from error
    except DefusedXmlException as error:
        raise OperatorMistake(f"holds a declaration that is not read here: {error}", file=file) from error
    return root
