"""`crossdock key new|list|revoke`: API keys. Only their digests are kept."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer(no_args_is_help=True, help="API keys: made, listed, revoked.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the partner's identities.keys lists; never reused.")],
    partner: Annotated[str, typer.Option(help="The partner it speaks for; none for an administrator.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="Repeat for several; without it, what a partner needs.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a key and show it, once."""
    from gateway.cli.opening import open_street
    from gateway.errors import OperatorMistake
    from gateway.store.keys import KEY_ENTROPY_BYTES, digest_of, make_key

    key = make_key(os.urandom(KEY_ENTROPY_BYTES))
    usual = ("messages:read", "messages:write", "events:write", "ledger:read") if partner else ("admin",)
    scopes = tuple(scope or usual)
    with open_street() as street:
        known = street.configuration.partners.get(partner)
        if partner and known is None:
            raise OperatorMistake(f'there is no partner "{partner}"', mend="crossdock partner list")
        street.put_key(name=name, sha256=digest_of(key), partner=partner, scopes=scopes)
        is_listed = known is None or name in known.identities.keys
    if json:
        frame.print_json({"name": name, "partner": partner, "scopes": scopes, "key": key, "listed": is_listed})
        return
    frame.say(f"key (shown once, keep it): {key}")
    if not is_listed:
        frame.warn(f"it opens nothing until partners/{partner}/partner.yaml lists {name} under identities.keys")


@app.command("list")
def list_all(json: Json = False) -> None:
    """All keys by name, revoked ones included; never the keys themselves."""
    from gateway.cli.opening import open_to_read
    from gateway.store.keys import list_keys

    with open_to_read() as conn:
        keys = list_keys(conn)
    if json:
        frame.print_json_lines(keys)
        return
    frame.print_table(
        ("name", "partner", "scopes", "created", "revoked"),
        [
            (key.name, key.partner or "(administrator)", " ".join(key.scopes), key.created_at, key.revoked_at)
            for key in keys
        ],
    )


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="Name of the key.")], json: Json = False) -> None:
    """End a key at once. It cannot be taken back; make a new one."""
    from gateway.cli.opening import open_street

    with open_street() as street:
        changed = street.revoke_key(name=name)
    if json:
        frame.print_json({"name": name, "revoked": True, "changed": changed})
    else:
        frame.say(f"{name} is revoked" if changed else f"{name} had been revoked before")
