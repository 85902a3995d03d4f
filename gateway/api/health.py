"""`/livez`, `/readyz` and `/metrics`: for probes and Prometheus. They carry no contents and need no key."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from gateway.api.answers import answer
from gateway.pipeline import Street
from gateway.settings import Settings
from gateway.store.inbox import count_waiting
from gateway.store.tables import document, inbox, outbox

router = APIRouter(tags=["health"])

DISK_FREE_BYTES_MIN = 256 * 1024 * 1024
"""Less than this and accepting would soon fail in the middle of a commit: better to say so at once."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Check(NamedTuple):
    """One line of /readyz."""

    name: str
    run: Callable[[Street, Settings], str]
    """Returns "" when fine, else what is wrong in words."""


def _check_database(street: Street, _: Settings) -> str:
    try:
        with street.read() as conn:
            conn.execute(select(func.max(inbox.c.seq))).scalar()
    except Exception as error:
        return f"cannot be read: {type(error).__name__}"
    return ""


def _check_disk(_: Street, settings: Settings) -> str:
    free = shutil.disk_usage(settings.home).free
    return "" if free >= DISK_FREE_BYTES_MIN else f"{free} bytes free, {DISK_FREE_BYTES_MIN} needed"


def _check_writer(street: Street, _: Settings) -> str:
    return "" if street.is_writer else "another process holds the writer's lock"


def _check_queue(street: Street, settings: Settings) -> str:
    with street.read() as conn:
        waiting = count_waiting(conn)
    return "" if waiting <= settings.queue_max else f"{waiting} messages wait, at most {settings.queue_max} should"


CHECKS: tuple[Check, ...] = (
    Check("database", _check_database),
    Check("disk", _check_disk),
    Check("writer", _check_writer),
    Check("queue", _check_queue),
)


@router.get("/livez", summary="The process answers")
def live() -> Response:
    """Touches nothing: a slow disk must not make an orchestrator kill us in the middle of work."""
    return answer({"status": "ok"})


@router.get("/readyz", summary="May traffic come? Each check by name")
def ready(request: Request) -> Response:
    street, settings = request.app.state.street, request.app.state.settings
    checks = run_checks(street, settings)
    is_ready = not any(checks.values())
    body = {
        "status": "ok" if is_ready else "not_ready",
        "checks": {name: text or "ok" for name, text in checks.items()},
    }
    return answer(body, 200 if is_ready else 503)


@router.get("/metrics", summary="Figures for Prometheus")
def metrics(request: Request) -> Response:
    figures: Figures = request.app.state.figures
    return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)


def run_checks(street: Street, settings: Settings) -> dict[str, str]:
    """Every check by name; "" is fine. A check that fails stops none of the others."""
    found = {}
    for check in CHECKS:
        try:
            found[check.name] = check.run(street, settings)
        except Exception as error:
            found[check.name] = f"failed: {type(error).__name__}"
    return found


class Figures:
    """What /metrics shows: requests as they come, and the state of the store at the moment of asking."""

    def __init__(self, street: Street) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "crossdock_requests", "HTTP requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "crossdock_request_seconds", "Time to answer.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self.registry.register(_StoreFigures(street))


class _StoreFigures(Collector):
    def __init__(self, street: Street) -> None:
        self._street = street

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Labels name states, never partners' numbers: a control number as a label would grow without end."""
        with self._street.read() as conn:
            for name, text, table in (
                ("crossdock_inbox_messages", "Messages received, by state.", inbox),
                ("crossdock_documents", "Documents, by what became of them.", document),
                ("crossdock_outbox_messages", "Messages to send, by state.", outbox),
            ):
                family = GaugeMetricFamily(name, text, labels=["status"])
                for status, count in conn.execute(
                    select(table.c.status, func.count()).group_by(table.c.status).order_by(table.c.status)
                ):
                    family.add_metric([status], count)
                yield family
