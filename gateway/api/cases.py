"""`/v1/cases`: discrepancies, and the decision that resolves one."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer, answer_page, open_number_cursor
from gateway.api.bodies import SmallBody, decode
from gateway.api.callers import Call, MayReadLedger, MayWriteCases
from gateway.api.filters import refuse_unknown, refuse_unknown_site
from gateway.api.limits import PAGE_DEFAULT, Book, CaseId, Cursor, Limit, Text
from gateway.api.problems import Problem
from ledger import queries
from ledger.events import DiscrepancyResolved, Resolution
from ledger.matching.discrepancies import BY_CODE
from ledger.outcomes import Conflict, Refused

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class CaseDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a resolution. `quantity` is in the part's base unit; left out, all that is open."""

    resolution: Resolution
    quantity: Annotated[Decimal, msgspec.Meta(description="Positive.")] | None = None
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@router.get("", summary="Cases, filtered")
def list_cases(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    status: Literal["open", "assigned", "waiting", "resolved", "closed"] | None = None,
    code: Text = None,
    part: Text = None,
    supplier: Text = None,
    site: Text = None,
    cause: Text = None,
    dispute: Literal["open", "granted", "rejected"] | None = None,
    assignee: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """A supplier sees the cases about itself, another partner those that its documents brought."""
    refuse_unknown("code", code, BY_CODE, "class of cases")
    refuse_unknown_site(call, site)
    concerned = {"supplier": supplier or ""} if call.is_ours else _own_cases(call)
    with call.street.read() as conn:
        rows = queries.cases(
            conn,
            book=book,
            status=status or "",
            code=code or "",
            part=part or "",
            site=site or "",
            cause=cause or "",
            dispute=dispute or "",
            assignee=assignee or "",
            after=open_number_cursor(cursor),
            limit=limit + 1,
            policy=call.street.policy,
            **concerned,
        )
    return answer_page(request, rows, limit, lambda row: row.number)


@router.get("/{id}", summary="One case with its evidence")
def show_case(call: MayReadLedger, id: CaseId, *, book: Book = "live") -> Response:
    return answer(find_case(call, id, book))


@router.post("/{id}/resolve", summary="Decide a case; what clears the clearing account is posted")
def resolve_case(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    """Answers with what the ledger made of the decision, and the case as it stands now. Who decides a case stands in
    it as `decided_by`; anybody else is answered 403, and what cannot be decided so 409."""
    call.refuse_outsiders()
    decision: CaseDecision = decode(body, CaseDecision)
    if decision.quantity is not None and decision.quantity <= 0:
        raise Problem("not-valid", "the quantity must be positive")
    before = find_case(call, id, book)
    if before.status in ("resolved", "closed"):
        raise Problem("conflict", f"case {id} is {before.status}")
    event = DiscrepancyResolved(
        number=id, book=book, resolution=decision.resolution, quantity=decision.quantity, comment=decision.comment
    )
    recorded = call.street.record_events([event], actor=call.actor)
    after = find_case(call, id, book)
    reasons = [one.reason for one in recorded[0].outcomes if isinstance(one, Refused | Conflict)]
    if reasons:
        raise _refusal(call, after, " ".join(reasons))
    return answer({"recorded": recorded, "case": after})


def _refusal(call: Call, case: queries.CaseShown, reason: str) -> Problem:
    """What the ledger refused, with who may decide and what to do."""
    actor = call.actor
    lacks = case.decided_by and not set(case.decided_by) & set(actor.roles)
    if not lacks and actor.id not in case.asked_by and actor.kind != "model":
        return Problem("conflict", reason)
    roles = " or ".join(case.decided_by) or "a person"
    others = f", and not of {' or '.join(case.asked_by)}" if case.asked_by else ""
    detail = f"{reason} {actor.id} acts by this key with the roles: {', '.join(actor.roles) or 'none'}."
    return Problem("not-yours-to-decide", f"{detail} Send it with a key of somebody who is {roles}{others}.")


def find_case(call: Call, id: str, book: str) -> queries.CaseShown:
    """The case, if the caller may see it. Raises Problem otherwise."""
    with call.street.read() as conn:
        case = queries.case(conn, id, book=book, policy=call.street.policy)
    if case is None or not _may_see(call, case):
        raise Problem("not-found", f"there is no case {id}")
    return case


def supplier_of(call: Call) -> str:
    """The ledger's supplier id behind a partner's key; "" for a partner that is no supplier of ours."""
    known = call.masterdata()
    if call.partner in known.suppliers:
        return call.partner
    partner = call.street.configuration.partners.get(call.partner)
    found = (known.supplier_id(party) for party in (partner.identities.party if partner else ()))
    return next((supplier for supplier in found if supplier), "")


def _own_cases(call: Call) -> dict[str, str]:
    """The filter that leaves a partner its own cases."""
    supplier = supplier_of(call)
    return {"supplier": supplier} if supplier else {"partner": call.partner}


def _may_see(call: Call, case: queries.CaseShown) -> bool:
    own = {} if call.is_ours else _own_cases(call)
    return all(getattr(case, field) == value for field, value in own.items())
