"""ISA, GS and ST around documents: nesting, control numbers, counts; and `read`, the way into this package.

Every fault is a located value with the code of its level (TA105, AK905, AK502). What belongs to a partner's history
(a control number used before) is not known here.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.document import Fault, Loop, Party
from gateway.x12.body import Body
from gateway.x12.checking.faults import capped
from gateway.x12.codes import GROUP_OF_SET
from gateway.x12.envelope.header import Header, find_header, skip_blanks
from gateway.x12.envelope.isa import check_group_header, check_isa, check_service
from gateway.x12.envelope.locate import Ruler
from gateway.x12.envelope.opened import OpenDocument, OpenGroup
from gateway.x12.envelope.scan import Offsets, Piece, scan
from gateway.x12.envelope.strangers import describe
from gateway.x12.guides.registry import Guides
from gateway.x12.limits import LIMITS, Limits
from gateway.x12.reading import Interchange, Reading

PartnerOf = Callable[[Party, Party, str, str], str]
"""(ISA sender, ISA receiver, GS02, GS03) -> partner id, "" when unknown."""


def nobody(sender: Party, receiver: Party, group_sender: str, group_receiver: str) -> str:
    """The partner of a reader without partners: base guides only."""
    return ""


def read(
    data: bytes,
    guides: Guides,
    *,
    partner_of: PartnerOf = nobody,
    limits: Limits = LIMITS,
    trees: bool = True,
) -> Reading:
    """Read every interchange of a message and check each document against the guide in force for its partner.

    `trees=False` only checks, and leaves `Document.root` empty. Never raises for data; raises OperatorMistake when a
    guide of ours cannot be loaded.
    """
    if len(data) > limits.message_bytes_max:
        return Reading(faults=(_loose(f"the message has {len(data)} bytes, more than {limits.message_bytes_max}"),))
    interchanges: list[Interchange] = []
    faults: list[Fault] = []
    ruler = Ruler(data)
    careful = False
    at = skip_blanks(data, 0)
    while at < len(data):
        header = find_header(data, at, limits)
        if header is None or header.first_byte > at:
            until, alone = header.first_byte if header else len(data), header is None and not interchanges
            fault = _loose(describe(data, at, until, ruler.line(at), alone=alone))
            faults.append(ruler.place(fault, at))
        if header is None:
            break
        if len(interchanges) >= limits.interchanges_max:
            fault = _loose(f"more than {limits.interchanges_max} interchanges in one message")
            faults.append(ruler.place(fault, header.first_byte))
            break
        stop = _next_start(data, header, limits) if careful or not header.readable else len(data)
        reader = _InterchangeReader(data, header, guides, partner_of, limits, trees, ruler, stop)
        interchange = reader.read()
        if not (reader.closed or careful) and (stop := _next_start(data, header, limits)) < reader.end:
            # It lacks its IEA and took what follows for its own, since that has other delimiters or stands behind
            # other bytes. From here on each interchange is read only up to where the next one begins.
            careful = True
            reader = _InterchangeReader(data, header, guides, partner_of, limits, trees, ruler, stop)
            interchange = reader.read()
        interchanges.append(interchange)
        at = skip_blanks(data, reader.end)
    if not data.strip():
        faults.append(_loose("the message is empty"))
    return Reading(interchanges=tuple(interchanges), faults=capped(faults, limits))


def _next_start(data: bytes, header: Header, limits: Limits) -> int:
    """Where the next interchange begins that stands at the start of a line or behind a terminator; else the end."""
    at, marks = header.end, b"\r\n" + header.delimiters.segment.encode("latin-1")
    for _ in range(limits.header_tries_max):
        following = find_header(data, at, limits)
        if following is None:
            break
        start = following.first_byte
        if data[start - 1 : start] in marks or not header.readable:
            return start
        at = start + 3
    return len(data)


def _loose(text: str) -> Fault:
    return Fault(code="unreadable", text=text, level="interchange")


_NO_TREE = Loop(id="")
_OUTSIDE = frozenset({"GS", "ST", "GE", "IEA"})
"""Segments that are met outside of documents, as a rule."""


class _InterchangeReader:
    """Reads one interchange; `end` is the offset behind it."""

    def __init__(
        self,
        data: bytes,
        header: Header,
        guides: Guides,
        partner_of: PartnerOf,
        limits: Limits,
        trees: bool,
        ruler: Ruler,
        stop: int,
    ) -> None:
        self._data, self._header, self._guides, self._stop = data, header, guides, stop
        self._partner_of, self._limits, self._trees, self._ruler = partner_of, limits, trees, ruler
        fields = header.elements
        self.sender, self.receiver = Party(fields[4], fields[5]), Party(fields[6], fields[7])
        self.end = header.end
        self._separator = header.delimiters.element
        self._faults: list[Fault] = []
        self._groups: list[OpenGroup] = []
        self._group_numbers: set[str] = set()
        self._acks: list[tuple[str, ...]] = []
        self._group: OpenGroup | None = None
        self._document: OpenDocument | None = None
        self._count = 1
        self._stray = 0
        self._listed = 0
        """Faults kept in the documents so far."""
        self._has_trailer = self._cut_off = False
        self.closed = False
        """Its own IEA was seen."""

    # --- the walk over segments -----------------------------------------------------------------------------

    def read(self) -> Interchange:
        for trouble in check_isa(self._header):
            self._fault(*trouble)
        self.end = self._stop
        for piece in scan(self._data, self._header, self._limits, self._stop) if self._header.readable else ():
            if self._read_piece(piece):
                break
        if not self._has_trailer and self._header.readable:
            self._end_document(None, self.end)
            self._end_group(None, self.end)
            self._fault("023", f"ends without IEA, after {self._count} segments", True, self.end)
        return self._close()

    def _read_piece(self, piece: Piece) -> bool:
        """True when the interchange ends in this piece."""
        if piece.too_long:
            text = f"a segment at byte {piece.first_byte} has no terminator within the limit"
            self._fault("024", text, True, piece.first_byte)
            return True
        if piece.empties:
            text = f"{piece.empties} empty segments were skipped (two terminators in a row)"
            self._fault("024", text, False, piece.first_byte)
        raws, offsets, at = piece.raws, Offsets(piece), 0
        self._cut_off = piece.unterminated
        if piece.unterminated and raws[0].startswith("IEA" + self._separator):
            self._fault("023", "the last segment, IEA, has no terminator", False, piece.first_byte)
        while at < len(raws):
            document = self._document
            if document is not None:
                if document.checker is not None:
                    began = at
                    at = document.run(raws, at, offsets)
                    if self._trees:
                        document.raws += raws[began:at]
                    self._count += at - began
                    if document.checker.position > self._limits.segments_max:
                        text = f"a document has more than {self._limits.segments_max} segments"
                        self._fault("024", text, True, offsets.of(at))
                        return True
                    if document.checker.ended:
                        self._end_document(raws[at - 1].split(self._separator), offsets.of(at))
                        continue
                    if at == len(raws):
                        break
                elif self._skip(document, raws[at]):
                    self._count += 1
                    at += 1
                    if raws[at - 1].split(self._separator, 1)[0] == "SE":
                        self._end_document(raws[at - 1].split(self._separator), offsets.of(at))
                    continue
                # A control segment inside a document: SE is missing.
                self._end_document(None, offsets.of(at))
            if self._control(raws[at], offsets, at):
                return True
            at += 1
        return False

    def _skip(self, document: OpenDocument, raw: str) -> bool:
        """Pass over a segment of a document without a guide; False when it does not belong to the document."""
        tag = raw.split(self._separator, 1)[0]
        if tag in ("ISA", "IEA", "GS", "GE", "ST"):
            return False
        document.skipped += 1
        if self._trees:
            document.raws.append(raw)
        return True

    def _control(self, raw: str, offsets: Offsets, at: int) -> bool:
        """One segment outside of documents. True when it ends the interchange."""
        elements = raw.split(self._separator)
        tag = elements[0]
        if tag not in _OUTSIDE and "ISA" in tag:
            # The next interchange: its own separators, or words before it, may hide where it begins.
            start, stop = offsets.of(at), offsets.of(at + 1)
            if tag == "ISA" or find_header(self._data, start, self._limits, stop) is not None:
                self.end = start
                return True
        self._count += 1
        if tag == "GS":
            if self._group is not None:
                self._end_group(None, offsets.of(at))
            if len(self._groups) >= self._limits.groups_max:
                self._fault("024", f"more than {self._limits.groups_max} groups", True, offsets.of(at))
                return True
            self._begin_group(elements, offsets.of(at))
        elif tag == "ST" and self._group is not None:
            if len(self._group.documents) >= self._limits.documents_max:
                text = f"more than {self._limits.documents_max} documents in a group"
                self._fault("024", text, True, offsets.of(at))
                return True
            self._begin_document(raw, elements, offsets.of(at))
        elif tag == "GE" and self._group is not None:
            self._end_group(elements, offsets.of(at))
        elif tag == "IEA":
            if self._group is not None:
                self._end_group(None, offsets.of(at))
            self._end_interchange(elements, offsets.of(at))
            self.end = offsets.of(at + 1)
            return True
        elif tag == "TA1" and self._group is None:
            self._acks.append(tuple(elements))
        elif tag in ("ISB", "ISE", "TA3") and not self._groups:
            for trouble in check_service(elements) if tag != "TA3" else ():
                self._fault(*trouble, offsets.of(at))
        else:
            self._stray += 1
            if self._stray == 1:
                text = f"{tag[:10]} stands outside of a {_home(tag)}"
                self._fault("024" if tag != "ST" else "022", text, True, offsets.of(at))
        return False

    # --- interchange ----------------------------------------------------------------------------------------

    def _end_interchange(self, elements: list[str], first_byte: int) -> None:
        count, control = _first_two(elements)
        self._has_trailer = True
        self.closed = _same_number(control, self._header.elements[12])
        if not self.closed:
            self._fault("001", f'IEA02 "{control[:20]}" is not ISA13 "{self._header.elements[12]}"', True, first_byte)
        if not _same_number(count, str(len(self._groups))):
            self._fault("021", f'IEA01 says "{count[:10]}" groups, {len(self._groups)} came', True, first_byte)
        if not self._groups and not self._acks:
            self._fault("022", "holds neither a group nor a TA1", True, first_byte)

    def _fault(self, code: str, text: str, rejects: bool, first_byte: int = -1) -> None:
        """`first_byte` is that of the segment at fault; ISA when none is named."""
        fault = Fault(code=code, text=text, level="interchange", rejects=rejects)
        at = self._header.first_byte if first_byte < 0 else first_byte
        self._faults.append(self._ruler.place(fault, at))

    def _close(self) -> Interchange:
        fields = self._header.elements
        faults = capped(self._faults, self._limits) if self._faults else ()
        rejecting = next((fault for fault in faults if fault.rejects), None) if faults else None
        code = rejecting.code if rejecting else faults[0].code if faults else "000"
        return Interchange(
            control=fields[12],
            sender=self.sender,
            receiver=self.receiver,
            version=fields[11],
            date=fields[8],
            time=fields[9],
            test=fields[14] == "T",
            ack_requested=fields[13] == "1",
            delimiters=self._header.delimiters,
            groups=tuple([group.close(rejecting) for group in self._groups]),
            acks=tuple(self._acks),
            faults=faults,
            ta1_code=code,
            first_byte=self._header.first_byte,
            last_byte=self.end,
            segment_count=self._count,
        )

    # --- group ----------------------------------------------------------------------------------------------

    def _begin_group(self, elements: list[str], first_byte: int) -> None:
        group = self._group = OpenGroup(elements, first_byte, self._ruler)
        group.partner = self._partner_of(self.sender, self.receiver, group.sender, group.receiver)
        if not group.control.isdecimal() or len(group.control) > 9:
            group.fault("6", f'GS06 "{group.control[:20]}" is no control number')
        elif group.control.lstrip("0") in self._group_numbers:
            group.fault("19", f"GS06 {group.control} was used before in this interchange")
        if not (len(group.id) == 2 and group.id.isalnum()):
            group.fault("1", f'GS01 "{group.id[:10]}" is no functional identifier')
        if not group.version[:6].isdecimal() or len(group.version) < 6:
            group.fault("2", f'GS08 "{group.version[:12]}" does not begin with a release of six digits')
        for trouble in () if self._cut_off else check_group_header(elements):
            self._fault(*trouble, first_byte)
        self._group_numbers.add(group.control.lstrip("0"))
        self._groups.append(group)

    def _end_group(self, elements: list[str] | None, first_byte: int) -> None:
        """`elements` of GE, or None where another segment stands in its place, or nothing does."""
        group, self._group = self._group, None
        if group is None:
            return
        if elements is None:
            group.fault("3", "the group ends without GE", first_byte)
            return
        count, control = _first_two(elements)
        group.declared = count
        if not _same_number(control, group.control):
            group.fault("4", f'GE02 "{control[:20]}" is not GS06 "{group.control}"', first_byte)
        if not _same_number(count, str(len(group.documents))):
            group.fault("5", f'GE01 says "{count[:10]}" documents, {len(group.documents)} came', first_byte)

    # --- document -------------------------------------------------------------------------------------------

    def _begin_document(self, raw: str, elements: list[str], first_byte: int) -> None:
        group = self._group
        if group is None:
            raise AssertionError("a document outside of a group")
        set_id = elements[1].strip() if len(elements) > 1 else ""
        guide = self._guides.find(group.partner, group.id, group.version, set_id)
        expected = guide.group_id if guide is not None else GROUP_OF_SET.get(set_id)
        fits = bool(set_id) and expected in (None, group.id)
        # A document in the wrong group is refused for that; what its segments are is not asked.
        used = guide if fits else None
        limits = self._limits
        if self._listed >= limits.interchange_faults_max:
            limits = limits._replace(faults_max=1)
        document = self._document = OpenDocument(elements, used, self._header.delimiters, limits)
        document.first_byte = first_byte
        document.is_known = guide is not None
        if self._trees:
            document.raws.append(raw)
        if not fits:
            words = f"travels in a group {expected}, not {group.id}" if set_id else "is missing"
            document.fault("6", f'ST01 "{set_id}" {words}')
        if document.checker is not None:
            document.checker.begin(raw)
        if not 4 <= len(document.control) <= 9:
            document.fault("7", f'ST02 "{document.control[:20]}" has not four to nine characters')
        if document.control in group.numbers:
            document.fault("23", f"ST02 {document.control} was used before in this group")
        group.numbers.add(document.control)

    def _end_document(self, elements: list[str] | None, last_byte: int) -> None:
        document, group = self._document, self._group
        if document is None or group is None:
            return
        if elements is None:
            document.fault("2", "the document ends without SE", document.count)
        else:
            declared, control = _first_two(elements)
            if control != document.control:
                document.fault("3", f'SE02 "{control[:20]}" is not ST02 "{document.control}"', document.count)
            if not _same_number(declared, str(document.count)):
                text = f'SE01 says "{declared[:10]}" segments, {document.count} came'
                document.fault("4", text, document.count)
        self._document = None
        tree = self._tree(document)
        header = self._header
        parties = self.sender, self.receiver
        closed = document.close(group, header, parties, self._guides, self._data, last_byte, tree, self._ruler)
        group.documents.append(closed)
        self._listed += len(closed.faults)

    def _tree(self, document: OpenDocument) -> Loop | Body:
        if not self._trees:
            return _NO_TREE
        levels = document.checker.levels() if document.checker is not None else None
        return Body(document.guide, self._header.delimiters, document.raws, levels)


def _first_two(elements: list[str]) -> tuple[str, str]:
    """Elements 01 and 02, "" for what is absent."""
    one, two, *_ = (*elements[1:3], "", "")
    return one.strip(), two.strip()


def _same_number(one: str, other: str) -> bool:
    """Control numbers of type N0 agree when they are equal but for leading zeros."""
    return one == other or (one.isdecimal() and other.isdecimal() and one.lstrip("0") == other.lstrip("0"))


def _home(tag: str) -> str:
    return {"ST": "group", "GE": "group", "TA1": "place before the groups", "IEA": "interchange"}.get(tag, "document")
