"""X12 fault codes with short words of ours, and which functional group a set travels in.

Source: data elements 716 (AK905), 718 (AK502), 720 (AK304), 723 (AK403), I18 (TA105).
"""

from __future__ import annotations

GROUP_OF_SET = {
    "810": "IN", "820": "RA", "824": "AG", "830": "PS", "846": "IB", "850": "PO", "855": "PR", "856": "SH",
    "860": "PC", "861": "RC", "862": "SS", "865": "CA", "866": "SQ", "870": "RS", "940": "OW", "943": "AR",
    "944": "RE", "945": "SW", "947": "AW", "210": "IM", "214": "QM", "997": "FA", "999": "FA",
}  # fmt: skip

CONTROL_TAGS = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"})

TA1_WORDS = {
    "000": "no error",
    "001": "control numbers of ISA13 and IEA02 differ",
    "002": "another standard than X12",
    "003": "release of the envelope unknown",
    "004": "segment terminator unusable",
    "005": "kind of the sender identifier unknown",
    "006": "sender identifier missing or too long",
    "007": "kind of the receiver identifier unknown",
    "008": "receiver identifier missing or too long",
    "009": "receiver unknown here",
    "010": "kind of authorization unknown",
    "011": "authorization missing",
    "012": "kind of security unknown",
    "013": "password missing",
    "014": "date invalid",
    "015": "time invalid",
    "016": "standard or repetition separator invalid",
    "017": "release of the envelope is no release",
    "018": "interchange control number invalid",
    "019": "acknowledgment indicator invalid",
    "020": "test indicator invalid, or not as agreed",
    "021": "number of groups differs from IEA01",
    "022": "envelope out of order",
    "023": "interchange ends too early",
    "024": "content outside of groups or documents, or a faulty GS",
    "025": "interchange control number used before with other content",
    "026": "element separator unusable",
    "027": "component separator unusable",
    "028": "date of deferred delivery invalid",
    "029": "time of deferred delivery invalid",
    "030": "time zone of deferred delivery invalid",
    "031": "grade of service invalid",
}

ANSWERS = ("997", "999")
"""The sets that answer a group."""

LONG_DATES_FROM = "004010"
"""Dates have eight digits from this release on, and six before."""
