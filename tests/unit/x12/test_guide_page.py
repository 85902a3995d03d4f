"""A guide as it is listed, told, and handed to a partner: overlay included, every line with its origin."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.x12 import app
from gateway.x12 import Guide, Guides, guide_lines, guide_page
from tests.unit.x12.interchanges import GUIDES
from tests.unit.x12.test_document_page import XHTML, fetched, parsed, words
from tests.unit.x12.test_overlay import BASE, PLACE, guides_with

OVERLAY = """\
extends: x12/004010/856
note: Send it before the truck leaves.
change:
  "HLI/LIN.02": {codes: {only: [BP]}, note: Our number goes first.}
  "HLI/LIN.03": {usage: S, max: 18}
  "HLS/N1/N1.01": {codes: {only: {ST: our dock, SF: your plant}}}
  "HLP": {parents: [O]}
add: [{after: HLS/TD3, segment: QTY, max_use: 2, note: Pallets in all.}]
remove: [HLS/FOB, "BSN.05"]
"""


def find(guides: Guides, partner: str = "acme", release: str = "004010", set_id: str = "856") -> Guide:
    guide = guides.find(partner, "", release, set_id)
    assert guide is not None
    return guide


def table_after(root: Element, heading: str) -> list[list[str]]:
    """Rows of the first table behind the heading with that id."""
    main = next(root.iter(f"{XHTML}main"))
    at = next(n for n, child in enumerate(main) if child.get("id") == heading)
    body = next(body for child in main[at:] for body in child.iter(f"{XHTML}tbody"))
    return [[words(cell) for cell in row] for row in body]


def test_page_says_what_differs_and_which_line_says_so() -> None:
    guides = guides_with(OVERLAY)
    root = parsed("".join(guide_page(find(guides), guides, partner="Acme & Söhne")))

    assert words(next(root.iter(f"{XHTML}title"))) == "Ship notice 856 for Acme & Söhne"
    assert table_after(root, "differences") == [
        ["BSN.05", "optional", "not used", f"{PLACE}:9"],
        ["HLS/QTY", "not in the base guide", "optional, up to 2", f"{PLACE}:8"],
        ["HLS/N1/N1.01", "any code", "required, 2 to 3 characters; SF ST", f"{PLACE}:6"],
        ["HLP", "under S O T P I", "optional, any number, under O", f"{PLACE}:7"],
        ["HLI/LIN.02", "any code", "required, 2 characters; BP", f"{PLACE}:4"],
        ["HLI/LIN.03", "required; length 1 to 48", "optional, 1 to 18 characters", f"{PLACE}:5"],
        ["HLS/FOB", "in the base guide", "removed", f"{PLACE}:9"],
    ]


def test_page_has_notes_and_the_partners_own_meanings() -> None:
    guides = guides_with(OVERLAY)
    told = words(parsed("".join(guide_page(find(guides), guides))))

    assert "Send it before the truck leaves." in told
    assert "Pallets in all." in told
    assert "part number kindOur number goes first.BP part number of the buyer was: any code" in told
    assert "SF your plantST our dock" in told


def test_page_of_every_guide_is_strict_and_complete() -> None:
    for release in GUIDES.releases:
        for set_id in GUIDES.sets(release):
            guide = find(GUIDES, "", release, set_id)
            page = "".join(guide_page(guide, GUIDES))
            root = parsed(page)
            identifiers = [element.get("id") for element in root.iter() if element.get("id")]
            targets = {(a.get("href") or "")[1:] for a in root.iter(f"{XHTML}a")}
            segments = list(GUIDES.describe(guide)[0].segments())
            assert fetched(page) == []
            assert len(identifiers) == len(set(identifiers))
            assert targets <= set(identifiers)
            assert sum(e.tag == f"{XHTML}section" for e in root.iter()) == len(segments)


@pytest.mark.parametrize(
    ("release", "told"),
    [
        ("003060", ["standard", "U", "00306", "YYMMDD, HHMM", "X, 003060"]),
        ("005010", ["repetition separator", "one mark", "00501", "CCYYMMDD, HHMM", "X, 005010"]),
    ],
)
def test_envelope_is_that_of_the_release(release: str, told: list[str]) -> None:
    rows = table_after(parsed("".join(guide_page(find(GUIDES, "", release), GUIDES))), "envelope")

    assert [rows[5][1], rows[5][2], rows[6][2], rows[13][2], rows[15][2]] == told


def test_words_of_a_partner_never_become_markup() -> None:
    guides = guides_with('extends: x12/004010/856\nnote: "<script>x</script>"\nchange: {CTT: {name: "<b>"}}\n')

    page = "".join(guide_page(find(guides), guides, partner="<i>", about=[("<u>", '"><img src=x>')]))

    assert fetched(page) == []
    assert "<script>" not in page


def test_every_line_of_the_text_has_its_origin() -> None:
    guides = guides_with(OVERLAY)
    guide = find(guides)
    lines = list(guide_lines(guide, guides.describe(guide)[0]))

    base = BASE["mappings/x12/004010/856/guide.xml"].decode().splitlines()
    at = next(n for n, line in enumerate(base, 1) if 'xid="BSN02"' in line)
    assert f"      03    date: required, date, CCYYMMDD, 8  [mappings/x12/004010/856/guide.xml:{at + 1}]" in lines
    assert f"        03    part number: optional, text, 1 to 18  [{PLACE}:5, was required; length 1 to 48]" in lines
    assert lines[-1] == f"removed HLS/FOB  [{PLACE}:9]"


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CROSSDOCK_HOME", str(tmp_path))
    folder = tmp_path / "partners/acme/x12/004010/856"
    folder.mkdir(parents=True)
    (folder / "guide.yaml").write_text('extends: x12/004010/856\nchange: {"HLI/LIN.03": {max: 18}}\n')
    identities = 'identities: {isa: ["01:123456789"], gs: ["123456789"]}'
    terms = 'x12: {our_isa: "01:987654321", segment: "|"}'
    partner = f"partner: acme\nkind: supplier\nname: Acme Castings\n{identities}\n{terms}\n"
    (tmp_path / "partners/acme/partner.yaml").write_text(partner)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["guides", *arguments])


def test_list_names_release_set_direction_loops_and_overlays(home: Path) -> None:
    listed = [" ".join(line.split()) for line in run().stdout.splitlines()]

    assert "004010 856 ship notice supplier to buyer SH S O T P I" in listed
    assert "004010 856 ship notice supplier to buyer SH S O T P I acme 1" in listed
    assert "005010 999 implementation acknowledgment receiver to sender FA AK2" in listed


def test_guide_of_a_partner_has_its_identifiers_and_an_example(home: Path) -> None:
    result = run("856", "--partner", "acme", "--html")

    told = words(parsed(result.stdout))
    assert result.exit_code == 0
    assert "your interchange id01:123456789" in told
    assert "element * component > segment |" in told
    assert "ISA*00* *00* *01*123456789" in told
    assert "The same, read" in told


def test_sample_of_the_partner_goes_before_the_shipped_ones(home: Path) -> None:
    sample = Path("mappings/x12/004010/856/s-o-i.sample.edi").read_text().replace("BOL88231", "BOLACME")
    (home / "partners/acme/x12/004010/856/ours.sample.edi").write_text(sample)

    assert "BOLACME" in run("856", "--partner", "acme", "--html").stdout


@pytest.mark.parametrize("name", ["856", "004010/856", "x12/004010/856"])
def test_guide_is_named_as_a_person_would(name: str, home: Path) -> None:
    told = json.loads(run(name, "--partner", "acme", "--json").stdout)

    assert (told["set"], told["release"], told["partner"]) == ("856", "004010", "acme")
    item = next(child for child in told["children"] if child["path"] == "HLI")
    line = next(child for child in item["children"] if child["path"] == "HLI/LIN")
    assert line["elements"][2] == {
        "reference": "LIN03",
        "name": "part number",
        "data_element": "234",
        "usage": "required",
        "note": None,
        "origin": "partners/acme/x12/004010/856/guide.yaml:2",
        "was": "length 1 to 48",
        "type": "AN",
        "least": 1,
        "most": 18,
        "codes": None,
    }


def test_unknown_guide_and_unknown_partner_are_named(home: Path) -> None:
    assert "no guide" in str(run("123").exception)
    assert 'unknown partner "acne"' in str(run("856", "--partner", "acne").exception)
