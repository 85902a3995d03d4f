"""Tells a person what happened: messages with what proves them, answers, stock, cases with their evidence, the score.

Prints only; everything it says is in the scene that the play gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.demo.dispute import ANSWER, CLAIM, Dispute, changes
from gateway.demo.keys import PROCUREMENT
from gateway.demo.proofs import Known, proof_of_received, proof_of_sent
from gateway.demo.scene import Scene
from gateway.demo.world import PARTS, SUPPLIER, Actor

STATES = ("in_transit", "available", "quality_hold", "quarantine")


def tell(console: Console, scene: Scene, known: Iterable[Known], *, repeat: bool) -> None:
    """The whole story, section by section."""
    _known(console, known)
    _received(console, scene)
    _sent(console, scene)
    _answers(console, scene)
    _position(console, scene)
    _cases(console, scene)
    _dispute(console, scene.dispute)
    if repeat:
        console.print("\n[bold]A repeat:[/] the same bytes as last time. Nothing was recorded or sent a second time.")


def tell_end(console: Console, figures: dict[str, Any]) -> None:
    """The last lines: laws, score, time."""
    score = figures["score"]
    grade = score["grade"] or "no grade yet"
    console.print(
        f"\n[bold]The books:[/] {figures['movements']} movements, sum over all accounts {figures['movements_sum']}, "
        f"verification {figures['verify']}."
    )
    console.print(
        f"[bold]Brightwell's score:[/] {score['value']} ({grade}; {score['coverage']} of the weights covered"
        f"{', provisional' if score['provisional'] else ''})."
    )
    console.print(f"[dim]{figures['seconds']} s, working folder {figures['home']}[/]")


def _dispute(console: Console, told: Dispute) -> None:
    """The score before, while the dispute was open, and after it was granted, and why it is another."""
    id, before, after = told.case["id"], told.before, told.granted
    console.print("\n[bold]A dispute, and the score computed anew[/]")
    console.print(f'  {SUPPLIER.partner} disputes {id}: "{CLAIM}"', soft_wrap=True)
    console.print(f'  {PROCUREMENT}: {told.case["dispute"]}. "{ANSWER}"', soft_wrap=True)
    console.print(f"  score {before['value']}, while it was open {told.disputed['value']}, granted {after['value']}:")
    for change in changes(before, after):
        console.print(f"    {change.metric} {change.before} -> {change.after}", soft_wrap=True)
        for text in change.gone:
            console.print(f"      no longer counted: {text}", soft_wrap=True)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _known(console: Console, known: Iterable[Known]) -> None:
    table = _table("Who is known by what; nothing is trusted at first sight", "party", "known by", "SHA-256")
    for one in known:
        table.add_row(*one)
    console.print(table)


def _received(console: Console, scene: Scene) -> None:
    table = _table("What came in, what proved it, and what came of it", "from", "document", "became", "answers")
    for one in scene.received:
        documents = one.message.get("documents", [])
        became = ", ".join(sorted({str(document["status"]) for document in documents})) or one.message["status"]
        answers = ", ".join(_answer(answer, one.actor) for answer in one.answers if answer["kind"] != "mdn")
        table.add_row(one.actor.title, f"{one.name}\n[dim]{proof_of_received(one)}[/]", became, answers or "-")
    console.print(table)


def _sent(console: Console, scene: Scene) -> None:
    table = _table("What went out, and what proved that it arrived", "to", "document", "then")
    for one in scene.sent:
        then = ", ".join(f"997 {document['status']}" for document in one.message["documents"])
        table.add_row(one.message["to"], f"{one.message['kind']}\n[dim]{proof_of_sent(one)}[/]", then or "-")
    console.print(table)


def _answer(answer: dict[str, Any], asker: Actor) -> str:
    """`997 A`; `861 to brightwell` where it goes to somebody else than who sent the document."""
    if answer["kind"] == "997":
        return "997 " + next((segment[1] for segment in answer["segments"] if segment[0] == "AK9"), "")
    return str(answer["kind"]) if answer["to"] == asker.partner else f"{answer['kind']} to {answer['to']}"


def _answers(console: Console, scene: Scene) -> None:
    """The first 997, and each 861 and 824 in full, as the partner got them."""
    shown: list[dict[str, Any]] = []
    for kind in ("850", "997", "861", "824"):
        of_kind = [one.message for one in scene.sent if one.message["kind"] == kind]
        shown += of_kind if kind in ("861", "824") else of_kind[:1]
    for answer in shown:
        console.print(f"\n[bold]{answer['kind']}[/] to {answer['to']}")
        for segment in answer["segments"]:
            console.print(Text("   " + "*".join(segment), style="cyan"), soft_wrap=True)


def _position(console: Console, scene: Scene) -> None:
    physical = [b for b in scene.balances if b["state"] in STATES]
    table = _table("\nWhere the parts are now", "part", *STATES, "unit", "where")
    for part in PARTS:
        mine = [b for b in physical if b["part"] == part]
        amounts = {
            state: sum((Decimal(b["quantity"]) for b in mine if b["state"] == state), Decimal(0)) for state in STATES
        }
        places = sorted({b["location"] for b in mine if b["location"]})
        cells = [_amount(amounts[state]) for state in STATES]
        table.add_row(part, *cells, mine[0]["unit"] if mine else "", ", ".join(places))
    console.print(table)


def _amount(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "[dim]-[/]"


def _cases(console: Console, scene: Scene) -> None:
    console.print("\n[bold]Discrepancies, each with the segments that are its evidence[/]")
    for case in scene.cases:
        line = Text(f"{case['id']}  ", style="bold")
        line.append(case["code"], style="bold yellow")
        line.append(f"  {case['text']}")
        console.print(line, soft_wrap=True)
        if case["expected"] != case["actual"]:
            amounts = f"expected {case['expected']}, actual {case['actual']} {case['unit']}"
            console.print(f"    {amounts}; whose fault: {case['fault']}; {case['status']}", soft_wrap=True)
        for evidence in scene.evidence[case["id"]]:
            where = (
                f"    {evidence.name}, {'segment' if evidence.name.endswith('.edi') else 'line'} {evidence.segment}: "
            )
            console.print(Text(where, style="dim") + Text(evidence.text, style="cyan"), soft_wrap=True)
