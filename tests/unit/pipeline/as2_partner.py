"""A partner that speaks AS2 with a town: its key, what it posts, and how it reads what it gets."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gateway.partners.own import OwnKey, add_own_key
from gateway.pipeline.as2 import Again, As2Answer, As2Request
from gateway.settings import Settings
from gateway.transports import as2
from tests.unit.pipeline.world import START, Town

FROM, TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
OURS, THEIRS = "CROSSDOCK", "ACME"
OUR_URL = "https://crossdock.example/as2"
PASSPHRASE = b"correct horse"
TERMS = """\
as2:
  url: {url}
  mdn: {mdn}
  mdn_timeout_minutes: 30
  certificates: [{{file: certs/acme.pem}}]
  mdn_urls: [{mdn_urls}]
"""


@functools.cache
def key_of(name: str) -> as2.Key:
    """One key pair a name for the whole run: making one costs more than most tests."""
    return as2.create_key(name, valid_from=FROM, valid_to=TO)


def give_keys(home: Path) -> None:
    """Our own key pair, as `partner keys new` leaves it."""
    folder = home / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "passphrase").write_bytes(PASSPHRASE)
    key = key_of(OURS)
    own = OwnKey(
        name="ours",
        valid_from=FROM,
        valid_to=TO,
        certificate=as2.certificate_pem(key),
        private_key=as2.private_key_pem(key, PASSPHRASE),
    )
    add_own_key(folder, own)


def agree(
    home: Path, *, url: str = "http://127.0.0.1:9/as2", mdn: str = "sync", mdn_urls: str = "", more: str = ""
) -> None:
    """Acme speaks AS2: its name, its certificate, its address. `more` are further lines of the section."""
    folder = home / "partners" / "acme"
    (folder / "certs").mkdir(exist_ok=True)
    (folder / "certs" / "acme.pem").write_bytes(as2.certificate_pem(key_of(THEIRS)))
    file = folder / "partner.yaml"
    text = file.read_text().partition("as2:\n")[0].replace("keys: [acme-key]}", "keys: [acme-key], as2: [ACME]}")
    file.write_text(text + TERMS.format(url=url, mdn=mdn, mdn_urls=mdn_urls) + more)


class As2Partner:
    """Acme's side: `policy` says how it writes to us."""

    def __init__(self, **policy: object) -> None:
        self.key = key_of(THEIRS)
        self.station = as2.Station(
            our_name=THEIRS,
            their_name=OURS,
            our_keys=(self.key,),
            their_signing=(key_of(OURS).certificate,),
            their_encryption=(key_of(OURS).certificate,),
            policy=msgspec.structs.replace(as2.Policy(), **policy),
        )

    def build(self, payload: bytes, message_id: str, *, filename: str = "notice.edi") -> as2.Built:
        return as2.build_message(
            payload,
            self.station,
            message_id=message_id,
            filename=filename,
            content_type="application/edi-x12",
            now=START,
        )

    def read(self, answer: As2Answer, built: as2.Built) -> as2.MdnReading:
        """How it reads the MDN that answers what it built."""
        expected = as2.Expected(message_id=built.message_id, mic=built.mic, mic_algorithm=built.mic_algorithm)
        return as2.read_mdn(answer.headers, answer.body, expected, self.station, now=START)


def request(built: as2.Built, *, without: str = "", **changed: str) -> As2Request:
    """What the HTTP layer hands on; fields may be left out, changed or added (`as2_from="X"`)."""
    named = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    kept = [
        (name.lower(), named.pop(name.lower(), value)) for name, value in built.headers if name.lower() != without
    ]
    return As2Request(headers=(*kept, *named.items()), body=built.body, remote="127.0.0.1")


def post(town: Town, one: As2Request | as2.Built) -> As2Answer:
    """Through the street, without HTTP."""
    answer = town.street.receive_as2(one if isinstance(one, As2Request) else request(one)).result(30)
    if isinstance(answer, Again):
        answer = town.street.receive_as2_again(answer).result(30)
    assert isinstance(answer, As2Answer)
    return answer


def as2_town(home: Path, *, children: int = 0, **agreed: str) -> Town:
    """A town whose acme speaks AS2; with `children`, an opener's process opens what comes over HTTP."""
    town = Town(home, children=children, settings=Settings(home=home, as2_url=OUR_URL))
    give_keys(home)
    agree(home, **agreed)
    town.street.configure()
    return town
