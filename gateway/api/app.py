"""The HTTP application: routes, problems, limits and one log line per request. No business here.

`create_app(street)` is what `serve` and tests run. Endpoints are plain functions in a pool of threads.
"""

from __future__ import annotations

import functools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any

import anyio.to_thread
import structlog
from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api import (
    alerts,
    as2,
    balances,
    calls,
    cases,
    casework,
    containments,
    defects,
    events,
    exports,
    flow,
    health,
    kpis,
    maps,
    masterdata,
    matches,
    messages,
    movements,
    openapi,
    orders,
    periods,
    positions,
    problems,
    promises,
    rulings,
    schedules,
    scores,
    sent,
    settlements,
    signals,
    trace,
    transfers,
    values,
    variances,
    webhooks,
    xrefs,
)
from gateway.api.filters import refuse_unknown_parameters
from gateway.api.overload import Gate
from gateway.pipeline import Street
from gateway.settings import Settings, read_version
from ledger.book.bringing.snapshots import Snapshots

log = structlog.get_logger(__name__)

ROUTERS = (
    # First what comes most often: every router above costs each request below its own search for a route. AS2 is
    # included before them: what partners put behind the address is none of our words.
    messages.router,
    alerts.router,
    events.router,
    balances.router,
    positions.router,
    movements.router,
    trace.router,
    rulings.router,
    variances.router,
    transfers.router,
    settlements.router,
    periods.router,
    exports.router,
    casework.router,
    cases.router,
    signals.router,
    calls.router,
    containments.router,
    orders.router,
    schedules.router,
    scores.router,
    kpis.router,
    masterdata.router,
    maps.router,
    xrefs.router,
    promises.router,
    flow.router,
    values.router,
    defects.router,
    matches.router,
    sent.router,
    webhooks.router,
    health.router,
)


def create_app(street: Street, settings: Settings | None = None) -> FastAPI:
    """The application over an open street; it neither opens, runs nor closes it."""
    settings = Settings() if settings is None else settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        yield
        app.state.as2.close()

    app = FastAPI(
        title="Crossdock", version=read_version(), lifespan=lifespan, docs_url=None, redoc_url=None, telemetry=None
    )
    app.state.street = street
    app.state.settings = settings
    app.state.snapshots = Snapshots()
    app.state.gate = Gate(street, settings.queue_max)
    app.state.as2 = as2.Intake(street, app.state.gate, settings.threads)
    app.state.figures = health.Figures(street)
    app.include_router(as2.router)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    problems.install(app)
    app.add_middleware(RequestLog, figures=app.state.figures)
    app.openapi = functools.partial(openapi.build_openapi, app)  # type: ignore[method-assign]
    return app


class RequestLog:
    """One log line and one count per answered request, by route: never a query, a body or a key. Dates answers that
    have no date yet (RFC 9110, 6.6.1)."""

    def __init__(self, app: ASGIApp, figures: health.Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if not any(name.lower() == b"date" for name, _ in message["headers"]):
                    message["headers"] = [*message["headers"], (b"date", formatdate(usegmt=True).encode())]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        self._figures.requests.labels(scope["method"], route, status).inc()
        self._figures.seconds.labels(route).observe(seconds)
        # Probes come every few seconds and say nothing; the figures count them anyway.
        tell: Any = log.debug if route in openapi.PROBE_PATHS else log.info
        tell(
            "request.answered",
            method=scope["method"],
            route=route,
            status=status,
            seconds=round(seconds, 4),
            key_name=scope.get("state", {}).get("key_name", ""),
        )
