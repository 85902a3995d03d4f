"""All that the story tells, read from the gateway by the operator's key, with what the supplier saw for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from gateway.demo.dispute import Dispute
from gateway.demo.rest import Client
from gateway.demo.supplier import Handover, Letter
from gateway.demo.world import Actor


class Came(NamedTuple):
    """One document that came in: who sent it, under which name, and the message as the gateway shows it."""

    actor: Actor
    name: str
    message: dict[str, Any]


class Received(NamedTuple):
    """A document that came in, with its answers; `handover` is the supplier's side of it, if it came over AS2."""

    actor: Actor
    name: str
    message: dict[str, Any]
    answers: list[dict[str, Any]]
    handover: Handover | None


class Sent(NamedTuple):
    """A document that went out; `letter` is the supplier's side of it, if it went over AS2."""

    message: dict[str, Any]
    letter: Letter | None


class Evidence(NamedTuple):
    """A segment (or a row of a file) that supports a case."""

    name: str
    segment: int
    text: str


class Scene(NamedTuple):
    """Documents in and out in the order in which they came and went, the stock, the cases, the score."""

    received: list[Received]
    sent: list[Sent]
    balances: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    evidence: dict[str, list[Evidence]]
    score: dict[str, Any]
    dispute: Dispute

    @property
    def balances_sum(self) -> Decimal:
        """Over all accounts, those outside our walls included: always zero."""
        return sum((Decimal(balance["quantity"]) for balance in self.balances), Decimal(0))


def look_around(
    operator: Client,
    came: Iterable[Came],
    handovers: Mapping[str, Handover],
    letters: Iterable[Letter],
    disputed: Dispute,
) -> Scene:
    """The scene as it stands now. On a repeat it is the first run's: the messages are."""
    # Ids are made in the order of arrival, so that a repeat tells its story in the same order.
    in_order = sorted(came, key=lambda one: str(one.message["id"]))
    answers = operator.all_of("/v1/messages", direction="out")
    by_key = {letter.message_id: letter for letter in letters}
    # An MDN is told with the message that it receipts.
    sent = [operator.get(f"/v1/messages/{answer['id']}") for answer in answers if answer["kind"] != "mdn"]
    names = {one.message["id"]: one.name for one in in_order}
    cases = operator.all_of("/v1/cases")
    return Scene(
        received=[
            Received(*one, [a for a in answers if a["message"] == one.message["id"]], handovers.get(one.name))
            for one in in_order
        ],
        sent=[Sent(message, by_key.get((message["transport"] or {}).get("key", ""))) for message in sent],
        balances=operator.all_of("/v1/balances", external="true"),
        cases=cases,
        evidence={case["id"]: [_evidence(operator, one, names) for one in case["evidence"]] for case in cases},
        score=disputed.granted,
        dispute=disputed,
    )


def _evidence(operator: Client, one: dict[str, Any], names: dict[str, str]) -> Evidence:
    text = operator.content(one["message"]).decode()
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
