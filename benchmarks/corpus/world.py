"""What has been ordered and advised so far, and the next document that follows from it."""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from benchmarks.corpus import documents as write
from benchmarks.corpus import order_documents, schedule_documents
from benchmarks.corpus.documents import Dialect, Notice, Piece
from benchmarks.corpus.flaws import choose, damage
from benchmarks.corpus.schedules import Called, Programme, Programmes
from benchmarks.corpus.values import (
    BEFORE_NOTICE,
    BUYERS,
    CONFLICT,
    DUPLICATE,
    FAULTED,
    FAULTY,
    LINES_MEDIAN,
    LOGISTICS,
    MIXES,
    SIGMA,
    SITES,
    START,
    STEP,
    SUPPLIERS,
    Kind,
    OpenLine,
    Part,
    Sent,
    partners,
    zipf,
)

SCHEDULED = 0.6
"""Of the notices, where there are programmes: for what these call for; the others answer orders."""


class World:
    """What has been ordered and advised so far; every draw comes from one seeded generator."""

    def __init__(self, seed: int, mix: str, parts: int, lines_max: int) -> None:
        self.lines_max = lines_max
        self.rng = random.Random(seed)
        self.mix = MIXES[mix]
        self.with_schedules = "862" in self.mix
        self.dialects = partners()
        self.parts = self._catalogue(parts)
        self.by_supplier: list[list[Part]] = [[] for _ in range(SUPPLIERS)]
        for part in self.parts:
            self.by_supplier[part.supplier].append(part)
        self.zipf = zipf(SUPPLIERS)
        self.open: dict[tuple[int, str], deque[OpenLine]] = {
            (s, site): deque() for s in range(SUPPLIERS) for site in SITES
        }
        self.awaiting: list[Notice] = []
        self.held: deque[tuple[int, Notice]] = deque()
        self.orders = self.shipments = self.receipts = self.answers = self.tick = 0
        self.order_owner: deque[tuple[str, int]] = deque(maxlen=500)
        self.kept: list[tuple[Sent, Dialect]] = []
        self.programmes = Programmes(self.rng, self.by_supplier) if self.with_schedules else None
        self.changes: Counter[str] = Counter()
        self.buyer_of: dict[str, tuple[Dialect, datetime]] = {}
        self.unanswered: deque[tuple[str, int, str, list[Piece]]] = deque(maxlen=200)
        self.uninvoiced: deque[Notice] = deque(maxlen=200)

    def _catalogue(self, count: int) -> list[Part]:
        weights = zipf(SUPPLIERS)
        owners = list(range(SUPPLIERS)) + self.rng.choices(range(SUPPLIERS), weights, k=count - SUPPLIERS)
        parts = []
        for number, owner in enumerate(owners):
            draw = self.rng.random()
            serial, lot = draw < 0.03, 0.03 <= draw < 0.13
            unit = "KG" if self.rng.random() < 0.04 and not serial else self.dialects[owner].unit
            parts.append(
                Part(f"P{number:06d}-{number % 89:02d}", f"V{owner:02d}{number:06d}", owner, unit, lot, serial)
            )
        return parts

    # --- the stream ---------------------------------------------------------------------------------------------

    def warm_up(self, count: int) -> Iterator[Sent]:
        """Orders first, so that the timed part has open orders and notices to answer; nothing is damaged."""
        known = 0
        if self.programmes is not None:
            known = 2 * len(self.programmes.all)
            for programme in self.programmes.all:
                yield self._blanket(programme)[0]
            for programme in self.programmes.all:
                yield self._shipping_schedule(programme)[0]
        count -= known
        orders = max(60, count * 2 // 5)
        for index in range(count):
            kind: Kind = "850" if index < orders else "856" if index % 3 else "receipt"
            sent, dialect = self._make(kind)
            if kind in ("850", "856"):
                self.kept.append((sent, dialect))
            yield sent

    def timed(self, count: int, warm_up: int) -> Iterator[Sent]:
        """The mix, dealt from a shuffled deck so that any long slice of it has the stated shares."""
        deck: list[str] = []
        for kind, share in self.mix.items():
            deck += [kind] * round(count * share)
        deck += ["856"] * (count - len(deck))
        self.rng.shuffle(deck)
        repeats = self.rng.sample(range(count), round(count * (DUPLICATE + CONFLICT)))
        conflicts = set(repeats[: round(count * CONFLICT)])
        again = set(repeats)
        faulty = set(self.rng.sample([n for n in range(count) if deck[n] in FAULTED], round(count * FAULTY)))
        self.rng.shuffle(self.kept)
        for index in range(count):
            self.tick += 1
            if index in again and self.kept:
                yield self._again(conflict=index in conflicts)
                continue
            sent, dialect = self._make(deck[index])  # type: ignore[arg-type]
            if index in faulty and sent.kind in FAULTED:
                flaw = choose(self.rng, sent.kind)
                sent = sent._replace(body=damage(sent.body, dialect, flaw), flaw=flaw)
            yield sent

    def _again(self, *, conflict: bool) -> Sent:
        sent, dialect = self.kept.pop()
        at = self._now()
        if not conflict:
            return sent._replace(at=at, flaw="duplicate")
        body = damage(sent.body, dialect, "D08")
        return sent._replace(at=at, body=body, flaw="conflict")

    def _make(self, kind: Kind) -> tuple[Sent, Dialect]:
        makers: dict[Kind, Callable[[], tuple[Sent, Dialect]]] = {
            "850": self._order,
            "856": self._notice,
            "receipt": self._receipt_file,
            "861": self._receipt_861,
            "824": self._advice,
            "997": self._ack,
            "862": self._shipping_schedule,
            "830": self._planning_schedule,
            "860": self._change,
            "855": self._answer,
            "810": self._invoice,
        }
        return makers[kind]()

    def _now(self) -> datetime:
        self.tick += 1
        return START + STEP * self.tick

    def _line_count(self) -> int:
        return max(1, min(self.lines_max, round(self.rng.lognormvariate(math.log(LINES_MEDIAN), SIGMA))))

    def _x12(
        self, dialect: Dialect, kind: Kind, group: str, body: write.Segments, at: datetime, lines: int
    ) -> tuple[Sent, Dialect]:
        data = write.interchange(dialect, group, body, at)
        return Sent(dialect.partner, kind, f"{kind}-{dialect.interchange:06d}.edi", at, data, lines), dialect

    # --- the documents ------------------------------------------------------------------------------------------

    def _order(self) -> tuple[Sent, Dialect]:
        rng, at = self.rng, self._now()
        buyer = self._buyer()
        owner = rng.choices(range(SUPPLIERS), self.zipf)[0]
        site = rng.choice(SITES)
        catalogue = self.by_supplier[owner]
        self.orders += 1
        number = f"PO{self.orders:08d}"
        pieces = []
        for place in range(1, self._line_count() + 1):
            part = rng.choice(catalogue)
            quantity = rng.randint(2, 6) if part.serial else rng.randint(2, 60) * 12
            line = OpenLine(number, f"{place * 10}", part, rng.choice(("", "", "A", "B")), quantity, quantity)
            self.open[owner, site].append(line)
            pieces.append(_piece(line, quantity))
        self.order_owner.append((number, owner))
        self.buyer_of[number] = buyer, at
        self.unanswered.append((number, owner, site, pieces))
        supplier = self.dialects[owner].party
        body = write.order_850(number, site, supplier, at + timedelta(days=14), at, pieces)
        return self._x12(buyer, "850", "PO", body, at, len(pieces))

    def _blanket(self, programme: Programme) -> tuple[Sent, Dialect]:
        at, buyer = self._now(), self._buyer()
        lines = [
            Piece(programme.order, one.order_line, one.part.number, one.part.vendor_number, "", one.part.unit, "1")
            for one in programme.lines
        ]
        supplier = self.dialects[programme.supplier].party
        body = write.order_850(programme.order, programme.site, supplier, None, at, lines, "BK")
        return self._x12(buyer, "850", "PO", body, at, len(lines))

    def _shipping_schedule(self, programme: Programme | None = None) -> tuple[Sent, Dialect]:
        return self._schedule("862", "SS", schedule_documents.shipping_862, programme)

    def _planning_schedule(self) -> tuple[Sent, Dialect]:
        return self._schedule("830", "PS", schedule_documents.planning_830)

    def _schedule(
        self, kind: Kind, group: str, layout: Callable[..., write.Segments], programme: Programme | None = None
    ) -> tuple[Sent, Dialect]:
        assert self.programmes is not None
        at, buyer = self._now(), self._buyer()
        programme = programme or self.programmes.next()
        called = self.programmes.call(programme, self._line_count())
        number = f"{kind}-{programme.order}"
        body = layout(number, programme, self.dialects[programme.supplier].party, at, called)
        return self._x12(buyer, kind, group, body, at, len(called))

    def _change(self) -> tuple[Sent, Dialect]:
        """Half as much again of up to three lines of an order of which nothing has left yet."""
        at = self._now()
        whole = {key: [one for one in pool if one.remaining == one.ordered] for key, pool in self.open.items()}
        key = max(whole, key=lambda place: len(whole[place]))
        lines = [one for one in whole[key] if one.order == whole[key][-1].order][:3]
        for line in lines:
            line.ordered += line.ordered // 2
            line.remaining = line.ordered
        number = lines[0].order
        buyer, placed = self.buyer_of[number]
        self.changes[number] += 1
        body = order_documents.change_860(
            number, self.changes[number], key[1], self.dialects[key[0]].party, placed, at,
            [_piece(line, line.ordered) for line in lines],
        )  # fmt: skip
        return self._x12(buyer, "860", "PC", body, at, len(lines))

    def _answer(self) -> tuple[Sent, Dialect]:
        at, (number, owner, site, pieces) = self._now(), self.unanswered.pop()
        dialect = self.dialects[owner]
        body = order_documents.answer_855(number, dialect.party, site, at, pieces)
        return self._x12(dialect, "855", "PR", body, at, len(pieces))

    def _invoice(self) -> tuple[Sent, Dialect]:
        at, notice = self._now(), self.uninvoiced.pop()
        self.answers += 1
        order = notice.pieces[0].order
        lines = [piece for piece in notice.pieces if piece.order == order]
        body = order_documents.invoice_810(
            f"INV{self.answers:06d}", order, notice.shipment, notice.supplier.party, at, lines
        )
        return self._x12(notice.supplier, "810", "IN", body, at, len(lines))

    def _buyer(self) -> Dialect:
        return self.dialects[SUPPLIERS + LOGISTICS + self.rng.choices(range(BUYERS), zipf(BUYERS))[0]]

    def _notice(self) -> tuple[Sent, Dialect]:
        if self.held and self.held[0][0] <= self.tick:
            notice = self.held.popleft()[1]
        else:
            notice = self._ship()
            self.awaiting.append(notice)
        return self._x12(notice.supplier, "856", "SH", write.notice_856(notice), notice.at, len(notice.pieces))

    def _ship(self) -> Notice:
        """Takes from the open orders of one supplier and site; each line goes in one to three shipments."""
        rng, at, wanted = self.rng, self._now(), self._line_count()
        if self.programmes is not None and rng.random() < SCHEDULED:
            called = self.programmes.ship(wanted)
            if called is not None:
                return self._ship_called(*called, at)
        for _ in range(4):
            key = (rng.choices(range(SUPPLIERS), self.zipf)[0], rng.choice(SITES))
            if len(self.open[key]) >= wanted:
                break
        else:
            key = max(self.open, key=lambda place: len(self.open[place]))
        pool = self.open[key]
        self.shipments += 1
        notice = Notice(self.dialects[key[0]], key[1], f"{self.shipments:08d}", self._left(at))
        for _ in range(min(wanted, len(pool))):
            line = pool.popleft()
            piece = self._shipped(line, key[1])
            notice.pieces.append(piece)
            if line.remaining:
                pool.append(line)
        return notice

    def _left(self, at: datetime) -> datetime:
        """When goods left of which we are told now; where cumulatives are kept, one after the other."""
        return at - timedelta(minutes=self.rng.randint(1, 20) if self.programmes is None else 10)

    def _ship_called(self, programme: Programme, called: list[Called], at: datetime) -> Notice:
        """Of each part called for what is due on its next day, with the cumulative."""
        self.shipments += 1
        notice = Notice(self.dialects[programme.supplier], programme.site, f"{self.shipments:08d}", self._left(at))
        for one in called:
            line = OpenLine(programme.order, one.order_line, one.part, "", 0, one.daily)
            notice.pieces.append(self._packed(_piece(line, one.daily), one.part, one.daily, programme.site))
        return notice

    def _shipped(self, line: OpenLine, site: str) -> Piece:
        rng = self.rng
        take = line.remaining
        if line.remaining > line.ordered * 0.4 and rng.random() < 0.6:
            take = max(1, line.remaining * rng.randint(3, 6) // 10)
        line.remaining -= take
        return self._packed(_piece(line, take), line.part, take, site)

    def _packed(self, piece: Piece, part: Part, count: int, site: str) -> Piece:
        """With its label, its lot or serial numbers where the part has such, and the cumulative where one is kept."""
        rng = self.rng
        if self.programmes is not None:
            piece.cum = self.programmes.shipped(site, part, piece.quantity)
        piece.label = f"1J{self.shipments:08d}{rng.randrange(10**6):06d}{piece.order_line:0>5}{piece.order[-4:]}"
        if part.lot:
            piece.lot = f"L{self.shipments % 997:03d}{rng.randrange(100):02d}"
        if part.serial:
            piece.serials = tuple(
                f"{part.number[1:7]}{self.shipments:07d}{piece.order[-4:]}{piece.order_line}{n}" for n in range(count)
            )
        return piece

    def _received(self) -> tuple[Notice, datetime, str]:
        """A notice to receive, oldest first within a window, and what the dock found; some precede their notice."""
        rng = self.rng
        if not self.awaiting or rng.random() < BEFORE_NOTICE:
            notice = self._ship()
            self.held.append((self.tick + rng.randint(10, 60), notice))
        else:
            notice = self.awaiting.pop(rng.randrange(min(40, len(self.awaiting))))
        self.receipts += 1
        self.uninvoiced.append(notice)
        for piece in notice.pieces:
            piece.received = piece.quantity
        if rng.random() < 0.10:
            for piece in rng.sample(notice.pieces, min(len(notice.pieces), rng.randint(1, 3))):
                self._discrepant(piece)
        return notice, self._now(), f"GR{self.receipts:07d}"

    def _discrepant(self, piece: Piece) -> None:
        if piece.serials or "." in piece.quantity:
            return
        draw, quantity = self.rng.random(), int(piece.quantity)
        if draw < 0.6 and quantity > 1:
            piece.received, piece.condition = str(quantity - max(1, quantity // 20)), "02"
        elif draw < 0.85:
            piece.damaged, piece.condition = "1", "01"
        else:
            piece.received = str(quantity + 1)

    def _receipt_file(self) -> tuple[Sent, Dialect]:
        notice, at, receipt = self._received()
        dialect = self.dialects[SUPPLIERS + SITES.index(notice.site)]
        body = write.receipt_csv(dialect.partner, receipt, notice, at)
        name = f"RCPT_{notice.site}_{at:%Y%m%d%H%M%S}_{self.receipts:04d}.csv"
        return Sent(
            dialect.partner, "receipt", name, at, body, sum(len(p.serials) or 1 for p in notice.pieces)
        ), dialect

    def _receipt_861(self) -> tuple[Sent, Dialect]:
        notice, at, receipt = self._received()
        dialect = self.dialects[SUPPLIERS + LOGISTICS - 1]
        return self._x12(dialect, "861", "RC", write.receipt_861(receipt, notice, at), at, len(notice.pieces))

    def _advice(self) -> tuple[Sent, Dialect]:
        at, (order, owner) = self._now(), self.rng.choice(self.order_owner)
        self.answers += 1
        dialect = self.dialects[owner]
        return self._x12(dialect, "824", "AG", write.advice_824(f"AA{self.answers:06d}", order, dialect, at), at, 1)

    def _ack(self) -> tuple[Sent, Dialect]:
        dialect = self.dialects[self.rng.choices(range(SUPPLIERS), self.zipf)[0]]
        at = self._now()
        self.answers += 1
        return self._x12(dialect, "997", "FA", write.ack_997("RC", self.answers), at, 0)


def _piece(line: OpenLine, quantity: int) -> Piece:
    text = f"{quantity}.125" if line.part.unit == "KG" and quantity % 5 == 0 else str(quantity)
    return Piece(
        line.order, line.order_line, line.part.number, line.part.vendor_number, line.revision, line.part.unit, text
    )
