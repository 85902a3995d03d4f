"""`serve` over a real socket: set up from nothing by command line, then a partner talks to it as partners do."""

from __future__ import annotations

import json
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.homes import lay

PARTNER = """\
partner: acme
kind: supplier
time_zone: America/Detroit
identities: {isa: ["01:123456789"], gs: ["123456789"], party: ["1:123456789"], keys: [acme-main]}
x12: {our_isa: "01:987654321", our_gs: "987654321"}
receive: {"856": {as: ShipmentNotified}}
send: {"997": {}}
"""
NOTICE = (
    "ISA*00*          *00*          *01*123456789      *01*987654321      *261123*0900*U*00401*000000101*0*P*>~"
    "GS*SH*123456789*987654321*20261123*0900*101*X*004010~ST*856*0001~BSN*00*0000457*20261123*0900~"
    "DTM*011*20261123*0855*ET~HL*1**S~N1*ST**92*PLT07~N1*SF**1*123456789~HL*2*1*O~PRF*PO1001~HL*3*2*I~"
    "LIN**BP*BRK-100~SN1**100*EA~CTT*3~SE*13*0001~GE*1*101~IEA*1*000000101~"
)


class Served(NamedTuple):
    home: Path
    url: str
    key: str
    process: subprocess.Popen[str]


def crossdock(home: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments, "--home", str(home), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def read_address(process: subprocess.Popen[str]) -> str:
    """The address that the server prints when it is ready to be called."""
    assert process.stdout is not None
    said = ""
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while waiting.select(timeout=60) and (line := process.stdout.readline()):
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
    raise AssertionError(f"no address in: {said}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("serve") / "home"
    crossdock(lay(home), "init")
    (home / "partners" / "acme").mkdir(parents=True)
    (home / "partners" / "acme" / "partner.yaml").write_text(PARTNER)
    key = crossdock(home, "key", "new", "acme-main", "--partner", "acme")["key"]
    command = [sys.executable, "-m", "gateway.cli", "serve", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield Served(home, read_address(process), key, process)
    finally:
        process.kill()
        process.communicate()


def client(served: Served) -> httpx2.Client:
    return httpx2.Client(
        base_url=served.url, headers={"Authorization": f"Bearer {served.key}"}, timeout=30, trust_env=False
    )


def test_notice_is_answered_and_waits_in_the_mailbox(served: Served) -> None:
    with client(served) as acme:
        sent = acme.post("/v1/messages", params={"wait": 10}, content=NOTICE.encode())
        mailbox = acme.get("/v1/messages", params={"direction": "out"}).json()["items"]
        picked_up = acme.get(f"/v1/messages/{mailbox[0]['id']}/content").text

    assert sent.status_code == 200
    assert [answer["kind"] for answer in mailbox] == ["997"]
    assert [segment for segment in picked_up.split("~") if segment.startswith("AK9")] == ["AK9*A*1*1*1"]


def test_stranger_learns_nothing(served: Served) -> None:
    answer = httpx2.get(f"{served.url}/v1/messages", headers={"Authorization": "Bearer guess"}, trust_env=False)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_command_runs_inside_the_server_while_it_holds_the_lock(served: Served) -> None:
    made = crossdock(served.home, "key", "new", "second")

    assert made["name"] == "second"


def test_interrupted_server_leaves_clean_books(served: Served) -> None:
    served.process.send_signal(signal.SIGTERM)

    assert served.process.wait(30) in (0, -signal.SIGTERM)
    subprocess.run(
        [sys.executable, "-m", "gateway.cli", "ledger", "verify", "--home", str(served.home)], timeout=60, check=True
    )
