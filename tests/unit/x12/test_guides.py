"""Guides are linted when they are loaded: what pyx12 finds out in the middle of a partner's file is told before."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.resources import read_sources, source_files
from gateway.x12 import Guides
from gateway.x12.codes import GROUP_OF_SET

BASE = read_sources(source_files([Path()]))
PATH = "mappings/x12/004010/997/guide.xml"
TEXT = BASE[PATH].decode()


def load(text: str, **others: bytes) -> None:
    Guides({**BASE, PATH: text.encode(), **others}).find("", "FA", "004010", "997")


def test_every_shipped_guide_loads() -> None:
    loaded = Guides(BASE).load_all()

    folders = sorted(path.parts[-3:-1] for path in Path("mappings/x12").glob("*/*/guide.xml"))
    assert [(guide.release, guide.set_id) for guide in loaded] == folders
    assert all(guide.group_id == GROUP_OF_SET[guide.set_id] for guide in loaded)


def test_same_content_has_the_same_hash_and_other_content_another() -> None:
    one, two = (Guides(BASE).find("", "FA", "004010", "997") for _ in range(2))
    other = Guides({**BASE, PATH: TEXT.replace('max_use="99"', 'max_use="98"').encode()})

    assert one is not None
    assert two is not None
    assert one.hash == two.hash
    assert other.find("", "FA", "004010", "997").hash != one.hash  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('data_ele="719"', 'data_ele="9999"', 'data element "9999" is not in _release/dataele.xml'),
        ('max_use="99"', 'max_use="many"', 'max_use "many" is neither a number nor >1'),
        ('<segment xid="AK4" usage="S"', '<segment xid="AK4" usage="O"', 'AK2/AK3/AK4: usage "O" is none of R, S, N'),
        ('xid="AK4" usage="S" pos="20"', 'xid="AK4" usage="S" pos="10"', "shares position 10 with AK3"),
        ("<code>997</code>", "<code>998</code>", "ST.01: must list exactly 997"),
        ("<code>FA</code>", "<code>FA</code><code>FB</code>", "GS.01: must list exactly one functional identifier"),
        ('<segment xid="AK1" usage="R"', '<segment xid="AK9" usage="R"', "AK9: cannot be told from another AK9"),
        ('xid="AK302" data_ele="719" usage="R" seq="02"', 'xid="AK302" data_ele="719" usage="R" seq="03"', "gaps"),
        ('name="position in the document"/>', 'name="x"><regex>(a+)+</regex></element>', "has a regex"),
        (
            'name="position in the document"/>',
            'name="x"><valid_codes external="states"/></element>',
            'code set "states" is not in _release/codes.xml',
        ),
        ('data_ele="C030"', 'repeat=">1" data_ele="C030"', 'repeat ">1": a composite alone may stand 1 to 99 times'),
        ('data_ele="719"', 'repeat="2" data_ele="719"', 'repeat "2": a composite alone may stand 1 to 99 times'),
        ('<loop xid="ST_LOOP"', '<loop xid="XX_LOOP"', "has no ISA_LOOP/GS_LOOP/ST_LOOP"),
        ("</transaction>", "", "is not XML"),
        ('<transaction xid="997"', '<!DOCTYPE x [<!ENTITY e "x">]><transaction xid="997"', "declaration"),
    ],
)
def test_mistakes_in_a_guide_are_named_before_it_is_used(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(OperatorMistake) as mistake:
        load(TEXT.replace(old, new, 1))

    assert words in str(mistake.value)
    assert str(mistake.value).startswith(PATH)


def test_relation_beyond_the_segment_is_named() -> None:
    text = BASE["mappings/x12/004010/824/guide.xml"].decode().replace("<syntax>P0304<", "<syntax>P0309<", 1)

    with pytest.raises(OperatorMistake) as mistake:
        Guides({**BASE, "mappings/x12/004010/824/guide.xml": text.encode()}).find("", "AG", "004010", "824")

    assert 'relation "P0309" speaks of elements that the segment does not have' in str(mistake.value)


def test_release_without_its_dictionary_is_named() -> None:
    sources = {path: content for path, content in BASE.items() if not path.endswith("dataele.xml")}

    with pytest.raises(OperatorMistake) as mistake:
        Guides(sources).find("", "FA", "004010", "997")

    assert str(mistake.value).startswith("mappings/x12/004010/_release/dataele.xml: is missing")


def test_many_delimiters_keep_a_bounded_number_of_checkers() -> None:
    from gateway.document import Delimiters
    from gateway.x12.limits import LIMITS

    guide = Guides(BASE).find("", "FA", "004010", "997")
    assert guide is not None

    made = [guide.automaton(Delimiters("*", chr(0x100 + n), "~")) for n in range(LIMITS.variants_max + 10)]

    assert guide.automaton(made[-1].delimiters) is made[-1]
    assert guide.automaton(made[0].delimiters) is not made[0]


def test_strange_tags_and_values_never_grow_a_checker() -> None:
    from tests.unit.x12.interchanges import BODY, GUIDES, document, interchange, read_text

    read_text(interchange())
    guide = GUIDES.find("", "SH", "004010", "856")
    assert guide is not None

    def size() -> int:
        return sum(len(row) for a in guide._automata.values() for row in a._rows)

    read_text(interchange(document([*BODY[:9], "HL*4*2*Q", BODY[9]])))
    before = size()
    for n in range(50):
        read_text(interchange(document([*BODY[:9], f"Q{n}*1", f"HL*4*2*{n}", BODY[9]])))

    assert size() == before
