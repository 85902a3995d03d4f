"""Converters of other regions, spelled forms, periods, durations and padded texts: what they write they read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.formats import read_csv
from gateway.mapping import read_document, write_document
from gateway.mapping.converting import convert, durations, moments
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.converting.moments import BadForm, form_of
from ledger.events import PutAwayCompleted
from tests.unit.mapping.maps import own_map

DETROIT = Context(zone=ZoneInfo("America/Detroit"))


@pytest.mark.parametrize(
    ("marks", "text", "value"),
    [
        ((",", ".", False), "1.234,50", Decimal("1234.50")),
        ((",", "", False), "-0,5", Decimal("-0.5")),
        ((".", ",", False), "12,345,678", Decimal(12345678)),
        ((".", "", True), "100-", Decimal(-100)),
        ((".", "", True), "100", Decimal(100)),
    ],
)
def test_decimals_of_other_regions_are_read_and_come_back(
    marks: tuple[str, str, bool], text: str, value: Decimal
) -> None:
    read, write = convert.decimal_of(*marks)

    assert read(text, DETROIT) == value
    assert read(write(value, DETROIT), DETROIT) == value


@pytest.mark.parametrize("text", ["1.23,4", "1,2,3", "", "-", "1.2345,0", "1e5", "1" * 40, "-1-"])
def test_marks_that_stand_wrong_are_no_decimal(text: str) -> None:
    read, _ = convert.decimal_of(",", ".", False)

    with pytest.raises(Unreadable, match="not a decimal"):
        read(text, DETROIT)


@pytest.mark.parametrize(
    ("parts", "edge", "moment"),
    [
        (("D8", "20261123"), "start", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        (("DT", "202611230830"), "start", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
        (("RD8", "20261123-20261127"), "start", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        (("RD8", "20261123-20261127"), "end", datetime(2026, 11, 27, 5, tzinfo=UTC)),
        (("CM", "202611"), "start", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_periods_are_told_by_their_format(parts: tuple[str, str], edge: str, moment: datetime) -> None:
    read, write = moments.period(edge)

    assert read(parts, DETROIT) == moment
    assert moments.period("start")[0](write(moment, DETROIT), DETROIT) == moment


@pytest.mark.parametrize("parts", [("ZZ", "1"), ("D8", "2026"), ("RD8", "20261123"), ("D8", "20261340")])
def test_a_period_that_is_none_is_named(parts: tuple[str, str]) -> None:
    with pytest.raises(Unreadable):
        moments.period("start")[0](parts, DETROIT)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("DD.MM.CCYY hh:mm", "23.11.2026 08:30"),
        ("MM/DD/YY", "11/23/26"),
        ("DD-MMM-CCYY", "23-NOV-2026"),
        ("CCYYMMDDhhmmss", "20261123083000"),
        ("CCYY-DDD", "2026-327"),
    ],
)
def test_times_in_a_spelled_form_come_back_as_written(form: str, text: str) -> None:
    read, write = form_of(form)

    assert write(read(text, DETROIT), DETROIT) == text


@pytest.mark.parametrize("form", ["DD.MM", "CCYY CCYY", "CCYY week", "CCYY" + "." * 80])
def test_a_form_that_tells_no_day_is_refused(form: str) -> None:
    with pytest.raises(BadForm):
        form_of(form)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-W48-1", (2026, 11, 23)), ("2026-327", (2026, 11, 23)), ("20261123T24:00Z", (2026, 11, 24))],
)
def test_iso_days_are_told_by_week_by_year_and_at_the_end_of_the_day(text: str, day: tuple[int, int, int]) -> None:
    assert moments.read_iso(text, Context()) == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-W60-1", "2026-366", "2026-000", "2026-11-23T24:30Z", "2" * 100])
def test_iso_days_that_do_not_exist_are_named(text: str) -> None:
    with pytest.raises(Unreadable):
        moments.read_iso(text, Context())


@pytest.mark.parametrize(
    ("shape", "unit", "texts", "value"),
    [
        ("decimal", "minutes", ("PT1H30M",), Decimal(90)),
        ("int", "days", ("P2W",), 14),
        ("duration", "", ("P1DT0.5S",), timedelta(days=1, milliseconds=500)),
        ("text", "", ("PT90M",), "PT1H30M"),
        ("decimal", "hours", ("2", "DA"), Decimal(48)),
    ],
)
def test_durations_are_exact_and_come_back(shape: str, unit: str, texts: tuple[str, ...], value: Any) -> None:
    read, write = durations.duration(shape, unit or "minutes", len(texts))

    assert read(texts, DETROIT) == value
    assert read(write(value, DETROIT), DETROIT) == value


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P", "PT", "1H", "P99999999999D"])
def test_what_has_no_one_length_is_no_duration(text: str) -> None:
    with pytest.raises(Unreadable):
        durations.duration("decimal", "minutes", 1)[0]((text,), DETROIT)


ROWS = """event: PutAwayCompleted
emit: row
codes: {sites: {A: "92:PLT07"}}
loops:
  row:
    into: lines
    fields:
      number: {at: id, zero_fill: "6"}
      place: {at: site, code: sites, unknown: pass}
      part_number: {at: part, pad: "8", fill: "*", upper: true}
      quantity: {at: qty, as: decimal, point: ",", required: true}
      to_location: {at: to, code: sites, unknown: null}
"""


def test_texts_are_padded_filled_and_cased_and_unknown_codes_pass_or_vanish_as_the_map_says() -> None:
    map = own_map(ROWS, "csv/rows")
    data = b'id,site,part,qty,to\r\n000042,92:X,BRK-1***,"1,5",ZZ\r\n'

    (event,) = read_document(map, read_csv(data, map.file, "rows")).events

    assert isinstance(event, PutAwayCompleted)
    (line,) = event.lines
    assert (event.number, event.place, line.part_number, line.quantity, line.to_location) == (
        "42", "92:X", "BRK-1", Decimal("1.5"), "",
    )  # fmt: skip
    written = write_document(map, event).data.decode().splitlines()[1]
    assert written == '000042,92:X,BRK-1***,"1,5",'
