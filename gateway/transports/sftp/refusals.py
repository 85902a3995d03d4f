"""From a server's status to a Trouble: which code it is depends on what was asked, never on the server's words."""

from __future__ import annotations

from gateway.transports.sftp import wire
from gateway.transports.sftp.names import shown
from gateway.transports.sftp.trouble import Code, Trouble, trouble

SAID_CHARACTERS_MAX = 100


def not_sftp(error: wire.NotSftp) -> Trouble:
    """The Trouble of an answer that cannot be decoded."""
    return trouble("protocol", f"the server answered what is not SFTP: {error}")


def refusal(status: wire.Status, doing: str, path: str, *, denied: Code, missing: Code = "vanished") -> Trouble:
    """The Trouble of a refused request. `doing` is a verb: "read", "list"."""
    what = f"{doing} {shown(path)}"
    if status.code == wire.NO_SUCH_FILE:
        return trouble(missing, f"cannot {what}: no such name")
    if status.code == wire.PERMISSION_DENIED:
        return trouble(denied, f"cannot {what}: permission denied")
    said = shown(status.text[:SAID_CHARACTERS_MAX])
    return trouble("failed", f"cannot {what}: the server answered {status.code}" + (f' "{said}"' if said else ""))
