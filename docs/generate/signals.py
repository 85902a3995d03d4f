"""The reference of signals: their kinds, the rule table of `signals.yaml`, and what partners are expected to send."""

from __future__ import annotations

from docs.generate.terms import fields_of
from docs.generate.text import WARNING, first_paragraph, table
from gateway.partners import Expected
from gateway.pipeline.signals.acting import ATTEMPTS_MAX, FIRST_WAIT
from gateway.signals.rules import ACTIONS, Conditions, Rule
from ledger.signals import KINDS, SignalKind

HEAD = """# Signals

A signal says that somebody should act. Each cause fires once, whatever is said again, and however often time passes
or the program is started. Those found by the *books* follow from recorded events, and a rebuild finds them again;
those found by the *street* follow from messages, dates and agreements. `crossdock signal list` and `GET /v1/signals`
show what fired and how each action stands; [how to act on signals](../how-to/act-on-signals.md) begins with a home
that has none.

"""

RULES = """
## signals.yaml

`HOME/signals.yaml` says what is done about signals in this house. Every rule that fits a signal has its say, in the
order of the file; an action that two of them name is done once, and a case is opened by the first that asks for one.
Where no rule fits, what the table above calls usual is done. The file is checked like every other configuration: a
mistake is told with its line, and the rules in force stay in force until it is mended. An edited file is
taken up as a whole; what fired before keeps the actions that it fired with.

`rules` is a mapping from the name of each rule to:

"""

ACTING = """
## Actions

An action stands as its name alone, or as its name with what is given. What becomes a fact of the books (a case, a
containment) is a recorded event, so that a rebuild has it too. An action that fails is tried again after {first} and
then ever later, {attempts} times in all; the first and the last failure are alerts, and `crossdock signal retry`
tries again at once. How a webhook is delivered is the outbox's to know: it is shown beside its action.

"""

EXPECTED = """
## What partners are expected to send

`expect` in a partner's `partner.yaml` is a list of documents with the times by which they are there. A new entry
counts from when it was taken up. A time is looked at once, when its grace is over; a document that was refused for
its syntax has not come.

"""

EXAMPLE = """
```yaml
# HOME/signals.yaml
rules:
  brakes:
    on: [receipt_late, inspection_failed]
    when: {part: ["BRK-*"], site: [PLT07], at_least: "10"}
    do:
      - open_case: {owner: quality, answer_hours: 2}
      - hold: {by: [part, lot]}
      - notify: {webhook: w_0f3a9c}
  quiet:
    on: ack_overdue
    when: {partner: try}
    do: []
```

```yaml
# HOME/partners/acme/partner.yaml
expect:
  - {document: "862", at: ["06:00", "14:00"], days: [mon, tue, wed, thu, fri], calendar: PLT07, grace_minutes: 30}
```
"""


def build_page() -> str:
    """The whole page: kinds, rules, conditions, actions, expectations."""
    return "".join(
        (
            WARNING, HEAD, kinds(), RULES, _keys(Rule), "\n### Conditions\n\n`when` of a rule. ",
            first_paragraph(Conditions.__doc__), "\n\n", _keys(Conditions), acting(), EXPECTED, _keys(Expected),
            EXAMPLE,
        )
    )  # fmt: skip


def kinds() -> str:
    """One row per kind."""
    rows = [
        [f"`{kind.name}`", kind.about, f"the {kind.found_by}", ", ".join(kind.classes), _usual(kind)]
        for kind in KINDS
    ]
    return table(["signal", "means", "found by", "has a case of class", "usually"], rows)


def _usual(kind: SignalKind) -> str:
    if not kind.opens_case:
        return "`notify`"
    return f"`open_case` ({kind.owner}, within {kind.answer_hours:g} h), `notify`"


def acting() -> str:
    """One section per action, with what is given with it."""
    minutes = f"{FIRST_WAIT.total_seconds() / 60:g} minutes"
    head = ACTING.format(first=minutes, attempts=ATTEMPTS_MAX)
    parts = (
        f"### {name}\n\n{first_paragraph(action.__doc__)}\n\n{_keys(action)}" for name, action in ACTIONS.items()
    )
    return head + "\n".join(parts)


def _keys(struct: type) -> str:
    return fields_of(struct).replace("| term |", "| key |", 1)
