"""The working folder of one installation: where its database, lock, socket, partners and mappings lie.

Names only; opening the database and taking the lock belong to their own modules.
"""

from __future__ import annotations

from pathlib import Path


class Home:
    """`CROSSDOCK_HOME`. Nothing is created until `create` is called."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @property
    def database(self) -> Path:
        """Store and ledger in one SQLite file, so that progress and ledger effect commit together."""
        return self.path / "crossdock.db"

    @property
    def partners(self) -> Path:
        return self.path / "partners"

    @property
    def mappings(self) -> Path:
        return self.path / "mappings"

    @property
    def keys(self) -> Path:
        """Our own AS2 keys, encrypted, and where nothing else says so the passphrase that opens them."""
        return self.path / "keys"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def lock(self) -> Path:
        """Its holder (flock) owns the one writer thread."""
        return self.run / "writer.lock"

    @property
    def socket(self) -> Path:
        """`serve` takes writing commands here (mode 0600)."""
        return self.run / "control.sock"

    def create(self) -> None:
        """Make the folders, closed to other users: keys and partner data live here."""
        for folder in (self.path, self.run, self.partners, self.mappings, self.keys):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
