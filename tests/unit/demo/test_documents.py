"""The demo's documents: dated from the first run, kept, and pointed into by the story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.demo.documents import FILES, kept_documents
from gateway.demo.notices import functional_ack, read_group
from gateway.demo.scene import segment_of, segments_at

NOTICE = "3-supplier-ship-notice.edi"
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_later_run_gets_the_bytes_of_the_first(tmp_path: Path) -> None:
    first, was_there = kept_documents(tmp_path, NOW)
    again, is_there = kept_documents(tmp_path, NOW + timedelta(days=3))

    assert (was_there, is_there) == (False, True)
    assert again == first
    assert tuple(first) == tuple(FILES)


def test_ship_notice_is_dated_in_the_zone_of_the_plant(tmp_path: Path) -> None:
    notice = kept_documents(tmp_path, NOW)[0][NOTICE].decode()

    assert segment_of(notice, 2) == "BSN*00*0000457*20261123*0900"
    assert segment_of(notice, 3) == "DTM*011*20261123*0846*ET"


def test_ship_notice_counts_its_own_segments(tmp_path: Path) -> None:
    notice = kept_documents(tmp_path, NOW)[0][NOTICE].decode()
    tags = [segment.strip().split("*")[0] for segment in notice.split("~")]

    counted = tags.index("SE") - tags.index("ST") + 1

    assert segment_of(notice, counted) == f"SE*{counted}*0001"


def test_segment_of_a_flat_file_is_its_line() -> None:
    assert segment_of("a,b\n1,2\n", 2) == "1,2"


def test_segment_beyond_the_end_is_empty() -> None:
    assert segment_of("a,b\n1,2\n", 9) == ""


def test_evidence_at_a_level_is_the_whole_level(tmp_path: Path) -> None:
    notice = kept_documents(tmp_path, NOW)[0][NOTICE].decode()
    levels = notice.replace("\n", "").split("~")
    start = next(place for place, segment in enumerate(levels) if segment.startswith("HL*8"))
    first = next(place for place, segment in enumerate(levels) if segment.startswith("ST*"))

    assert segments_at(notice, start - first + 1) == (
        "HL*8*7*I  LIN**BP*HRN-0815*VP*BW-20815*PL*20  SN1**240*EA  REF*LT*L2611A"
    )


def test_last_notice_tells_a_cumulative_that_is_ten_short(tmp_path: Path) -> None:
    documents = kept_documents(tmp_path, NOW)[0]
    said = [
        segment.strip().split("*")[2::2]
        for name in sorted(documents)
        for segment in documents[name].decode().split("~")
        if segment.strip().startswith("SN1*") and segment.count("*") == 4
    ]

    assert said == [["60", "60"], ["20", "80"], ["20", "90"]]


def test_partner_reads_group_and_sets_from_an_interchange_of_ours() -> None:
    ours = (
        "ISA*00*          *00*          *01*555019000      *01*555010417      *261123*0900*U*00401*000000007*0*P*>~"
        "GS*PO*555019000*555010417*20261123*0900*7*X*004010~ST*850*0001~SE*2*0001~GE*1*7~IEA*1*000000007~"
    )

    assert read_group(ours.encode()) == ("555010417", "PO", "7", [("850", "0001")])


def test_partner_acknowledges_what_it_got_under_its_own_id() -> None:
    ours = (
        "ISA*00*          *00*          *01*555019000      *01*555070707      *261123*0900*U*00401*000000007*0*P*>~"
        "GS*AG*555019000*555070707*20261123*0900*7*X*004010~ST*824*0003~SE*2*0003~GE*1*7~IEA*1*000000007~"
    )

    acknowledgment = functional_ack(201, ours.encode(), NOW).decode().replace("~\n", "~").split("~")

    assert acknowledgment[1:7] == [
        "GS*FA*555070707*555019000*20261123*0900*201*X*004010",
        "ST*997*0001",
        "AK1*AG*7",
        "AK2*824*0003",
        "AK5*A",
        "AK9*A*1*1*1",
    ]
