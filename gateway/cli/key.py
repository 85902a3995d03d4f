"""`crossdock key new|list|revoke`: API keys. Only their digests are kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.pipeline import Street
    from gateway.store.keys import ApiKey

app = typer.Typer(no_args_is_help=True, help="API keys: made, listed, revoked.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the partner's identities.keys lists; never reused.")],
    partner: Annotated[str, typer.Option(help="The partner it speaks for; none for an administrator.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="Repeat for several; without it, what partner, person or roles need.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="What the person who acts by it may decide; repeat for several.")
    ] = None,
    site: Annotated[
        list[str] | None, typer.Option(help="Site where they may act; repeat for several, none for every site.")
    ] = None,
    person: Annotated[
        str, typer.Option(help="Who acts by it, as people.yaml knows them; the key's name if left out.")
    ] = "",
    model: Annotated[bool, typer.Option("--model", help="A program that proposes: it may decide nothing.")] = False,
    json: Json = False,
) -> None:
    """Make a key and show it, once.

    With --role, --site or --person it is that person's. An internal partner's key without them is the system's own.

    Without --scope it may call what these need:

    \b
    - accounts_payable, engineering, integration, logistics, packaging,
      procurement, quality, receiving, trade:
      messages:read ledger:read cases:write
    - allocator, engineer, finance, inspector, inventory_manager, master_data,
      planner, quality_manager, receiver, warehouse, and roles that policy.yaml
      adds or lets hand in events: the same with messages:write events:write
    - another partner: all five; a system of our own house: without cases:write
    - nobody in particular: admin
    """
    import msgspec

    from gateway.cli.opening import open_street
    from gateway.store.keys import KEY_ENTROPY_BYTES, ApiKey, digest_of, make_key

    key = make_key(os.urandom(KEY_ENTROPY_BYTES))
    made = ApiKey(
        name=name,
        partner=partner,
        scopes=tuple(scope or ()),
        roles=tuple(dict.fromkeys(role or ())),
        sites=tuple(dict.fromkeys(site or ())),
        person=person,
        acts_as="model" if model else "",
    )
    with open_street() as street:
        _check(street, made)
        made = msgspec.structs.replace(made, scopes=made.scopes or _default_scopes(street, made))
        known = street.configuration.partners.get(partner)
        street.put_key(made, digest_of(key))
        is_listed = known is None or name in known.identities.keys
    if json:
        shown = {"name": name, "partner": partner, "scopes": made.scopes, "key": key, "listed": is_listed}
        acts = {"roles": made.roles, "sites": made.sites, "person": person, "acts_as": made.acts_as}
        frame.print_json(shown | acts)
        return
    frame.say(f"key (shown once, keep it): {key}")
    frame.say(f"scopes: {', '.join(made.scopes)}")
    if not is_listed:
        frame.warn(f"it opens nothing until partners/{partner}/partner.yaml lists {name} under identities.keys")


def _default_scopes(street: Street, key: ApiKey) -> tuple[str, ...]:
    """What it needs for the work of those who act by it."""
    from gateway.store.scopes import OF_PARTNERS, OF_SYSTEMS, default_scopes

    known = street.configuration.partners.get(key.partner)
    if known is not None and known.kind != "internal":
        return OF_PARTNERS
    if not (key.names_somebody or key.acts_as):
        return OF_SYSTEMS if key.partner else ("admin",)
    listed = street.governance.people.get(key.person) if not (key.roles or key.sites) else None
    roles = listed.roles if listed is not None else key.roles
    return default_scopes(roles, street.governance.rules.handing_in)


def _check(street: Street, key: ApiKey) -> None:
    """Raises OperatorMistake for a partner, role, site or person that there is not."""
    from gateway.errors import OperatorMistake
    from gateway.resources import did_you_mean
    from ledger import queries

    partner = street.configuration.partners.get(key.partner)
    if key.partner and partner is None:
        raise OperatorMistake(f'there is no partner "{key.partner}"', mend="crossdock partner list")
    if partner is not None and partner.kind != "internal" and (key.names_somebody or key.acts_as):
        raise OperatorMistake(
            f"{partner.id} is no partner of our own house: its keys are bound by its agreement",
            mend="leave out --role, --site, --person and --model, or --partner",
        )
    roles = street.governance.roles
    for role in key.roles:
        if role not in roles:
            mend = did_you_mean(role, roles) or "the roles are in docs/reference/roles.md; policy.yaml adds others"
            raise OperatorMistake(f'there is no role "{role}"', mend=mend)
    with street.read() as conn:
        sites = queries.masterdata(conn).sites
    for site in key.sites:
        if sites and site not in sites:
            raise OperatorMistake(
                f'there is no site "{site}"', mend=did_you_mean(site, sites) or "crossdock site list"
            )
    if key.person:
        street.governance.people.actor(key.person, named=True)


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
        ("name", "partner", "scopes", "person", "roles", "sites", "created", "revoked"),
        [
            (
                key.name, key.partner or "(nobody)", " ".join(key.scopes),
                f"(model) {key.person}".strip() if key.acts_as else key.person,
                " ".join(key.roles), " ".join(key.sites), key.created_at, key.revoked_at,
            )
            for key in keys
        ],
    )  # fmt: skip


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
