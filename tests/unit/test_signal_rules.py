"""`signals.yaml`: which actions a signal leads to, and how each mistake in the file is told."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from gateway.resources import Mistakes
from gateway.signals import (
    Chosen,
    Hold,
    Notify,
    OpenCase,
    Send,
    Signal,
    SignalRules,
    read_signal_rules,
)
from ledger.policy import ROLES
from ledger.signals import KINDS

ACME = {"partners/acme/partner.yaml": b""}


def read(text: str) -> SignalRules:
    return read_signal_rules({"signals.yaml": text.encode()} | ACME, ROLES)


def mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as found:
        read(text)
    return [one.located for one in found.value.mistakes]


BRAKES = """\
rules:
  brakes:
    on: [inspection_failed, count_variance]
    when: {part: ["BRK-*", HRN-200], site: PLT07, at_least: "10"}
    do:
      - open_case: {owner: quality, answer_hours: "2", text: Brakes first.}
      - hold: {by: [part, lot], to_state: quarantine, reason: suspect}
      - notify
      - send: {document: "861", code: "08"}
  everything:
    on: any
    do: [open_case, {notify: {webhook: w_abc}}, notify]
"""
FAILED = Signal(signal="inspection_failed", cause="1", site="PLT07", part="BRK-100", quantity=Decimal(10))


def test_every_rule_that_fits_has_its_say_in_order_and_a_case_is_opened_once() -> None:
    assert read(BRAKES).actions_for(FAILED) == [
        Chosen("brakes", OpenCase(owner="quality", answer_hours=2, text="Brakes first.")),
        Chosen("brakes", Hold(by=("part", "lot"), to_state="quarantine", reason="suspect")),
        Chosen("brakes", Notify()),
        Chosen("brakes", Send(document="861", code="08")),
        Chosen("everything", Notify(webhook="w_abc")),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"part": "BOLT"},
        {"site": "PLT08"},
        {"quantity": Decimal("9.5")},
        {"signal": "receipt_late"},
    ],
)
def test_a_rule_holds_only_where_all_its_conditions_do(changed: dict[str, object]) -> None:
    said = {name: getattr(FAILED, name) for name in FAILED.__struct_fields__} | changed
    signal = Signal(**said)

    assert {rule for rule, _ in read(BRAKES).actions_for(signal)} == {"everything"}


def test_without_a_rule_what_is_usual_is_done() -> None:
    usual = {
        kind.name: [action for _, action in SignalRules().actions_for(Signal(signal=kind.name, cause="1"))]
        for kind in KINDS
    }

    assert usual == {kind.name: [OpenCase(), Notify()] if kind.opens_case else [Notify()] for kind in KINDS}


def test_a_rule_without_actions_silences_what_is_usual() -> None:
    rules = read("rules: {quiet: {on: receipt_late, when: {partner: acme}, do: []}}")

    assert rules.actions_for(Signal(signal="receipt_late", cause="1", partner="acme")) == []
    assert rules.actions_for(Signal(signal="receipt_late", cause="1", partner="bolt")) != []


def test_test_traffic_leads_to_nothing_unless_a_rule_asks_for_it() -> None:
    tried = Signal(signal="receipt_late", cause="1", book="test")

    assert SignalRules().actions_for(tried) == []
    assert read("rules: {try: {on: any, when: {book: any}, do: notify}}").actions_for(tried) == [
        Chosen("try", Notify())
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rule: {}", ['signals.yaml:1:1: unknown key "rule" (did you mean "rules"?)']),
        (
            "rules:\n  late:\n    on: reciept_late\n    do: notify",
            ['signals.yaml:3:5: unknown signal "reciept_late" (did you mean "receipt_late"?)'],
        ),
        (
            "rules:\n  Late:\n    on: receipt_late\n    do: notfy",
            [
                'signals.yaml:2:3: "Late" cannot name a rule (lower case letters, digits, - and _)',
                'signals.yaml:4:5: unknown action "notfy" (did you mean "notify"?)',
            ],
        ),
        (
            "rules: {late: {on: any, when: {severity: [critcal]}, do: notify}}",
            ['signals.yaml:1:43: unknown severity "critcal" (did you mean "critical"?)'],
        ),
        (
            "rules: {late: {on: any, do: [open_case: {answer_hours: 1e400}]}}",
            [
                'signals.yaml:1:42: answer_hours "1e400" must be at most 87840 (write it like 10 or 0.5)',
            ],
        ),
        (
            "rules:\n  late:\n    when: {partner: [acne], at_least: many, booth: x}",
            [
                "signals.yaml:2:3: rule late does nothing (do: [open_case, notify], or do: [] to silence it)",
                "signals.yaml:2:3: rule late names no signal (on: [receipt_late])",
                'signals.yaml:3:22: there is no partner "acne" (did you mean "acme"?)',
                'signals.yaml:3:29: at_least "many" must be a number, 0 or above (write it like 10 or 0.5)',
                'signals.yaml:3:45: unknown key "booth" (did you mean "book"?)',
            ],
        ),
        (
            "rules:\n  late:\n    on: any\n    do:\n    - open_case: {owner: procurment}\n    - {hold: , notify: }",
            [
                'signals.yaml:5:19: unknown role "procurment" (did you mean "procurement"?)',
                "signals.yaml:6:7: an action stands alone (- notify, or - open_case: {owner: procurement})",
            ],
        ),
        (
            "rules:\n  late:\n    on: any\n    do: [{send: {document: '997', code: long}}, {notify: {webhook: me}}]",
            [
                'signals.yaml:4:18: unknown document "997" (known: 824, 861)',
                'signals.yaml:4:35: do.0.send.code "long" must be up to three letters and digits',
                'signals.yaml:4:59: do.1.notify.webhook "me" is no id of a webhook',
            ],
        ),
        (
            "rules:\n  late:\n    on: any\n    do: notify\n"
            "    when: {part: ['BRK-[', 'BRK-[9-0]', 'BRK-[0-9]', '[!]-]x'], partner: ['acn?', 'ac[', 'a*']}",
            [
                'signals.yaml:5:19: part "BRK-[" opens a set with [ that nothing closes '
                "(write [[] for the character itself)",
                'signals.yaml:5:28: part "BRK-[9-0]" has a range that holds nothing, 9-0 (write 0-9)',
                'signals.yaml:5:75: no partner is like "acn?" (known: acme)',
                'signals.yaml:5:83: partner "ac[" opens a set with [ that nothing closes '
                "(write [[] for the character itself)",
            ],
        ),
        (
            "rules:\n  late: {on: [ack_overdue, document_absent], do: notify, when: {part: X, partner: acme}}\n"
            "  soon: {on: [receipt_late], do: notify, when: {type: '862', book: any}}\n"
            "  both: {on: [receipt_late, ack_overdue], do: notify, when: {type: '862', part: X}}",
            [
                "signals.yaml:2:65: ack_overdue and document_absent have no part: the rule would never hold "
                "(leave part out, or name others in on)",
                "signals.yaml:3:49: receipt_late has no type: the rule would never hold "
                "(leave type out, or name others in on)",
            ],
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_told_where_it_stands_with_its_mend(text: str, told: list[str]) -> None:
    assert sorted(one.replace("rules.late.", "") for one in mistakes(text)) == sorted(told)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("BRK-?00", ["BRK-100", "BRK-200"]),
        ("BRK-[12]00", ["BRK-100", "BRK-200"]),
        ("BRK-[2-9]*", ["BRK-200"]),
        ("BRK-[!1]00", ["BRK-200"]),
        ("brk-*", []),
        ("A[*]", ["A*"]),
        ("A[[]1]", ["A[1]"]),
        ("A[1]", []),
    ],
)
def test_a_pattern_holds_for_what_it_says(pattern: str, fits: list[str]) -> None:
    rules = read(f"rules: {{one: {{on: any, do: notify, when: {{part: ['{pattern}']}}}}}}")

    parts = ("BRK-100", "BRK-200", "A*", "A[1]")
    found = [part for part in parts if rules.rules[0].fits(msgspec.structs.replace(FAILED, part=part))]

    assert found == fits
