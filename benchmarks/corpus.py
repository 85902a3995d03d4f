"""The traffic that every figure of the street is measured on: partners, parts and coherent documents by the thousand.

Seed and size in, bytes and their SHA-256 out: the same arguments give the same bytes on any machine. Orders are
placed, notices answer orders, goods receipts answer notices, so that matching has real work. A warm-up part comes
first; nothing in the timed part repeats: duplicates and conflicts are of documents of the warm-up part.

    python -m benchmarks corpus --seed 7 --size 4000 [--out FOLDER]
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from benchmarks import corpus_documents as write
from benchmarks.corpus_documents import Dialect, Notice, Piece
from benchmarks.corpus_flaws import choose, damage

Kind = Literal["850", "856", "receipt", "861", "824", "997"]

START = datetime(2026, 9, 7, 5, 0, tzinfo=UTC)
STEP = timedelta(seconds=2)
SITES = ("PLT01", "PLT02", "PLT03", "PLT04")
SUPPLIERS, LOGISTICS, BUYERS = 32, 5, 3
LINES_MEDIAN, LINES_P99, LINES_MAX = 8, 200, 5000
SIGMA = math.log(LINES_P99 / LINES_MEDIAN) / 2.3263

MIXES: dict[str, dict[Kind, float]] = {
    "core": {"850": 0.25, "856": 0.45, "receipt": 0.25, "861": 0.03, "824": 0.01, "997": 0.01}
}
FAULTY, DUPLICATE, CONFLICT, BEFORE_NOTICE = 0.02, 0.01, 0.002, 0.03

DELIMITERS = (
    ("*", "~", ">"), ("*", "~\r\n", ":"), ("|", "~", ">"), ("*", "\n", ">"), ("\x1d", "\x1c", "\x1f"),
    ("+", "'", ":"), ("^", "~\n", "<"), ("*", "\x85", ">"),
)  # fmt: skip
HIERARCHIES = ("SOI", "SOPI", "SI", "STI", "SOTPI", "SPI", "STOI")


class Part(NamedTuple):
    """One part of the catalogue; `supplier` makes it."""

    number: str
    vendor_number: str
    supplier: int
    unit: str
    lot: bool
    serial: bool


class Sent(NamedTuple):
    """One message as a partner sends it. `lines` counts its business lines; `flaw` names what is wrong with it."""

    partner: str
    kind: Kind
    name: str
    at: datetime
    body: bytes
    lines: int
    flaw: str = ""


@dataclass(slots=True)
class OpenLine:
    order: str
    order_line: str
    part: Part
    revision: str
    remaining: int
    ordered: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """Partners, parts and messages; `sent[:warm_up]` is to be processed before the clock starts."""

    seed: int
    mix: str
    dialects: tuple[Dialect, ...]
    parts: tuple[Part, ...]
    sent: tuple[Sent, ...]
    warm_up: int
    sha: str = field(default="", compare=False)

    @property
    def timed(self) -> tuple[Sent, ...]:
        return self.sent[self.warm_up :]

    def suppliers(self) -> tuple[Dialect, ...]:
        return self.dialects[:SUPPLIERS]


def build(
    seed: int,
    size: int,
    *,
    mix: str = "core",
    parts: int = 20_000,
    warm_up: int | None = None,
    lines_max: int = LINES_MAX,
) -> Corpus:
    """`size` messages in the timed part, after `warm_up` ones (a quarter of it, at least 200).

    `lines_max` bounds orders and notices; receipts of serial numbers may have more rows.
    """
    first = max(200, size // 4) if warm_up is None else warm_up
    world = _World(seed, mix, parts, lines_max)
    sent = [*world.warm_up(first), *world.timed(size, first)]
    digest = hashlib.sha256()
    for message in sent:
        digest.update(f"{message.partner}|{message.name}|{message.at.isoformat()}|{len(message.body)}\n".encode())
        digest.update(message.body)
    dialects = tuple(replace(dialect, interchange=0) for dialect in world.dialects)
    return Corpus(seed, mix, dialects, tuple(world.parts), tuple(sent), first, digest.hexdigest())


def _zipf(count: int) -> list[float]:
    return [1 / rank for rank in range(1, count + 1)]


def _partners() -> list[Dialect]:
    dialects = []
    for index in range(SUPPLIERS + LOGISTICS + BUYERS):
        element, segment, component = DELIMITERS[index % len(DELIMITERS)]
        role = "s" if index < SUPPLIERS else "l" if index < SUPPLIERS + LOGISTICS else "b"
        duns = f"{100_000_000 + 7_919 * (index + 1):09d}"
        dialects.append(
            Dialect(
                partner=f"{role}{index + 1:02d}", isa=("01", duns), party=f"1:{duns}", element=element,
                segment=segment, component=component, hierarchy=HIERARCHIES[index % len(HIERARCHIES)],
                version="004010AIAG" if index % 5 == 0 else "004010", unit="PC" if index % 4 == 3 else "EA",
            )
        )  # fmt: skip
    return dialects


class _World:
    """What has been ordered and advised so far; every draw comes from one seeded generator."""

    def __init__(self, seed: int, mix: str, parts: int, lines_max: int) -> None:
        self.lines_max = lines_max
        self.rng = random.Random(seed)
        self.mix = MIXES[mix]
        self.dialects = _partners()
        self.parts = self._catalogue(parts)
        self.by_supplier: list[list[Part]] = [[] for _ in range(SUPPLIERS)]
        for part in self.parts:
            self.by_supplier[part.supplier].append(part)
        self.zipf = _zipf(SUPPLIERS)
        self.open: dict[tuple[int, str], deque[OpenLine]] = {
            (s, site): deque() for s in range(SUPPLIERS) for site in SITES
        }
        self.awaiting: list[Notice] = []
        self.held: deque[tuple[int, Notice]] = deque()
        self.orders = self.shipments = self.receipts = self.answers = self.tick = 0
        self.order_owner: deque[tuple[str, int]] = deque(maxlen=500)
        self.kept: list[tuple[Sent, Dialect]] = []

    def _catalogue(self, count: int) -> list[Part]:
        weights = _zipf(SUPPLIERS)
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
        faulty = set(
            self.rng.sample([n for n in range(count) if deck[n] in ("850", "856", "861")], round(count * FAULTY))
        )
        self.rng.shuffle(self.kept)
        for index in range(count):
            self.tick += 1
            if index in again and self.kept:
                yield self._again(conflict=index in conflicts)
                continue
            sent, dialect = self._make(deck[index])  # type: ignore[arg-type]
            if index in faulty and sent.kind in ("850", "856", "861"):
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
        buyer = self.dialects[SUPPLIERS + LOGISTICS + rng.choices(range(BUYERS), _zipf(BUYERS))[0]]
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
        supplier = self.dialects[owner].party
        body = write.order_850(number, site, supplier, at + timedelta(days=14), at, pieces)
        return self._x12(buyer, "850", "PO", body, at, len(pieces))

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
        for _ in range(4):
            key = (rng.choices(range(SUPPLIERS), self.zipf)[0], rng.choice(SITES))
            if len(self.open[key]) >= wanted:
                break
        else:
            key = max(self.open, key=lambda place: len(self.open[place]))
        pool = self.open[key]
        self.shipments += 1
        notice = Notice(
            self.dialects[key[0]], key[1], f"{self.shipments:08d}", at - timedelta(minutes=rng.randint(1, 20))
        )
        for _ in range(min(wanted, len(pool))):
            line = pool.popleft()
            piece = self._shipped(line)
            notice.pieces.append(piece)
            if line.remaining:
                pool.append(line)
        return notice

    def _shipped(self, line: OpenLine) -> Piece:
        rng = self.rng
        take = line.remaining
        if line.remaining > line.ordered * 0.4 and rng.random() < 0.6:
            take = max(1, line.remaining * rng.randint(3, 6) // 10)
        line.remaining -= take
        piece = _piece(line, take)
        piece.label = f"1J{self.shipments:08d}{rng.randrange(10**6):06d}{line.order_line:0>5}{line.order[-4:]}"
        if line.part.lot:
            piece.lot = f"L{self.shipments % 997:03d}{rng.randrange(100):02d}"
        if line.part.serial:
            piece.serials = tuple(
                f"{line.part.number[1:7]}{self.shipments:07d}{line.order[-4:]}{line.order_line}{n}"
                for n in range(take)
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
