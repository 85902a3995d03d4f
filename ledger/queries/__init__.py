"""Questions to the books, one file each. All read; none writes, and none needs more than a read-only connection.

All take `(conn, *, book="live", ...)` and give back frozen structs whose JSON is what the command line and REST show:
quantities are strings, times ISO 8601. Lists page by `after` (the cursor each struct names) and `limit`.
"""

from ledger.book.bringing.carriage import Carriage, carriage_of
from ledger.masterdata.places import LEVELS, Level
from ledger.queries.casework.cases import CaseShown, EvidenceShown, TaskShown, case, cases
from ledger.queries.casework.queue import CaseQueue, CaseQueued, QueuePlace, case_queue
from ledger.queries.casework.timeline import CaseStep, case_timeline
from ledger.queries.documents.calls import CallShown, calls
from ledger.queries.documents.documents import OrderShown, ShipmentShown, orders, shipments
from ledger.queries.documents.grni import Uninvoiced, UninvoicedList, uninvoiced
from ledger.queries.documents.in_transit import UnderWay, UnderWayPage, in_transit
from ledger.queries.documents.inbound import Inbound, OnOrder
from ledger.queries.documents.invoice_matches import invoiced_by_order_line
from ledger.queries.documents.invoices import InvoiceMatch, InvoiceShown, invoice_matches, invoices
from ledger.queries.documents.matches import MatchCandidate, MatchWanted, matches
from ledger.queries.documents.prices import Money
from ledger.queries.documents.promises import PromiseShown
from ledger.queries.documents.schedules import ReleaseShown, RequirementShown, ScheduleShown, releases, schedules
from ledger.queries.documents.settlements import Settlement, SettlementTotal, settlement_totals, settlements
from ledger.queries.documents.shipped import Shipped, shipped
from ledger.queries.documents.transfers import TransferLineShown, TransferShown, transfers
from ledger.queries.house.base_units import base_units
from ledger.queries.house.defects import DayOpened, DefectFound, DefectReport, Unmapped, defects
from ledger.queries.house.masterdata import defined, masterdata
from ledger.queries.house.misses import Candidate, Miss, misses
from ledger.queries.house.periods import PeriodReport, PeriodShown, period_report, periods
from ledger.queries.house.rulings import (
    ChangedShown,
    ChangeShown,
    DeviationShown,
    SubstitutionShown,
    UseShown,
    deviations,
    engineering_changes,
    substitutions,
)
from ledger.queries.log.events import EventKept, LineKept, event, events, parts_of
from ledger.queries.log.head import HeadShown, head
from ledger.queries.log.tail import tail
from ledger.queries.scorecards.facts import facts, facts_of
from ledger.queries.scorecards.frozen import FrozenCard, Recomputed, freeze, frozen_cards, recompute, to_freeze
from ledger.queries.scorecards.kpis import KPIS, Kpi, kpi_trend, kpis
from ledger.queries.scorecards.score import Narrowed, month_of, score, score_drill, score_trend, scores
from ledger.queries.stock.available_to_promise import (
    AvailableToPromise,
    Coming,
    LeftOut,
    SitePromise,
    available_to_promise,
)
from ledger.queries.stock.backlog import ArrivedLine, Backlog, DockedGoods, SiteBacklog, backlog
from ledger.queries.stock.balances import Balance, BalancePage, balance_of, balance_page, balances
from ledger.queries.stock.containments import (
    Affected,
    ContainmentReport,
    ContainmentShown,
    DemandHit,
    containment,
    containments,
)
from ledger.queries.stock.dimensions import DIMENSIONS, USUAL
from ledger.queries.stock.movements import End, MovementMade, made_by, movements, shows
from ledger.queries.stock.obsolete import ObsoleteGoods, ObsoleteList, obsolete
from ledger.queries.stock.position import Commitment, Position, Replenishment, position
from ledger.queries.stock.trace import Trace, TraceStep, trace
from ledger.queries.stock.variances import Variance, VarianceList, variances

__all__ = [
    "DIMENSIONS",
    "KPIS",
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
    "FrozenCard",
    "HeadShown",
    "Inbound",
    "InvoiceMatch",
    "InvoiceShown",
    "Kpi",
    "LeftOut",
    "Level",
    "LineKept",
    "MatchCandidate",
    "MatchWanted",
    "Miss",
    "Money",
    "MovementMade",
    "Narrowed",
    "ObsoleteGoods",
    "ObsoleteList",
    "OnOrder",
    "OrderShown",
    "PeriodReport",
    "PeriodShown",
    "Position",
    "PromiseShown",
    "QueuePlace",
    "Recomputed",
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
    "freeze",
    "frozen_cards",
    "head",
    "in_transit",
    "invoice_matches",
    "invoiced_by_order_line",
    "invoices",
    "kpi_trend",
    "kpis",
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
    "recompute",
    "releases",
    "schedules",
    "score",
    "score_drill",
    "score_trend",
    "scores",
    "settlement_totals",
    "settlements",
    "shipments",
    "shipped",
    "shows",
    "substitutions",
    "tail",
    "to_freeze",
    "trace",
    "transfers",
    "uninvoiced",
    "variances",
]
