"""The play: the ERP orders over REST, the supplier speaks AS2, the dock's files lie on SFTP; then the books are read.

Every party does its own part with what it alone knows; what the story tells is read by the operator's key.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.demo.dispute import dispute
from gateway.demo.documents import FILES
from gateway.demo.keys import OPERATOR, PROCUREMENT
from gateway.demo.logistics import Logistics
from gateway.demo.notices import functional_ack, read_set_id
from gateway.demo.rest import Client
from gateway.demo.scene import Came, Scene, look_around
from gateway.demo.supplier import Handover, Supplier
from gateway.demo.world import ERP, LOGISTICS, SUPPLIER, Actor, master_data
from gateway.errors import Unavailable
from ledger.events import write_event

ACKNOWLEDGED = ("850", "861", "824")
"""A 997 is never acknowledged."""
FIRST_ACK = 201
SETTLED_S = 15
POLL_S = 0.05
FINISHED = ("done", "parked")
OPEN = ("draft", "ready", "awaiting")
"""States of what is still to be written, sent or receipted."""

Say = Callable[[str], None]


class Play:
    """One run against one address. `keys` has the API keys of the ERP, the operator, and the people on both sides."""

    def __init__(
        self,
        url: str,
        keys: dict[str, str],
        supplier: Supplier,
        logistics: Logistics,
        folder: Path,
        now: datetime,
        say: Say,
    ) -> None:
        self.url, self.folder, self.now, self.say = url, folder, now, say
        self.erp, self.operator = Client(url, keys[ERP.partner]), Client(url, keys[OPERATOR])
        self.people = Client(url, keys[SUPPLIER.partner]), Client(url, keys[PROCUREMENT])
        self.supplier, self.logistics = supplier, logistics
        self.came: dict[str, Came] = {}
        self.handovers: dict[str, Handover] = {}

    def close(self) -> None:
        for client in (self.erp, self.operator, *self.people):
            client.close()

    def run(self, documents: dict[str, bytes]) -> Scene:
        """Master data, orders, and every document in its turn; after each, partners acknowledge what reached them."""
        self.say("ERP publishes the plant, its parts and its supplier")
        body = b"[" + b",".join(write_event(event) for event in master_data()) + b"]"
        self.erp.record(body, "0-erp-master-data.json")
        for name, data in documents.items():
            self._send(FILES[name], name, data)
            self._settle()
            self._acknowledge()
        self._settle()
        self.say(f"{SUPPLIER.title} disputes what the dock found short, procurement grants it")
        disputed = dispute(self.operator, *self.people, self.folder)
        return look_around(self.operator, list(self.came.values()), self.handovers, self.supplier.letters, disputed)

    def _send(self, actor: Actor, name: str, data: bytes) -> None:
        """Hand a document over the way its sender does, and wait for what becomes of it."""
        self.say(f"{actor.title} sends {name} over {actor.over}")
        if actor == ERP:
            message = self.erp.send(data, name)
        elif actor == SUPPLIER:
            self.handovers[name] = self.supplier.send(f"{self.url}/as2", name, data)
            message = self._wait_until_read(actor, name)
        else:
            self.logistics.put_out(name, data, (self.folder / name).stat().st_mtime)
            self.logistics.wait_until_fetched(name)
            message = self._wait_until_read(actor, name)
        self.came[name] = Came(actor, name, message)

    def _acknowledge(self) -> None:
        """Each partner answers each business document that it got with a 997, always the same one."""
        for actor, letters in (
            (SUPPLIER, [letter.data for letter in self.supplier.letters]),
            (LOGISTICS, list(self.logistics.brought().values())),
        ):
            business = [(set_id, data) for data in letters if (set_id := read_set_id(data)) in ACKNOWLEDGED]
            for place, (set_id, data) in enumerate(business, 1):
                file = self.folder / f"{actor.partner}-997-{place}-for-{set_id}.edi"
                if not file.exists():
                    file.write_bytes(functional_ack(FIRST_ACK + place, data, self.now))
                if file.name not in self.came:
                    self._send(actor, file.name, file.read_bytes())

    def _wait_until_read(self, actor: Actor, name: str) -> dict[str, Any]:
        """The message that came of a partner's file, once its outcome is known."""

        def found() -> dict[str, Any] | None:
            messages = self.operator.all_of("/v1/messages", direction="in", partner=actor.partner)
            return next((one for one in messages if one["name"] == name and one["status"] in FINISHED), None)

        return self.operator.get(f"/v1/messages/{self._wait_for(found, f'{name} is not processed')['id']}")

    def _settle(self) -> None:
        """Wait until all that follows is written, sent and receipted: decided with its cause, done a moment later."""

        def settled() -> bool | None:
            answers = self.operator.all_of("/v1/messages", direction="out")
            return None if any(answer["status"] in OPEN for answer in answers) else True

        self._wait_for(settled, "answers are decided and do not arrive")

    def _wait_for(self, found: Callable[[], Any], otherwise: str) -> Any:
        until = time.monotonic() + SETTLED_S
        while (value := found()) is None:
            if time.monotonic() > until:
                raise Unavailable(f"{otherwise}; HOME/demo/serve.log says why")
            time.sleep(POLL_S)
        return value
