"""An 824 about a document that was no X12."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.receipts import file_of, row
from tests.unit.pipeline.world import Town, order

IDENTITIES = 'identities: {party: ["92:QUAY"], keys: [quay-key]}'
US_AND_THEM = """\
identities: {party: ["92:QUAY"], keys: [quay-key], isa: ["01:555070707"], gs: ["555070707"]}
x12: {release: "004010", our_isa: "01:987654321", our_gs: "987654321"}
send: {"824": {on: faults}}"""


def test_824_about_a_file_tells_its_line_and_value_and_no_segment(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.edit("quay", IDENTITIES, US_AND_THEM)
    town.bring(order(), "erp")

    town.bring(file_of(row(uom="CT")), "quay")

    (advice,) = town.answers("824")
    assert advice.split(" ", 2)[:2] == ["824", "quay:"]
    assert "OTI*IR*TN*GR1*******861 REF*PM*BRK-100" in advice
    assert advice.endswith("10 XCT of part BRK-100 has no factor to its base unit EA. Se**2***CT")
    town.street.close()
