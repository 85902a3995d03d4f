"""Tolerances of a partner file: of classes that there are, and `hold` only where goods are held."""

from __future__ import annotations

import pytest

from gateway.errors import OperatorMistake
from gateway.mapping import Configuration
from gateway.pipeline.desk.configure import build_policy
from ledger.policy import Tolerance
from tests.unit.pipeline.world import Town

TERMS = "terms: {asn_due_minutes: 30"


def test_a_class_about_notices_holds_where_the_agreement_says_so(town: Town) -> None:
    town.edit("acme", TERMS, f"{TERMS}, tolerances: {{D13: {{action: hold}}}}")

    assert town.street.policy.terms_for("ACME").tolerances == {"D13": Tolerance(action="hold")}


@pytest.mark.parametrize(
    ("agreed", "words"),
    [
        ("D10: {action: hold}", "terms: tolerances: D10 holds no goods (write warn or ignore; hold is for D05, D13,"),
        ("D61: {action: warn}", 'terms: tolerances: unknown class "D61" (did you mean "D'),
    ],
)
def test_what_cannot_be_kept_is_refused_naming_the_mend(town: Town, agreed: str, words: str) -> None:
    files = dict(town.street.configuration.files)
    name = next(path for path in files if path.endswith("acme/partner.yaml"))
    files[name] = files[name].replace(TERMS.encode(), f"{TERMS}, tolerances: {{{agreed}}}".encode())

    with pytest.raises(OperatorMistake) as mistake:
        build_policy(Configuration.from_files(files, check=False))

    assert str(mistake.value).startswith(f"partners/acme/partner.yaml: {words}")
