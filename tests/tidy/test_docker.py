"""The container files, linted; their install lines run for real in tests/tidy/test_install.py (long)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gateway.settings import ENVIRONMENT_PREFIX, Settings
from tests.tidy.tree import ROOT, text_of

DOCKERFILE = Path("docker/Dockerfile")
COMPOSE = Path("docker/compose.yaml")

INSTRUCTIONS = {
    "FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD",
}  # fmt: skip
SERVICE_KEYS = {
    "build", "image", "ports", "volumes", "environment", "restart", "read_only", "tmpfs", "cap_drop", "security_opt",
    "stop_grace_period",
}  # fmt: skip
VARIABLES = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.__struct_fields__}


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) in order, comments dropped; the file uses no line continuation."""
    lines = [line for line in text_of(DOCKERFILE).splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def arguments_of(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(text_of(COMPOSE)))


def test_dockerfile_uses_only_instructions_that_we_know() -> None:
    assert {name for name, _ in instructions()} == INSTRUCTIONS


def test_dockerfile_pins_its_base_images() -> None:
    images = [arguments.split(" ")[0] for arguments in arguments_of("FROM")]

    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3\.1[1-3]-slim-[a-z]+", images[0])


def test_dockerfile_copies_only_what_exists_and_no_partner_but_the_example() -> None:
    sources = [
        source
        for arguments in arguments_of("COPY")
        if not arguments.startswith("--from")
        for source in arguments.split()[:-1]
    ]

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if source.startswith("partners") and source != "partners/_example"] == []


def test_dockerfile_ends_as_nobody_and_answers_health_checks() -> None:
    order = [name for name, _ in instructions()]

    assert order.index("USER") < order.index("ENTRYPOINT")
    assert arguments_of("USER") == ["crossdock"]
    assert "/livez" in arguments_of("HEALTHCHECK")[0]
    # Exec form: the process is number one and gets the stop signal itself.
    assert [arguments[0] for arguments in arguments_of("ENTRYPOINT") + arguments_of("CMD")] == ["[", "["]


def test_every_variable_of_the_container_files_is_a_setting() -> None:
    named = set(re.findall(r"CROSSDOCK_[A-Z_]+", text_of(DOCKERFILE) + text_of(COMPOSE)))

    assert named - VARIABLES == set()
    assert named


def test_compose_uses_only_keys_that_we_know() -> None:
    services = compose()["services"]

    assert set(compose()) == {"name", "services", "volumes"}
    assert {key for service in services.values() for key in service} == SERVICE_KEYS


def test_compose_builds_the_dockerfile_and_declares_its_volumes() -> None:
    (service,) = compose()["services"].values()

    assert (ROOT / "docker" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert {volume.split(":")[0] for volume in service["volumes"]} == set(compose()["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
