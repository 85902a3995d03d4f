"""Writers of advices in formats that no map writes: the place where another standard enters (EDIFACT APERAK, RECADV).

Every advice is written by the map of its document, unless a writer is registered for that name. Which there are is
said by the setting `advice_writers`: nothing is looked for by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple

from gateway.errors import OperatorMistake
from gateway.partners import Partner
from ledger.advices import Advice, AnyAdvice

Write = Callable[[AnyAdvice, Partner, str], bytes]
"""Whole bytes of one message from an advice, the partner and our id of the message, which may serve as its control
reference. Raises OperatorMistake where it cannot be written: the document is then parked with that reason."""


class AdviceWriter(NamedTuple):
    """One document type that is written by code: `RECADV`, as agreements name it in `send`."""

    document: str
    advice: type[Advice]
    """ApplicationAdvice or ReceivingAdvice: the one that it writes."""
    write: Write
    media_type: str = "application/edifact"


Writers = Mapping[str, AdviceWriter]
NO_WRITERS: Writers = MappingProxyType({})


def load_writers(named: str) -> Writers:
    """The writers of a setting: `package.module:NAME`, several divided by commas.

    Raises OperatorMistake for a name that cannot be imported, is no AdviceWriter, or writes a document twice.
    """
    found: dict[str, AdviceWriter] = {}
    for name in filter(None, (part.strip() for part in named.split(","))):
        module, _, attribute = name.partition(":")
        try:
            writer = getattr(import_module(module), attribute)
        except (ImportError, AttributeError, ValueError) as error:
            raise OperatorMistake(
                f"advice_writers: {name} cannot be imported ({error})", mend="name it package.module:NAME"
            ) from error
        if not isinstance(writer, AdviceWriter):
            raise OperatorMistake(f"advice_writers: {name} is no AdviceWriter")
        if writer.document in found:
            raise OperatorMistake(f"advice_writers: {writer.document} has two writers", mend="keep one of them")
        found[writer.document] = writer
    return MappingProxyType(found)
