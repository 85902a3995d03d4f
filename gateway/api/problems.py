"""Errors as RFC 9457 problems: one table from error to answer, and the handlers that use it.

A problem is `{type, title, status, detail, code, errors?}`. `type` is a path of this server that explains it;
`errors[]` locates each fault by a JSON Pointer into the body, or by the name of a parameter. No problem ever repeats
a body, a key, or what a bug said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gateway.api.limits import RETRY_AFTER_S
from gateway.errors import CrossdockError, OperatorMistake, PartnerMistake, Unavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """One kind of problem: `code` is stable and ends `type`; `mend` says who does what."""

    code: str
    status: int
    title: str
    mend: str


KINDS: tuple[Kind, ...] = (
    Kind("not-readable", 400, "The body cannot be read", "Send well-formed content of a known format."),
    Kind("empty-body", 400, "The body is empty", "Send the message itself as the body."),
    Kind("no-key", 401, "No API key", "Send `Authorization: Bearer KEY`."),
    Kind("unknown-key", 401, "The API key is unknown or revoked", "Ask an administrator for a new key."),
    Kind("missing-scope", 403, "The API key lacks a scope", "Ask for a key with the scope that `detail` names."),
    Kind(
        "key-not-listed", 403, "The partner does not list this API key", "Add it to identities.keys of partner.yaml."
    ),
    Kind(
        "other-partner", 403, "The API key speaks for another partner", "Leave the partner out, or use its own key."
    ),
    Kind(
        "not-yours-to-decide",
        403,
        "Somebody else decides this",
        "Send it with the key of a person who has one of the roles that `detail` names.",
    ),
    Kind(
        "needs-partner", 400, "A key that is bound to nobody must say for whom", "Add the query parameter `partner`."
    ),
    Kind("not-found", 404, "Not found", "Check the id; what belongs to another partner is not found either."),
    Kind("method-not-allowed", 405, "Method not allowed", "See /openapi.json."),
    Kind("too-slow", 408, "The body took too long", "Send it again, over a faster connection or in parts."),
    Kind("conflict", 409, "Not possible in its present state", "Read it again and decide anew."),
    Kind("too-large", 413, "The body is too large", "Send less in one message."),
    Kind("encoding", 415, "The content encoding is not taken", "Send the bytes uncompressed."),
    Kind("headers-too-large", 431, "The header fields are too large", "Send fewer and shorter ones."),
    Kind("not-valid", 422, "The request is well formed but not valid", "Correct what `errors` names."),
    Kind("idempotency-mismatch", 422, "Idempotency-Key was used with another body", "Use a new key."),
    Kind("refused", 422, "Refused", "Correct what `detail` says and send again."),
    Kind(
        "internal", 500, "A bug or a broken set-up on our side", "Send it again later; the operator's log says more."
    ),
    Kind("overloaded", 503, "Overloaded or not ready", "Send it again after Retry-After seconds."),
)

BY_CODE: Mapping[str, Kind] = {kind.code: kind for kind in KINDS}

BY_STATUS: Mapping[int, str] = {
    400: "not-readable", 401: "no-key", 403: "missing-scope", 404: "not-found", 405: "method-not-allowed",
    413: "too-large", 422: "not-valid", 503: "overloaded",
}  # fmt: skip
"""What the framework raises on its own account."""


class Located(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault of a request: `pointer` into the JSON body (RFC 6901), or the `parameter` it concerns."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    line: int = 0
    """Line of a CSV or JSON-lines body; 0 where lines mean nothing."""


class Problem(Exception):
    """Raised by an endpoint to answer with one of KINDS."""

    def __init__(self, code: str, detail: str = "", errors: Sequence[Located] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.kind = BY_CODE[code]
        self.detail = detail
        self.errors = tuple(errors)


def answer(code: str, detail: str = "", errors: Sequence[Located] = ()) -> Response:
    """The problem as a response; 401 and 503 carry the header that tells a client what to do."""
    kind = BY_CODE[code]
    body: dict[str, Any] = {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.mend,
        "code": kind.code,
    }
    if errors:
        body["errors"] = errors
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_AFTER_S)}}.get(kind.status, {})
    return Response(msgspec.json.encode(body), kind.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem, and explain each kind under /problems/{code}."""
    app.exception_handler(Problem)(_answer_problem)
    app.exception_handler(CrossdockError)(_answer_expected)
    app.exception_handler(RequestValidationError)(_answer_parameters)
    app.exception_handler(HTTPException)(_answer_framework)
    app.exception_handler(Exception)(_answer_bug)

    @app.get("/problems/{code}", tags=["health"], summary="What a problem means and who mends it")
    def explain(code: str) -> Response:
        if code not in BY_CODE:
            raise Problem("not-found", "no such problem")
        return Response(msgspec.json.encode(BY_CODE[code]._asdict()), media_type="application/json")


def _answer_problem(_: Request, error: Problem) -> Response:
    return answer(error.kind.code, error.detail, error.errors)


def _answer_expected(request: Request, error: CrossdockError) -> Response:
    """The partner's mistakes are told to the partner; ours are told to our log."""
    if isinstance(error, PartnerMistake):
        code = error.code.replace("_", "-")
        return answer(code if code in BY_CODE else "refused", error.text)
    if isinstance(error, Unavailable):
        log.warning("request.unavailable", path=request.url.path, reason=str(error))
        return answer("overloaded")
    log.error("request.failed", path=request.url.path, error=type(error).__name__, reason=str(error))
    return answer("internal", "the set-up is broken" if isinstance(error, OperatorMistake) else "")


def _answer_parameters(request: Request, error: RequestValidationError) -> Response:
    meant = {field.alias: field.field_info.description for field in get_flat_params(request.scope["route"].dependant)}
    errors = []
    for fault in error.errors():
        name, text = ".".join(str(part) for part in fault["loc"][1:]), str(fault["msg"])
        if fault["type"] == "string_pattern_mismatch":
            # What it should be in words, where there are any: a person does not read the pattern.
            text = f"it is to be written otherwise: {meant[name]}" if meant.get(name) else text
        errors.append(Located(detail=text, parameter=name))
    return answer("not-valid", "a parameter is missing or out of bounds", errors)


def _answer_framework(_: Request, error: HTTPException) -> Response:
    return answer(BY_STATUS.get(error.status_code, "internal" if error.status_code >= 500 else "refused"))


def _answer_bug(request: Request, error: Exception) -> Response:
    # The traceback goes to the log through the server; a client learns nothing that a bug might give away.
    log.error("request.failed", path=request.url.path, error=type(error).__name__)
    return answer("internal")
