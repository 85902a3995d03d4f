"""`/openapi.json`: what FastAPI knows of the routes, with the schemas of msgspec structs merged in.

Endpoints take and give msgspec structs, of which FastAPI sees nothing; the table here says which route carries which.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.api.balances import BalanceShown
from gateway.api.cases import CaseDecision
from gateway.api.casework import Assignment, Dispute, DisputeAnswer, Note, Reopening, TaskGiven
from gateway.api.flow import UnderWayShown
from gateway.api.matches import SaidMatch
from gateway.api.movements import MovementShown
from gateway.api.problems import MEDIA_TYPE, Located
from gateway.api.webhooks import NewWebhook
from gateway.api.xrefs import NewCrossReference
from gateway.messages import Accepted, Answer
from gateway.settings import read_version
from ledger import queries
from ledger.events import AnyEvent
from ledger.masterdata import CrossReference, snapshot
from ledger.scorecards import Scorecard

JSON = "application/json"


class Shape(NamedTuple):
    """What one route takes and gives. `page` wraps the answer in `{items, next}`; None leaves it undescribed."""

    path: str
    method: str
    takes: Any = None
    gives: Any = None
    page: bool = False


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[Located, ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A message is durable; what came of it will be under `/v1/messages/{id}`."""

    id: str
    status: str


SHAPES: tuple[Shape, ...] = (
    Shape("/v1/messages", "post", takes=bytes, gives=Taken),
    Shape("/v1/messages", "get", gives=Answer, page=True),
    Shape("/v1/messages/{id}/content", "get", gives=bytes),
    Shape("/v1/messages/{id}/mdn", "get", gives=bytes),
    Shape("/v1/messages/{id}/request", "get", gives=bytes),
    Shape("/as2", "post", takes=bytes, gives=bytes),
    Shape("/v1/events", "post", takes=AnyEvent | list[AnyEvent], gives=Taken),
    Shape("/v1/events", "get", gives=queries.EventKept, page=True),
    Shape("/v1/events/{seq}", "get", gives=queries.EventKept),
    Shape("/v1/balances", "get", gives=BalanceShown, page=True),
    Shape("/v1/balances/{bucket}", "get", gives=BalanceShown),
    Shape("/v1/positions/{part}", "get", gives=queries.Position),
    Shape("/v1/promises/{part}", "get", gives=queries.AvailableToPromise),
    Shape("/v1/in-transit", "get", gives=UnderWayShown, page=True),
    Shape("/v1/backlog", "get", gives=queries.Backlog),
    Shape("/v1/goods-received-not-invoiced", "get", gives=queries.UninvoicedList),
    Shape("/v1/obsolete", "get", gives=queries.ObsoleteList),
    Shape("/v1/defects", "get", gives=queries.DefectReport),
    Shape("/v1/matches", "get", gives=queries.MatchWanted, page=True),
    Shape("/v1/matches", "post", takes=SaidMatch),
    Shape("/v1/trace/{kind}/{value}", "get", gives=queries.Trace),
    Shape("/v1/variances/{seq}", "get", gives=queries.VarianceList),
    Shape("/v1/containments", "get", gives=queries.ContainmentShown, page=True),
    Shape("/v1/containments/{number}", "get", gives=queries.ContainmentReport),
    Shape("/v1/periods", "get", gives=queries.PeriodShown, page=True),
    Shape("/v1/periods/{site}/{period}", "get", gives=queries.PeriodReport),
    Shape("/v1/settlements", "get", gives=queries.Settlement, page=True),
    Shape("/v1/settlements/totals", "get", gives=queries.SettlementTotal, page=True),
    Shape("/v1/transfers", "get", gives=queries.TransferShown, page=True),
    Shape("/v1/deviations", "get", gives=queries.DeviationShown, page=True),
    Shape("/v1/deviations/{number}", "get", gives=queries.DeviationShown),
    Shape("/v1/substitutions", "get", gives=queries.SubstitutionShown, page=True),
    Shape("/v1/substitutions/{number}", "get", gives=queries.SubstitutionShown),
    Shape("/v1/engineering-changes", "get", gives=queries.ChangeShown, page=True),
    Shape("/v1/engineering-changes/{number}", "get", gives=queries.ChangeShown),
    Shape("/v1/movements", "get", gives=MovementShown, page=True),
    Shape("/v1/cases", "get", gives=queries.CaseShown, page=True),
    Shape("/v1/cases/{id}", "get", gives=queries.CaseShown),
    Shape("/v1/cases/{id}/resolve", "post", takes=CaseDecision),
    Shape("/v1/cases/queue", "get", gives=queries.CaseQueue),
    Shape("/v1/cases/{id}/timeline", "get", gives=queries.CaseStep, page=True),
    Shape("/v1/cases/{id}/assign", "post", takes=Assignment),
    Shape("/v1/cases/{id}/notes", "post", takes=Note),
    Shape("/v1/cases/{id}/tasks", "post", takes=TaskGiven),
    Shape("/v1/cases/{id}/dispute", "post", takes=Dispute),
    Shape("/v1/cases/{id}/dispute/decision", "post", takes=DisputeAnswer),
    Shape("/v1/cases/{id}/reopen", "post", takes=Reopening),
    Shape("/v1/orders", "get", gives=queries.OrderShown, page=True),
    Shape("/v1/shipments", "get", gives=queries.ShipmentShown, page=True),
    Shape("/v1/scores/{supplier}", "get", gives=Scorecard),
    Shape("/v1/parts", "get", gives=snapshot.Part, page=True),
    Shape("/v1/parts/{part}", "get", gives=snapshot.Part),
    Shape("/v1/sites", "get", gives=snapshot.Site, page=True),
    Shape("/v1/sites/{site}", "get", gives=snapshot.Site),
    Shape("/v1/suppliers", "get", gives=snapshot.Supplier, page=True),
    Shape("/v1/suppliers/{supplier}", "get", gives=snapshot.Supplier),
    Shape("/v1/xrefs", "get", gives=CrossReference, page=True),
    Shape("/v1/xrefs", "post", takes=NewCrossReference | list[NewCrossReference]),
    Shape("/v1/xrefs/csv", "get", gives=bytes),
    Shape("/v1/xrefs/csv", "post", takes=bytes),
    Shape("/v1/xrefs/misses", "get", gives=queries.Miss, page=True),
    Shape("/v1/xrefs/history", "get", gives=queries.EventKept, page=True),
    Shape("/v1/webhooks", "post", takes=NewWebhook),
)

PROBE_PATHS = ("/livez", "/readyz", "/metrics", "/problems/{code}")
OPEN_PATHS = (*PROBE_PATHS, "/as2")
"""Need no key; partners show who they are by their signature."""


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once and kept by the app."""
    if app.openapi_schema is None:
        app.openapi_schema = _build(app)
    return app.openapi_schema


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Crossdock",
        version=read_version(),
        description="EDI gateway and inventory ledger for automotive parts supply.",
        routes=app.routes,
    )
    kinds = [kind for shape in SHAPES for kind in (shape.takes, shape.gives) if kind not in (None, bytes)]
    schemas, components = msgspec.json.schema_components(
        [*kinds, Problem, Accepted], ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip(map(str, kinds), schemas, strict=False))
    parts = document.setdefault("components", {})
    parts["schemas"] = components
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            _describe_common(operation, needs_key=path not in OPEN_PATHS)
    for shape in SHAPES:
        _describe(document["paths"][shape.path][shape.method], shape, schema_of)
    return document


def _describe_common(operation: dict[str, Any], *, needs_key: bool) -> None:
    """Every route may answer with a problem; FastAPI's own 422 is not what we send."""
    operation["responses"].pop("422", None)
    problem = {"$ref": "#/components/schemas/Problem"}
    for status, text in (("4XX", "The caller mends it."), ("5XX", "Our side or time mends it.")):
        operation["responses"][status] = {"description": text, "content": {MEDIA_TYPE: {"schema": problem}}}
    if needs_key:
        operation["security"] = [{"key": []}]


def _describe(operation: dict[str, Any], shape: Shape, schema_of: dict[str, Any]) -> None:
    if shape.takes is not None:
        content = (
            {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
            if shape.takes is bytes
            else {JSON: {"schema": schema_of[str(shape.takes)]}}
        )
        operation["requestBody"] = {"required": True, "content": content}
    if shape.gives is None:
        return
    success = next(status for status in operation["responses"] if status.startswith("2"))
    if shape.gives is bytes:
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    else:
        schema = schema_of[str(shape.gives)]
        content = {JSON: {"schema": _page_of(schema) if shape.page else schema}}
    operation["responses"][success]["content"] = content


def _page_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": schema}, "next": {"type": ["string", "null"]}},
    }
