"""What every step needs and none makes: configuration, policy, ledger, time and ids. Passed in, never global."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.mapping import Configuration
from gateway.messages import microseconds
from gateway.pipeline.answering.writers import NO_WRITERS, Writers
from gateway.pipeline.reading.references import Referring
from gateway.signals import NO_RULES, SignalRules
from ledger.book import Ledger
from ledger.policy import Policy


@dataclass(frozen=True, slots=True)
class Context:
    """One moment of the street. `new_id` gives message ids."""

    configuration: Configuration
    policy: Policy
    ledger: Ledger
    now: datetime
    new_id: Callable[[], str]
    zones: Mapping[str, str]
    """Time zones of places by party string; see `gateway.pipeline.reading.zones`."""

    referring: Referring
    """What identifiers mean, for maps that ask."""

    signals: SignalRules = NO_RULES
    """What is done about signals."""

    writers: Writers = field(default_factory=lambda: NO_WRITERS)
    """What writes advices in formats that no map writes."""

    names_base: str = ""
    """What things are named under in CloudEvents; see `Settings.names_base`."""

    @property
    def at(self) -> int:
        """`now` in microseconds."""
        return microseconds(self.now)
