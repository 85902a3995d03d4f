"""A map that is wrong is refused when it is loaded, with file, line and the mend; never in the night."""

from __future__ import annotations

import pytest

from gateway.errors import OperatorMistake
from gateway.mapping import Configuration, read_document
from gateway.mapping.compiling.compile import compile_map
from gateway.mapping.compiling.effective import base_of, compare_maps, effective_lines
from gateway.resources import Mistakes
from ledger.events import ShipmentNotified
from tests.unit.mapping.maps import NOTICE, document, mistakes_of, overlay, shipped, with_files

ACME = "partners/acme/x12/004010/856/map.yaml"


def extended(text: str) -> list[str]:
    return mistakes_of(f"extends: x12/004010/856\n{text}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("levles: {}\n", f'{ACME} line 2: unknown key "levles" (did you mean "levels"?)'),
        (
            "levels:\n  I:\n    fields:\n      quantitiy: SN1.02\n",
            f'{ACME} line 5: unknown field "quantitiy" (did you mean "quantity"?)',
        ),
        (
            "levels:\n  I:\n    fields:\n      lot: REF.LT\n",
            f'{ACME} line 5: "REF.LT" is no place, as BSN.02, DTM[011].02 or LIN[@BP]',
        ),
        (
            "levels:\n  I:\n    fields:\n      lot: {at: 'REF[LT].02', code: lots}\n",
            f'{ACME} line 5: no code table is called "lots" (known: answers_for, purpose, units, weights)',
        ),
        (
            "levels:\n  I:\n    fields:\n      lot: {at: 'REF[LT].02', as: decimal}\n",
            f"{ACME} line 5: as: decimal makes no text",
        ),
        ("levels:\n  I:\n    into: linse\n", f'{ACME} line 4: into: "linse" is no list (did you mean "lines"?)'),
        (
            "codes:\n  units: {XX: EA}\n",
            "x12/004010/856/map.yaml line {unit}: unit table units must be one to one",
        ),
        ("checks:\n  - {id: a, expr: quantity >}\n", f"{ACME} line 3: a value is expected at character 11"),
        ("checks:\n  - {id: a, level: Q, expr: 1 == 1}\n", f'{ACME} line 3: check of unknown section "Q" '),
        ("codes:\n  purpose: {CO: odd}\n", f'{ACME} line 3: purpose "odd" makes no event (name it under event:)'),
        ("remove: [levels.I.fields.number]\n", f'{ACME} line 2: remove: nothing is called "levels.I.fields.number"'),
        ("remove: [header.fields.number]\n", "ShipmentNotified cannot be made: number is not bound"),
        ("levels:\n  I:\n    fields:\n      partner: REF[LT].02\n", f'{ACME} line 5: unknown field "partner"'),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_mend(text: str, told: str) -> None:
    from tests.unit.mapping.maps import line_of

    found = extended(text)

    assert any(told.format(unit=line_of("unit: {at")) in line for line in found), found


def test_all_mistakes_of_a_map_are_told_at_once() -> None:
    found = extended("levels:\n  I:\n    fields:\n      quantitiy: SN1.02\n      lott: REF[LT].02\nfault: line\n")

    assert len(found) == 3


def test_a_place_that_the_guide_does_not_have_is_refused() -> None:
    with pytest.raises(Mistakes) as caught:
        with_files({ACME: "extends: x12/004010/856\nlevels: {I: {fields: {lot: {at: SN1.19}}}}\n"})

    assert str(caught.value) == f"{ACME} line 2: the guide has no SN1.19 in loop I"


def test_a_set_without_guide_cannot_be_mapped() -> None:
    text = "event: ShipmentCancelled\nheader: {fields: {number: {at: BSN.02}}}\n"

    with pytest.raises(OperatorMistake, match="no guide of 003020 describes 856"):
        with_files({"mappings/x12/003020/856/map.yaml": text})


def test_a_chain_that_goes_round_is_refused() -> None:
    files = shipped() | {
        "mappings/x12/004010/856/map.yaml": b"extends: partners/acme/x12/004010/856\n",
        ACME: b"extends: x12/004010/856\n",
    }

    with pytest.raises(OperatorMistake, match="extends itself"):
        compile_map(files, ACME)


def test_an_unknown_base_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(OperatorMistake, match=r'extends "x12/004010/820", which has no map \(did you mean'):
        compile_map(shipped() | {ACME: b"extends: x12/004010/820\n"}, ACME)


# --- overlays ------------------------------------------------------------------------------------------------


def test_an_overlay_changes_what_it_names_and_nothing_else() -> None:
    changed = overlay("levels: {I: {fields: {lot: 'REF[HC].02'}}}\n")

    (event,) = read_document(changed, document(NOTICE.replace("SN1**240*EA~", "SN1**240*EA~REF*HC*H1~"))).events

    assert isinstance(event, ShipmentNotified)
    assert (event.lines[0].lot, str(event.lines[0].quantity), event.carrier) == ("H1", "240", "JBHT")


def test_a_fault_names_the_file_that_says_the_rule() -> None:
    required = overlay("levels: {I: {fields: {lot: {required: true}}}}\n")

    (fault,) = read_document(required, document(NOTICE)).faults

    assert fault.text == f"{ACME}:2 lot <- segment 11 REF[LT].02: is required and missing"


def test_codes_of_an_overlay_stand_beside_those_of_the_base() -> None:
    wider = overlay("codes: {units: {SP: XSP}}\n")

    (event,) = read_document(wider, document(NOTICE.replace("240*EA", "240*SP"))).events

    assert isinstance(event, ShipmentNotified)
    assert event.lines[0].unit == "XSP"


def test_a_check_of_the_same_name_takes_the_place_of_the_bases() -> None:
    lenient = overlay(
        "checks:\n  - {id: part-named, level: I, severity: warn, expr: part_number != '', text: no part}\n"
    )

    (fault,) = read_document(lenient, document(NOTICE.replace("BP*ECM-88-410", "VP*V-1"))).faults

    assert (fault.text, fault.rejects) == (f"{ACME}:3 check part-named <- segment 11: no part", False)


def test_the_map_in_force_tells_of_each_line_who_says_it() -> None:
    files = shipped() | {ACME: b"extends: x12/004010/856\nlevels: {I: {fields: {lot: 'REF[HC].02'}}}\n"}

    told = {entry.path: (entry.text, entry.origin.rpartition(":")[0]) for entry in effective_lines(files, ACME)}

    assert told["levels.I.fields.lot.at"] == ("REF[HC].02", ACME)
    assert told["levels.I.fields.supplier_part_number.at"] == ("LIN[@VP]", "x12/004010/856/map.yaml")
    assert base_of(files, ACME) == "mappings/x12/004010/856/map.yaml"
    changed, dropped = compare_maps(files, "mappings/x12/004010/856/map.yaml", ACME)
    assert (changed.path, changed.after and changed.after.text) == ("levels.I.fields.lot.at", "REF[HC].02")
    assert (dropped.path, dropped.after) == ("levels.I.fields.lot.else", None)


def test_the_hash_of_a_map_covers_what_it_extends_and_its_code_tables() -> None:
    files = shipped() | {ACME: b"extends: x12/004010/856\n"}
    before = compile_map(files, ACME).hash

    base = "mappings/x12/004010/856/map.yaml"
    table = "mappings/codes/units.yaml"
    assert compile_map(files | {base: files[base] + b"\n"}, ACME).hash != before
    assert compile_map(files | {table: files[table] + b"\n"}, ACME).hash != before
    assert compile_map(files | {"mappings/codes/price_per.yaml": b"codes: {}\n"}, ACME).hash == before


# --- publication ---------------------------------------------------------------------------------------------


def test_a_configuration_is_the_same_from_its_own_bytes() -> None:
    first = with_files({})
    again = Configuration.from_files(first.files, check=False)

    assert (again.hash, again.maps) == (first.hash, first.maps)
    assert again.map_at(first.maps[0]).hash == first.map_at(first.maps[0]).hash


def test_a_partner_is_read_and_written_by_its_own_map_where_it_has_one() -> None:
    partner = "partner: acme\nidentities: {isa: ['01:123456789']}\n"
    own = with_files({"partners/acme/partner.yaml": partner, ACME: "extends: x12/004010/856\n"})

    reading = own.map_for("acme", document(NOTICE))
    other = own.map_for("bolt", document(NOTICE))

    assert reading is not None
    assert other is not None
    assert (reading.path, other.path) == (ACME, "mappings/x12/004010/856/map.yaml")
    written, orders = own.map_to_write("acme", "856"), own.map_to_write("acme", "850")
    assert written is reading
    assert orders is not None
    assert orders.path == "mappings/x12/004010/850/map.yaml"
    assert own.map_to_write("acme", "999") is None


def test_mistakes_of_partners_guides_and_maps_are_told_together() -> None:
    with pytest.raises(Mistakes) as caught:
        with_files(
            {
                "partners/acme/partner.yaml": "partner: acme\nkind: suplier\n",
                ACME: "extends: x12/004010/856\nlevles: {}\n",
                "partners/acme/x12/004010/850/guide.yaml": "extends: x12/004010/85\n",
            }
        )

    assert [mistake.file for mistake in caught.value.mistakes] == [
        "partners/acme/partner.yaml",
        "partners/acme/x12/004010/850/guide.yaml",
        ACME,
    ]
