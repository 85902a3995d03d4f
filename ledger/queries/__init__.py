"""Questions to the books, one file each. All read; none writes, and none needs more than a read-only connection.

All take `(conn, *, book="live", ...)` and give back frozen structs whose JSON is what the command line and REST show:
quantities are strings, times ISO 8601. Lists page by `after` (the cursor each struct names) and `limit`.
"""

from ledger.book.carriage import Carriage, carriage_of
from ledger.masterdata.places import LEVELS, Level
from ledger.queries.available_to_promise import (
    AvailableToPromise,
    Coming,
    LeftOut,
    SitePromise,
    available_to_promise,
)
from ledger.queries.backlog import ArrivedLine, Backlog, DockedGoods, SiteBacklog, backlog
from ledger.queries.balances import Balance, BalancePage, balance_of, balance_page, balances
from ledger.queries.base_units import base_units
from ledger.queries.calls import CallShown, calls
from ledger.queries.case_queue import CaseQueue, CaseQueued, case_queue
from ledger.queries.case_timeline import CaseStep, case_timeline
from ledger.queries.cases import CaseShown, EvidenceShown, TaskShown, case, cases
from ledger.queries.containments import (
    Affected,
    ContainmentReport,
    ContainmentShown,
    DemandHit,
    containment,
    containments,
)
from ledger.queries.defects import DayOpened, DefectFound, DefectReport, Unmapped, defects
from ledger.queries.dimensions import DIMENSIONS, USUAL
from ledger.queries.documents import OrderShown, ShipmentShown, orders, shipments
from ledger.queries.events import EventKept, LineKept, event, events, parts_of
from ledger.queries.grni import Uninvoiced, UninvoicedList, uninvoiced
from ledger.queries.head import HeadShown, head
from ledger.queries.in_transit import UnderWay, UnderWayPage, in_transit
from ledger.queries.inbound import Inbound, OnOrder
from ledger.queries.invoice_matches import invoiced_by_order_line
from ledger.queries.invoices import InvoiceMatch, InvoiceShown, invoice_matches, invoices
from ledger.queries.masterdata import defined, masterdata
from ledger.queries.matches import MatchCandidate, MatchWanted, matches
from ledger.queries.misses import Candidate, Miss, misses
from ledger.queries.movements import End, MovementMade, made_by, movements, shows
from ledger.queries.obsolete import ObsoleteGoods, ObsoleteList, obsolete
from ledger.queries.periods import PeriodReport, PeriodShown, period_report, periods
from ledger.queries.position import Commitment, Position, Replenishment, position
from ledger.queries.prices import Money
from ledger.queries.promises import PromiseShown
from ledger.queries.rulings import (
    ChangedShown,
    ChangeShown,
    DeviationShown,
    SubstitutionShown,
    UseShown,
    deviations,
    engineering_changes,
    substitutions,
)
from ledger.queries.schedules import ReleaseShown, RequirementShown, ScheduleShown, releases, schedules
from ledger.queries.score import month_of, score, score_drill, scores
from ledger.queries.score_facts import facts, facts_of
from ledger.queries.settlements import Settlement, SettlementTotal, settlement_totals, settlements
from ledger.queries.shipped import Shipped, shipped
from ledger.queries.tail import tail
from ledger.queries.trace import Trace, TraceStep, trace
from ledger.queries.transfers import TransferLineShown, TransferShown, transfers
from ledger.queries.variances import Variance, VarianceList, variances

__all__ = [
    "DIMENSIONS",
    "LEVELS",
    "USUAL",
    "Affected",
    "ArrivedLine",
    "AvailableToPromise",
    "Backlog",
    "Balance",
    "BalancePage",
    "CallShown",
    "Candidate",
    "Carriage",
    "CaseQueue",
    "CaseQueued",
    "CaseShown",
    "CaseStep",
    "ChangeShown",
    "ChangedShown",
    "Coming",
    "Commitment",
    "ContainmentReport",
    "ContainmentShown",
    "DayOpened",
    "DefectFound",
    "DefectReport",
    "DemandHit",
    "DeviationShown",
    "DockedGoods",
    "End",
    "EventKept",
    "EvidenceShown",
    "HeadShown",
    "Inbound",
    "InvoiceMatch",
    "InvoiceShown",
    "LeftOut",
    "Level",
    "LineKept",
    "MatchCandidate",
    "MatchWanted",
    "Miss",
    "Money",
    "MovementMade",
    "ObsoleteGoods",
    "ObsoleteList",
    "OnOrder",
    "OrderShown",
    "PeriodReport",
    "PeriodShown",
    "Position",
    "PromiseShown",
    "ReleaseShown",
    "Replenishment",
    "RequirementShown",
    "ScheduleShown",
    "Settlement",
    "SettlementTotal",
    "ShipmentShown",
    "Shipped",
    "SiteBacklog",
    "SitePromise",
    "SubstitutionShown",
    "TaskShown",
    "Trace",
    "TraceStep",
    "TransferLineShown",
    "TransferShown",
    "UnderWay",
    "UnderWayPage",
    "Uninvoiced",
    "UninvoicedList",
    "Unmapped",
    "UseShown",
    "Variance",
    "VarianceList",
    "available_to_promise",
    "backlog",
    "balance_of",
    "balance_page",
    "balances",
    "base_units",
    "calls",
    "carriage_of",
    "case",
    "case_queue",
    "case_timeline",
    "cases",
    "containment",
    "containments",
    "defects",
    "defined",
    "deviations",
    "engineering_changes",
    "event",
    "events",
    "facts",
    "facts_of",
    "head",
    "in_transit",
    "invoice_matches",
    "invoiced_by_order_line",
    "invoices",
    "made_by",
    "masterdata",
    "matches",
    "misses",
    "month_of",
    "movements",
    "obsolete",
    "orders",
    "parts_of",
    "period_report",
    "periods",
    "position",
    "releases",
    "schedules",
    "score",
    "score_drill",
    "scores",
    "settlement_totals",
    "settlements",
    "shipments",
    "shipped",
    "shows",
    "substitutions",
    "tail",
    "trace",
    "transfers",
    "uninvoiced",
    "variances",
]
