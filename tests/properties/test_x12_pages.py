"""Whatever bytes come can be told, without control characters, and make a strict page that fetches nothing."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.x12 import Guides, Reading, document_page, read, show_lines
from tests.unit.x12.test_document_page import fetched, parsed

GUIDES = Guides.from_roots([Path()])
SAMPLES = [path.read_bytes() for path in sorted(Path("mappings/x12").glob("*/*/*.sample.edi"))]
NASTY = [
    b"<script>",
    b"</style>",
    b"&",
    b'"',
    b"\x00",
    b"\x1b[2J",
    b"]]>",
    b"~",
    b"*",
    b">",
    b"\xff",
    b"HL*1*1*S~",
    b"^",
]


def tell(reading: Reading) -> None:
    for brief in (True, False):
        assert all(line.isprintable() for line in show_lines(reading, GUIDES, brief=brief))
    page = "".join(document_page(reading, GUIDES, name="x"))
    parsed(page)
    assert fetched(page) == []


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_can_be_told(data: bytes) -> None:
    tell(read(data, GUIDES))


@given(
    st.sampled_from(SAMPLES),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.one_of(st.sampled_from(NASTY), st.binary(max_size=8))),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_document_with_anything_in_its_place_can_be_told(
    sample: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    data = sample
    for where, gone, put in edits:
        at = int(where * len(data))
        data = data[:at] + put + data[at + gone :]

    tell(read(data, GUIDES))
