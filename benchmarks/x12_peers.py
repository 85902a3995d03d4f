"""Other readers of X12 on the same bytes: pyx12 in this process, the rest in environments of their own.

`make bench-setup` puts those under `.bench/`. A missing peer is an error: a row without its peer says nothing.
"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import tostring

import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

from benchmarks.x12_notices import RELEASE, Part, partner_of
from gateway import resources
from gateway.document import Party
from gateway.x12 import Guides

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "benchmarks" / "peers"
PYTHON = ROOT / ".bench" / "x12" / "bin" / "python"
NODE_MODULES = ROOT / ".bench" / "x12-node" / "node_modules"
_KEPT = {"ISA_LOOP", "GS_LOOP", "ST_LOOP"}


@contextmanager
def open_pyx12(guides: Guides, senders: Sequence[str]) -> Iterator[Callable[[Part, bool], float]]:
    """Seconds that `x12n_document` takes for one interchange with the guide in force for its sender.

    Its maps are parsed once, as it would have it if it kept them; the second argument is the verdict that it must
    come to.
    """
    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    with tempfile.TemporaryDirectory() as name:
        folders = {sender: _folder(Path(name) / sender, guides, sender) for sender in senders}
        loaded: dict[tuple[str, str], object] = {}
        load = pyx12.map_if.load_map_file

        def load_once(file: str, parameters: object, path: str) -> object:
            if (path, file) not in loaded:
                loaded[path, file] = load(file, parameters, path)
            return loaded[path, file]

        def check(part: Part, verdict: bool) -> float:
            text = io.StringIO(part.body.decode("latin-1"))
            began = time.perf_counter()
            found = pyx12.x12n_document.x12n_document(
                pyx12.params.ParamsBase(), text, None, None, map_path=folders[part.sender]
            )
            taken = time.perf_counter() - began
            assert found is verdict, f"pyx12 comes to another verdict: {found}"
            return taken

        pyx12.map_if.load_map_file = load_once
        try:
            yield check
        finally:
            pyx12.map_if.load_map_file = load


def _folder(folder: Path, guides: Guides, sender: str) -> str:
    """The release files and the sender's effective guide, as pyx12 wants them.

    Loops are renamed, since it takes a loop called `N1` or `HLS` for a segment when it counts.
    """
    folder.mkdir()
    root = resources.search_roots()[-1] / RELEASE
    for file in (root / "_release").glob("*.xml"):
        shutil.copy(file, folder)
    guide = guides.find(partner_of(Party("01", sender), Party(), "", ""), "SH", "004010", "856")
    assert guide is not None
    effective, _origins = guides._effective(guide.file)
    text = re.sub(
        r'<loop xid="([^"]+)"',
        lambda m: m[0] if m[1] in _KEPT else f'<loop xid="{m[1]}_LOOP"',
        re.sub(r"<loop ([^>]*?)(xid=\"[^\"]+\")", r"<loop \2 \1", tostring(effective, encoding="unicode")),
    )
    (folder / "856.xml").write_text(text, encoding="utf-8")
    return str(folder)


@contextmanager
def open_peer(name: str, parts: Sequence[Part]) -> Iterator[Callable[[], float]]:
    """Segments a second of one pass over the interchanges by `badx12`, `bots`, `x12-parser` or `node-x12`.

    The peer stays open between passes, with everything loaded that it keeps.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, part in enumerate(parts):
            file = Path(folder) / f"{number}.edi"
            file.write_bytes(part.body)
            files.append(str(file))
        peer = subprocess.Popen(
            [*_command(name), name, *files],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_folder_of(name),
        )  # fmt: skip
        assert peer.stdin is not None
        assert peer.stdout is not None
        stdin, stdout = peer.stdin, peer.stdout
        expected = sum(part.body.count(b"~") for part in parts)

        def measure() -> float:
            print("again", file=stdin, flush=True)
            line = stdout.readline()
            if not line:
                raise SystemExit(f"{name} gave up; it says above why")
            answer = json.loads(line)
            assert answer["segments"] == expected, f"{name} read {answer['segments']} segments of {expected}"
            return float(answer["segments"] / answer["seconds"])

        try:
            measure()  # its warm-up
            yield measure
        finally:
            stdin.close()
            peer.wait(60)


def _command(name: str) -> list[str]:
    if name in ("badx12", "bots"):
        if not PYTHON.exists():
            raise SystemExit(f"{name} is missing in {PYTHON.parent.parent}: run `make bench-setup`")
        return [str(PYTHON), str(PEERS / "read_x12.py")]
    node = shutil.which("node")
    if node is None or not (NODE_MODULES / name).is_dir():
        raise SystemExit(f"{name} is missing in {NODE_MODULES}: run `make bench-setup`, which needs node and npm")
    return [node, str(PEERS / "read_x12.mjs")]


def _folder_of(name: str) -> Path:
    return ROOT if name in ("badx12", "bots") else NODE_MODULES.parent
