"""Filters of lists: by the dimensions of a bucket, by words that are known; and links to what is behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from gateway.api.callers import Call
from gateway.api.limits import Text
from gateway.api.problems import Located, Problem
from gateway.resources import did_you_mean
from ledger.queries import DIMENSIONS

Names = Annotated[
    list[str] | None, Query(max_length=len(DIMENSIONS), description="Dimensions of a bucket; repeat for several.")
]


def _read(
    part: Text = None,
    revision: Text = None,
    lot: Text = None,
    serial: Text = None,
    site: Text = None,
    location: Text = None,
    state: Text = None,
    owner: Text = None,
    segment: Text = None,
    hold_reason: Text = None,
    handling_unit: Text = None,
    asn_line: Text = None,
    demand: Text = None,
    absent: Annotated[
        list[str] | None, Query(max_length=len(DIMENSIONS), description="Dimensions that must be empty.")
    ] = None,
) -> dict[str, Any]:
    given = {
        "part": part, "revision": revision, "lot": lot, "serial": serial, "site": site, "location": location,
        "state": state, "owner": owner, "segment": segment, "hold_reason": hold_reason,
        "handling_unit": handling_unit, "asn_line": asn_line, "demand": demand,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value} | {"absent": tuple(absent or ())}


Where = Annotated[dict[str, Any], Depends(_read)]
"""Which buckets are meant: a value for each dimension that is named, and `absent` for those that must be empty."""


@contextmanager
def asking() -> Iterator[None]:
    """What the ledger does not understand of the question is the caller's to mend."""
    try:
        yield
    except ValueError as mistake:
        raise Problem("not-valid", str(mistake)) from None


async def refuse_unknown_parameters(request: Request) -> None:
    """Raises Problem for query parameters that the route does not take: a mistyped filter would answer with all."""
    if not request.scope["query_string"]:
        return
    known = _parameters(request.scope["route"])
    errors = []
    for name in dict.fromkeys(request.query_params):
        if name not in known:
            mend = did_you_mean(name, known)
            detail = f'there is no parameter "{name}"' + (f" ({mend})" if mend else "")
            errors.append(Located(parameter=name, detail=detail))
    if errors:
        raise Problem("not-valid", errors[0].detail, errors)


def _parameters(route: APIRoute) -> frozenset[str]:
    found = get_flat_params(route.dependant)
    return frozenset(field.alias for field in found if isinstance(field.field_info, params.Query))


def refuse_unknown(parameter: str, value: str | None, known: Iterable[str], what: str) -> None:
    """Raises Problem for a word that is none of those known: an empty list would look like an answer."""
    words = tuple(known)
    if not value or value in words:
        return
    mend = did_you_mean(value, words)
    detail = f'there is no {what} "{value}"' + (f" ({mend})" if mend else "")
    raise Problem("not-valid", detail, [Located(parameter=parameter, detail=detail)])


def refuse_unknown_site(call: Call, site: str | None) -> None:
    """Raises Problem for a site that is none of ours."""
    if site:
        refuse_unknown("site", site, call.masterdata().sites, "site")


def link(path: str, parameters: Mapping[str, Any]) -> str:
    """A path with a query; parameters without a value are left out."""
    given = [(name, value) for name, value in parameters.items() if value not in ("", None, ())]
    return f"{path}?{urlencode(given, doseq=True)}" if given else path
