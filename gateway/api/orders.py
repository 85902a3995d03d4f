"""`/v1/orders`, `/v1/shipments`, `/v1/invoices`: what was ordered, promised, advised and invoiced."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer_page, open_number_cursor
from gateway.api.callers import Call, MayReadLedger
from gateway.api.cases import supplier_of
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.get("/orders", summary="Orders with what was promised, advised and received of each line")
def list_orders(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    order_number: Text = None,
    supplier: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order they were placed. A supplier sees the orders placed with it."""
    with call.street.read() as conn:
        rows = queries.orders(
            conn,
            book=book,
            order_number=order_number or "",
            supplier=supplier_to_show(call, supplier),
            after=open_number_cursor(cursor),
            limit=limit + 1,
        )
    return answer_page(request, rows, limit, lambda row: row.seq)


@router.get("/shipments", summary="Advised shipments: when they are expected, and what has come of each line")
def list_shipments(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    shipment_id: Text = None,
    supplier: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order of their notices. A supplier sees its own."""
    with call.street.read() as conn:
        rows = queries.shipments(
            conn,
            book=book,
            shipment_id=shipment_id or "",
            supplier=supplier_to_show(call, supplier),
            after=open_number_cursor(cursor),
            limit=limit + 1,
        )
    return answer_page(request, rows, limit, lambda row: row.seq)


@router.get("/invoices", summary="Invoices with what each line bills, and the agreed price")
def list_invoices(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    invoice_number: Text = None,
    supplier: Text = None,
    order_number: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order of recording; credit notes count below zero. A supplier sees its own."""
    with call.street.read() as conn:
        rows = queries.invoices(
            conn,
            book=book,
            invoice_number=invoice_number or "",
            supplier=supplier_to_show(call, supplier),
            order_number=order_number or "",
            after=open_number_cursor(cursor),
            limit=limit + 1,
        )
    return answer_page(request, rows, limit, lambda row: row.seq)


def supplier_to_show(call: Call, chosen: str | None) -> str:
    """Whose are shown; "" is everybody's, for our own side. Raises Problem for anybody else's business."""
    if call.is_ours:
        return chosen or ""
    own = supplier_of(call)
    if not own:
        raise Problem("missing-scope", "the books are open to administrators, internal partners and suppliers only")
    if chosen and chosen != own:
        raise Problem("other-partner", f"this key sees only what concerns {own}")
    return own
