"""VINs: which are taken, and why another is not."""

from __future__ import annotations

import pytest

from ledger.masterdata.vin import check_digit, mistake_in_vin

NORTH_AMERICAN = "1M8GDM9AXKP042788"


@pytest.mark.parametrize(
    "vin",
    [NORTH_AMERICAN, "11111111111111111", "5GZCZ43D13S812715", "WVWZZZ1JZXW386752", "JHMCM56557C404453",
     "WVWZZZ1J0XW386752"],
)  # fmt: skip
def test_a_vin_that_is_one_is_taken(vin: str) -> None:
    assert mistake_in_vin(vin) == ""


@pytest.mark.parametrize(
    ("vin", "reason"),
    [
        (NORTH_AMERICAN[:-1], "1M8GDM9AXKP04278 is no VIN: it has 16 characters, not 17."),
        (NORTH_AMERICAN + "1", "1M8GDM9AXKP0427881 is no VIN: it has 18 characters, not 17."),
        ("WVWZZZIJZXW386752", "only capitals without I, O, Q and digits stand in one, not I."),
        ("WVWZZZOQZXW386752", "only capitals without I, O, Q and digits stand in one, not OQ."),
        (NORTH_AMERICAN.lower(), "only capitals without I, O, Q and digits stand in one, not mgdaxkp."),
        ("1M8GDM9A1KP042788", "its ninth character is 1, the others give X; read it again."),
    ],
)
def test_a_vin_that_is_none_is_told_why(vin: str, reason: str) -> None:
    assert mistake_in_vin(vin).endswith(reason)


@pytest.mark.parametrize("place", [n for n in range(17) if n != 8])
def test_any_single_digit_read_wrong_shows_in_the_check_digit(place: int) -> None:
    digits = "11111111111111111"
    wrong = f"{digits[:place]}2{digits[place + 1 :]}"

    assert check_digit(wrong) != digits[8]
