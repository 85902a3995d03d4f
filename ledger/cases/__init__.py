"""Cases: from findings to work for people, and to advices for partners."""

from ledger.cases.apply import apply as apply
from ledger.cases.working import decide as decide
