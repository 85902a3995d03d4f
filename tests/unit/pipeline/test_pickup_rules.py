"""Which files are ready, how long a troubled server rests, what claimed names say: rules without a server."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from gateway.partners.sftp import Pickup
from gateway.pipeline.pickup.breaker import after_success, after_trouble
from gateway.pipeline.pickup.claims import Claim, claimed_path, read_claim
from gateway.pipeline.pickup.ready import plan_round
from gateway.pipeline.pickup.values import Met
from gateway.store.circuits import Circuit
from gateway.store.pickups import Cleanup
from gateway.store.pickups import Entry as Known
from gateway.transports.sftp import Entry, name_hex

MINUTE = 60_000_000
HOUR = 60 * MINUTE
CSV = Pickup(folder="/out", include=("*.csv",), ready="immediate")
STABLE = msgspec.structs.replace(CSV, ready="stable", settle_seconds=10)
DONE = msgspec.structs.replace(CSV, ready="done", suffix=".done")
SUFFIX = msgspec.structs.replace(CSV, ready="suffix", suffix=".wip")


def known(name: str, size: int = 5, mtime: int = 7, **more: object) -> Known:
    return Known(**{"name": name_hex(name), "size": size, "mtime": mtime, "first_at": 1, "same_at": 1, **more})  # type: ignore[arg-type]


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.name for entry in entries]


def by_name(*entries: Known) -> dict[str, Known]:
    return {entry.name: entry for entry in entries}


def test_a_stable_file_is_taken_only_when_two_listings_far_enough_apart_agree() -> None:
    first = plan_round([Entry("a.csv", 5, 7)], {}, STABLE, at=1)
    too_soon = plan_round([Entry("a.csv", 5, 7)], by_name(*first.seen), STABLE, at=1 + 9_999_999)
    later = plan_round([Entry("a.csv", 5, 7)], by_name(*first.seen), STABLE, at=1 + 10_000_000)

    assert (names(first.take), first.waiting) == ([], 1)
    assert (names(too_soon.take), too_soon.seen) == ([], ())
    assert names(later.take) == ["a.csv"]


def test_a_file_that_grows_or_is_replaced_begins_its_rest_again() -> None:
    was = by_name(known("a.csv"))

    grown = plan_round([Entry("a.csv", 6, 7)], was, STABLE, at=MINUTE)
    touched = plan_round([Entry("a.csv", 5, 8)], was, STABLE, at=MINUTE)

    assert (grown.take, touched.take) == ((), ())
    assert grown.seen == (known("a.csv", 6, same_at=MINUTE),)
    assert touched.seen == (known("a.csv", 5, 8, same_at=MINUTE),)


@pytest.mark.parametrize("mtime", [0, -86_400, 86_400, 2**31, 2**32 - 1])
def test_a_server_with_any_clock_is_served_alike(mtime: int) -> None:
    first = plan_round([Entry("a.csv", 5, mtime)], {}, STABLE, at=MINUTE)
    later = plan_round([Entry("a.csv", 5, mtime)], by_name(*first.seen), STABLE, at=2 * MINUTE)

    assert names(later.take) == ["a.csv"]


def test_a_marker_makes_its_own_file_ready_and_is_never_taken_itself() -> None:
    listing = [Entry("a.csv", 5, 7), Entry("a.csv.done", 0, 7), Entry("b.csv", 5, 7)]

    plan = plan_round(listing, {}, DONE, at=1)

    assert (names(plan.take), plan.waiting) == (["a.csv"], 1)


def test_an_upload_under_its_temporary_name_waits_until_it_is_renamed() -> None:
    listing = [Entry("a.csv.wip", 5, 7), Entry("b.csv", 5, 7), Entry("c.txt.wip", 5, 7)]

    plan = plan_round(listing, {}, SUFFIX, at=1)

    assert (names(plan.take), plan.waiting) == (["b.csv"], 1)


def test_names_of_uploads_under_way_and_hidden_ones_are_left_out() -> None:
    listing = [Entry(name, 5, 7) for name in (".a.csv", "b.tmp", "c.csv.filepart", "~d.csv", "e.csv.part", "f.csv")]

    plan = plan_round(listing, {}, CSV, at=1)

    assert names(plan.take) == ["f.csv"]


def test_excluded_names_and_other_cases_are_left_out() -> None:
    pickup = msgspec.structs.replace(CSV, exclude=("test_*",))

    plan = plan_round([Entry(name, 5, 7) for name in ("A.CSV", "test_1.csv", "a.csv")], {}, pickup, at=1)

    assert names(plan.take) == ["a.csv"]


def test_a_partial_upload_is_told_once_after_the_agreed_hours_and_never_taken() -> None:
    listing = [Entry("a.csv", 5, 7)]
    first = plan_round(listing, {}, DONE, at=1)
    before = plan_round(listing, by_name(*first.seen), DONE, at=23 * HOUR)
    after = plan_round(listing, by_name(*first.seen), DONE, at=1 + 24 * HOUR)
    again = plan_round(listing, by_name(*after.seen), DONE, at=48 * HOUR)

    assert [len(plan.stuck) for plan in (first, before, after, again)] == [0, 0, 1, 0]
    assert [names(plan.take) for plan in (first, before, after, again)] == [[], [], [], []]


def test_an_upload_that_never_rests_is_stuck_too() -> None:
    seen: dict[str, Known] = {}
    stuck = []
    for hour in range(26):
        plan = plan_round([Entry("a.csv", hour + 1, hour)], seen, STABLE, at=1 + hour * HOUR)
        seen = by_name(*plan.seen)
        stuck.append(len(plan.stuck))

    assert stuck == [0] * 24 + [1, 0]


def test_empty_and_too_large_files_are_set_aside_once_they_are_whole() -> None:
    pickup = msgspec.structs.replace(STABLE, bytes_max=10)
    listing = [Entry("empty.csv", 0, 7), Entry("large.csv", 11, 7), Entry("fits.csv", 10, 7)]
    first = plan_round(listing, {}, pickup, at=1)

    plan = plan_round(listing, by_name(*first.seen), pickup, at=MINUTE)

    assert (first.unfit, names(plan.take)) == ((), ["fits.csv"])
    assert [(unfit.entry.name, unfit.code) for unfit in plan.unfit] == [
        ("empty.csv", "empty"), ("large.csv", "too_large"),
    ]  # fmt: skip


def test_empty_files_are_taken_where_that_is_agreed() -> None:
    plan = plan_round([Entry("a.csv", 0, 7)], {}, msgspec.structs.replace(CSV, empty="accept"), at=1)

    assert (names(plan.take), plan.unfit) == (["a.csv"], ())


@pytest.mark.parametrize("state", ["taken", "refused"])
def test_a_file_that_stays_is_taken_again_only_when_it_is_another(state: str) -> None:
    was = by_name(known("a.csv", state=state))

    same = plan_round([Entry("a.csv", 5, 7)], was, CSV, at=MINUTE)
    other = plan_round([Entry("a.csv", 5, 8)], was, CSV, at=MINUTE)

    assert (names(same.take), names(other.take)) == ([], ["a.csv"])


def test_a_file_that_only_waits_to_be_cleaned_up_is_not_taken_again() -> None:
    owed = {name_hex("a.csv"): Cleanup(source="", target="", size=5, mtime=7)}

    same = plan_round([Entry("a.csv", 5, 7)], {}, CSV, at=1, owed=owed)
    replaced = plan_round([Entry("a.csv", 6, 8)], {}, CSV, at=1, owed=owed)

    assert (names(same.take), names(replaced.take)) == ([], ["a.csv"])


def test_one_round_takes_its_share_in_order_and_says_that_there_is_more() -> None:
    pickup = msgspec.structs.replace(CSV, files_max=2)
    listing = [Entry("c.csv", 1, 1), Entry("a.csv", 3, 2), Entry("b.csv", 2, 3)]

    by_order = {
        order: names(plan_round(listing, {}, msgspec.structs.replace(pickup, order=order), at=1).take)
        for order in ("name", "time", "size")
    }

    assert by_order == {"name": ["a.csv", "b.csv"], "time": ["c.csv", "a.csv"], "size": ["c.csv", "b.csv"]}
    assert plan_round(listing, {}, pickup, at=1).more is True


def test_a_listing_that_was_cut_is_asked_for_again_at_once_only_while_it_gives_files() -> None:
    was = by_name(known("a.csv", state="taken"))
    kept, new = Entry("a.csv", 5, 7), Entry("b.csv", 5, 7)

    more = [plan_round(listing, was, CSV, at=MINUTE, is_whole=False).more for listing in ([kept], [kept, new])]

    assert more == [False, True]


def test_a_file_in_trouble_keeps_no_other_waiting() -> None:
    was = by_name(known("a.csv", attempts=1))

    plan = plan_round([Entry("a.csv", 5, 7), Entry("b.csv", 5, 7)], was, CSV, at=MINUTE)

    assert names(plan.take) == ["b.csv", "a.csv"]


def test_names_that_are_gone_are_forgotten_unless_they_are_claimed_or_the_listing_was_cut() -> None:
    was = by_name(known("a.csv"), known("b.csv"))

    whole = plan_round([], was, CSV, at=1, held=[name_hex("b.csv")])
    cut = plan_round([], was, CSV, at=1, is_whole=False)

    assert (whole.gone, cut.gone) == ((name_hex("a.csv"),), ())


# --- circuit breaker -----------------------------------------------------------------------------------------

CUT = Met(of="server", kind="later", code="cut", text="the line broke")
CHANGED = Met(of="server", kind="never", code="host_key_changed", text="another host key")
REFUSED = Met(of="server", kind="never", code="credentials", text="refused")


def test_pauses_grow_with_each_failure_in_a_row_and_one_alert_is_told() -> None:
    circuit, pauses, told = Circuit(id="quay"), [], []
    now = 0
    for _ in range(7):
        circuit, is_told = after_trouble(circuit, CUT, now=now, jitter=0.0)
        pauses.append((circuit.next_at - now) // MINUTE)
        told.append(is_told)
        now = circuit.next_at

    assert pauses == [1, 2, 5, 15, 60, 60, 60]
    assert told == [True, False, False, False, False, False, False]


def test_jitter_lengthens_a_pause_by_a_fifth_at_most() -> None:
    circuit, _ = after_trouble(Circuit(id="quay"), CUT, now=0, jitter=1.0)

    assert timedelta(microseconds=circuit.next_at) == timedelta(seconds=72)


def test_what_a_person_must_mend_opens_the_circuit_for_half_an_hour_and_is_told_once() -> None:
    first, told_first = after_trouble(Circuit(id="quay"), CHANGED, now=0, jitter=0.0)
    second, told_second = after_trouble(first, CHANGED, now=first.next_at, jitter=0.0)

    assert (first.next_at, second.next_at) == (30 * MINUTE, 60 * MINUTE)
    assert (told_first, told_second) == (True, False)


def test_another_trouble_that_a_person_must_mend_is_told_too() -> None:
    cut, _ = after_trouble(Circuit(id="quay"), CUT, now=0, jitter=0.0)
    changed, told_changed = after_trouble(cut, CHANGED, now=MINUTE, jitter=0.0)
    _, told_refused = after_trouble(changed, REFUSED, now=HOUR, jitter=0.0)

    assert (told_changed, told_refused) == (True, True)


def test_a_success_closes_the_circuit_and_the_next_trouble_is_told_again() -> None:
    broken, _ = after_trouble(Circuit(id="quay", terms="t"), CUT, now=0, jitter=0.0)
    closed = after_success(broken, now=MINUTE, host_key="SHA256:x")
    _, told = after_trouble(closed, CUT, now=HOUR, jitter=0.0)

    assert closed == Circuit(id="quay", terms="t", ok_at=MINUTE, host_key="SHA256:x")
    assert told is True


# --- claims --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "~a", "1-2~b", "new\nline", "\udcff.csv", "ü~.csv"])
def test_a_claimed_name_gives_the_partners_own_name_back(name: str) -> None:
    path = claimed_path("/out/processing", "0011aabb", 12, name)

    assert path is not None
    assert read_claim(path.removeprefix("/out/processing/")) == Claim("0011aabb", 12, name)


def test_a_name_too_long_to_be_claimed_by_renaming_is_not_renamed() -> None:
    assert claimed_path("/out/processing", "0011aabb", 12, "x" * 250) is None


@pytest.mark.parametrize("name", ["a.csv", "0011aabb~a.csv", "0011aabb-~a.csv", "0011AABB-1~a.csv"])
def test_names_that_no_poller_gave_are_no_claims(name: str) -> None:
    assert read_claim(name) is None
