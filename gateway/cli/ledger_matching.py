"""`crossdock ledger matches|match`: goods whose notice nobody is sure of, and what a person says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.case import known_site
from gateway.cli.ledger_asking import Book, Json, Limit, Part, Site, Supplier, asking
from gateway.errors import OperatorMistake

if TYPE_CHECKING:
    from ledger.queries import MatchWanted


def matches(part: Part = "", site: Site = "", limit: Limit = 100, book: Book = "live", json: Json = False) -> None:
    """Goods receipts that wait for a person to say which notice they answer, with what they may answer."""
    from ledger import queries

    with asking() as conn:
        known_site(conn, site)
        found = queries.matches(conn, book=book, site=site, part=part, limit=limit)
    if json:
        frame.print_json_lines(found)
        return
    columns = (
        "site",
        "provider",
        "receipt",
        "line",
        "part",
        "quantity",
        "unit",
        "candidate",
        "open",
        "rung",
        "confidence",
    )
    frame.print_table(columns, [row for one in found for row in _rows(one)])


def match(
    provider: Annotated[str, typer.Argument(help="Partner id of who received.")],
    receipt: Annotated[str, typer.Argument(help="Goods-receipt id.")],
    line: Annotated[str, typer.Argument(help="Its line.")],
    shipment: Annotated[str, typer.Option(help="The notice that the goods answer.")] = "",
    supplier: Supplier = "",
    notice_line: Annotated[str, typer.Option(help="Its line, where it has several of the part.")] = "",
    none: Annotated[bool, typer.Option("--none", help="No notice announced them.")] = False,
    site: Site = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    acting: frame.As = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Say which notice a line of a goods receipt answers, or that none does."""
    from gateway.cli.opening import open_street, who_acts
    from ledger import queries
    from ledger.events import GoodsReceiptMatched
    from ledger.outcomes import Conflict, Refused

    if none == bool(shipment):
        raise OperatorMistake("say either --shipment or --none", mend="crossdock ledger matches lists what there is")
    with open_street() as street:
        with street.read() as conn:
            sites = sorted(queries.masterdata(conn).sites)
        if not site and len(sites) != 1:
            what = "are several sites" if sites else "is no site"
            raise OperatorMistake(f"there {what}", mend="name the --site, as `ledger matches` shows it")
        event = GoodsReceiptMatched(
            number=receipt, book=book, site=site or sites[0], provider=provider, receipt_line=line, supplier=supplier,
            shipment_id=shipment, notice_line=notice_line, reason=reason,
        )  # fmt: skip
        recorded = street.record_events([event], actor=who_acts(street.governance, frame.settings()))
    if json:
        frame.print_json({"recorded": recorded})
    else:
        frame.say(f"goods receipt {receipt} line {line}: {recorded[0].result}")
    if recorded[0].result not in ("posted", "repeated"):
        for outcome in recorded[0].outcomes:
            if isinstance(outcome, Refused | Conflict) and not json:
                frame.warn(outcome.reason)
        raise typer.Exit(frame.FAULTS)


def _rows(one: MatchWanted) -> list[tuple[object, ...]]:
    """A row for each notice line that the goods may answer; one without, where none is open any more."""
    mine = (one.site, one.provider, one.receipt_id, one.receipt_line, one.part, one.quantity, one.unit)
    return [
        (*mine, f"{found.shipment_id}/{found.notice_line}", found.open, found.rung, found.confidence)
        for found in one.candidates
    ] or [(*mine, "", "", "", "")]
