"""Where our X12 checker and pyx12's differ, from the very list by which the tests tell a difference from a bug."""

from __future__ import annotations

from docs.generate.text import WARNING, table
from tests.properties.x12_divergences import DIVERGENCES, Change
from tests.properties.x12_fault_divergences import FAULT_DIVERGENCES

HEAD = """# Where we differ from pyx12

Guides are written in pyx12's form, and pyx12 can check documents by them: that is a second opinion on every verdict
of ours. `make test` breaks the samples beside the guides in ten thousand ways over five sets, and in some for every
other set and release; `make test-long` does so over documents drawn from the guides as well. Each is given to both
checkers. Accepted or refused, and every fault (which segment, which element, which code), must be the same, except
for what stands here. Each row has an example, and a test fails when a row is no longer true.

Two things are not compared. pyx12 ends with an exception at some files, and without a word at an empty segment:
nothing that stands behind is looked at. And it reads no envelope before release 004010: documents of 002040 and
003060 are given to it in one of 004010, with guides and dictionary of their own.

The examples are changes of a clean ship notice, or of a clean 997 or 999: what stands first is replaced by what
stands second.

"""

VERDICTS = """## Accepted by one, refused by the other

"""

FAULTS = """
## Refused by both, for faults that only one of them tells

Here the interchange is at fault for something else as well (a wrong count in GE01).

"""


def build_page() -> str:
    """The whole page, in the order of the lists."""
    verdicts = [
        [
            d.name,
            "accept" if d.we_accept else "refuse",
            "refuses" if d.we_accept else "accepts",
            d.reason,
            _shown(d.example),
        ]
        for d in DIVERGENCES
    ]
    tellers = {True: "we", False: "pyx12", None: "each otherwise"}
    faults = [[d.name, tellers[d.ours], d.reason, _shown(d.example)] for d in FAULT_DIVERGENCES]
    return (
        WARNING
        + HEAD
        + VERDICTS
        + table(["what", "we", "pyx12", "why", "example"], verdicts)
        + FAULTS
        + table(["what", "told by", "why", "example"], faults)
    )


def _shown(change: Change) -> str:
    return f"`{change.old}` -> `{change.new}`" if change.new else f"without `{change.old}`"
