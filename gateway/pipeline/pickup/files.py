"""One file on its way from a partner's folder to the inbox: where it lies, what is known of it, what it is owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.pipeline.accept import Delivery
from gateway.pipeline.pickup.values import NewFile, Spot
from gateway.store.pickups import Cleanup
from gateway.store.pickups import Entry as Known
from gateway.transports.sftp import Entry, Fetched, SessionFacts, Wanted, join, name_hex
from gateway.transports.sftp.names import shown

BATCH_MAX = 16
BATCH_BYTES_MAX = 8 * 1024 * 1024
"""Files claimed, fetched and committed together; a larger one goes alone."""


@dataclass(slots=True)
class File:
    """`name` is the partner's; `path` is where it lies now, `is_claimed` once that is a name of ours. `marker` is the
    file beside it that says it is whole, where such files are agreed."""

    name: str
    path: str
    size: int
    mtime: int
    is_claimed: bool
    attempts: int = 0
    first_at: int = 0
    marker: Entry | None = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.path, self.size, self.mtime)

    def known(self, state: str, *, at: int, token: int = 0, reason: str = "") -> Known:
        """What is remembered of it from `at` on."""
        return Known(
            name=name_hex(self.name),
            size=self.size,
            mtime=self.mtime,
            state=state,
            first_at=self.first_at or at,
            same_at=at,
            attempts=self.attempts,
            reason=reason,
            token=token,
        )


def batches(files: Sequence[File]) -> Iterator[list[File]]:
    """Runs of files that are taken together, in order."""
    batch: list[File] = []
    size = 0
    for file in files:
        if batch and (len(batch) >= BATCH_MAX or size + file.size > BATCH_BYTES_MAX):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def new_file(spot: Spot, file: File, fetched: Fetched, line: SessionFacts, *, at: int) -> NewFile:
    """What is committed of it. Its identity is partner, folder, name, mtime and digest: the server may move."""
    remote = f"{spot.partner}|{spot.pickup.folder.rstrip('/')}|{name_hex(file.name)}"
    stays = spot.pickup.after == "keep" or not file.is_claimed
    return NewFile(
        delivery=Delivery(
            data=fetched.content or b"",
            partner=spot.partner,
            channel="sftp",
            name=shown(file.name),
            key=f"{remote}|{file.mtime}|{fetched.sha256}",
        ),
        remote=remote,
        content=f"{fetched.sha256}, sha-256",
        facts=_facts(spot, file, fetched, line),
        entry=file.known("taken" if stays else "seen", at=at),
        cleanups=tuple(_cleanups(spot, file)),
    )


def set_aside(spot: Spot, file: File) -> Cleanup:
    """What is owed for a file that we will not take."""
    target = join(spot.pickup.failed, file.name)
    return Cleanup(source=name_hex(file.path), target=name_hex(target), size=file.size, mtime=file.mtime)


def _cleanups(spot: Spot, file: File) -> Iterator[Cleanup]:
    """What the server is owed for a file that is ours, in the order in which it is to be done."""
    pickup = spot.pickup
    if pickup.after == "keep":
        return
    if (marker := file.marker) is not None:
        # First: a marker without its file says nothing, but one beside the next file of that name would lie.
        path = join(pickup.folder, marker.name)
        yield Cleanup(source=name_hex(path), target="", size=marker.size, mtime=marker.mtime)
    target = join(pickup.archive, file.name) if pickup.after == "archive" else ""
    yield Cleanup(source=name_hex(file.path), target=name_hex(target), size=file.size, mtime=file.mtime)


def _facts(spot: Spot, file: File, fetched: Fetched, line: SessionFacts) -> dict[str, Any]:
    return {
        "endpoint": line.address,
        "folder": shown(spot.pickup.folder),
        "name": shown(file.name),
        "name_hex": name_hex(file.name),
        "size": file.size,
        "mtime": file.mtime,
        "sha256": fetched.sha256,
        "claim": "rename" if file.is_claimed else "lease",
        "after": spot.pickup.after,
        **line_facts(line, fetch=fetched.seconds),
    }


def line_facts(line: SessionFacts, **seconds: float) -> dict[str, Any]:
    """What is kept of the session that carried a message; `seconds` by what took them."""
    return {
        "host_key": line.host_key,
        "host_key_kind": line.host_key_kind,
        "server": shown(line.server),
        "cipher": line.cipher,
        "mac": line.mac,
        "timings_ms": {name: round(took * 1000, 3) for name, took in {"connect": line.connect_s, **seconds}.items()},
    }
