"""Versions of a map: compared on documents that came, and put in force between two documents, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.pipeline.asking.coverage import cover
from gateway.pipeline.desk.commands import MapsOf
from gateway.worker import Worker
from ledger import queries
from tests.unit.pipeline.test_replaying import HEAD, IMPLIED, draw, stock
from tests.unit.pipeline.world import Town, interchange, notice, order

PATH = "partners/acme/x12/004010/856/map.yaml"
BASE = "mappings/x12/004010/856/map.yaml"
BROKEN = IMPLIED.replace("quantity", "quantitty")


def test_documents_that_two_versions_read_alike_are_left_out(town: Town) -> None:
    draw(town, HEAD)
    town.bring(order(quantity=10_000), "erp")
    for n in (1, 2, 3):
        town.clock.pass_by(minutes=1)
        town.bring(interchange(("856", notice(f"S{n}")), control=n))

    same = town.street.compare_maps(MapsOf(path=PATH, after={PATH: (HEAD + "note: words\n").encode()}))
    other = town.street.compare_maps(MapsOf(path=PATH, after={PATH: IMPLIED.encode()}, most=2))

    assert (same.read, same.documents) == (3, ())
    assert other.read == 2
    assert [one.difference[0][1:] for one in other.documents] == [
        ("ShipmentNotified S3 lines[0].quantity", "100", "10.0"),
        ("ShipmentNotified S2 lines[0].quantity", "100", "10.0"),
    ]


def test_each_document_is_rehearsed_for_itself_and_undone(town: Town) -> None:
    draw(town, HEAD)
    town.bring(order(quantity=10_000), "erp")
    for n in (1, 2):
        town.bring(interchange(("856", notice(f"S{n}")), control=n))
    before = stock(town)

    found = town.street.compare_maps(MapsOf(path=PATH, after={PATH: IMPLIED.encode()}))

    assert [[changed.quantity for changed in one.effects.balances] for one in found.documents] == [[-90, 90]] * 2
    assert stock(town) == before


def test_a_version_that_parks_what_was_read_says_so(town: Town) -> None:
    draw(town, HEAD)
    town.bring(order(), "erp")
    town.bring(interchange(("856", notice())))
    strict = HEAD + "levels:\n  S:\n    fields:\n      pro_number: {at: 'REF[CN].02', required: true}\n"

    (one,) = town.street.compare_maps(MapsOf(path=PATH, after={PATH: strict.encode()})).documents

    assert "is required and missing" in one.refused
    assert [path for _, path, _, _ in one.difference] == ["cannot be read", "ShipmentNotified S1"]


def test_a_version_that_reads_what_was_parked_shows_what_it_would_post(town: Town) -> None:
    strict = HEAD + "levels:\n  S:\n    fields:\n      pro_number: {at: 'REF[CN].02', required: true}\n"
    draw(town, strict)
    town.bring(order(), "erp")
    message = town.bring(interchange(("856", notice())))

    (one,) = town.street.compare_maps(MapsOf(path=PATH, after={PATH: HEAD.encode()})).documents

    assert message["documents"][0]["status"] == "parked"
    assert (one.status_before, one.status, one.refused) == ("parked", "recorded", "")
    assert [moved.quantity for moved in one.effects.movements] == [100]


def test_a_faulty_version_is_never_tried(town: Town) -> None:
    draw(town, HEAD)

    with pytest.raises(OperatorMistake, match='unknown field "quantitty"'):
        town.street.compare_maps(MapsOf(path=PATH, after={PATH: BROKEN.encode()}))


def test_coverage_tells_what_stands_where_nobody_looks(town: Town) -> None:
    town.bring(order(), "erp")
    town.bring(interchange(("856", [*notice()[:-1], "REF*HC*H4471", "CTT*3"])))

    with town.street.read() as connection:
        (found,) = cover(connection, town.street.configuration, ["mappings/x12/004010/856/map.yaml"])

    assert (found.documents, found.whole) == (1, 0)
    assert [(one.place, one.sample) for one in found.unread if one.place == "REF[HC]"] == [
        ("REF[HC]", "REF*HC*H4471")
    ]


def test_a_map_takes_effect_between_two_documents_while_they_flow(tmp_path: Path) -> None:
    town = Town(tmp_path / "home")
    town.bring(order(quantity=1_000_000), "erp")
    desk = town.street.desk
    assert desk is not None
    folder = town.home / "partners" / "acme" / "x12" / "004010" / "856"
    folder.mkdir(parents=True)
    worker = Worker(desk, town.clock)
    ids: list[str] = []

    def send() -> None:
        for n in range(1, 41):
            ids.append(town.street.receive(interchange(("856", notice(f"S{n}")), control=n), "acme"))

    sender = threading.Thread(target=send)
    sender.start()
    read_by: dict[str, str] = {town.street.configuration.map_at(BASE).hash: "100"}
    for text, quantity in ((HEAD, "100"), (IMPLIED, "10.0"), (BROKEN, ""), (HEAD, "100"), (IMPLIED, "10.0")):
        (folder / "map.yaml").write_text(text)
        town.street.configure()
        if quantity:
            read_by[town.street.configuration.map_at(PATH).hash] = quantity
    sender.join()
    worker.close()
    town.street.run_until_idle()

    with town.street.read() as connection:
        said = {one.document: one.body for one in queries.events(connection, limit=1_000, bodies=True)}
    shown = [town.street.message(id)["documents"][0] for id in ids]
    assert [one["status"] for one in shown] == ["recorded"] * 40
    # Every document was read whole by one version that had been in force; the broken one never read any.
    assert [str(said[one["id"]].lines[0].quantity) for one in shown] == [read_by[one["map"]] for one in shown]
    assert town.street.configuration.map_at(PATH).hash in read_by
    town.street.close()
