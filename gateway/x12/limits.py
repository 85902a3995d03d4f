"""Every bound of the X12 reader in one table, so that no partner's bytes decide how much memory or time we spend."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Bounds of one reading; passing one is a fault that rejects, never an exception."""

    message_bytes_max: int = 512 * 1024 * 1024
    """Larger messages are not looked at."""
    chunk_bytes: int = 32 * 1024
    """How much of a message is taken apart at a time: little enough for its segments to stay in a core's cache."""
    first_chunk_bytes: int = 8 * 1024
    """How much of an interchange at first; then four times as much, up to that, so that small ones stay cheap."""
    segment_bytes_max: int = 64 * 1024
    """A longer segment means that the terminator was misread."""
    interchanges_max: int = 10_000
    groups_max: int = 10_000
    """Groups of one interchange."""
    documents_max: int = 100_000
    """Documents of one group."""
    segments_max: int = 5_000_000
    """Segments of one document."""
    faults_max: int = 100
    """Faults kept for one document, group or interchange; the last one kept then says that there were more."""
    interchange_faults_max: int = 20_000
    """Once so many are kept in the documents of an interchange, one is kept for each further document at fault."""
    ack_segments_max: int = 200
    """AK3 and AK4 segments written for one document."""
    ack_group_segments_max: int = 20_000
    """Once the answer to a group is so long, further documents are answered by their verdict alone."""
    header_bytes_max: int = 512
    """Within how many bytes an ISA must have its sixteen elements."""
    header_tries_max: int = 10_000
    """How often the letters ISA are looked at closely in a row of bytes that are no X12."""
    page_segments_max: int = 20_000
    """Segments shown on one HTML page; a page beyond that opens in no browser."""
    variants_max: int = 256
    """Compiled checkers kept, one for each guide and set of delimiters."""


LIMITS = Limits()
