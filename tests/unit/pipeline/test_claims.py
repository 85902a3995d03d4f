"""Which messages are claimed of a backlog, and for how long."""

from __future__ import annotations

import pytest

from gateway.messages import microseconds
from gateway.pipeline.posting import claims
from gateway.pipeline.posting.claims import Claims
from tests.unit.pipeline.world import Town, interchange, notice


def test_of_a_backlog_one_group_after_the_other_is_claimed_until_none_is_left(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "CLAIM_MAX", 2)
    ids = [town.street.receive(interchange(("856", notice(f"S{n}")), control=n), "acme") for n in range(1, 6)]
    writer = town.street.writer
    now = microseconds(town.clock())

    whole = Claims(writer, now, goes_on=True)
    groups = [[one.id for one in group] for group in whole]

    assert groups == [ids[:2], ids[2:4], ids[4:]]
    assert whole.is_cut_short is False


def test_a_run_of_a_backlog_ends_in_time_and_says_that_more_waits(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "CLAIM_MAX", 2)
    monkeypatch.setattr(claims, "RUN_SECONDS", 0.0)
    ids = [town.street.receive(interchange(("856", notice(f"S{n}")), control=n), "acme") for n in range(1, 4)]
    now = microseconds(town.clock())

    runs = [Claims(town.street.writer, now, goes_on=True) for _ in range(3)]
    groups = [[[one.id for one in group] for group in run] for run in runs]

    assert groups == [[ids[:2]], [ids[2:]], []]
    assert [run.is_cut_short for run in runs] == [True, False, False]
