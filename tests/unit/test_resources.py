"""Data is found in one order, folders shadow as a whole, and texts of YAML stay as they are written."""

from __future__ import annotations

from pathlib import Path

from gateway.resources import Entry, Mistake, did_you_mean, read_yaml, search_roots, source_files


def test_a_number_however_long_is_a_mistake_and_no_fault() -> None:
    mistakes: list[Mistake] = []
    keys = Entry(read_yaml(b"days: " + b"9" * 5_000, "f"), mistakes).mapping()

    assert keys["days"].whole(7) == 7
    assert [one.text.replace("9" * 5_000, "999...") for one in mistakes] == [
        'days "999..." must be a whole number from 0 to 1000000000'
    ]


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x: 1\n")


def test_a_folder_of_the_home_shadows_the_shipped_one_as_a_whole(tmp_path: Path) -> None:
    home, package = tmp_path / "home", tmp_path / "package"
    put(home, "mappings/x12/004010/856/map.yaml", "mappings/codes/units.yaml", "partners/acme/partner.yaml")
    put(
        package,
        "mappings/x12/004010/856/map.yaml",
        "mappings/x12/004010/856/guide.xml",
        "mappings/x12/004010/850/map.yaml",
        "mappings/codes/price_per.yaml",
        "partners/_example/partner.yaml",
    )

    found = source_files([home, package])

    assert {path: file.relative_to(tmp_path).parts[0] for path, file in found.items()} == {
        "mappings/codes/price_per.yaml": "package",
        "mappings/codes/units.yaml": "home",
        "mappings/x12/004010/850/map.yaml": "package",
        "mappings/x12/004010/856/map.yaml": "home",
        "partners/acme/partner.yaml": "home",
    }


def test_only_what_decides_answers_is_a_source(tmp_path: Path) -> None:
    put(
        tmp_path,
        "mappings/x12/004010/856/map.yaml",
        "mappings/x12/004010/856/one.sample.edi",
        "mappings/x12/004010/856/one.expected.json",
        "mappings/x12/004010/856/README.md",
        "mappings/x12/004010/_release/codes.xml",
        "mappings/.hidden/map.yaml",
        "partners/acme/certs/acme.pem",
        "partners/acme/certs/acme.key",
        "partners/acme/samples/acme.pem",
    )

    assert sorted(source_files([tmp_path])) == [
        "mappings/x12/004010/856/map.yaml",
        "mappings/x12/004010/_release/codes.xml",
        "partners/acme/certs/acme.pem",
    ]


def test_partners_in_force_are_those_of_the_home(tmp_path: Path) -> None:
    home, package = tmp_path / "home", tmp_path / "package"
    put(home, "partners/acme/partner.yaml")
    put(package, "partners/bolt/partner.yaml", "partners/_example/partner.yaml")

    assert list(source_files([home, package], home / "partners")) == ["partners/acme/partner.yaml"]
    assert list(source_files([package], None, examples=True)) == [
        "partners/_example/partner.yaml",
        "partners/bolt/partner.yaml",
    ]


def test_the_shipped_data_is_found_without_a_home() -> None:
    assert any((root / "mappings/x12/004010/856/map.yaml").is_file() for root in search_roots())


def test_scalars_stay_text_and_keys_know_their_line() -> None:
    yaml = read_yaml(b"a: 05\nb:\n  - NO\n  - {c: 1.0}\nd:\n", "f.yaml")

    assert yaml.value == {"a": "05", "b": ["NO", {"c": "1.0"}], "d": ""}
    assert [yaml.line("a"), yaml.line("b", 1, "c"), yaml.line("d"), yaml.line("b", 9)] == [1, 4, 5, 2]


def test_a_near_word_is_offered_else_the_few_known_ones() -> None:
    assert did_you_mean("levles", ["levels", "loops"]) == 'did you mean "levels"?'
    assert did_you_mean("xyz", ["levels", "loops"]) == "known: levels, loops"
    assert did_you_mean("xyz", [f"word{n}" for n in range(50)]) == ""
