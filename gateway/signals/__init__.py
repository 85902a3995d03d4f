"""What is done about signals: the rule table of the house (`signals.yaml`), read and checked into frozen values."""

from gateway.signals.reading import read_signal_rules as read_signal_rules
from gateway.signals.rules import NO_RULES as NO_RULES
from gateway.signals.rules import Action as Action
from gateway.signals.rules import Chosen as Chosen
from gateway.signals.rules import Conditions as Conditions
from gateway.signals.rules import Hold as Hold
from gateway.signals.rules import Notify as Notify
from gateway.signals.rules import OpenCase as OpenCase
from gateway.signals.rules import Rule as Rule
from gateway.signals.rules import Send as Send
from gateway.signals.rules import Signal as Signal
from gateway.signals.rules import SignalRules as SignalRules
