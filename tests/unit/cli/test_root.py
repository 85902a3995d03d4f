"""The root command: quick help, lazy nouns, one line per error, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import COMMANDS, Command, load_command
from tests.unit.cli.running import run, run_process

HEAVY = ("fastapi", "sqlalchemy", "uvicorn", "pydantic", "alembic", "structlog", "ruamel", "httpx2", "pyx12")


def test_help_imports_no_web_framework_and_no_database() -> None:
    probe = (
        "import sys\n"
        "from gateway.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print('HEAVY', sorted(set(sys.modules) & set({HEAVY!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_help_names_every_command_with_its_purpose() -> None:
    shown = run_process("--help")
    assert shown.exit_code == 0
    for command in COMMANDS:
        assert f" {command.name} " in shown.stdout
        assert command.help in shown.stdout


def test_no_arguments_show_the_help_as_a_usage_error() -> None:
    shown = run()
    assert shown.exit_code == 2
    assert "Usage: crossdock" in shown.stdout + shown.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_loads_and_takes_a_home(command: Command) -> None:
    loaded = load_command(command)
    leaves = list(getattr(loaded, "commands", {}).values()) or [loaded]
    assert [leaf.name for leaf in leaves if "--home" not in str([option.opts for option in leaf.params])] == []


def test_an_unknown_command_is_a_usage_error() -> None:
    shown = run_process("nonsense")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "No such command 'nonsense'" in shown.stderr


@pytest.mark.parametrize(
    "arguments",
    [["key", "list", "--home", "{home}"], ["--home", "{home}", "key", "list"], ["key", "--home", "{home}", "list"]],
)
def test_home_is_taken_wherever_it_stands(tmp_path: Path, arguments: list[str]) -> None:
    home = tmp_path / "none"
    shown = run(*(argument.format(home=home) for argument in arguments))
    expected = f"crossdock: there is no crossdock home in {home} (crossdock init --home {home})\n"
    assert (shown.exit_code, shown.stdout, shown.stderr) == (2, "", expected)


def test_a_home_of_the_environment_is_taken(tmp_path: Path) -> None:
    shown = run_process("key", "list", environment={"CROSSDOCK_HOME": str(tmp_path)})
    assert (shown.exit_code, shown.stderr.split("(")[0]) == (
        2,
        f"crossdock: there is no crossdock home in {tmp_path} ",
    )


def test_a_worker_beside_sqlite_is_refused_with_the_reason() -> None:
    shown = run_process("worker")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (
        2,
        "",
        "crossdock: a separate worker cannot share SQLite: exactly one process may write, and two starve each other "
        "(crossdock serve runs the worker in itself)\n",
    )


def test_a_broken_settings_file_is_one_line_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "crossdock.toml").write_text("prot = 1\n", "utf-8")
    shown = run("key", "list", "--home", str(tmp_path))
    assert (shown.exit_code, shown.stderr) == (
        2,
        f'crossdock: {tmp_path}/crossdock.toml line 1: unknown key "prot" (did you mean "port"?)\n',
    )


def test_the_version_is_one_line() -> None:
    shown = run("--version")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("crossdock ")
