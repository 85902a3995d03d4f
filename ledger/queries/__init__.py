"""Questions to the books, one file each. All read; none writes, and none needs more than a read-only connection.

All take `(conn, *, book="live", ...)` and give back frozen structs whose JSON is what the command line and REST show:
quantities are strings, times ISO 8601. Lists page by `after` (the cursor each struct names) and `limit`.
"""

from ledger.queries.balances import DIMENSIONS, USUAL, Balance, balances
from ledger.queries.base_units import base_units
from ledger.queries.cases import CaseShown, EvidenceShown, case, cases
from ledger.queries.documents import OrderShown, ShipmentShown, orders, shipments
from ledger.queries.events import EventKept, LineKept, event, events
from ledger.queries.facts import facts
from ledger.queries.head import HeadShown, head
from ledger.queries.masterdata import defined, masterdata
from ledger.queries.movements import End, MovementMade, movements
from ledger.queries.periods import PeriodReport, PeriodShown, period_report, periods
from ledger.queries.position import OnOrder, Position, position
from ledger.queries.score import score
from ledger.queries.settlements import Settlement, SettlementTotal, settlement_totals, settlements
from ledger.queries.tail import tail
from ledger.queries.trace import Trace, TraceStep, trace
from ledger.queries.transfers import TransferLineShown, TransferShown, transfers
from ledger.queries.variances import Variance, VarianceList, variances

__all__ = [
    "DIMENSIONS",
    "USUAL",
    "Balance",
    "CaseShown",
    "End",
    "EventKept",
    "EvidenceShown",
    "HeadShown",
    "LineKept",
    "MovementMade",
    "OnOrder",
    "OrderShown",
    "PeriodReport",
    "PeriodShown",
    "Position",
    "Settlement",
    "SettlementTotal",
    "ShipmentShown",
    "Trace",
    "TraceStep",
    "TransferLineShown",
    "TransferShown",
    "Variance",
    "VarianceList",
    "balances",
    "base_units",
    "case",
    "cases",
    "defined",
    "event",
    "events",
    "facts",
    "head",
    "masterdata",
    "movements",
    "orders",
    "period_report",
    "periods",
    "position",
    "score",
    "settlement_totals",
    "settlements",
    "shipments",
    "tail",
    "trace",
    "transfers",
    "variances",
]
