"""Opening the home for a command: the street to do something, or a read-only snapshot to look.

A command that writes runs here while nobody else holds the writer's lock, and inside `serve` otherwise; the street
sees to that. Looking imports neither the street nor the maps, so that a list answers at once.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from gateway.cli import frame
from gateway.errors import OperatorMistake
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.home import Home
from gateway.store.lock import WriterLock

if TYPE_CHECKING:
    from gateway.governance import Governance
    from gateway.mapping import Configuration
    from gateway.partners import Partners
    from gateway.pipeline import Street
    from gateway.signals import SignalRules
    from ledger.events import Actor


def refuse_missing_home(settings: Settings) -> None:
    """Raises OperatorMistake when `init` has not been run; only `init` and `demo` create a home."""
    if not Home(settings.home).database.is_file():
        raise OperatorMistake(
            f"there is no crossdock home in {settings.home}", mend=f"crossdock init --home {settings.home}"
        )


def read_configuration(settings: Settings) -> Configuration:
    """Partners and maps as the files of the home say now. Raises OperatorMistake with all that is wrong in them."""
    from gateway.mapping import load_configuration
    from gateway.resources import search_roots

    return load_configuration(search_roots(settings.home), Home(settings.home).partners)


def read_partner_files(settings: Settings) -> Partners:
    """Partners as their files say now, without guides and maps. Raises OperatorMistake with all that is wrong."""
    from gateway.partners import read_partners
    from gateway.resources import read_sources, search_roots, source_files

    found = source_files(search_roots(settings.home), Home(settings.home).partners)
    return read_partners(read_sources({path: file for path, file in found.items() if path.startswith("partners/")}))


def read_governance(settings: Settings) -> Governance:
    """People and rules as the files of the home say now. Raises OperatorMistake with all that is wrong in them."""
    from gateway.governance.reading import read_home

    return read_home(settings.home)


def read_signal_rules(settings: Settings) -> SignalRules:
    """What is done about signals as the file of the home says now. Raises OperatorMistake with all that is wrong."""
    from gateway.resources import read_sources, search_roots, source_files
    from gateway.signals.reading import read_signal_rules

    home = Home(settings.home)
    found = source_files(search_roots(settings.home), home.partners)
    wanted = {path: file for path, file in found.items() if path.startswith("partners/") or "/" not in path}
    return read_signal_rules(read_sources(wanted), read_governance(settings).roles)


def who_acts(governance: Governance, settings: Settings) -> Actor:
    """The person of this command with what they may decide. Raises OperatorMistake for a name that nobody has."""
    return governance.people.actor(settings.user or _login_name(), named=bool(settings.user))


def _login_name() -> str:
    """The name of the account that runs this command, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


@contextmanager
def open_street() -> Iterator[Street]:
    """The street over the home in force."""
    from gateway.pipeline import Street

    settings = frame.settings()
    refuse_missing_home(settings)
    with Street.open(settings.home, clock=settings.clock(), create=False, settings=settings) as street:
        yield street


@contextmanager
def open_alone() -> Iterator[Connection]:
    """One writing database transaction with nobody else at the home. Raises OperatorMistake where `serve` runs."""
    settings = frame.settings()
    refuse_missing_home(settings)
    home = Home(settings.home)
    lock = WriterLock(home.lock)
    if not lock.take():
        raise OperatorMistake("the database is in use", mend="stop crossdock serve first")
    database = Database(home.database)
    try:
        with database.writing.connect() as conn, conn.begin():
            yield conn
    finally:
        database.close()
        lock.release()


@contextmanager
def open_to_read() -> Iterator[Connection]:
    """A read-only snapshot of store and ledger; needs no lock and disturbs nobody."""
    settings = frame.settings()
    refuse_missing_home(settings)
    database = Database(Home(settings.home).database)
    try:
        with database.read() as conn:
            yield conn
    finally:
        database.close()
