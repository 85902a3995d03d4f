"""One round at one place over one session: clean up, list, claim, fetch, commit, clean up.

The remote side is touched only for files that are committed. Every step may be the last one of this process: what a
later round finds (claims, clean-ups owed, names seen) is enough to go on from, and no second document comes of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import structlog

from gateway.messages import microseconds
from gateway.pipeline.pickup.asking import Heartbeat, Register
from gateway.pipeline.pickup.claims import claimed_path, read_claim
from gateway.pipeline.pickup.cleaning import clean, path_of, wait_minutes
from gateway.pipeline.pickup.files import File, batches, new_file, set_aside
from gateway.pipeline.pickup.ready import ATTEMPTS_MAX, Plan, marker_of, plan_round
from gateway.pipeline.pickup.telling import Fenced, Stopped, Telling
from gateway.pipeline.pickup.values import Commit, Met, Note, Spot, Taken, Turn
from gateway.store.pickups import Cleanup
from gateway.store.pickups import Entry as Known
from gateway.transports.sftp import Entry, Fetched, Listing, Session, Trouble, join, name_hex
from gateway.transports.sftp.names import shown
from gateway.transports.sftp.trouble import BREAKING, trouble

log = structlog.get_logger(__name__)

ROUND_SECONDS_MAX = 300.0
"""After that a round ends, and the place is due again at once: nobody waits for one folder all day."""
FOREIGN_MINUTES = 30
"""How long another installation's claim lies in `processing` before the file is put back."""
CLEANUPS_TOLD_AT = 5
"""Failed tries after which a clean-up is told to a person; it goes on."""
ALWAYS_UNFIT = ("too_large", "not_a_file", "hostile_name")


@dataclass(slots=True)
class Tally:
    """What a round has done so far."""

    new: int = 0
    repeated: int = 0
    skipped: int = 0
    refused: int = 0
    cleaned: int = 0
    waiting: int = 0
    owed: int = 0
    more: bool = False


class Round:
    """Made for one turn. `run` does the work, `rest` is told when the turn ends."""

    def __init__(
        self,
        spot: Spot,
        turn: Turn,
        session: Session,
        register: Register,
        beat: Heartbeat,
        *,
        clock: Callable[[], datetime],
        lease_seconds: float,
        is_over: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spot, self._pickup, self._turn = spot, spot.pickup, turn
        self._session, self._register, self._beat = session, register, beat
        self._telling = Telling(spot, turn.token, register, clock)
        self._lease_seconds, self._is_over = lease_seconds, is_over
        self._monotonic, self._until = monotonic, monotonic() + ROUND_SECONDS_MAX
        self._known = {one.name: one for one in turn.entries}
        self._foreign: list[Known] = []
        # What stays where it is cannot be claimed by moving it away.
        self._renames = self._pickup.claim == "rename" and self._pickup.after != "keep" and not turn.claims_refused
        self.tally = Tally()
        self.has_begun = False
        """True once the server has answered anything."""

    def run(self) -> Met | None:
        """The trouble that ended it early, None where there was none. Raises Fenced when another has the lease."""
        try:
            owed = self._clean_owed()
            claimed = self._claimed_before(owed)
            listing = self._list(self._pickup.folder)
            plan = self._plan(listing, claimed, owed)
            files = [*claimed, *self._files(plan.take, listing)]
            if not (files or plan.waiting or listing.is_whole):
                # What lies behind the names that were looked at never shows, and nobody would miss it.
                raise Stopped(_too_many(self._pickup.folder))
            for batch in batches(files):
                if self._beat.is_lost:
                    raise Fenced
                if self._monotonic() >= self._until or self._is_over():
                    self.tally.more = True
                    break
                self._take(batch)
        except Stopped as stopped:
            return stopped.met
        return None

    def rest(self) -> Note:
        """What is still to be told when the turn ends."""
        return self._telling.rest()

    # --- looking ---

    def _list(self, folder: str) -> Listing:
        listing = self._session.list(folder)
        if isinstance(listing, Trouble):
            raise Stopped(listing)
        self.has_begun = True
        for refused in listing.refused:
            log.warning("pickup.name_refused", place=self._spot.place, name=refused.name_hex, reason=refused.reason)
        return listing

    def _claimed_before(self, owed: dict[str, Cleanup]) -> list[File]:
        """Files that an earlier turn claimed and did not finish: with the lease ours, nobody works on them.

        Looked for even where renaming is over by now: nobody else would ever miss them.
        """
        if self._pickup.after == "keep":
            return []
        listing = self._session.list(self._pickup.processing)
        if isinstance(listing, Trouble):
            if listing.code in BREAKING:
                raise Stopped(listing)
            if self._renames:
                self._make_processing()
            return []
        found = []
        for entry in listing.entries:
            claim = read_claim(entry.name)
            path = join(self._pickup.processing, entry.name)
            if claim is None or name_hex(path) in owed:
                continue
            if claim.tag != self._turn.tag:
                self._return_foreign(entry, claim.name, path)
                continue
            found.append(self._file(Entry(claim.name, entry.size, entry.mtime), path, is_claimed=True))
            log.info("pickup.claim_resumed", place=self._spot.place, file=shown(claim.name), turn=claim.token)
        return sorted(found, key=lambda file: (file.attempts, file.name))

    def _make_processing(self) -> None:
        failed = self._session.make_folder(self._pickup.processing)
        if failed is not None and failed.code in BREAKING:
            raise Stopped(failed)
        if failed is not None:
            self._refuse_claims(failed)

    def _return_foreign(self, entry: Entry, name: str, path: str) -> None:
        """Another installation's claim: left alone while it may be at work, then put back for whoever comes."""
        at = self._telling.at
        known = self._known.get(entry.name_hex)
        if known is None or known.mtime != entry.mtime:
            known = Known(name=entry.name_hex, size=entry.size, mtime=entry.mtime, first_at=at, same_at=at)
            self._known[known.name] = known
        elif at - known.same_at >= FOREIGN_MINUTES * 60 * 1_000_000:
            failed = self._session.rename(path, join(self._pickup.folder, name))
            outcome = failed.code if failed else "done"
            log.warning("pickup.claim_put_back", place=self._spot.place, file=shown(name), outcome=outcome)
            return
        self._foreign.append(known)

    def _plan(self, listing: Listing, claimed: Sequence[File], owed: dict[str, Cleanup]) -> Plan:
        at, folder = self._telling.at, self._pickup.folder
        paths = {entry.name_hex: name_hex(join(folder, entry.name)) for entry in listing.entries}
        plan = plan_round(
            listing.entries,
            self._known,
            self._pickup,
            at=at,
            owed={name: owed[path] for name, path in paths.items() if path in owed},
            held=[*(name_hex(file.name) for file in claimed), *(one.name for one in self._foreign)],
            is_whole=listing.is_whole,
        )
        self.tally.waiting, self.tally.more = plan.waiting, plan.more
        for known in plan.stuck:
            hours = (at - known.first_at) // 3_600_000_000
            text = f"{shown(path_of(known.name))} in {folder} is not ready after {hours} h: is the upload stuck?"
            self._telling.alert("sftp_stuck_upload", text)
        self._telling.remember(*self._foreign, *plan.seen)
        if plan.gone or self._telling.has_news:
            self._telling.note(gone=plan.gone)
        for unfit in plan.unfit:
            self._refuse(self._file(unfit.entry, join(folder, unfit.entry.name)), unfit.text)
        return plan

    def _files(self, entries: Iterable[Entry], listing: Listing) -> Iterator[File]:
        markers = {entry.name: entry for entry in listing.entries} if self._pickup.ready == "done" else {}
        for entry in entries:
            file = self._file(entry, join(self._pickup.folder, entry.name))
            file.marker = markers.get(marker_of(entry.name, self._pickup))
            yield file

    def _file(self, entry: Entry, path: str, *, is_claimed: bool = False) -> File:
        known = self._known.get(entry.name_hex)
        return File(
            entry.name,
            path,
            entry.size,
            entry.mtime,
            is_claimed,
            attempts=known.attempts if known else 0,
            first_at=known.first_at if known else 0,
        )

    # --- taking ---

    def _take(self, batch: Sequence[File]) -> None:
        """Claim, fetch, commit, clean up: for several small files at once, each step for itself."""
        files = [file for file in batch if file.is_claimed or self._claim(file)]
        by_lease = [file for file in files if not file.is_claimed]
        if by_lease:
            at, token = self._telling.at, self._turn.token
            self._telling.remember(*(file.known("claimed", token=token, at=at) for file in by_lease))
            self._telling.note()
        fetched: list[tuple[File, Fetched]] = []
        stopped: Stopped | None = None
        outcomes = self._session.fetch_many([file.wanted for file in files])
        for file, (_, outcome) in zip(files, outcomes, strict=True):
            if isinstance(outcome, Fetched):
                fetched.append((file, outcome))
            elif stopped is None:
                stopped = self._not_fetched(file, outcome)
        if fetched:
            self._commit(fetched)
        if stopped is not None:
            raise stopped

    def _claim(self, file: File) -> bool:
        """Whether the file may be fetched: renamed by us, or ours by the lease alone where renaming is refused."""
        path = claimed_path(self._pickup.processing, self._turn.tag, self._turn.token, file.name)
        if not self._renames or path is None:
            return True
        failed = self._session.claim(file.path, path)
        if failed is None:
            file.path, file.is_claimed = path, True
            return True
        if failed.code in BREAKING:
            raise Stopped(failed)
        if failed.code in ("vanished", "exists"):
            log.debug("pickup.claim_lost", place=self._spot.place, file=shown(file.name))
            return False
        self._refuse_claims(failed)
        return True

    def _refuse_claims(self, failed: Trouble) -> None:
        """No renaming here: claims are then ours by the lease alone, and a person is told once."""
        self._renames = False
        text = (
            f"{self._spot.place}: files cannot be claimed by renaming: {failed.text} (grant it, or set claim: lease)"
        )
        self._telling.alert("sftp_claim_refused", text)
        self._telling.note(claims_refused=True)

    def _not_fetched(self, file: File, failed: Trouble) -> Stopped | None:
        """What follows from a file that could not be read; a Stopped if the round is over."""
        if failed.code == "vanished":
            log.info("pickup.vanished", place=self._spot.place, file=shown(file.name))
            return None
        if failed.code in ("grew", "changed"):
            # It was not whole after all. Back where it came from, it is judged anew.
            log.info("pickup.not_whole", place=self._spot.place, file=shown(file.name), reason=failed.code)
            if file.is_claimed:
                self._session.rename(file.path, join(self._pickup.folder, file.name))
            self._telling.note(gone=(name_hex(file.name),))
            return None
        file.attempts += 1
        ends_round = failed.code in BREAKING or failed.code in ("disk_full_here", "local_file")
        if not ends_round and (failed.code in ALWAYS_UNFIT or file.attempts >= ATTEMPTS_MAX):
            self._refuse(file, f"{failed.text}, tried {file.attempts} times")
            return None
        # A file that broke the line is asked for last, so that it does not keep all others from us.
        self._telling.remember(file.known("seen", reason=failed.text, at=self._telling.at))
        log.warning("pickup.not_fetched", place=self._spot.place, file=shown(file.name), reason=failed.code)
        return Stopped(failed) if ends_round else None

    def _commit(self, fetched: Sequence[tuple[File, Fetched]]) -> None:
        at, line = self._telling.at, self._session.facts
        files = tuple(new_file(self._spot, file, one, line, at=at) for file, one in fetched)
        commit = Commit(
            place=self._spot.place,
            token=self._turn.token,
            lease_seconds=self._lease_seconds,
            files=files,
            cleaned=self._telling.take_cleaned(),
            repeated=self._pickup.repeated,
        )
        taken = self._register.commit(commit)
        if not taken:
            raise Fenced
        for one in taken:
            self._count(one)
        for new, one in zip(files, taken, strict=True):
            for cleanup, number in zip(new.cleanups, one.cleanups, strict=True):
                self._clean(msgspec.structs.replace(cleanup, seq=number, message=one.message))

    def _count(self, taken: Taken) -> None:
        match taken.state:
            case "new":
                self.tally.new += 1
            case "repeated":
                self.tally.repeated += 1
            case "skipped":
                self.tally.skipped += 1
        log.info("pickup.taken", place=self._spot.place, message=taken.message, state=taken.state)

    # --- cleaning up ---

    def _clean_owed(self) -> dict[str, Cleanup]:
        """Do what earlier rounds owe and is due; what is still owed then, by path in hexadecimal."""
        at = self._telling.at
        owed = {}
        for cleanup in self._turn.cleanups:
            if cleanup.next_at > at:
                self.tally.owed += 1
                owed[cleanup.source] = cleanup
            elif not self._clean(cleanup):
                owed[cleanup.source] = cleanup
        return owed

    def _clean(self, cleanup: Cleanup) -> bool:
        """Whether it is done; otherwise it is tried again later. Raises Stopped where the line broke."""
        claim = read_claim(path_of(cleanup.source).rpartition("/")[2])
        failed = clean(self._session, cleanup, is_claimed=claim is not None and claim.tag == self._turn.tag)
        if failed is None:
            self.has_begun = True
            self._telling.cleaned(cleanup.seq)
            self.tally.cleaned += 1
            return True
        if failed.code in BREAKING:
            raise Stopped(failed)
        attempts = cleanup.attempts + 1
        next_at = microseconds(self._telling.now + timedelta(minutes=wait_minutes(attempts)))
        self._telling.delayed(cleanup.seq, next_at=next_at, reason=failed.text)
        self.tally.owed += 1
        log.warning("pickup.cleanup_pending", place=self._spot.place, message=cleanup.message, reason=failed.code)
        if attempts == CLEANUPS_TOLD_AT:
            text = f"{shown(path_of(cleanup.source))} is ours, but cannot be cleaned up: {failed}"
            self._telling.alert("sftp_cleanup_pending", text, cleanup.message)
        return False

    def _refuse(self, file: File, why: str) -> None:
        """A file that will not become a message: set aside if the server lets us, left alone in any case."""
        owed = set_aside(self._spot, file)
        self._telling.alert("sftp_file_refused", f"{shown(file.name)} in {self._pickup.folder} is not taken: {why}")
        self._telling.remember(file.known("refused", reason=why, at=self._telling.at))
        self.tally.refused += 1
        for number in self._telling.note(owed=(owed,)):
            self._clean(msgspec.structs.replace(owed, seq=number))


def _too_many(folder: str) -> Trouble:
    text = f"{shown(folder)} holds more names than are looked at, and none of those can be taken now"
    return trouble("failed", text)._replace(mend="ask the partner to move away what is old")
