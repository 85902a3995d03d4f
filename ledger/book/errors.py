"""What stops the ledger: a law about to break, or a schema that is not ours. Never used for bad data."""

from __future__ import annotations


class LedgerError(Exception):
    """A law would break if this were written; nothing of the database transaction may be kept."""


class VersionMismatch(Exception):
    """The ledger's tables are older or newer than this code, or absent; the text names the mend."""

    def __init__(self, found: str, wanted: str) -> None:
        self.found, self.wanted = found, wanted
        if not found:
            text = f"the database has no ledger tables (wanted version {wanted}): run `db upgrade`"
        else:
            text = f"the ledger's tables are version {found}, this program needs {wanted}: run `db upgrade`"
        super().__init__(text)
