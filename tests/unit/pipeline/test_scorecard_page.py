"""The printable scorecard: well formed, nothing fetched, and what partners wrote stays text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from lxml import html

from gateway.pipeline.scorecards import build_kpi_csv, build_kpi_page, build_page
from ledger.policy.scores import ScoreRules
from ledger.queries import Kpi
from ledger.scorecards import AnswerFact, Behind, Entry, Facts, Measure, MonthScore, Rolling, Sum, scorecard

DAY = 86_400_000_000
ASKED = AnswerFact(
    kind="document", name="850 <b>PO1</b>", site="", behind=Behind(seq=7, document="m_1.1"), asked_at=0, due_at=DAY
)
CARD = scorecard(
    Facts(supplier="acme", since=0, until=30 * DAY, now=60 * DAY, answers=(ASKED,)), ScoreRules(), month="2026-10",
    policy="p" * 64,
)  # fmt: skip


def month(name: str, value: float | None) -> MonthScore:
    return MonthScore(
        month=name, value=value, grade=None, coverage=0.0, closed_lines=0, provisional=False, frozen=False
    )


TREND = Rolling(
    months=(month("2026-08", 92.0), month("2026-09", None), month("2026-10", 0.0)), value=46.0, grade=None,
    coverage=0.0, closed_lines=0,
)  # fmt: skip


def test_the_page_shows_metrics_trend_and_what_stands_behind_them() -> None:
    page = html.fromstring(build_page(CARD, TREND, "Acme & <Sons>"))

    assert page.xpath("string(//h1)") == "Acme & <Sons>, 2026-10"
    assert page.xpath("//h2/text()") == ["Metrics", "Trend", "What stands behind it"]
    assert page.xpath("//h3/text()") == ["Responsiveness"]
    (row,) = page.xpath("//h3/following-sibling::table[1]/tbody/tr")
    assert row.xpath("td/text()") == ["document 850 <b>PO1</b>: not answered", "0 of 1", "7", "m_1.1"]
    assert "ASN timeliness" in page.xpath("//table[1]//td/text()")
    assert not page.xpath("//script | //@src | //@href")


def test_a_month_without_a_score_leaves_a_gap_in_the_trend() -> None:
    page = html.fromstring(build_page(CARD, TREND))
    (chart,) = page.xpath("//*[@aria-label='score by month']")

    # At 92 points and at none, with nothing drawn between them.
    assert chart.xpath("*[local-name()='path']/@d") == ["M70.0 28.8 M670.0 130.0"]
    assert chart.xpath("*[local-name()='text'][@class='scale']/text()") == ["0", "50", "100"]


def figure(month: str, value: float | None, *entries: Entry) -> Kpi:
    sums = (Sum(unit="EA", achieved=Decimal(10), possible=Decimal(100), entries=1),) if entries else ()
    found = Measure(metric="count_variance", value=value, sums=sums, deductions=entries)
    return Kpi(name="count_variance", formula="a / b", events=("StockCounted",), month=month, measure=found)


COUNTED = Entry(
    text="part <PLATE>",
    behind=Behind(seq=4, document="m_1.1"),
    achieved=Decimal(10),
    possible=Decimal(100),
    unit="EA",
)


def test_a_key_figure_is_shown_with_its_course_and_what_stands_behind_it() -> None:
    months = [[figure("2026-09", 4.0)], [figure("2026-10", None)], [figure("2026-11", 10.0)]]
    now = datetime(2026, 11, 30, tzinfo=UTC)

    page = html.fromstring(build_kpi_page([figure("2026-11", 10.0, COUNTED)], months, now=now))

    assert page.xpath("string(//h1)") == "Key figures, 2026-11"
    assert page.xpath("//header/p/text()") == ["Provisional: the month is not over"]
    assert page.xpath("//h2/text()") == ["Count variance: 10 %"]
    (chart,) = page.xpath("//*[@aria-label='Count variance by month']")
    # Of a scale that ends at 10: 4 is 66 below the top, and October is a gap.
    assert chart.xpath("*[local-name()='path']/@d") == ["M70.0 86.0 M670.0 20.0"]
    (row,) = page.xpath("//section/table/tbody/tr")
    assert row.xpath("td/text()") == ["part <PLATE>", "10 of 100 EA", "4", "m_1.1"]
    assert not page.xpath("//script | //@src | //@href")


def test_key_figures_are_rows_with_their_sums_and_entries() -> None:
    head, *rows = build_kpi_csv([figure("2026-11", 10.0, COUNTED)]).splitlines()

    assert head.startswith("month,what,name,value,unit,achieved,possible,")
    assert [row.split(",")[1] for row in rows] == ["figure", "sum", "entry"]
    assert rows[2].endswith(",4,m_1.1,,part <PLATE>")


def test_an_entry_of_no_single_event_names_none() -> None:
    total = Entry(text="11 lines without one", behind=Behind(seq=0), achieved=Decimal(0), possible=Decimal(11))
    shown = figure("2026-11", 0.0, total)

    page = html.fromstring(build_kpi_page([shown], [[shown]], now=datetime(2026, 11, 30, tzinfo=UTC)))
    (row,) = page.xpath("//section/table/tbody/tr")
    assert row.xpath("td/text()") == ["11 lines without one", "0 of 11"]
    assert build_kpi_csv([shown]).splitlines()[-1].endswith(",,,,11 lines without one")
