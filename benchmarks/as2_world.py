"""Partners that speak AS2 for the benchmarks: keys, what stands about them in the home, and the orders they answer.

Eight suppliers of the corpus, each with a key of its own, its own delimiters and hierarchy. Writes files;
whoever runs the street records the orders.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import BUYERS, LOGISTICS, SITES, SUPPLIERS, Corpus, Sent
from benchmarks.corpus import documents as write
from benchmarks.corpus.documents import Piece
from gateway.partners import OwnKey
from gateway.partners.own import add_own_key, make_passphrase
from gateway.transports import as2

SPEAKERS = 8
OUR_NAME = "CROSSDOCK"
PASSPHRASE = "benchmark"  # noqa: S105 (made for a folder that lives as long as the run)
VALID_FROM, VALID_TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)

LINES = 18
"""Lines of a notice: the mean of the corpus."""
CONTAINERS = 1
"""Labelled containers of a line, as the corpus has them."""
PER_CONTAINER = 12
SHIPMENTS_MAX = 10
"""Notices that answer one order."""
FIRST_CONTROL = 500_000
"""Beyond the control numbers of the corpus, whose partners these are."""


class Pair(NamedTuple):
    """A private key and its certificate as they travel to another process."""

    private_pem: bytes
    certificate_pem: bytes

    def open(self) -> as2.Key:
        return as2.load_key(self.private_pem, self.certificate_pem, PASSPHRASE.encode())


class Speaker(NamedTuple):
    """One partner's AS2 name and key, and where it takes what we send."""

    partner: str
    name: str
    pair: Pair

    def station(self, ours: bytes) -> as2.Station:
        """The partnership as the partner sees it; `ours` is our certificate."""
        theirs = (as2.read_certificate(ours),)
        return as2.Station(
            our_name=self.name, their_name=OUR_NAME, our_keys=(self.pair.open(),), their_signing=theirs,
            their_encryption=theirs,
        )  # fmt: skip


class World(NamedTuple):
    """All that both processes know of each other."""

    ours: Pair
    speakers: tuple[Speaker, ...]


def make_world(corpus: Corpus) -> World:
    """Fresh RSA-2048 keys for us and the speakers."""
    chosen = corpus.dialects[:SPEAKERS]
    speakers = (Speaker(one.partner, one.partner.upper() + "-AS2", _make_pair(one.partner)) for one in chosen)
    return World(_make_pair(OUR_NAME), tuple(speakers))


def _make_pair(name: str) -> Pair:
    key = as2.create_key(name, valid_from=VALID_FROM, valid_to=VALID_TO)
    return Pair(as2.private_key_pem(key, PASSPHRASE.encode()), as2.certificate_pem(key))


def write_our_key(home: Path, world: World) -> None:
    """`HOME/keys` with our one key and its passphrase."""
    keys = home / "keys"
    make_passphrase(keys, secrets.token_bytes(1))
    (keys / "passphrase").write_text(PASSPHRASE, "ascii")
    add_own_key(
        keys,
        OwnKey(
            name="bench", valid_from=VALID_FROM, valid_to=VALID_TO, certificate=world.ours.certificate_pem,
            private_key=world.ours.private_pem,
        ),
    )  # fmt: skip


def write_certificates(home: Path, world: World) -> None:
    for speaker in world.speakers:
        folder = home / "partners" / speaker.partner / "certs"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench.pem").write_bytes(speaker.pair.certificate_pem)


def sections(world: World, *, deliver_to: str = "") -> Mapping[str, tuple[str, str]]:
    """AS2 name and lines of partner.yaml of each speaker; `deliver_to`: our answers go there instead of a mailbox."""
    url = f"  url: {deliver_to}\n" if deliver_to else ""
    text = f"as2:\n{url}  certificates: [{{file: certs/bench.pem}}]\n"
    text += f"deliver: {{to: {'as2' if deliver_to else 'mailbox'}}}\n"
    return {speaker.partner: (speaker.name, text) for speaker in world.speakers}


# --- traffic ---


def orders_for(corpus: Corpus, notices: int) -> Iterator[Sent]:
    """The orders that so many notices answer, to be processed before anything is measured."""
    buyer = replace(corpus.dialects[SUPPLIERS + LOGISTICS + BUYERS - 1], interchange=FIRST_CONTROL)
    at = corpus.sent[-1].at
    for number in range(_orders(notices)):
        supplier = corpus.dialects[number % SPEAKERS]
        pieces = _pieces(corpus, number, ordered=True)
        body = write.order_850(_order(number), _site(number), supplier.party, at + timedelta(days=14), at, pieces)
        data = write.interchange(buyer, "PO", body, at)
        yield Sent(buyer.partner, "850", f"850-{number:06d}.edi", at, data, len(pieces))


def notices_for(corpus: Corpus, notices: int) -> Iterator[tuple[int, bytes]]:
    """Place of the speaker, and its ship notice of about 10 KB; no two are alike, in turn from every speaker."""
    dialects = [replace(dialect, interchange=FIRST_CONTROL) for dialect in corpus.dialects[:SPEAKERS]]
    orders, at = _orders(notices), corpus.sent[-1].at
    for number in range(notices):
        order = number % orders
        dialect = dialects[order % SPEAKERS]
        pieces = _pieces(corpus, order, ordered=False)
        notice = write.Notice(dialect, _site(order), f"A{number:08d}", at, pieces)
        for place, piece in enumerate(pieces):
            piece.label = f"1JP{number:08d}{place:03d}"
        body = _with_labels(write.notice_856(notice), number)
        yield order % SPEAKERS, write.interchange(dialect, "SH", body, at)


def _orders(notices: int) -> int:
    """As many orders as needed, the same number for each speaker."""
    return -(-notices // (SHIPMENTS_MAX * SPEAKERS)) * SPEAKERS


def _order(number: int) -> str:
    return f"PA{number:08d}"


def _site(number: int) -> str:
    return SITES[number % len(SITES)]


def _pieces(corpus: Corpus, order: int, *, ordered: bool) -> list[Piece]:
    """The lines of an order, or of one shipment of it: parts without serial numbers, counted in pieces."""
    supplier = order % SPEAKERS
    rng = random.Random(f"{corpus.seed}/{order}")
    catalogue = [part for part in corpus.parts if part.supplier == supplier and not part.serial and part.unit != "KG"]
    quantity = CONTAINERS * PER_CONTAINER * (SHIPMENTS_MAX if ordered else 1)
    return [
        Piece(
            _order(order), f"{place * 10}", part.number, part.vendor_number, "", part.unit, str(quantity),
            lot="" if ordered or not part.lot else f"L{order:05d}",
        )
        for place, part in enumerate(rng.sample(catalogue, LINES), 1)
    ]  # fmt: skip


def _with_labels(body: write.Segments, notice: int) -> write.Segments:
    """Each item with its containers, one license plate each, as automotive notices have them."""
    labelled: write.Segments = []
    in_item, label = False, 0
    for segment in body:
        if segment[0] in ("HL", "CTT"):
            if in_item:
                for _ in range(CONTAINERS):
                    label += 1
                    labelled.append(("CLD", "1", str(PER_CONTAINER), "PLT71"))
                    labelled.append(("REF", "LS", f"1JUN{notice:08d}{label:05d}"))
            in_item = segment[0] == "HL" and segment[3] == "I"
        labelled.append(segment)
    return labelled
