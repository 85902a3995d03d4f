"""What is known of every pickup, in the shape that the command line and `doctor` print. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.messages import from_microseconds
from gateway.partners import Partner
from gateway.pipeline.pickup.values import spots_of
from gateway.store.circuits import Circuit, list_circuits
from gateway.store.pickups import Place, list_places
from gateway.store.tables import sftp_cleanup, sftp_entry


def show_pickups(connection: Connection, partners: Iterable[Partner], *, now: int) -> list[dict[str, Any]]:
    """One object a pickup: where, how it stands, when it was and will be polled, and what waits there.

    `state`: `new` (never polled), `ok`, `trouble` (time may mend it), `stopped` (a person must).
    """
    circuits = {one.id: one for one in list_circuits(connection)}
    places = {one.id: one for one in list_places(connection)}
    owed = _count(connection, select(sftp_cleanup.c.place, func.count()).group_by(sftp_cleanup.c.place))
    waiting = _count(
        connection,
        select(sftp_entry.c.place, func.count()).where(sftp_entry.c.state == "seen").group_by(sftp_entry.c.place),
    )
    shown = []
    for partner in partners:
        for spot in spots_of(partner):
            known = [circuits[id] for id in (spot.place, partner.id) if id in circuits]
            known = [one for one in known if one.terms == spot.terms]
            place = places.get(spot.place)
            shown.append(
                {
                    "partner": partner.id,
                    "endpoint": f"{spot.sftp.user}@{spot.sftp.host}:{spot.sftp.port}",
                    "folder": spot.pickup.folder,
                    "include": list(spot.pickup.include),
                    **_state(known, place),
                    "holder": place.holder if place and place.lease_until > now else "",
                    "waiting": waiting.get(spot.place, 0),
                    "cleanup_pending": owed.get(spot.place, 0),
                }
            )
    return shown


def _state(circuits: list[Circuit], place: Place | None) -> dict[str, Any]:
    worst = max(circuits, key=lambda one: ("", "later", "never").index(one.kind), default=None)
    kind = worst.kind if worst else ""
    state = {"never": "stopped", "later": "trouble"}.get(kind, "ok" if place and place.polled_at else "new")
    next_at = max([place.next_at if place else 0, *(one.next_at for one in circuits)])
    return {
        "state": state,
        "code": worst.code if worst else "",
        "trouble": worst.trouble if worst else "",
        "failures": worst.failures if worst else 0,
        "host_key": next((one.host_key for one in circuits if one.host_key), ""),
        "polled_at": _time(place.polled_at if place else 0),
        "next_at": _time(next_at),
    }


def _time(at: int) -> str | None:
    return from_microseconds(at).isoformat() if at else None


def _count(connection: Connection, query: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
