"""`policy.yaml`: what is laid over the shipped rules, and every mistake with its line and what was meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.errors import OperatorMistake
from gateway.governance import read_governance
from ledger.policy import HOUSE, CountLimits, CountRules, Ownership, Policy, Tolerance, ToleranceRule
from ledger.policy.policy import read_policy, write_policy

HOUSE_FILE = b"""\
roles:
  reman_manager: Decides about remanufactured goods.
counts:
  usual: {tolerance: {percent: "1"}, limit: "25", limits: {finance: "100"}}
  snapshot_tolerance: {quantity: "2"}
  window_minutes: "45"
segments:
  raw: {counts: {limit: "50"}}
  reman: {counts: {approvers: [reman_manager]}, visible_to: [reman_manager, finance]}
  kits: {about: Kits of the assembly shop, never: [GoodsReturned], states: [available, line_side]}
transitions:
  StockScrapped:
    roles: [quality_manager]
    reasons: {mould: Mould and mildew}
    without: [set_up]
    needs_reason: true
  HoldReleased: {by_state: {quarantine: [quality_manager, reman_manager]}}
  StockReactivated: {approvers: []}
cases:
  D16: {deciders: [procurement], answer_hours: "4.5"}
tolerances:
  - {code: D43, part: BRK-100, tolerance: {percent: "3"}}
"""


def policy_of(text: bytes) -> Policy:
    return read_governance({"policy.yaml": text}).rules.laid_over()


def test_without_a_file_the_shipped_rules_hold() -> None:
    assert policy_of(b"") == read_governance({}).rules.laid_over() == HOUSE


def test_a_file_is_laid_over_the_shipped_rules() -> None:
    policy = policy_of(HOUSE_FILE)

    assert policy.counts == CountRules(
        usual=CountLimits(
            tolerance=Tolerance(percent=Decimal(1), quantity=Decimal(1)),
            limit=Decimal(25),
            limits={"finance": Decimal(100)},
        ),
        snapshot_tolerance=Tolerance(percent=Decimal("0.1"), quantity=Decimal(2)),
        window_minutes=45,
    )
    reman, raw, kits = (policy.segments[name] for name in ("reman", "raw", "kits"))
    assert reman.counts == CountLimits(tolerance=Tolerance(), limit=Decimal(0), approvers=("reman_manager",))
    assert (reman.visible_to, reman.kept_from) == (("reman_manager", "finance"), HOUSE.segments["reman"].kept_from)
    assert raw.counts == CountLimits(limit=Decimal(50))
    assert (kits.never, kits.states, kits.counts) == (("GoodsReturned",), ("available", "line_side"), None)
    scrap = policy.transitions["StockScrapped"]
    assert scrap.codes.keys() == (HOUSE.transitions["StockScrapped"].codes.keys() | {"mould"}) - {"set_up"}
    assert (scrap.roles, scrap.needs_reason) == (("quality_manager",), True)
    assert policy.transitions["HoldReleased"].by_state == {"quarantine": ("quality_manager", "reman_manager")}
    assert policy.transitions["StockReactivated"].approvers == ()
    assert policy.ownership == HOUSE.ownership | {"D16": Ownership(deciders=("procurement",), answer_hours=4.5)}
    assert policy.tolerances == (ToleranceRule(code="D43", part="BRK-100", tolerance=Tolerance(percent=Decimal(3))),)
    assert policy.segments.keys() == HOUSE.segments.keys() | {"kits"}


def test_what_was_read_is_kept_with_every_event_as_it_is() -> None:
    policy = policy_of(HOUSE_FILE)
    assert read_policy(write_policy(policy)) == policy
    assert policy.hash != HOUSE.hash


MISTAKES = [
    ("segment: {}", 'policy.yaml line 1: unknown key "segment" (did you mean "segments"?)'),
    ("counts:\n  usual: {limt: 5}", 'policy.yaml line 2: unknown key "limt" (did you mean "limit"?)'),
    ("counts:\n  usual: {limit: five}",
     'policy.yaml line 2: counts.usual.limit "five" must be a number, 0 or above (write it like 10 or 0.5)'),
    ("counts:\n  usual: {approvers: [inventry_manager]}",
     'policy.yaml line 2: unknown role "inventry_manager" (did you mean "inventory_manager"?)'),
    ("counts:\n  usual: {limits: {finanse: 5}}",
     'policy.yaml line 2: unknown role "finanse" (did you mean "finance"?)'),
    ("segments:\n  raw:\n    never: [MaterialIsued]",
     'policy.yaml line 3: unknown event kind "MaterialIsued" (did you mean "MaterialIssued"?)'),
    ("segments:\n  raw: {states: [availble]}",
     'policy.yaml line 2: unknown state "availble" (did you mean "available"?)'),
    ("segments:\n  raw: {visible_to: [finnance]}",
     'policy.yaml line 2: unknown role "finnance" (did you mean "finance"?)'),
    ("segments:\n  raw: {approvals: {StockScraped: [finance]}}",
     'policy.yaml line 2: unknown event kind "StockScraped" (did you mean "StockScrapped"?)'),
    ("segments:\n  raw: {reasons: {StockScraped: {x: y}}}",
     'policy.yaml line 2: unknown event kind "StockScraped" (did you mean "StockScrapped"?)'),
    ("transitions:\n  HoldRelease: {}",
     'policy.yaml line 2: unknown event kind "HoldRelease" (did you mean "HoldReleased"?)'),
    ("transitions:\n  HoldReleased: {by_state: {quarantene: [finance]}}",
     'policy.yaml line 2: unknown state "quarantene" (did you mean "quarantine"?)'),
    ("transitions:\n  HoldReleased: {roles: [inspctor]}",
     'policy.yaml line 2: unknown role "inspctor" (did you mean "inspector"?)'),
    ("transitions:\n  HoldReleased: {needs_reason: perhaps}",
     'policy.yaml line 2: unknown needs_reason "perhaps" (known: false, true)'),
    ("cases:\n  LATE: {}", 'policy.yaml line 2: unknown class "LATE" (docs/reference/roles.md lists them)'),
    ("tolerances:\n  - {code: D99, tolerance: {percent: 1}}", 'policy.yaml line 2: unknown class "D99"'),
    ("tolerances:\n  - {code: D10, tolerance: {action: hold}}",
     "policy.yaml line 2: D10 holds no goods (write warn or ignore; hold is for D05, D13, D14, D17, D18, D19,"),
    ("segments:\n  two words: {}", 'policy.yaml line 2: "two words" cannot be a segment (write it in one word)'),
    ("segments: [raw]", "policy.yaml line 1: segments must be a mapping of keys"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mistake"), MISTAKES, ids=[text[-40:] for text, _ in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_what_was_meant(text: str, mistake: str) -> None:
    with pytest.raises(OperatorMistake) as raised:
        policy_of(text.encode())
    assert str(raised.value).startswith(mistake)


def test_all_mistakes_of_both_files_are_told_at_once() -> None:
    files = {
        "policy.yaml": b"roles: {buyer: Buys}\nsegment: {}\nsegments: {raw: {never: [X]}}\n",
        "people.yaml": b"people:\n  eva: {roles: [buyer]}\n  tom: {roles: [byer]}\n",
    }
    with pytest.raises(OperatorMistake) as raised:
        read_governance(files)
    assert str(raised.value).splitlines() == [
        'people.yaml line 3: unknown role "byer" (did you mean "buyer"?)',
        'policy.yaml line 2: unknown key "segment" (did you mean "segments"?)',
        'policy.yaml line 3: unknown event kind "X" (docs/reference/roles.md lists them)',
    ]
