"""Goods in the house: which way each kind of event takes them, which goods are meant, and what becomes of a line.

Pure, like matching: it reads the working set and changes it. Documents of suppliers are not its business.
"""

from ledger.handling.decide import decide
from ledger.handling.needs import accounts, needs
from ledger.handling.rules import RULES, Rule

__all__ = ["RULES", "Rule", "accounts", "decide", "needs"]
