"""`HOME/people.yaml`: our people, what each may decide, and where. Names of roles come from the caller.

It holds no secrets: who may act as whom on the command line is a matter of who may open the home.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gateway.errors import OperatorMistake
from gateway.resources import Entry, did_you_mean
from ledger.events import Actor

FILE = "people.yaml"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person by the id under which decisions are kept."""

    id: str
    name: str = ""
    """As people write it; for reading only."""
    roles: tuple[str, ...] = ()
    """What they may decide: the roles of the reference, and those that `policy.yaml` adds."""
    sites: tuple[str, ...] = ()
    """Our site ids where they may act; empty is every site."""

    @property
    def actor(self) -> Actor:
        return Actor(kind="user", id=self.id, roles=self.roles, sites=self.sites)


class OutOfPeople(OperatorMistake):
    """Somebody was named who is not in the list."""


class People:
    """All people of the file, by id."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people: Mapping[str, Person] = {person.id: person for person in people}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def get(self, id: str) -> Person | None:
        return self._people.get(id)

    def actor(self, id: str, *, named: bool) -> Actor:
        """Who acts. Somebody who is not in the list has no roles; raises OutOfPeople where they were `named` and
        there is a list: that is a mistake in writing."""
        person = self._people.get(id)
        if person is not None:
            return person.actor
        if named and self._people:
            raise OutOfPeople(
                f'there is no "{id}"', file=FILE, mend=did_you_mean(id, self._people) or f"add {id} under people"
            )
        return Actor(kind="user", id=id)


def read_people(entry: Entry, roles: Iterable[str]) -> People:
    """The people of a file; mistakes go into the entry's list."""
    known = tuple(roles)
    keys = entry.mapping(("people",))
    entries = keys["people"].mapping() if "people" in keys else {}
    return People([_read_person(id, one, known) for id, one in entries.items()])


def _read_person(id: str, entry: Entry, known: tuple[str, ...]) -> Person:
    if not id or id != "".join(id.split()) or not id.isprintable():
        entry.note(f'"{id}" cannot be an id', "write it in one word")
    keys = entry.mapping(("name", "roles", "sites"))
    roles = keys["roles"].items() if "roles" in keys else []
    for role in roles:
        role.choice(known, "", what="role")
    return Person(
        id=id,
        name=keys["name"].text() if "name" in keys else "",
        roles=tuple(role.text() for role in roles),
        sites=keys["sites"].texts() if "sites" in keys else (),
    )
