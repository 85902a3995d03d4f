"""X12 syntax, and nothing but syntax: bytes to checked documents, the acknowledgments they earn, documents to bytes.

Pure: no clock, no store, no network. Time and control numbers are parameters. Faults in data are values.
"""

from __future__ import annotations

from gateway.x12.answers.acks import outgoing_groups, plan_acks
from gateway.x12.answers.envelope import AnswerEnvelope, answer_envelope
from gateway.x12.body import Body
from gateway.x12.checking.check import check_document
from gateway.x12.envelope.header import find_header
from gateway.x12.envelope.reader import read
from gateway.x12.guides.registry import Guide, Guides
from gateway.x12.limits import LIMITS, Limits
from gateway.x12.outline import Choices, Leaves, Outline, Scope, Shape
from gateway.x12.pages.document_page import document_page
from gateway.x12.pages.guide_page import Example, guide_page
from gateway.x12.pages.guide_text import guide_json, guide_lines
from gateway.x12.pages.show import show, show_lines, show_values
from gateway.x12.reading import (
    AckPlan,
    Group,
    GroupAck,
    Interchange,
    OutgoingDocument,
    OutgoingGroup,
    Reading,
)
from gateway.x12.write import write_interchange

__all__ = [
    "LIMITS",
    "AckPlan",
    "AnswerEnvelope",
    "Body",
    "Choices",
    "Example",
    "Group",
    "GroupAck",
    "Guide",
    "Guides",
    "Interchange",
    "Leaves",
    "Limits",
    "OutgoingDocument",
    "OutgoingGroup",
    "Outline",
    "Reading",
    "Scope",
    "Shape",
    "answer_envelope",
    "check_document",
    "document_page",
    "find_header",
    "guide_json",
    "guide_lines",
    "guide_page",
    "outgoing_groups",
    "plan_acks",
    "read",
    "show",
    "show_lines",
    "show_values",
    "write_interchange",
]
