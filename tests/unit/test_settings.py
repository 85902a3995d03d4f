"""Settings: who wins, what is refused, and that secrets stay references."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.settings import Settings, find_unknown_variables, read_settings, resolve_secret


def write_file(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "crossdock.toml").write_text(text, "utf-8")


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    found = read_settings({"home": tmp_path}, {})
    assert found == Settings(home=tmp_path)


def test_the_default_home_is_a_folder_beside_the_caller() -> None:
    assert read_settings({}, {}).home == Path("crossdock-home").absolute()


def test_a_flag_wins_over_the_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    write_file(tmp_path, 'port = 1\nhost = "file"\nlog_level = "error"\n')
    environment = {"CROSSDOCK_HOME": str(tmp_path), "CROSSDOCK_PORT": "2", "CROSSDOCK_HOST": "environment"}
    found = read_settings({"port": 3}, environment)
    assert (found.port, found.host, found.log_level) == (3, "environment", "error")


def test_a_flag_that_was_not_given_says_nothing(tmp_path: Path) -> None:
    found = read_settings({"home": tmp_path, "port": None}, {"CROSSDOCK_PORT": "2"})
    assert found.port == 2


def test_an_unknown_key_names_file_line_and_the_likely_meaning(tmp_path: Path) -> None:
    write_file(tmp_path, '# ours\nhost = "a"\nprot = 80\n')
    with pytest.raises(OperatorMistake) as caught:
        read_settings({"home": tmp_path}, {})
    file = tmp_path / "crossdock.toml"
    assert str(caught.value) == f'{file} line 3: unknown key "prot" (did you mean "port"?)'


def test_an_unknown_table_is_refused_too(tmp_path: Path) -> None:
    write_file(tmp_path, "[http]\nport = 80\n")
    with pytest.raises(OperatorMistake, match=r'line 1: unknown key "http"'):
        read_settings({"home": tmp_path}, {})


@pytest.mark.parametrize("name", ["home", "now"])
def test_what_a_file_cannot_say_is_refused_with_the_other_way(tmp_path: Path, name: str) -> None:
    write_file(tmp_path, f'{name} = "x"\n')
    with pytest.raises(OperatorMistake, match=f"line 1: .*set --{name} or CROSSDOCK_{name.upper()} instead"):
        read_settings({"home": tmp_path}, {})


def test_a_broken_file_names_its_line(tmp_path: Path) -> None:
    write_file(tmp_path, "port = 80\nhost = \n")
    with pytest.raises(OperatorMistake, match=r"crossdock.toml line 2: not valid TOML"):
        read_settings({"home": tmp_path}, {})


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"CROSSDOCK_PORT": "many"}, 'environment variable CROSSDOCK_PORT: "many" does not fit port'),
        ({"CROSSDOCK_PORT": "70000"}, 'environment variable CROSSDOCK_PORT: "70000" does not fit port'),
        ({"CROSSDOCK_LOG_LEVEL": "loud"}, '"loud" does not fit log_level'),
        ({"CROSSDOCK_NOW": "soon"}, 'environment variable CROSSDOCK_NOW: "soon" does not fit now'),
    ],
)
def test_a_value_of_the_wrong_form_names_its_place(tmp_path: Path, environment: dict[str, str], place: str) -> None:
    with pytest.raises(OperatorMistake, match=place):
        read_settings({"home": tmp_path}, environment)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00-05:00", datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=-5)))),
        ("2026-11-22T10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
    ],
)
def test_the_clock_of_a_command_can_be_fixed(tmp_path: Path, text: str, moment: datetime) -> None:
    clock = read_settings({"home": tmp_path}, {"CROSSDOCK_NOW": text}).clock()
    assert (clock(), clock()) == (moment, moment)


def test_without_a_fixed_moment_the_clock_runs_and_is_aware() -> None:
    clock = Settings().clock()
    assert clock() <= clock()
    assert clock().utcoffset() == timedelta(0)


def test_a_misspelt_variable_is_named_not_refused() -> None:
    environment = {"CROSSDOCK_PROT": "1", "CROSSDOCK_PORT": "1", "OTHER": "1"}
    assert find_unknown_variables(environment) == ("CROSSDOCK_PROT",)


def test_a_secret_is_read_where_its_reference_leads(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("s3cret\n", "utf-8")
    assert resolve_secret("env:ACME", {"ACME": "s3cret"}) == "s3cret"
    assert resolve_secret(f"file:{tmp_path}/hook", {}) == "s3cret"


@pytest.mark.parametrize("reference", ["s3cret", "env:", "file:", "vault:s3cret", ""])
def test_what_is_no_reference_is_refused_without_repeating_it(reference: str) -> None:
    with pytest.raises(OperatorMistake) as caught:
        resolve_secret(reference, {})
    assert "s3cret" not in str(caught.value)


def test_a_reference_that_leads_nowhere_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorMistake, match=r"env:ACME: the environment variable is not set"):
        resolve_secret("env:ACME", {})
    with pytest.raises(OperatorMistake, match="cannot be read: No such file"):
        resolve_secret(f"file:{tmp_path}/none", {})
