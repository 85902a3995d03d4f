"""A street whose partners have an SFTP server, and pollers that die or oversleep when told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from gateway.pipeline.pickup.asking import OwnRegister, Register
from gateway.pipeline.pickup.poller import Poller
from gateway.pipeline.pickup.values import (
    Begin,
    Begun,
    Commit,
    End,
    Note,
    Noted,
    Polled,
    Renew,
    Spot,
    Taken,
    spots_of,
)
from gateway.store.alerts import list_alerts
from gateway.transports.sftp import Endpoint
from tests.acceptance.receipts import file_of, row
from tests.unit.pipeline.world import WORLD, Town, order


class SftpTown(Town):
    """Quay's goods receipts are fetched; an order of 100,000 pieces waits for them."""

    def __init__(self, home: Path, endpoint: Endpoint | None = None, *lines: str) -> None:
        """With an endpoint, quay's section `sftp` is there from the beginning."""
        shutil.copytree(WORLD / "partners", home / "partners")
        if endpoint is not None:
            write_section(home, endpoint, *lines, partner="quay")
        super().__init__(home)
        self.bring(order(quantity=100_000), "erp")

    def reach(self, endpoint: Endpoint, *lines: str, partner: str = "quay") -> None:
        """Write the partner's section `sftp` anew and have it taken up; `lines` are its pickups and push."""
        write_section(self.home, endpoint, *lines, partner=partner)
        self.street.configure()

    def spots(self, partner: str = "quay") -> tuple[Spot, ...]:
        found = self.street.configuration.partners.get(partner)
        assert found is not None
        return spots_of(found)

    def poll(self, partner: str = "quay", *, forced: bool = True) -> Polled:
        """One poll of the partner's only pickup, as a command does it."""
        with closing(self.street.pickups()) as pickups:
            (polled,) = pickups.poll(partner, forced=forced)
        return polled

    def poller(self, holder: str, register: Register | None = None) -> Poller:
        """A poller of one's own, beside that of the street."""
        return Poller(register or self.own_register(), holder=holder, clock=self.clock, jitter=lambda: 0.0)

    def own_register(self) -> OwnRegister:
        assert self.street.desk is not None
        return self.street.desk.register(self.clock)

    def taken(self) -> list[tuple[str, str]]:
        """(name, status) of everything that came over SFTP, processed."""
        self.street.run_until_idle()
        return [(one["name"], one["status"]) for one in self.street.messages(limit=1000) if one["channel"] == "sftp"]

    def told(self) -> list[tuple[str, str]]:
        """(kind, text) of every alert."""
        with self.street.read() as connection:
            return [(alert.kind, alert.text) for _, alert in list_alerts(connection)]


def write_section(home: Path, endpoint: Endpoint, *lines: str, partner: str) -> None:
    """The partner's section `sftp`, with its key beside the home."""
    key = home.parent / "partner-key"
    key.write_bytes(endpoint.key)
    key.chmod(0o600)
    file = home / "partners" / partner / "partner.yaml"
    text = file.read_text().partition("\nsftp:")[0].rstrip()
    section = [
        f"host: {endpoint.host}",
        f"port: {endpoint.port}",
        f"user: {endpoint.user}",
        f"key: file:{key}",
        f"host_keys: {list(endpoint.host_keys)}",
        *lines,
    ]
    file.write_text(text + "\nsftp:\n" + "".join(f"  {line}\n" for line in section))


class Death(BaseException):
    """The poller's process is no more: nothing it would still have done happens. No error handling may see it."""


class Mortal:
    """A register whose poller dies at a chosen moment: before or after a word of it is kept."""

    def __init__(self, register: OwnRegister, word: str, *, after: bool, at: int = 1) -> None:
        self._register, self._word, self._after, self._left = register, word, after, at

    def _say(self, word: str, say: Callable[[Any], Any], given: Any) -> Any:
        self._left -= word == self._word
        dies = word == self._word and self._left == 0
        if dies and not self._after:
            raise Death
        answer = say(given)
        if dies:
            raise Death
        return answer

    def begin(self, given: Begin) -> Begun:
        return self._say("begin", self._register.begin, given)  # type: ignore[no-any-return]

    def renew(self, given: Renew) -> bool:
        return self._register.renew(given)

    def note(self, given: Note) -> Noted:
        return self._say("note", self._register.note, given)  # type: ignore[no-any-return]

    def commit(self, given: Commit) -> tuple[Taken, ...]:
        return self._say("commit", self._register.commit, given)  # type: ignore[no-any-return]

    def end(self, given: End) -> bool:
        return self._say("end", self._register.end, given)  # type: ignore[no-any-return]


def receipt(number: int = 1, quantity: int = 10) -> bytes:
    """A goods receipt of its own."""
    return file_of(row(receipt_id=f"GR{number}", qty_received=str(quantity)))
