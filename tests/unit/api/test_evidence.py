"""`/v1/messages/{id}/mdn` and `/request`: transport evidence as it is kept, for those who may see its message."""

from __future__ import annotations

import pytest

from gateway.store.evidence import chunk_rows, put_evidence
from gateway.store.transports import mdn_of, request_of
from tests.unit.api.house import House, notice

RAW = {"request": b"AS2-From: ACME\r\n\r\n\x00\xff sealed", "mdn": b"AS2-To: ACME\r\n\r\nsigned"}


@pytest.fixture
def with_evidence(house: House) -> str:
    """A message of acme's, beside which a request and an MDN are kept."""
    id = str(house.ask("POST", "/v1/messages", "acme-main", content=notice("71")).json()["id"])
    rows = [*chunk_rows(request_of(id), RAW["request"]), *chunk_rows(mdn_of(id), RAW["mdn"])]
    house.street.writer.run(lambda connection: put_evidence(connection, rows))
    return id


@pytest.mark.parametrize("what", ["request", "mdn"])
def test_evidence_is_handed_out_byte_for_byte_to_whom_its_message_belongs(
    what: str, house: House, with_evidence: str
) -> None:
    id = with_evidence
    by_caller = {
        key: house.ask("GET", f"/v1/messages/{id}/{what}", key) for key in ("acme-main", "admin", "bolt-main")
    }

    assert {key: found.status_code for key, found in by_caller.items()} == {
        "acme-main": 200,
        "admin": 200,
        "bolt-main": 404,
    }
    found = by_caller["acme-main"]
    assert found.content == RAW[what]
    assert found.headers["content-disposition"] == f'attachment; filename="{what}.eml"'
    assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("what", ["request", "mdn"])
def test_a_message_without_evidence_says_so(what: str, house: House) -> None:
    id = house.ask("POST", "/v1/messages", "acme-main", content=notice("72")).json()["id"]

    found = house.ask("GET", f"/v1/messages/{id}/{what}", "acme-main")

    assert (found.status_code, found.json()["detail"]) == (404, f"message {id} has no {what}")
