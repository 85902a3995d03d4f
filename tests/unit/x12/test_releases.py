"""Release is data: GS08 chooses the guide, suffix or not, and each release has its own lengths and forms."""

from __future__ import annotations

import pytest

from gateway.document import Fault
from gateway.x12 import Guides, Interchange, Reading, read
from tests.unit.x12.interchanges import GUIDES, located
from tests.unit.x12.test_guides import BASE

HEAD = "ISA*00*          *00*          *01*123456789      *01*987654321      *261122*1200*{}*{}*000000101*0*T*>~"
NOTICE = ("HL*1**S", "N1*SU**92*A123", "HL*2*1*I", "LIN**BP*ECM-88-410", "SN1**240*EA", "CTT*2*240")
OVERLAY = b"""\
extends: x12/003060/856
change:
  "HLI/LIN.03": {max: 30}
"""


def text(version: str, *segments: str, set_id: str = "856", group: str = "SH") -> bytes:
    separator = "^" if version >= "004020" else "U"
    date = "20261122" if version >= "004010" else "261122"
    body = [f"ST*{set_id}*0001", *segments, f"SE*{len(segments) + 2}*0001"]
    lines = [f"GS*{group}*123456789*987654321*{date}*1200*101*X*{version}", *body, "GE*1*101", "IEA*1*000000101"]
    return (HEAD.format(separator, version[:5]) + "".join(f"{line}~" for line in lines)).encode()


def reading_of(version: str, *segments: str, guides: Guides = GUIDES) -> Reading:
    return read(text(version, *segments), guides, partner_of=lambda *_: "acme")


def notice(version: str, head: str, guides: Guides = GUIDES) -> Reading:
    return reading_of(version, head, *NOTICE, guides=guides)


def faults_in(reading: Reading) -> tuple[Fault, ...]:
    (one,) = reading.documents
    return one.faults


@pytest.mark.parametrize(
    ("version", "head"),
    [
        ("002040", "BSN*00*0000457*261122*1130"),
        ("002040CHRY", "BSN*00*0000457*261122*1130"),
        ("003060AIAG", "BSN*00*0000457*261122*113045*0004"),
        ("004010AIAG", "BSN*00*0000457*20261122*1130*0004"),
        ("005010", "BSN*00*0000457*20261122*1130*0004"),
    ],
)
def test_first_six_signs_of_gs08_choose_the_guide(version: str, head: str) -> None:
    reading = notice(version, head)

    (one,) = reading.documents
    assert (one.release, one.accepted, one.faults) == (version[:6], True, ())


@pytest.mark.parametrize(
    ("version", "head", "expected"),
    [
        ("002040", "BSN*00*0000457*20261122*1130", [(2, "BSN", 3, None, "5", True)]),
        ("002040", "BSN*00*0000457*261122*113045", [(2, "BSN", 4, None, "5", True)]),
        ("002040", "BSN*00*0000457*261122*1130*0004", [(2, "BSN", 5, None, "3", True)]),
        ("003060", "BSN*00*0000457*20261122*1130", [(2, "BSN", 3, None, "5", True)]),
        ("004010", "BSN*00*0000457*261122*1130", [(2, "BSN", 3, None, "4", True)]),
        ("005010", "BSN*00*0000457*261122*1130", [(2, "BSN", 3, None, "4", True)]),
        ("002040", "BSN*00*0000457*280229*1130", []),
        ("002040", "BSN*00*0000457*000229*1130", []),
        ("002040", "BSN*00*0000457*270229*1130", [(2, "BSN", 3, None, "8", True)]),
        ("002040", "BSN*00*0000457*261122*2400", [(2, "BSN", 4, None, "9", True)]),
    ],
)
def test_each_release_has_its_own_dates_and_times(version: str, head: str, expected: list[object]) -> None:
    assert located(faults_in(notice(version, head))) == expected


def test_element_repeated_in_a_release_with_repetitions_is_code_12() -> None:
    head = "BSN*00*0000457^0000458*20261122*1130"

    assert located(faults_in(notice("005010", head))) == [(2, "BSN", 2, None, "12", True)]


def acknowledgment(context: str) -> Reading:
    body = ("AK1*PO*7*005010", "AK2*850*0001", "IK3*BEG*2**8", f"CTX*{context}", "IK5*R*5", "AK9*R*1*1*0")
    return read(text("005010", *body, set_id="999", group="FA"), GUIDES)


def test_composite_may_stand_as_often_as_its_guide_says() -> None:
    assert faults_in(acknowledgment("^".join(["BEG03>PO1"] * 10))) == ()
    assert located(faults_in(acknowledgment("^".join(["BEG03>PO1"] * 11)))) == [(5, "CTX", 1, None, "12", True)]
    assert located(faults_in(acknowledgment("BEG03^>PO1"))) == [(5, "CTX", 1, 1, "1", True)]


def test_mark_that_separates_repetitions_elsewhere_is_data_before_004020() -> None:
    (fault,) = faults_in(notice("004010", "BSN*00*0000457^0000458*20261122*1130"))

    assert (fault.code, fault.rejects) == ("6", False)


@pytest.mark.parametrize(
    ("version", "set_id", "group", "nearest"),
    [
        ("002001FORD", "856", "SH", "002040"),
        ("002001", "830", "PS", "002040"),
        ("003010", "862", "SS", "003060"),
        ("003040NAV", "856", "SH", "003060"),
        ("003050", "850", "PO", "004010"),
        ("004030", "856", "SH", "004010"),
        ("006020", "856", "SH", "005010"),
    ],
)
def test_release_without_a_guide_names_the_nearest(version: str, set_id: str, group: str, nearest: str) -> None:
    (one,) = read(text(version, "BSN", set_id=set_id, group=group), GUIDES).documents

    (fault,) = one.faults
    overlay = f"an overlay x12/{version[:6]}/{set_id} may extend x12/{nearest}/{set_id}"
    told = f"no guide for {set_id} in release {version[:6]}; nearest is {nearest}: {overlay}"
    if set_id == "850":
        told += ", with dates of 6 digits"
    assert (one.accepted, fault.code, fault.text) == (None, "no_guide", told)


@pytest.mark.parametrize(
    ("version", "nearest"),
    [("002001FORD", "002040"), ("003050NAV", "003060"), ("004030", "004010"), ("006020", "005010")],
)
def test_acknowledgment_of_a_release_without_a_guide_is_read_by_the_nearest(version: str, nearest: str) -> None:
    answer = ("AK1*PO*7", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1")

    (one,) = read(text(version, *answer, set_id="997", group="FA"), GUIDES).documents

    guide = GUIDES.find("", "FA", nearest, "997")
    assert guide is not None
    assert (one.release, one.accepted, one.guide) == (version[:6], True, guide.hash)


def test_set_that_no_release_knows_names_what_there_is() -> None:
    (one,) = read(text("002040", "X", set_id="888", group="QG"), GUIDES).documents

    assert one.faults[-1].text == "no guide for 888 in release 002040; release 002040 has 830, 856, 861, 862, 997"


@pytest.mark.parametrize("path", ["partners/acme/x12/003050/856/guide.yaml", "mappings/x12/003050/856/guide.yaml"])
def test_overlay_brings_a_release_without_guides_near(path: str) -> None:
    guides = Guides({**BASE, path: OVERLAY})

    taken = notice("003050NAV", "BSN*00*0000457*261122*1130", guides)
    longer = ("HL*1**S", "HL*2*1*I", "LIN**BP*ECM-88-410-OF-MORE-THAN-THIRTY-1", "SN1**240*EA", "CTT*2")
    refused = reading_of("003050NAV", "BSN*00*0000457*20261122*1130", *longer, guides=guides)

    assert (taken.documents[0].release, taken.documents[0].accepted, faults_in(taken)) == ("003050", True, ())
    assert located(faults_in(refused)) == [(2, "BSN", 3, None, "5", True), (5, "LIN", 3, None, "5", True)]


def test_repetition_separator_is_read_from_the_isa_of_newer_releases_only() -> None:
    def separator(version: str) -> str:
        (one,) = read(text(version, "BSN"), GUIDES).interchanges
        assert isinstance(one, Interchange)
        return one.delimiters.repetition

    assert [separator(version) for version in ("002040", "003060", "004010", "005010")] == ["", "", "", "^"]
