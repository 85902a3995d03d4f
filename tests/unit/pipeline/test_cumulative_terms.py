"""The cumulative agreement of a partner file: a plain date begins at the partner's midnight; mistakes are named."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import OperatorMistake
from gateway.mapping import Configuration
from gateway.pipeline.desk.configure import build_policy
from ledger.policy import CumulativeTerms
from tests.unit.pipeline.world import Town

TERMS = "terms: {asn_due_minutes: 30"


def test_a_plain_date_begins_at_midnight_at_the_partners(town: Town) -> None:
    kept = "cumulative: {start: 2026-01-01, counts: advised, opening: {BRK-100: 5000}}"
    town.edit("acme", TERMS, f"{TERMS}, {kept}")

    assert town.street.policy.terms_for("ACME").cumulative == CumulativeTerms(
        start=datetime(2026, 1, 1, tzinfo=ZoneInfo("America/Detroit")),
        counts="advised",
        opening={"BRK-100": Decimal(5000)},
    )


def test_without_the_term_no_cumulatives_are_kept(town: Town) -> None:
    assert not town.street.policy.keeps_cumulatives


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("{start: 2026-13-01}", "`$.cumulative.start`"),
        ('{start: "2026-01-01T00:00:00"}', "Expected `datetime` with a timezone component - at `$.cumulative.start`"),
        ("{counts: shipped}", "Invalid enum value 'shipped' - at `$.cumulative.counts`"),
        ("{begin: 2026-01-01}", "Object contains unknown field `begin` - at `$.cumulative`"),
    ],
)
def test_a_mistake_is_named_with_its_file(town: Town, kept: str, words: str) -> None:
    files = dict(town.street.configuration.files)
    name = next(path for path in files if path.endswith("acme/partner.yaml"))
    files[name] = files[name].replace(TERMS.encode(), f"{TERMS}, cumulative: {kept}".encode())

    with pytest.raises(OperatorMistake) as mistake:
        build_policy(Configuration.from_files(files, check=False))

    assert words in str(mistake.value)
    assert "partners/acme/partner.yaml" in str(mistake.value)
