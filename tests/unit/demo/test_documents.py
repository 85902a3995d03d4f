"""The demo's documents: dated from the first run, kept, and pointed into by the story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.demo.documents import FILES, functional_ack, kept_documents
from gateway.demo.play import _group_of, segment_of

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_later_run_gets_the_bytes_of_the_first(tmp_path: Path) -> None:
    first, was_there = kept_documents(tmp_path, NOW)
    again, is_there = kept_documents(tmp_path, NOW + timedelta(days=3))

    assert (was_there, is_there) == (False, True)
    assert again == first
    assert tuple(first) == FILES


def test_ship_notice_is_dated_in_the_zone_of_the_plant(tmp_path: Path) -> None:
    notice = kept_documents(tmp_path, NOW)[0][FILES[2]].decode()

    assert segment_of(notice, 2) == "BSN*00*0000457*20261123*0900"
    assert segment_of(notice, 3) == "DTM*011*20261123*0846*ET"


def test_ship_notice_counts_its_own_segments(tmp_path: Path) -> None:
    notice = kept_documents(tmp_path, NOW)[0][FILES[2]].decode()
    tags = [segment.strip().split("*")[0] for segment in notice.split("~")]

    counted = tags.index("SE") - tags.index("ST") + 1

    assert segment_of(notice, counted) == f"SE*{counted}*0001"


def test_segment_of_a_flat_file_is_its_line() -> None:
    assert segment_of("a,b\n1,2\n", 2) == "1,2"


def test_segment_beyond_the_end_is_empty() -> None:
    assert segment_of("a,b\n1,2\n", 9) == ""


def test_partner_reads_group_and_sets_from_our_interchange() -> None:
    ours = functional_ack(7, "SH", "101", [("856", "0001")], NOW).decode().replace("~\n", "~").encode()

    assert _group_of(ours) == ("FA", "7", [("997", "0001")])
