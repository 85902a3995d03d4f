"""The play: three partners send their documents over REST, pick up what is for them, and the books are read.

Every party has its own API key and sees only what a partner sees; what the story tells is read by the operator's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from gateway.demo.documents import FILES, functional_ack
from gateway.demo.rest import Client
from gateway.demo.world import ERP, LOGISTICS, PARTS, SUPPLIER, master_data
from gateway.errors import Unavailable
from ledger.events import write_event

SENDERS = {FILES[0]: ERP, FILES[1]: ERP, FILES[2]: SUPPLIER, FILES[3]: LOGISTICS, FILES[4]: SUPPLIER}
ACKNOWLEDGED = ("850", "861", "824")
FIRST_ACK = 201
WRITTEN_S = 10
POLL_S = 0.02

Say = Callable[[str], None]


class Exchange(NamedTuple):
    """One document that came in: who sent it, the message as the gateway shows it, and its answers."""

    who: str
    name: str
    message: dict[str, Any]
    answers: list[dict[str, Any]]


class Evidence(NamedTuple):
    """A segment (or a row of a file) that supports a case."""

    name: str
    segment: int
    text: str


class Scene(NamedTuple):
    """All that the story tells."""

    exchanges: list[Exchange]
    sent: list[dict[str, Any]]
    positions: dict[str, dict[str, Any]]
    balances: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    evidence: dict[str, list[Evidence]]
    score: dict[str, Any]

    @property
    def balances_sum(self) -> Decimal:
        """Over all accounts, those outside our walls included: always zero."""
        return sum((Decimal(balance["quantity"]) for balance in self.balances), Decimal(0))


class Play:
    """One run against one address. `keys` has a key per partner and one called `operator`."""

    def __init__(self, url: str, keys: dict[str, str], folder: Path, now: datetime, say: Say) -> None:
        self.folder, self.now, self.say = folder, now, say
        self.parties = {actor.partner: Client(url, keys[actor.partner]) for actor in (ERP, SUPPLIER, LOGISTICS)}
        self.operator = Client(url, keys["operator"])
        self.exchanges: list[Exchange] = []

    def close(self) -> None:
        for client in (*self.parties.values(), self.operator):
            client.close()

    def run(self, documents: dict[str, bytes]) -> Scene:
        """Master data, orders, and every document in its turn; after each, the supplier empties its mailbox."""
        self.say("ERP publishes the plant, its parts and its supplier")
        body = b"[" + b",".join(write_event(event) for event in master_data()) + b"]"
        self.parties[ERP.partner].record(body, "0-erp-master-data.json")
        for name, data in documents.items():
            actor = SENDERS[name]
            self.say(f"{actor.title} sends {name}")
            self._send(actor.partner, actor.title, name, data)
            self._empty_mailbox()
        return self._look_around()

    def _send(self, partner: str, title: str, name: str, data: bytes) -> None:
        message = self.parties[partner].send(data, name)
        self.exchanges.append(Exchange(title, name, message, []))

    def _empty_mailbox(self) -> None:
        """The supplier fetches what is for it and answers each business document with a 997, always the same one."""
        self._wait_until_written()
        supplier = self.parties[SUPPLIER.partner]
        business = [
            answer for answer in supplier.all_of("/v1/messages", direction="out") if answer["kind"] in ACKNOWLEDGED
        ]
        for place, answer in enumerate(business):
            file = self.folder / f"ack-{place + 1}-for-{answer['kind']}.edi"
            if not file.exists():
                group_id, group, sets = _group_of(supplier.content(answer["id"]))
                file.write_bytes(functional_ack(FIRST_ACK + place, group_id, group, sets, self.now))
            if file.name not in {exchange.name for exchange in self.exchanges}:
                self.say(f"{SUPPLIER.title} picks up {answer['kind']} and answers 997")
                self._send(SUPPLIER.partner, SUPPLIER.title, file.name, file.read_bytes())
        for answer in supplier.all_of("/v1/messages", direction="out"):
            if answer["sent"] is None:
                supplier.content(answer["id"])

    def _wait_until_written(self) -> None:
        """What follows from a document is decided with it and written as 861, 824 or 850 a moment later."""
        until = time.monotonic() + WRITTEN_S
        while any(answer["status"] == "draft" for answer in self.operator.all_of("/v1/messages", direction="out")):
            if time.monotonic() > until:
                raise Unavailable("answers are decided and not written; HOME/demo/serve.log says why")
            time.sleep(POLL_S)

    def _look_around(self) -> Scene:
        operator = self.operator
        sent = operator.all_of("/v1/messages", direction="out")
        names = {exchange.message["id"]: exchange.name for exchange in self.exchanges}
        answers = [
            exchange._replace(answers=[a for a in sent if a["message"] == exchange.message["id"]])
            for exchange in self.exchanges
        ]
        cases = operator.all_of("/v1/cases")
        return Scene(
            exchanges=answers,
            sent=sent,
            positions={part: operator.get(f"/v1/positions/{part}") for part in PARTS},
            balances=operator.all_of("/v1/balances", external="true"),
            cases=cases,
            evidence={case["id"]: [self._evidence(one, names) for one in case["evidence"]] for case in cases},
            score=operator.get("/v1/scores/BRIGHTWELL"),
        )

    def _evidence(self, one: dict[str, Any], names: dict[str, str]) -> Evidence:
        text = self.operator.content(one["message"]).decode()
        return Evidence(names.get(one["message"], one["message"]), one["segment"], segments_at(text, one["segment"]))


def segments_at(text: str, number: int) -> str:
    """The segment, or the whole level where an HL stands there, in one line; 0 is the document as a whole."""
    if number == 0:
        return "the document as a whole"
    shown = [segment_of(text, number)]
    if shown[0].startswith("HL") and text.startswith("ISA"):
        while (following := segment_of(text, number + len(shown)))[:2] not in ("HL", "CT", "SE", ""):
            shown.append(following)
    return "  ".join(shown)


def segment_of(text: str, number: int) -> str:
    """Segment `number` of the first document in an interchange (ST is 1), or that line of any other file."""
    if not text.startswith("ISA"):
        lines = text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""
    segments = [segment.strip() for segment in text.split(text[105])]
    start = next(place for place, segment in enumerate(segments) if segment.startswith("ST" + text[3]))
    place = start + number - 1
    return segments[place] if number > 0 and place < len(segments) else ""


def _group_of(interchange: bytes) -> tuple[str, str, list[tuple[str, str]]]:
    """GS01, GS06 and (ST01, ST02) of each document, as a partner's own translator would read them."""
    text = interchange.decode("latin-1")
    element = re.escape(text[3])
    group = re.search(rf"GS{element}(\w+){element}(?:[^{element}]*{element}){{4}}(\d+)", text)
    if group is None:
        raise AssertionError("an interchange of ours has a group")
    return group[1], group[2], re.findall(rf"(?:^|[{re.escape(text[105])}\s])ST{element}(\w+){element}(\w+)", text)
