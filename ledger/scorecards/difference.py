"""Why two cards of the same month differ, line by line: what a frozen one said, and what is known now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from ledger.scorecards.measure import Entry
from ledger.scorecards.score import Scorecard

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")
_decoder = msgspec.json.Decoder(Scorecard)


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is not as it was frozen."""

    what: Literal["score", "metric", "entry"]
    name: str
    """`value`, `grade`, ...; the metric; or the metric of the entry."""
    was: str
    """"" where there was none."""
    now: str
    """"" where there is none any more."""
    cases: tuple[str, ...] = ()
    """Cases that the entry stands on: who decided them, and how, says why."""
    event: int = 0
    """The event behind the entry."""
    text: str = ""


def write_card(card: Scorecard) -> bytes:
    """The card as canonical JSON: equal cards are equal bytes."""
    return _encoder.encode(card)


def read_card(body: bytes | str) -> Scorecard:
    """A card that was frozen."""
    return _decoder.decode(body)


def differences(frozen: Scorecard, now: Scorecard) -> tuple[Difference, ...]:
    """Everything that differs: of the card, of its metrics, and of the entries behind them."""
    found = [
        Difference(what="score", name=name, was=_text(was), now=_text(is_now))
        for name in ("value", "grade", "coverage", "closed_lines", "capped_by", "taken", "disputed", "rules")
        if (was := getattr(frozen, name)) != (is_now := getattr(now, name))
    ]
    before = {one.measure.metric: one for one in frozen.metrics}
    after = {one.measure.metric: one for one in now.metrics}
    for metric in dict.fromkeys((*before, *after)):
        was_points, now_points = before.get(metric), after.get(metric)
        if was_points == now_points:
            continue
        of = [None if one is None else one.measure for one in (was_points, now_points)]
        values = [None if one is None else one.value for one in of]
        found.append(Difference(what="metric", name=metric, was=_text(values[0]), now=_text(values[1])))
        entries = [() if one is None else one.deductions for one in of]
        found += _entries(metric, *entries)
    return tuple(found)


def _entries(metric: str, was: Iterable[Entry], now: Iterable[Entry]) -> list[Difference]:
    before, after = {_key(one): one for one in was}, {_key(one): one for one in now}
    found = []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        proof = new or old
        assert proof is not None  # noqa: S101  the key is of one of them
        cases = tuple(dict.fromkeys((*(old.cases if old else ()), *(new.cases if new else ()))))
        found.append(
            Difference(
                what="entry", name=metric, was=_figures(old), now=_figures(new), cases=cases, event=proof.behind.seq,
                text=proof.text,
            )
        )  # fmt: skip
    return found


def _key(entry: Entry) -> tuple[str, int]:
    return entry.key, entry.behind.seq


def _figures(entry: Entry | None) -> str:
    return "" if entry is None else f"{entry.achieved:f} of {entry.possible:f}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"{one.reason} {one.points:g}" for one in value)
    return f"{value}"
