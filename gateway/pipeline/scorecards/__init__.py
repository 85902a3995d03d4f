"""What becomes of scorecards and key figures outside the books: cards frozen when due, pages and tables to print."""

from gateway.pipeline.scorecards.freeze import freeze_due as freeze_due
from gateway.pipeline.scorecards.freeze import freeze_month as freeze_month
from gateway.pipeline.scorecards.kpi_page import build_kpi_page as build_kpi_page
from gateway.pipeline.scorecards.page import build_page as build_page
from gateway.pipeline.scorecards.table import COLUMNS as COLUMNS
from gateway.pipeline.scorecards.table import KPI_COLUMNS as KPI_COLUMNS
from gateway.pipeline.scorecards.table import build_csv as build_csv
from gateway.pipeline.scorecards.table import build_kpi_csv as build_kpi_csv
from gateway.pipeline.scorecards.table import rows_of as rows_of
