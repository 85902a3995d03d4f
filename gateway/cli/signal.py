"""`crossdock signal list|show|rules|retry`: what somebody should act on, and what was done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gateway.cli import frame
from gateway.cli.case import known_site

if TYPE_CHECKING:
    from gateway.pipeline.signals.show import SignalShown

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
ActionStatus = Literal["due", "done", "failed", "stopped", ""]
Id = Annotated[str, typer.Argument(help="Id of a signal: S12")]


@app.command("list")
def list_signals(
    kind: Annotated[str, typer.Option("--signal", help="Only this kind: receipt_late.")] = "",
    status: Annotated[ActionStatus, typer.Option(help="Only those with an action that stands so.")] = "",
    partner: Annotated[str, typer.Option(help="Only about this partner.")] = "",
    site: Annotated[str, typer.Option(help="Only at this site.")] = "",
    part: Annotated[str, typer.Option(help="Only about this part.")] = "",
    book: frame.Book = "live",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 100,
    json: Json = False,
) -> None:
    """Signals that fired, newest first, each with its actions."""
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.signals import show
    from ledger.signals import BY_NAME

    frame.known(kind, BY_NAME, "signal")
    with open_to_read() as conn:
        known_site(conn, site)
        rows = show.list_signals(
            conn, kind=kind, action_status=status, partner=partner, site=site, part=part, book=book, limit=limit,
            newest=True,
        )  # fmt: skip
    if json:
        frame.print_json_lines(rows)
        return
    columns = ("id", "signal", "at", "site", "partner", "part", "number", "case", "actions")
    frame.print_table(
        columns,
        [
            [
                row.id, row.signal, f"{row.at:%Y-%m-%d %H:%M}", row.site, row.partner, row.part, row.number, row.case,
                _summary(row),
            ]
            for row in rows
        ],
    )  # fmt: skip


@app.command("show")
def show_signal(id: Id, json: Json = False) -> None:
    """One signal, what shows it, and how each of its actions stands."""
    from gateway.cli.opening import open_to_read

    with open_to_read() as conn:
        signal = _find(conn, id)
    _print(signal, json=json)


@app.command()
def rules(json: Json = False) -> None:
    """What is done about signals: the rules of HOME/signals.yaml, then what is usual where none of them fits."""
    from gateway.cli.opening import read_signal_rules
    from gateway.signals.rules import usual_rules

    table = (*read_signal_rules(frame.settings()).rules, *usual_rules())
    if json:
        frame.print_json_lines(table)
        return
    rows = [
        (
            rule.name or "(usual)",
            ", ".join(rule.on),
            _conditions(rule.when),
            ", ".join(str(action.__struct_config__.tag) for action in rule.do) or "nothing",
        )
        for rule in table
    ]
    frame.print_table(("rule", "on", "when", "do"), rows)


@app.command()
def retry(id: Id, json: Json = False) -> None:
    """Try what failed or was stopped of a signal's actions again, now."""
    from gateway.cli.opening import open_street
    from gateway.errors import OperatorMistake
    from gateway.pipeline.signals.show import number_of

    with open_street() as street:
        with street.read() as conn:
            _find(conn, id)
        if not street.retry_signal(number_of(id)):
            raise OperatorMistake(f"nothing of {id} failed", mend="crossdock signal list --status failed")
        street.run_until_idle()
        with street.read() as conn:
            signal = _find(conn, id)
    _print(signal, json=json)


def _find(conn: object, id: str) -> SignalShown:
    from gateway.errors import OperatorMistake
    from gateway.pipeline.signals import show

    found = show.show_signal(conn, show.number_of(id))  # type: ignore[arg-type]
    if found is None:
        raise OperatorMistake(f"there is no signal {id}", mend="crossdock signal list")
    return found


def _print(signal: SignalShown, *, json: bool) -> None:
    if json:
        frame.print_json(signal)
        return
    frame.say(f"{signal.id} {signal.signal} at {signal.at.isoformat()}")
    frame.say(signal.text)
    told = ("site", "partner", "supplier", "part", "lot", "location", "number", "case", "message", "event", "cause")
    frame.print_table(("", ""), [(name, getattr(signal, name)) for name in told if getattr(signal, name)])
    frame.print_table(
        ("action", "rule", "status", "attempts", "result", "deliveries"),
        [
            (one.action, one.rule or "(usual)", one.status, one.attempts, one.result, ", ".join(one.deliveries))
            for one in signal.actions
        ],
    )


def _summary(signal: SignalShown) -> str:
    return ", ".join(f"{one.action} {one.status}" for one in signal.actions) or "none"


def _conditions(when: object) -> str:
    from gateway.signals.rules import ALWAYS

    names = when.__struct_fields__  # type: ignore[attr-defined]
    told = [(name, getattr(when, name)) for name in names if getattr(when, name) != getattr(ALWAYS, name)]
    return "; ".join(f"{name} {', '.join(value) if isinstance(value, tuple) else value}" for name, value in told)
