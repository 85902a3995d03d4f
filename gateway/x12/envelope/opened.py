"""Groups and documents while they are being read, and how they become values.

What is wrong in the envelope of a document is noted by the reader (`reader.py`); here it is put together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from sys import intern

from gateway.document import Control, Delimiters, Document, Fault, Loop, Party, Tree
from gateway.x12.checking.check import Checker
from gateway.x12.checking.faults import capped
from gateway.x12.codes import LONG_DATES_FROM
from gateway.x12.envelope.header import Header
from gateway.x12.envelope.locate import Ruler
from gateway.x12.envelope.scan import Offsets
from gateway.x12.guides.registry import Guide, Guides
from gateway.x12.limits import Limits
from gateway.x12.reading import Group

_NINE = ("",) * 9


class OpenGroup:
    """A group that is being read."""

    def __init__(self, elements: Sequence[str], first_byte: int, ruler: Ruler) -> None:
        _tag, id, sender, receiver, _date, _time, control, _agency, version, *_ = (*elements, *_NINE)
        self.id, self.sender, self.receiver = id.strip(), sender.strip(), receiver.strip()
        self.control, self.version = control.strip(), version.strip()
        self.release = self.version[:6]
        self.partner = ""
        """Whose guides are in force; the reader knows."""
        self.first_byte = first_byte
        self._ruler = ruler
        self.documents: list[Document] = []
        self.faults: list[Fault] = []
        self.numbers: set[str] = set()
        self.declared = ""

    def fault(self, code: str, text: str, first_byte: int = -1) -> None:
        """`first_byte` is that of the segment at fault; GS when none is named."""
        at = self.first_byte if first_byte < 0 else first_byte
        self.faults.append(self._ruler.place(Fault(code=code, text=text, level="group"), at))

    def close(self, rejecting: Fault | None) -> Group:
        """The group as a value. `rejecting` is the fault that refuses its interchange; documents fall with it."""
        why = rejecting or (next((fault for fault in self.faults if fault.rejects), None) if self.faults else None)
        documents = self.documents if why is None else [_refused(document, why) for document in self.documents]
        return Group(
            id=self.id,
            sender=self.sender,
            receiver=self.receiver,
            control=self.control,
            version=self.version,
            documents=tuple(documents),
            faults=tuple(self.faults),
            documents_declared=self.declared,
        )


class OpenDocument:
    """A document that is being read; without a guide its segments are only counted."""

    def __init__(self, elements: Sequence[str], guide: Guide | None, delimiters: Delimiters, limits: Limits) -> None:
        # Interned, for a message may hold as many documents as fit into it.
        self.set_id = intern(elements[1].strip()) if len(elements) > 1 else ""
        self.control = elements[2].strip() if len(elements) > 2 else ""
        self.guide = guide
        self.checker = Checker(guide, delimiters, limits) if guide is not None else None
        self.limits = limits
        self.is_known = guide is not None
        """There is a guide for its set, used or not."""
        self.skipped = 1
        """Segments so far when there is no guide, ST included."""
        self.first_byte = 0
        self._faults: list[Fault] = []
        self._positions: list[int] = []
        self.raws: list[str] = []
        self.offsets: dict[int, int] = {}
        """Where segments stand, by their positions: those with faults that were met so far."""
        self._placed = 0

    def run(self, raws: Sequence[str], at: int, offsets: Offsets) -> int:
        """Check segments from `raws[at]` on; see `Checker.run`. Notes where those at fault stand."""
        checker = self.checker
        if checker is None:
            raise AssertionError("a document without a guide is not checked")
        before = checker.position - at
        behind = checker.run(raws, at)
        log = checker.log
        if len(log) > self._placed:
            for fault in log.since(self._placed):
                if fault.segment is not None:
                    self.offsets[fault.segment] = offsets.of(fault.segment - before - 1)
            self._placed = len(log)
        return behind

    @property
    def count(self) -> int:
        return self.skipped if self.checker is None else self.checker.position

    def fault(self, code: str, text: str, position: int = 1) -> None:
        """`position` is that of the segment at fault, ST being 1."""
        self._faults.append(Fault(code=code, text=text, level="document"))
        self._positions.append(position)

    def close(
        self,
        group: OpenGroup,
        header: Header,
        parties: tuple[Party, Party],
        guides: Guides,
        data: bytes,
        last_byte: int,
        tree: Loop | Tree,
        ruler: Ruler,
    ) -> Document:
        """The document as a value; its bytes are `data[first_byte:last_byte]`."""
        accepted: bool | None = None
        count = 0
        if self.checker is not None:
            found, count = self.checker.found()
            for fault in found:
                self._faults.append(fault)
                self._positions.append(fault.segment or 1)
            count += len(self._faults) - len(found)
            accepted = not any(fault.rejects for fault in self._faults)
        else:
            accepted = False if self._faults else None
            if not self.is_known:
                self._faults.append(_no_guide(self.set_id, group.version[:6], guides))
                self._positions.append(1)
        faults: tuple[Fault, ...] = ()
        if self._faults:
            kept = capped(self._faults, self.limits, count)
            positions = [fault.segment or at for fault, at in zip(kept, self._positions, strict=False)]
            faults = ruler.place_all(kept, positions, self.offsets, header, (self.first_byte, last_byte), self.limits)
        isa = header.elements
        return Document(
            format="x12",
            type=self.set_id,
            release=group.release,
            control=Control(
                sender=parties[0],
                receiver=parties[1],
                interchange=isa[12],
                group=group.control,
                number=self.control,
                group_sender=group.sender,
                group_receiver=group.receiver,
                group_id=group.id,
                version=group.version,
                test=isa[14] == "T",
            ),
            delimiters=header.delimiters,
            tree=tree,
            guide=self.guide.hash if self.guide is not None else "",
            accepted=accepted,
            faults=faults,
            fault_count=max(count, len(faults)),
            digest=hashlib.sha256(memoryview(data)[self.first_byte : last_byte]).hexdigest(),
            segment_count=self.count,
            first_byte=self.first_byte,
            last_byte=last_byte,
        )


def _no_guide(set_id: str, release: str, guides: Guides) -> Fault:
    """Says what would mend it: the release whose guide an overlay may extend, else what there is."""
    sets, near = guides.sets(release), guides.nearest(release, set_id)
    if near:
        mend = f"nearest is {near}: an overlay x12/{release}/{set_id} may extend x12/{near}/{set_id}"
        if (near < LONG_DATES_FROM) != (release < LONG_DATES_FROM):
            mend += f", with dates of {6 if release < LONG_DATES_FROM else 8} digits"
    else:
        mend = f"release {release} has {', '.join(sets)}" if sets else f"known: {', '.join(guides.releases)}"
    text = f"no guide for {set_id or 'a set without a number'} in release {release or 'unknown'}; {mend}"
    return Fault(code="no_guide", text=text, level="document")


def _refused(document: Document, why: Fault) -> Document:
    """The document as refused with its group or interchange."""
    fields = {name: getattr(document, name) for name in document.__struct_fields__}
    fields["accepted"] = False if document.accepted is not None else None
    fault = Fault(
        code=why.code,
        level=why.level,
        text=f"refused with its {why.level}: {why.text}",
        line=why.line,
        first_byte=why.first_byte,
    )
    fields["faults"] = (*document.faults, fault)
    fields["fault_count"] = document.fault_count + 1
    return Document(**fields)
