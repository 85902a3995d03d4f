"""`crossdock score`: supplier scorecards, computed from events alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from ledger.queries import Recomputed
    from ledger.scorecards import Measure, Rolling, Scorecard

app = typer.Typer()


@app.command()
def score(
    supplier: Annotated[str | None, typer.Argument(help="Our id of the supplier; all of them if left out.")] = None,
    month: Annotated[str, typer.Option(help="YYYY-MM; the running month if left out.")] = "",
    metric: Annotated[str, typer.Option(help="One metric, with everything that it counted.")] = "",
    site: Annotated[str, typer.Option(help="Only what concerns this site of ours.")] = "",
    part: Annotated[str, typer.Option(help="Only what concerns this part.")] = "",
    ship_point: Annotated[str, typer.Option(help="Only what left from there, as the notices name it.")] = "",
    rolling: Annotated[bool, typer.Option("--rolling", help="The last months, weighted by closed lines.")] = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Months as they were frozen, each computed anew and compared.")
    ] = False,
    freeze: Annotated[bool, typer.Option("--freeze", help="Freeze the month as it stands.")] = False,
    reason: Annotated[str, typer.Option(help="With --freeze: why it is frozen again.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a printable page to this file; - is stdout.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all figures as CSV to this file; - is stdout.")] = None,
    book: frame.Book = "live",
    json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Score, grade, and the metrics behind them."""
    from gateway.cli.opening import open_to_read, read_configuration
    from gateway.pipeline.desk.configure import build_policy
    from gateway.pipeline.parties import policy_now
    from gateway.pipeline.scorecards import build_csv, build_page
    from ledger import queries

    _check(supplier, month, metric, needs_one=bool(metric or rolling or frozen or html))
    settings = frame.settings()
    now = settings.clock()()
    asked: dict[str, Any] = {"month": month, "now": now, "book": book}
    with open_to_read() as conn:
        configuration, masterdata = read_configuration(settings), queries.masterdata(conn)
        asked["policy"] = policy_now(build_policy(configuration), configuration.partners, masterdata)
        suppliers = masterdata.suppliers
        frame.known(supplier or "", suppliers, "supplier")
        frame.known(site, masterdata.sites, "site")
        frame.known(part, masterdata.parts, "part")
        wanted = [supplier] if supplier is not None else sorted(suppliers)
        if not freeze:
            to = queries.Narrowed(site, part, ship_point)
            if metric:
                _show_metric(queries.score_drill(conn, wanted[0], metric, to=to, **asked), json=json)
            elif rolling:
                _show_rolling(queries.score_trend(conn, wanted[0], **asked), json=json)
            elif frozen:
                kept = queries.frozen_cards(conn, wanted[0], month=month, book=book)
                _show_frozen([queries.recompute(conn, one, book=book) for one in kept], json=json)
            else:
                cards = list(queries.scores(conn, wanted, to=to, **asked))
                if html is not None:
                    trend = queries.score_trend(conn, wanted[0], **asked)
                    write_to(html, build_page(cards[0], trend, suppliers[wanted[0]].name))
                elif csv is not None:
                    write_to(csv, build_csv(cards))
                else:
                    _show_cards(cards, json=json)
            return
    _freeze(wanted, month, reason, book)


def check_month(month: str) -> None:
    """Raises OperatorMistake unless it is a month, or ""."""
    from gateway.errors import OperatorMistake

    if month and not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise OperatorMistake(f'"{month}" is no month', mend="write it like 2026-11")


def _check(supplier: str | None, month: str, metric: str, *, needs_one: bool) -> None:
    """What is wrong with the question itself."""
    from gateway.errors import OperatorMistake
    from ledger.scorecards import METRICS

    check_month(month)
    frame.known(metric, METRICS, "metric")
    if needs_one and supplier is None:
        raise OperatorMistake("name a supplier: this is about one", mend="crossdock score SUPPLIER ...")


def _freeze(suppliers: list[str], month: str, reason: str, book: str) -> None:
    import msgspec

    from gateway.cli.opening import open_street
    from gateway.errors import OperatorMistake
    from ledger import queries

    if not month:
        raise OperatorMistake("name the month that is to be frozen", mend="--month 2026-10")
    with open_street() as street:
        for supplier in suppliers:
            with street.read() as conn:
                try:
                    event = queries.freeze(
                        conn, supplier, month, now=street.clock(), policy=street.policy, book=book, reason=reason
                    )
                except ValueError as mistake:
                    raise OperatorMistake(str(mistake), mend="freeze it when it is") from None
            street.record_events([msgspec.structs.replace(event, partner="crossdock")])
    frame.say(f"{len(suppliers)} {'card' if len(suppliers) == 1 else 'cards'} of {month} frozen")


def write_to(path: Path, text: str) -> None:
    """The text to a file, or to stdout for `-`."""
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        path.write_text(text, "utf-8", newline="")
        frame.say(f"written to {path}")


def _show_cards(cards: list[Scorecard], *, json: bool) -> None:
    if json:
        frame.print_json_lines(cards)
        return
    frame.print_table(
        ("supplier", "month", "value", "grade", "coverage", "provisional", "closed lines", "disputed"),
        [
            (one.supplier, one.month, one.value, one.grade, one.coverage, one.provisional, one.closed_lines,
             one.disputed)
            for one in cards
        ],
    )  # fmt: skip
    if len(cards) != 1:
        return
    (card,) = cards
    frame.print_table(
        ("metric", "value", "unit", "points", "weight", "because of"),
        [
            (one.measure.metric, one.measure.value, one.measure.unit, one.points, one.weight,
             _because(one.measure.deductions))
            for one in card.metrics
        ],
    )  # fmt: skip
    if card.taken:
        frame.print_table(
            ("deduction", "occurrences", "points"), [(one.reason, one.occurrences, -one.points) for one in card.taken]
        )


def _because(entries: Iterable[Any]) -> str:
    texts = list(dict.fromkeys(entry.text for entry in entries))
    return "; ".join(texts[:3]) + (f"; {len(texts) - 3} more" if len(texts) > 3 else "")


def _show_metric(found: Measure, *, json: bool) -> None:
    if json:
        frame.print_json(found)
        return
    frame.say(f"{found.metric}: {'-' if found.value is None else found.value} {found.unit} {found.band}".rstrip())
    frame.print_table(
        ("what", "achieved", "possible", "unit", "cases", "event", "document", "segment"),
        [
            (one.text, one.achieved, one.possible, one.unit, " ".join(one.cases), one.behind.seq or "",
             one.behind.document, one.behind.segment or "")
            for one in found.deductions
        ],
    )  # fmt: skip


def _show_rolling(found: Rolling, *, json: bool) -> None:
    if json:
        frame.print_json(found)
        return
    frame.say(f"rolling: {'-' if found.value is None else found.value} {found.grade or 'no grade'}")
    frame.print_table(
        ("month", "value", "grade", "coverage", "closed lines", "provisional", "frozen"),
        [
            (one.month, one.value, one.grade, one.coverage, one.closed_lines, one.provisional, one.frozen)
            for one in found.months
        ],
    )  # fmt: skip


def _show_frozen(found: list[Recomputed], *, json: bool) -> None:
    if json:
        frame.print_json_lines(found)
        return
    if not found:
        frame.say("no month is frozen yet; --freeze with --month freezes one")
    for one in found:
        frame.say(f"{one.supplier} {one.month}, event {one.seq}: {'the same' if one.same else 'differs'}")
        if one.differences:
            frame.print_table(
                ("what", "name", "was", "now", "cases", "event", "text"),
                [(d.what, d.name, d.was, d.now, " ".join(d.cases), d.event or "", d.text) for d in one.differences],
            )
