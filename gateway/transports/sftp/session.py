"""One open session with a partner's server: what can be done there, each with a value for whatever goes wrong.

One thread at a time. After a Trouble that breaks the line the session is closed, and answers `cut` from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, TypeVar

from gateway.transports.sftp import wire
from gateway.transports.sftp.endpoint import Endpoint
from gateway.transports.sftp.exchange import Exchange
from gateway.transports.sftp.fetching import SMALL_BYTES, check_size, fetch_large, fetch_small, seconds_for
from gateway.transports.sftp.listing import list_folder
from gateway.transports.sftp.names import encode_path
from gateway.transports.sftp.pushing import Clash, Pushed, look, push_file, remove, rename
from gateway.transports.sftp.refusals import not_sftp, refusal
from gateway.transports.sftp.spool import Spool
from gateway.transports.sftp.trouble import BREAKING, Stopped, Trouble, trouble
from gateway.transports.sftp.values import Fetched, Listing, Stat, Wanted
from gateway.transports.sftp.watchdog import Watchdog

T = TypeVar("T")

BATCH = 16
"""Small files that are open at once."""
LISTING_PATIENCES = 4
"""A whole listing may take that many times the patience with a silent server."""


class SessionFacts(NamedTuple):
    """What the line is made of, for the evidence of what came over it."""

    address: str
    host_key: str
    """The pinned fingerprint that the server proved."""
    host_key_kind: str
    server: str
    """Its version line, as it calls itself."""
    cipher: str
    mac: str
    connect_s: float


class Session:
    """Made by `connect`. Paths are the server's, with `/`; names of listings go through `join`."""

    def __init__(
        self, exchange: Exchange, endpoint: Endpoint, facts: SessionFacts, hang_up: Callable[[], None]
    ) -> None:
        self._exchange = exchange
        self._endpoint = endpoint
        self._hang_up = hang_up
        self.facts = facts
        self.is_alive = True

    def list(self, folder: str) -> Listing | Trouble:
        """Regular files of a folder, in the server's order. `list_denied`, `folder_missing`."""
        seconds = LISTING_PATIENCES * self._patience_s
        return self._do(seconds, lambda: list_folder(self._exchange, folder, self._endpoint.limits.entries_max))

    def stat(self, path: str) -> Stat | Trouble | None:
        """What lies under that name, links not followed; None if nothing."""
        return self._do(self._patience_s, lambda: look(self._exchange, path))

    def claim(self, path: str, to: str) -> Trouble | None:
        """Take a file by renaming it, so that exactly one of many pollers has it.

        None: it is yours. `vanished`: somebody else was faster, no reason for alarm. `rename_denied`: claim by a
        lease of your own instead. `exists`, `folder_missing`: about `to`.
        """
        return self.rename(path, to)

    def rename(self, path: str, to: str) -> Trouble | None:
        """Plain rename, which never replaces what is there. After a broken line it is unsure whether it happened."""
        return self._unsure(self._do(self._patience_s, lambda: rename(self._exchange, path, to)))

    def remove(self, path: str) -> Trouble | None:
        """Delete a file. `delete_denied`, `vanished`."""
        return self._unsure(self._do(self._patience_s, lambda: remove(self._exchange, path)))

    def make_folder(self, path: str) -> Trouble | None:
        """Make a folder; fine if it is there. `write_denied`, `folder_missing` (the one above)."""
        return self._do(self._patience_s, lambda: self._make_folder(path))

    def fetch(self, wanted: Wanted, spool: Spool | None = None) -> Fetched | Trouble:
        """A whole file, exactly as it was listed, into the spool or (None) into memory.

        `vanished`, `grew`, `changed` (truncated or replaced), `too_large`, `not_a_file`, `read_denied`, `slow`,
        `disk_full_here`. No local file is left unless Fetched.
        """
        return next(outcome for _, outcome in self.fetch_many([wanted], spool))

    def fetch_many(
        self, wanted: Sequence[Wanted], spool: Spool | None = None
    ) -> Iterator[tuple[Wanted, Fetched | Trouble]]:
        """As `fetch` for each, in order; small files several at once. A broken line is the Trouble of the rest."""
        place = 0
        while place < len(wanted):
            batch = [wanted[place]]
            if wanted[place].size <= SMALL_BYTES:
                while len(batch) < BATCH and place + len(batch) < len(wanted):
                    if wanted[place + len(batch)].size > SMALL_BYTES:
                        break
                    batch.append(wanted[place + len(batch)])
            place += len(batch)
            yield from zip(batch, self._fetch(batch, spool), strict=True)

    def push(
        self,
        folder: str,
        name: str,
        body: bytes,
        *,
        token: str,
        clash: Clash = "fail",
        is_again: bool = False,
        done_name: str = "",
    ) -> Pushed | Trouble:
        """Bring a file: temporary name, size, rename, size again; then, if named, an empty done file.

        `token` makes the temporary name unique, and should be the same when the same message is tried again. With
        `is_again` a file of the same content under the final name counts as brought (`was_there`): so a lost answer
        makes no duplicate. `exists`, `write_denied`, `rename_denied`, `not_stored` (disk or quota full, whatever the
        server said), `folder_missing`, `hostile_name`; `is_unsure` if the line broke at the rename.
        """

        def work() -> Pushed:
            pushed = push_file(self._exchange, folder, name, body, clash=clash, token=token, is_again=is_again)
            if done_name:
                push_file(self._exchange, folder, done_name, b"", clash="overwrite", token=token, is_again=is_again)
            return pushed

        seconds = seconds_for(len(body), self._endpoint.limits, LISTING_PATIENCES * self._patience_s)
        # Paramiko waits for ever to hand data to a peer whose TCP takes none: only closing the line ends that.
        with Watchdog(self._patience_s, lambda: self._exchange.sending_since, self._hang_up):
            return self._do(seconds, work)

    def close(self) -> None:
        """End the session; as often as you like."""
        self.is_alive = False
        self._hang_up()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _patience_s(self) -> float:
        return self._endpoint.timeouts.channel_s

    def _fetch(self, batch: Sequence[Wanted], spool: Spool | None) -> Sequence[Fetched | Trouble]:
        limits = self._endpoint.limits
        refused = [check_size(wanted, limits, spool) for wanted in batch]
        asked = [wanted for wanted, why in zip(batch, refused, strict=True) if why is None]
        seconds = seconds_for(sum(wanted.size for wanted in asked), limits, self._patience_s)
        found: Sequence[Fetched | Trouble] = ()
        if asked and asked[0].size > SMALL_BYTES:
            found = [self._do(seconds, lambda: fetch_large(self._exchange, asked[0], spool))]
        elif asked:
            done = self._do(seconds, lambda: fetch_small(self._exchange, asked, spool))
            found = [done] * len(asked) if isinstance(done, Trouble) else done
            for outcome in found:
                if isinstance(outcome, Trouble) and outcome.code in BREAKING:
                    self.close()
        outcomes = iter(found)
        return [why if why is not None else next(outcomes) for why in refused]

    def _make_folder(self, path: str) -> Trouble | None:
        (answer,) = self._exchange.ask((wire.MKDIR, wire.text(encode_path(path)) + b"\0\0\0\0"))
        if answer.status.code == wire.OK:
            return None
        if answer.status.code == wire.FAILURE:
            found = look(self._exchange, path)
            if found is not None and found.is_folder:
                return None
        return refusal(answer.status, "make folder", path, denied="write_denied", missing="folder_missing")

    def _do(self, seconds: float, work: Callable[[], T]) -> T | Trouble:
        """Do the work within that time; its Trouble as a value."""
        if not self.is_alive:
            return trouble("cut", f"the session with {self._endpoint.address} is closed")
        self._exchange.begin(seconds)
        try:
            return work()
        except Stopped as stopped:
            found = stopped.trouble
        except wire.NotSftp as error:
            found = not_sftp(error)
        if found.code in BREAKING:
            self.close()
        return found

    def _unsure(self, found: Trouble | None) -> Trouble | None:
        return found._replace(is_unsure=True) if found is not None and found.code in BREAKING else found
