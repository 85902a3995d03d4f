"""Read both files together, since the one names the roles of the other: every mistake with its line, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from gateway.errors import OperatorMistake
from gateway.governance import people as people_file
from gateway.governance.people import People, read_people
from gateway.governance.rules import FILE as RULES_FILE
from gateway.governance.rules import HouseRules, read_rules
from gateway.resources import Entry, Mistake, Mistakes, read_yaml
from ledger.policy import ROLES

T = TypeVar("T")


class Governance(msgspec.Struct, frozen=True, kw_only=True):
    """What both files say; without them the defaults of `ledger.policy`, and nobody in the list."""

    people: People = People()
    rules: HouseRules = HouseRules()

    @property
    def roles(self) -> dict[str, str]:
        """Every role there is, and what it is for."""
        return ROLES | self.rules.roles


def read_governance(files: Mapping[str, bytes]) -> Governance:
    """Read `people.yaml` and `policy.yaml` among virtual paths. Raises Mistakes with those of both."""
    mistakes: list[Mistake] = []
    rules = _read(files, RULES_FILE, mistakes, read_rules, HouseRules())
    known = ROLES | rules.roles
    people = _read(files, people_file.FILE, mistakes, lambda entry: read_people(entry, known), People())
    if mistakes:
        raise Mistakes(mistakes)
    return Governance(people=people, rules=rules)


def read_home(home: Path) -> Governance:
    """As `read_governance`, from the files of a home; for commands that only look."""
    names = (people_file.FILE, RULES_FILE)
    try:
        return read_governance({name: (home / name).read_bytes() for name in names if (home / name).is_file()})
    except OSError as error:
        raise OperatorMistake(f"cannot be read: {error.strerror}", file=str(error.filename)) from error


def _read(
    files: Mapping[str, bytes], name: str, mistakes: list[Mistake], read: Callable[[Entry], T], default: T
) -> T:
    if name not in files:
        return default
    try:
        return read(Entry(read_yaml(files[name], name), mistakes))
    except Mistakes as found:
        mistakes += found.mistakes
    except OperatorMistake as found:
        mistakes.append(Mistake(found.file or name, found.line, found.text, found.mend))
    return default
