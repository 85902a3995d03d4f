"""Signals: what somebody should act on, found with the event or the passing of time that shows it."""

from ledger.signals.finding import SHOWN_BY as SHOWN_BY
from ledger.signals.finding import signals_of as signals_of
from ledger.signals.kinds import BY_CLASS as BY_CLASS
from ledger.signals.kinds import BY_NAME as BY_NAME
from ledger.signals.kinds import KINDS as KINDS
from ledger.signals.kinds import SignalKind as SignalKind
