"""Clean-up at the partner's server: archive, delete or set aside a file that is ours already.

Nothing here can make a document: whatever was committed stays committed, and a clean-up that fails is tried again
for as long as it takes. Doing one twice does no harm, because only the file that was taken is ever touched.
"""

from __future__ import annotations

from gateway.pipeline.pickup.breaker import WAITS_MINUTES
from gateway.store.pickups import Cleanup
from gateway.transports.sftp import Session, Trouble

NUMBERS_MAX = 99
"""Files of one name that an archive holds before it is said to be full of them."""


def clean(session: Session, cleanup: Cleanup, *, is_claimed: bool) -> Trouble | None:
    """Do what is owed; None once nothing is owed any more, also where somebody else did it.

    `is_claimed`: the path is a name that only we use, so what lies there is the file. Otherwise it is looked at
    first, and another size or time means that the partner has put a new file in its place.
    """
    source = path_of(cleanup.source)
    if not is_claimed:
        found = session.stat(source)
        if isinstance(found, Trouble):
            return found
        if found is None or (found.size, found.mtime) != (cleanup.size, cleanup.mtime):
            return None
    if not cleanup.target:
        return _unless_gone(session.remove(source))
    return _unless_gone(_move(session, source, path_of(cleanup.target)))


def wait_minutes(attempts: int) -> int:
    """How long a clean-up rests after it failed for the `attempts`-th time."""
    return WAITS_MINUTES[min(attempts, len(WAITS_MINUTES)) - 1]


def path_of(hexadecimal: str) -> str:
    """A path as sessions take it, from how the store keeps it."""
    return bytes.fromhex(hexadecimal).decode("utf-8", "surrogateescape")


def _move(session: Session, source: str, target: str) -> Trouble | None:
    failed = session.rename(source, target)
    if failed is not None and failed.code == "folder_missing":
        failed = session.make_folder(target.rpartition("/")[0]) or session.rename(source, target)
    number = 1
    while failed is not None and failed.code == "exists" and number < NUMBERS_MAX:
        number += 1
        failed = session.rename(source, _numbered(target, number))
    return failed


def _numbered(path: str, number: int) -> str:
    """`/archive/a.csv`, `/archive/a-2.csv`, ..."""
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    return f"{folder}{slash}{stem}-{number}{dot}{suffix}" if stem else f"{path}-{number}"


def _unless_gone(failed: Trouble | None) -> Trouble | None:
    return None if failed is not None and failed.code == "vanished" else failed
