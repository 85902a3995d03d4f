"""Walk a partner's SFTP server: the host key, then every permission that pickup and push will need.

Only a file of our own, hidden and with a unique name, is written, renamed and removed; no file of theirs is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.cli.walk_steps import Step
from gateway.errors import OperatorMistake
from gateway.partners import Pickup, Push, SftpTerms
from gateway.pipeline.pickup.sessions import endpoint_of
from gateway.transports.sftp import Endpoint, Session, Trouble, connect

CONTENT = b"crossdock partner test: this file may be deleted\n"
HOST_KEY_CODES = ("host_key_unknown", "host_key_changed")


def walk_sftp(
    partner: str, terms: SftpTerms, *, token: str, connect: Callable[[Endpoint], Session | Trouble] = connect
) -> Iterator[Step]:
    """Every step until one fails that the next ones need. `token` makes the names of our own files unique."""
    try:
        endpoint = endpoint_of(terms)
    except OperatorMistake as mistake:
        yield Step("secrets", "failed", mistake.text, mistake.mend)
        return
    session = connect(endpoint)
    if isinstance(session, Trouble):
        if session.code in HOST_KEY_CODES:
            yield from _host_key_differs(partner, session)
        else:
            yield Step("connect", "failed", session.text, session.mend)
        return
    with session:
        facts = session.facts
        yield Step("connect", "ok", f"{facts.address} in {facts.connect_s:.2f} s, {facts.server}, {facts.cipher}")
        others = [key for key in terms.host_keys if key != facts.host_key]
        also = f"; pinned as well: {' '.join(others)}" if others else ""
        yield Step("host key", "ok", f"{facts.host_key} ({facts.host_key_kind}) is pinned{also}")
        for pickup in terms.pickup:
            yield from _walk_pickup(session, pickup, token)
        if terms.push is not None:
            yield from _walk_push(session, terms.push, token)


def _host_key_differs(partner: str, trouble: Trouble) -> Iterator[Step]:
    shown = " ".join(trouble.presented) or "none"
    pinned = " ".join(trouble.pinned) or "none"
    mend = f"compare it with the partner by another way, then list it in partners/{partner}/partner.yaml: "
    mend += "host_keys: [" + ", ".join(f'"{key}"' for key in (*trouble.presented, *trouble.pinned)[:2]) + "]"
    yield Step("host key", "failed", f"the server shows {shown}; pinned is {pinned}; nothing was sent to it", mend)


def _walk_pickup(session: Session, pickup: Pickup, token: str) -> Iterator[Step]:
    folder = pickup.folder
    listing = session.list(folder)
    if isinstance(listing, Trouble):
        yield Step(f"list {folder}", "failed", listing.text, listing.mend)
        return
    yield Step(f"list {folder}", "ok", f"{len(listing.entries)} files")
    name = f".crossdock-test-{token}"
    pushed = session.push(folder, name, CONTENT, token=token)
    if isinstance(pushed, Trouble):
        text = f"a file of ours cannot be written into {folder}, so that renaming and removing there stay untried"
        yield Step(f"claim in {folder}", "skipped", f"{text}: {pushed.text}", "nothing, if they do not let us write")
        return
    at = pushed.path
    for check, target in _moves(pickup):
        trouble = _make_folder(session, target) or session.rename(at, f"{target.rstrip('/')}/{name}")
        if trouble is not None:
            yield Step(f"{check} to {target}", "failed", trouble.text, trouble.mend)
            break
        at = f"{target.rstrip('/')}/{name}"
        yield Step(f"{check} to {target}", "ok", "renamed")
    yield _remove(session, f"remove in {folder}", at, needed=pickup.after == "delete")


def _moves(pickup: Pickup) -> Iterator[tuple[str, str]]:
    if pickup.claim == "rename":
        yield "claim", pickup.processing
    if pickup.after == "archive":
        yield "archive", pickup.archive
    yield "set aside", pickup.failed


def _make_folder(session: Session, folder: str) -> Trouble | None:
    """The folder, made as pickup itself would make it."""
    found = session.stat(folder)
    if isinstance(found, Trouble):
        return found
    return session.make_folder(folder) if found is None else None


def _walk_push(session: Session, push: Push, token: str) -> Iterator[Step]:
    name = f".crossdock-test-{token}"
    pushed = session.push(push.folder, name, CONTENT, token=token)
    if isinstance(pushed, Trouble):
        yield Step(f"write to {push.folder}", "failed", pushed.text, pushed.mend)
        return
    yield Step(f"write to {push.folder}", "ok", f"{pushed.size} bytes under a temporary name, renamed, counted again")
    yield _remove(session, f"remove in {push.folder}", pushed.path, needed=False)


def _remove(session: Session, check: str, path: str, *, needed: bool) -> Step:
    trouble = session.remove(path)
    if trouble is None:
        return Step(check, "ok", "our own file is gone")
    if needed:
        return Step(check, "failed", f"{trouble.text}; {path} is still there", trouble.mend)
    return Step(check, "skipped", f"not allowed, and not needed; {path} is still there", "ask them to delete it")
