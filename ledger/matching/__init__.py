"""Matching: orders, notices and goods receipts against each other. Pure: no database, no clock."""

from ledger.matching.decide import decide as decide
from ledger.matching.decision import Decision as Decision
from ledger.matching.decision import Finding as Finding
from ledger.matching.decision import LineDecision as LineDecision
from ledger.matching.needs import needs as needs
from ledger.matching.needs import watched as watched
from ledger.matching.ordering.calls import serve as serve
