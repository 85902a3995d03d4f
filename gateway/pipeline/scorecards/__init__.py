"""What becomes of scorecards outside the books: frozen when their month is due, printed as a page or a table."""

from gateway.pipeline.scorecards.freeze import freeze_due as freeze_due
from gateway.pipeline.scorecards.freeze import freeze_month as freeze_month
from gateway.pipeline.scorecards.page import build_page as build_page
from gateway.pipeline.scorecards.table import COLUMNS as COLUMNS
from gateway.pipeline.scorecards.table import build_csv as build_csv
from gateway.pipeline.scorecards.table import rows_of as rows_of
