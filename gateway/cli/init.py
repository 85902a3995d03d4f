"""`crossdock init`: make the home, its database and the first administrator key."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer()

TEMPLATE = """\
# Settings of this crossdock home. A flag or an environment variable CROSSDOCK_<NAME> goes before this file.
# host = "127.0.0.1"
# port = 8080
# log_level = "auto"        # debug, info, warning, error
# log_format = "auto"       # json, text
# message_bytes_max = 52428800
# as2_name = "CROSSDOCK"    # our AS2 name; a partner's file may give it another one
# as2_url = ""              # where partners reach our /as2, for asynchronous MDNs
# as2_passphrase = ""       # of our keys: env:NAME or file:PATH; else keys/passphrase in this home
"""
PASSPHRASE_BYTES = 32


@app.command()
def init(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Set up a home: folders, database, settings file, and the first administrator key, which is shown once."""
    from gateway.partners.own import make_passphrase
    from gateway.pipeline import Street
    from gateway.store.home import Home
    from gateway.store.keys import KEY_ENTROPY_BYTES, ApiKey, digest_of, list_keys, make_key

    settings = frame.settings()
    key = None
    with Street.open(settings.home, clock=settings.clock()) as street:
        if not settings.as2_passphrase:
            make_passphrase(Home(settings.home).keys, os.urandom(PASSPHRASE_BYTES))
        if not settings.file.exists():
            settings.file.write_text(TEMPLATE, "utf-8")
        with street.read() as conn:
            is_new = not list_keys(conn)
        if is_new:
            key = make_key(os.urandom(KEY_ENTROPY_BYTES))
            street.put_key(ApiKey(name="admin", scopes=("admin",)), digest_of(key))
    if json:
        frame.print_json({"home": settings.home, "key": key})
    elif key is None:
        frame.say(f"{settings.home} was set up before; nothing changed. `crossdock key new` makes further keys.")
    else:
        frame.say(f"home: {settings.home}")
        frame.say(f"administrator key (shown once, keep it): {key}")
        frame.say(f"next: crossdock serve --home {settings.home}")
