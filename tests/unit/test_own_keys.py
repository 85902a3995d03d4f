"""Our keys are a list with dates: which signs, which opens, and what is wrong with the list."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.partners import OwnKey, OwnKeys, read_own_keys
from gateway.partners.as2 import Use
from gateway.partners.own import add_own_key, make_passphrase
from gateway.resources import Mistakes
from tests.unit.partner_files import pem_of

ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE" + b" KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE" + b" KEY-----\n"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def key(name: str, begins: str, ends: str, use: tuple[Use, ...] = ("sign", "encrypt")) -> OwnKey:
    return OwnKey(
        name=name,
        use=use,
        valid_from=day(begins),
        valid_to=day(ends),
        certificate=pem_of(name.encode()),
        private_key=ENCRYPTED,
    )


OLD, NEW = key("old", "2025-01-01", "2026-07-01"), key("new", "2026-06-01", "2028-06-01")
BOTH = OwnKeys(keys=(OLD, NEW))


def names(keys: tuple[OwnKey, ...]) -> list[str]:
    return [one.name for one in keys]


def test_the_newest_key_signs_from_its_own_day_on() -> None:
    signing = [BOTH.to_sign(day(at)) for at in ("2024-12-31", "2026-05-31", "2026-06-01", "2028-06-01")]

    assert [one.name if one else None for one in signing] == [None, "old", "new", None]


def test_every_key_that_has_not_ended_opens_even_before_its_day() -> None:
    opening = [names(BOTH.to_open(day(at))) for at in ("2026-01-01", "2026-06-15", "2026-07-01", "2028-06-01")]

    assert opening == [["new", "old"], ["new", "old"], ["new"], []]


def test_a_key_for_one_use_is_not_taken_for_the_other() -> None:
    keys = OwnKeys(
        keys=(key("s", "2026-01-01", "2027-01-01", ("sign",)), key("e", "2026-01-01", "2027-01-01", ("encrypt",)))
    )

    signing = keys.to_sign(day("2026-06-01"))

    assert signing is not None
    assert (signing.name, names(keys.to_open(day("2026-06-01")))) == ("s", ["e"])


def test_keys_that_were_added_are_read_back(tmp_path: Path) -> None:
    add_own_key(tmp_path, NEW)
    before = read_own_keys(tmp_path).digest
    add_own_key(tmp_path, OLD)

    found = read_own_keys(tmp_path)

    assert found.keys == (OLD, NEW)
    assert found.digest != before
    assert stat.S_IMODE((tmp_path / "old.key.pem").stat().st_mode) == 0o600


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    add_own_key(tmp_path, OLD)

    with pytest.raises(OperatorMistake, match="is there already"):
        add_own_key(tmp_path, OLD)

    assert names(read_own_keys(tmp_path).keys) == ["old"]


def test_without_a_list_there_are_no_keys(tmp_path: Path) -> None:
    assert read_own_keys(tmp_path) == OwnKeys()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{name: old, form: 2025-01-01, to: 2026-01-01}", "a key needs from"),
        ("{name: ../old, from: 2025-01-01, to: 2026-01-01}", "must be lower case letters, digits, dots, - and _"),
        ("{name: old, from: today, to: 2026-01-01}", 'keys.0.from "today" is no date (write 2026-01-31)'),
        ("{name: old, from: 2027-01-01, to: 2026-01-01}", "key old ends before it begins"),
        ("{name: old, use: [sing], from: 2025-01-01, to: 2026-01-01}", 'unknown use "sing" (did you mean "sign"?)'),
        ("{name: gone, from: 2025-01-01, to: 2026-01-01}", "gone.cert.pem cannot be read: No such file or directory"),
        ("{name: bare, from: 2025-01-01, to: 2026-01-01}", "bare.key.pem is not encrypted"),
    ],
)
def test_each_mistake_in_the_list_is_told_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    add_own_key(tmp_path, OLD)
    (tmp_path / "bare.cert.pem").write_bytes(pem_of())
    (tmp_path / "bare.key.pem").write_bytes(b"-----BEGIN PRIVATE" + b" KEY-----\n")
    (tmp_path / "keys.yaml").write_text(f"keys:\n  - {line}\n")

    with pytest.raises(Mistakes) as caught:
        read_own_keys(tmp_path)

    assert any(one.line == 2 and told in str(one) for one in caught.value.mistakes), str(caught.value)


def test_a_passphrase_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = [make_passphrase(tmp_path / "keys", entropy) for entropy in (b"\x01" * 32, b"\x02" * 32)]

    file = tmp_path / "keys" / "passphrase"
    assert made == [True, False]
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("01" * 32 + "\n", 0o600)
