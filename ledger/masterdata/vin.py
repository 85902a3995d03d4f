"""Vehicle identification numbers: the shape of a VIN (ISO 3779), and its check digit where one is used. Pure."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-HJ-NPR-Z0-9]{17}\Z")
_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7, "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NORTH_AMERICA = frozenset("12345")
"""First characters of the makers' codes there; elsewhere the ninth character may be anything."""


def is_shaped_as_vin(text: str) -> bool:
    """Whether it looks like a VIN, be its check digit right or wrong."""
    return _SHAPE.match(text) is not None


def mistake_in_vin(vin: str) -> str:
    """What is wrong with it, "" when nothing is. It is taken as sent: a letter in lower case is wrong too.

    Source: ISO 3779 for its shape, 49 CFR 565.15 for the check digit in the ninth place.
    """
    if len(vin) != 17:
        return f"{vin} is no VIN: it has {len(vin)} characters, not 17."
    if not is_shaped_as_vin(vin):
        strange = "".join(dict.fromkeys(character for character in vin if character not in _VALUES))
        return f"{vin} is no VIN: only capitals without I, O, Q and digits stand in one, not {strange}."
    if vin[0] in _NORTH_AMERICA and vin[8] != check_digit(vin):
        return f"{vin} is no VIN: its ninth character is {vin[8]}, the others give {check_digit(vin)}; read it again."
    return ""


def check_digit(vin: str) -> str:
    """The ninth character that the other sixteen give: 0 to 9, or X for ten."""
    total = sum(_VALUES[character] * weight for character, weight in zip(vin, _WEIGHTS, strict=True))
    return "0123456789X"[total % 11]
