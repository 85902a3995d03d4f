"""The ledger's book: tables, migrations and its only writers, `Ledger.record` and `Ledger.tick`.

upgrade(conn)                                  make or upgrade the tables (an empty database becomes a ledger)
check_version(conn)                            refuse tables of another version, naming `db upgrade`
ledger = Ledger()                              one per process: keeps the master data snapshot between calls
ledger.record(conn, events, policy, now)       record events inside the caller's database transaction
ledger.tick(conn, policy, now)                 end the waits that are due; records `TimePassed` when any is
seal(conn)                                     move full runs of movements into history and closings
verify(conn), rebuild(conn)                    check every law; recompute the projections from the events
"""

from ledger.book.errors import LedgerError, VersionMismatch
from ledger.book.proving.rebuild import Difference, Rebuilt, rebuild
from ledger.book.proving.verify import Breach, verify
from ledger.book.recording import Ledger
from ledger.book.saving.sealing import gather, put_slice, seal
from ledger.book.schema import HEAD, check_version, upgrade, version
from ledger.book.storage import append_only as append_only
from ledger.matching.booking import CannotReread

__all__ = [
    "HEAD",
    "Breach",
    "CannotReread",
    "Difference",
    "Ledger",
    "LedgerError",
    "Rebuilt",
    "VersionMismatch",
    "check_version",
    "gather",
    "put_slice",
    "rebuild",
    "seal",
    "upgrade",
    "verify",
    "version",
]
