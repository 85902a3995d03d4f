"""Terms, tolerances, owners and score rules in force: one frozen value, stored by its content hash."""

from ledger.policy.casework import CaseRules as CaseRules
from ledger.policy.counts import CountLimits as CountLimits
from ledger.policy.counts import CountRules as CountRules
from ledger.policy.house import HOUSE as HOUSE
from ledger.policy.periods import PeriodRules as PeriodRules
from ledger.policy.policy import Ownership as Ownership
from ledger.policy.policy import Policy as Policy
from ledger.policy.replenishment import ReplenishmentRules as ReplenishmentRules
from ledger.policy.roles import ROLES as ROLES
from ledger.policy.segments import SEGMENTS as SEGMENTS
from ledger.policy.segments import SegmentRules as SegmentRules
from ledger.policy.segments import segments_of as segments_of
from ledger.policy.terms import CumulativeTerms as CumulativeTerms
from ledger.policy.terms import RequirementTerms as RequirementTerms
from ledger.policy.terms import Terms as Terms
from ledger.policy.tolerance import NO_TOLERANCE as NO_TOLERANCE
from ledger.policy.tolerance import Action as Action
from ledger.policy.tolerance import Tolerance as Tolerance
from ledger.policy.tolerance import ToleranceRule as ToleranceRule
from ledger.policy.transitions import TRANSITIONS as TRANSITIONS
from ledger.policy.transitions import TransitionRules as TransitionRules
