"""What a person decided already: the same facts said again open no case again."""

from __future__ import annotations

from ledger.matching.deciding.case_identity import case_identity, identity_of
from ledger.matching.decision import Finding
from ledger.matching.workset import Workset


def was_decided(workset: Workset, book: str, finding: Finding) -> bool:
    """Whether a person decided the last case about the same, and it said just this: then there is nothing new."""
    mine = identity_of(book, finding)
    about = [case for case in workset.cases.values() if case_identity(case) == mine]
    last = max(about, key=lambda case: case.opened_seq, default=None)
    return last is not None and last.status == "closed" and bool(last.resolution) and last.text == finding.text
