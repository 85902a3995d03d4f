"""`crossdock ledger`: the questions to the books, one module for each group of them."""

from __future__ import annotations

import typer

from gateway.cli import (
    ledger_checks,
    ledger_containments,
    ledger_flow,
    ledger_matching,
    ledger_moves,
    ledger_papers,
    ledger_periods,
    ledger_rulings,
    ledger_stock,
    ledger_value,
)
from gateway.cli.ledger_asking import CHECKS, FLOW, STOCK

app = typer.Typer(no_args_is_help=True, help="The books: what stands where, what moved, whether all is right.")
for _questions in (ledger_stock, ledger_flow, ledger_value, ledger_checks):
    app.add_typer(_questions.app)
app.command(rich_help_panel=CHECKS)(ledger_periods.periods)
app.command(rich_help_panel=STOCK)(ledger_containments.containments)
app.command(rich_help_panel=STOCK)(ledger_moves.transfers)
app.command(rich_help_panel=STOCK)(ledger_moves.settlements)
app.command(rich_help_panel=STOCK)(ledger_moves.calls)
for _ruled in (ledger_rulings.changes, ledger_rulings.deviations, ledger_rulings.substitutions):
    app.command(rich_help_panel=STOCK)(_ruled)
for _papers in (ledger_papers.orders, ledger_papers.schedules, ledger_papers.shipments, ledger_papers.invoices):
    app.command(rich_help_panel=FLOW)(_papers)
for _matching in (ledger_matching.matches, ledger_matching.match):
    app.command(rich_help_panel=FLOW)(_matching)
