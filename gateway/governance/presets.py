"""Scorecards to begin with: shipped as the very mapping that `scores` in `policy.yaml` takes, checked by the same
rules. What they mean is `ledger.scorecards`'s business."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from gateway.governance.shapes import fill
from gateway.resources import Entry, Mistake, Mistakes, did_you_mean, read_yaml
from ledger.policy import ScoreRules

_FOLDER = files("gateway.governance") / "scorecards"


@cache
def preset_names() -> tuple[str, ...]:
    """The names of all presets, in order."""
    return tuple(sorted(one.name.removesuffix(".yaml") for one in _FOLDER.iterdir() if one.name.endswith(".yaml")))


@cache
def read_preset(name: str) -> ScoreRules:
    """The rules of one preset. Raises Mistakes where its file does not pass, KeyError for a name that is none."""
    if name not in preset_names():
        raise KeyError(name)
    file = f"{name}.yaml"
    mistakes: list[Mistake] = []
    rules = fill(Entry(read_yaml((_FOLDER / file).read_bytes(), file), mistakes), ScoreRules(preset=name))
    if mistakes:
        raise Mistakes(mistakes)
    return rules


def preset_of(entry: Entry | None) -> ScoreRules:
    """What a `scores` mapping begins with: the preset that it names, else the usual rules."""
    if entry is None or not isinstance(entry.value, dict) or not entry.value.get("preset"):
        return ScoreRules()
    name = str(entry.value["preset"])
    if name in preset_names():
        return read_preset(name)
    named = entry.mapping()["preset"]
    named.note(
        f'unknown preset "{name}"', did_you_mean(name, preset_names()) or f"known: {', '.join(preset_names())}"
    )
    return ScoreRules()
