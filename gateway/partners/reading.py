"""Read and check `partners/<id>/partner.yaml`: every mistake with its line, in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from gateway.errors import OperatorMistake
from gateway.partners.as2 import As2Terms, ReadFile, read_as2
from gateway.partners.forms import holds_private_key, is_as2_name, is_qualified, is_url, is_zone, read_reference
from gateway.partners.registry import Partners
from gateway.partners.sftp import read_sftp
from gateway.partners.values import (
    DAYS,
    Agreement,
    Collecting,
    Delivery,
    Expected,
    Identities,
    Kind,
    Partner,
    Terms,
    X12Terms,
)
from gateway.resources import CERTIFICATE_SUFFIXES, Entry, Mistake, Mistakes, did_you_mean, read_yaml
from ledger.events import KINDS as KINDS_OF_EVENTS

KINDS = ("supplier", "logistics", "internal", "customer", "van")
DUPLICATES = ("enforce", "warn", "ignore")
LINE_BREAKS = ("none", "lf", "crlf")
DELIVERIES = ("http", "mailbox", "as2", "sftp")
TITLE_PASSES = ("shipment", "receipt", "consumption")
RECEIVED_AS = (
    "OrderPlaced", "ShipmentNotified", "GoodsReceived", "DiscrepancyResolved", "CaseDisputed", "ReceivingAdvice",
    "ApplicationAdvice", "OrderAcknowledged", "ScheduleReleased", "ShipmentStatusReported",
    "SupplierInvoiceReceived", "GoodsShipped", "TransferShipped", "TransferReceived", "InventoryAdjusted",
    "InventorySnapshotReported", "StockCounted", "MasterData", "ack", "reconcile", "record", "pass", "events",
)  # fmt: skip
"""What a received document may mean; `ack` and `reconcile` are about what we sent, `record` keeps it only,
`pass` hands it on, `events` takes the canonical events as they say themselves."""
VERDICTS = ("faults", "documents")
"""On the inside of a document: where something is wrong, or always."""
DOCK = ("discrepancies", "receipts", "notices")
"""What the dock found: where something differs, each goods receipt, or each notice once it has closed."""
FOUND = (*VERDICTS, *DOCK, "")
USUAL = {"824": "faults", "861": "discrepancies"}
"""On what an advice is sent where the agreement does not say."""
SENT_ON = (*(kind for kind in KINDS_OF_EVENTS if kind != "TimePassed"), *FOUND)
"""What makes us send: an event kind, or what matching found; "" is sent whenever its own rule says (997)."""
NAMED = ("any", "supplier", "customer", "ship_to", "ship_from", "bill_to", "place", "from_place", "to_place")
"""Who named in an event is sent a document; `any`: the partner gets it, whoever is named."""
SENT_TO = {
    **dict.fromkeys(("OrderPlaced", "OrderChanged", "OrderCancelled", "ScheduleReleased"), "supplier"),
    **dict.fromkeys(("ShipmentNotified", "ShipmentReplaced", "ShipmentCancelled"), "ship_to"),
    **dict.fromkeys(("GoodsShipped", "CustomerReturnReceived"), "customer"),
}
"""Whom an event goes to where the agreement does not say; our internal systems get every one."""

_ID = re.compile(r"_?[a-z0-9][a-z0-9_-]{0,39}\Z")
_CODE3 = re.compile(r"[A-Z]{3}\Z")
_RELEASE = re.compile(r"\d{6}[A-Z0-9]{0,6}\Z", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d\Z")


def read_partner(source: Path | bytes, file: str = "", read_file: ReadFile | None = None) -> Partner:
    """Read and check one partner.yaml. Raises Mistakes (an OperatorMistake) with all of them, each with its line.

    `read_file` gives the files beside it (certificates); without it they are read beside `source` if that is a path.
    """
    mistakes: list[Mistake] = []
    yaml = read_yaml(source, file)
    entry = Entry(yaml, mistakes)
    folder = Path(yaml.file).parent.name
    partner = _partner(entry, folder, read_file or _files_beside(source))
    if mistakes:
        raise Mistakes(mistakes)
    return partner


def read_partners(files: Mapping[str, bytes]) -> Partners:
    """Read every `partners/<id>/partner.yaml` among virtual paths; raises Mistakes with those of all files."""
    mistakes: list[Mistake] = []
    partners: list[Partner] = []
    for path in sorted(p for p in files if p.startswith("partners/") and p.endswith("/partner.yaml")):
        try:
            partners.append(read_partner(files[path], path, _files_in(files, path.removesuffix("partner.yaml"))))
        except Mistakes as found:
            mistakes += found.mistakes
        except OperatorMistake as found:
            mistakes.append(Mistake(found.file or path, found.line, found.text, found.mend))
    mistakes += _check_together(partners)
    mistakes += _check_certificate_files(files)
    if mistakes:
        raise Mistakes(mistakes)
    return Partners(partners)


def _files_beside(source: Path | bytes) -> ReadFile:
    def read(name: str) -> bytes | None:
        try:
            return (source.parent / name).read_bytes() if isinstance(source, Path) else None
        except OSError:
            return None

    return read


def _files_in(files: Mapping[str, bytes], folder: str) -> ReadFile:
    return lambda name: files.get(folder + name)


def _check_certificate_files(files: Mapping[str, bytes]) -> list[Mistake]:
    """A private key among them, listed or not, would be published with the configuration."""
    certificates = (path for path in files if path.startswith("partners/") and path.endswith(CERTIFICATE_SUFFIXES))
    mend = "our keys belong to HOME/keys, theirs are not ours to have"
    return [
        Mistake(p, None, "holds a private key", mend) for p in sorted(certificates) if holds_private_key(files[p])
    ]


def _check_together(partners: list[Partner]) -> list[Mistake]:
    """What only shows when all are known: an identity in two files, a carried partner that does not exist."""
    mistakes: list[Mistake] = []
    # An example is never in force, so it takes no identity away from a partner that is.
    partners = [p for p in partners if not p.id.startswith("_")]
    known = {p.id for p in partners}
    for kind in ("party", "as2", "sftp", "keys"):
        owner: dict[str, str] = {}
        for partner in partners:
            for name in getattr(partner.identities, kind):
                if owner.setdefault(name, partner.id) != partner.id:
                    mistakes.append(
                        Mistake(_file(partner), None, f'identities.{kind} "{name}" belongs to {owner[name]} too')
                    )
    pairs: dict[tuple[str, str], str] = {}
    for partner in partners:
        for isa in partner.identities.isa:
            for gs in partner.identities.gs or ("",):
                if pairs.setdefault((isa, gs), partner.id) != partner.id:
                    text = f'identities.isa "{isa}" with gs "{gs}" belongs to {pairs[isa, gs]} too'
                    mistakes.append(Mistake(_file(partner), None, text, "tell them apart by their gs ids"))
        for document, agreement in partner.receive.items():
            for target in agreement.to:
                if target not in known or target == partner.id:
                    text = f'receive.{document} passes on to "{target}", which is no other partner'
                    mistakes.append(Mistake(_file(partner), None, text, did_you_mean(target, known - {partner.id})))
        for carried in partner.carries:
            if carried not in known:
                mistakes.append(Mistake(_file(partner), None, f'carries unknown partner "{carried}"'))
    return mistakes


def _file(partner: Partner) -> str:
    return f"partners/{partner.id}/partner.yaml"


def _partner(entry: Entry, folder: str, read_file: ReadFile) -> Partner:
    keys = entry.mapping(
        (
            "partner", "kind", "name", "time_zone", "currency", "identities", "carries", "test", "x12", "receive",
            "send", "expect", "deliver", "terms", "as2", "sftp",
        )
    )  # fmt: skip
    if "partner" not in keys:
        entry.note('key "partner" is missing', f"partner: {folder}")
        keys["partner"] = Entry(entry.source, entry.mistakes, ("partner",), folder)
    name = keys["partner"].such(lambda v: _ID.match(v) is not None, "must be lower case letters, digits, - and _")
    if name and folder and name != folder:
        keys["partner"].note(f'partner "{name}" stands in folder "{folder}"', "one name for both")

    def get(key: str) -> Entry:
        return keys.get(key) or Entry(entry.source, entry.mistakes, (key,), "")

    identities, delivery = _identities(get("identities")), _delivery(get("deliver"))
    kind = keys["kind"].choice(KINDS, "supplier") if "kind" in keys else "supplier"
    received = _received(get("receive"))
    as2, sftp = read_as2(get("as2"), read_file), read_sftp(get("sftp"))
    _check_ways(get("as2"), get("sftp"), get("deliver"), identities, delivery, as2)
    return Partner(
        id=name or folder,
        kind=cast(Kind, kind),
        name=get("name").text(),
        time_zone=keys["time_zone"].such(is_zone, "is no IANA time zone", "UTC") if "time_zone" in keys else "UTC",
        currency=get("currency").such(lambda v: v == "" or _CODE3.match(v) is not None, "is no ISO 4217 code"),
        identities=identities,
        carries=get("carries").texts() if "carries" in keys else (name or folder,),
        test=keys["test"].flag() if "test" in keys else None,
        x12=_x12(get("x12")),
        receive=received,
        send=_sent(get("send"), kind),
        deliver=delivery,
        terms=_terms(get("terms")),
        expect=tuple(_expected(one, received) for one in get("expect").items()),
        as2=as2,
        sftp=sftp,
    )


def _check_ways(
    section: Entry,
    sftp_section: Entry,
    deliver: Entry,
    identities: Identities,
    delivery: Delivery,
    as2: As2Terms | None,
) -> None:
    """What only shows across sections: a delivery over a way that has not been agreed."""
    if as2 is not None and not identities.as2:
        section.note("as2 needs their own AS2 name", "identities: {as2: [THEIR-NAME]}")
    # By what is written, not by what was read: a url with a mistake in it has been told already.
    if delivery.to == "as2" and "url" not in (section.value or {}):
        deliver.note("deliver to as2 needs section as2 with its url")
    if delivery.to == "sftp" and "push" not in (sftp_section.value or {}):
        deliver.note("deliver to sftp needs section sftp with its push")


def _identities(entry: Entry) -> Identities:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in entry.mapping(Identities.__struct_fields__).items():
        for item in value.items():
            if key in ("isa", "party"):
                item.such(is_qualified, 'must be qualifier:id, as "01:123456789"')
            elif key == "as2":
                item.such(is_as2_name, "must be 1 to 128 printable ASCII characters without quotes")
            else:
                item.such(lambda v: v.strip() != "", "must not be empty")
        found[key] = value.texts()
    return Identities(**found)


def _x12(entry: Entry) -> X12Terms:
    keys = entry.mapping(X12Terms.__struct_fields__)
    found: dict[str, Any] = {}
    for key, value in keys.items():
        if key == "release":
            found[key] = value.such(
                lambda v: _RELEASE.match(v) is not None,
                "must be six digits, as 004010, with the suffix of its GS08 if any, as 002040CHRY",
            )
        elif key in ("element", "segment", "component", "repetition"):
            found[key] = value.such(_is_delimiter, "must be one character, neither letter, digit nor blank")
        elif key == "duplicates":
            found[key] = value.choice(DUPLICATES, "enforce")
        elif key == "duplicate_days":
            found[key] = value.whole(365, 0, 3650)
        elif key == "line_break":
            found[key] = value.choice(LINE_BREAKS, "none")
        elif key == "columns":
            found[key] = value.whole(0, 0, 1000)
        elif key == "ack_requested":
            found[key] = value.flag()
        elif key == "our_isa":
            found[key] = value.such(is_qualified, "must be qualifier:id")
        else:
            found[key] = value.text()
    delimiters = [found[k] for k in ("element", "segment", "component", "repetition") if found.get(k)]
    if len(set(delimiters)) != len(delimiters):
        entry.note("two delimiters of x12 are the same character")
    if (found.get("columns") or found.get("line_break", "none") != "none") and {"\r", "\n"} & set(delimiters):
        entry.note(
            "a line break that is a delimiter of x12 cannot also end lines", "leave line_break and columns out"
        )
    return X12Terms(**found)


def _is_delimiter(text: str) -> bool:
    return len(text) == 1 and not text.isalnum() and text != " " and ord(text) < 256


def _received(entry: Entry) -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    for document, value in entry.mapping().items():
        keys = value.mapping(("as", "to"))
        meaning = keys["as"].choice(RECEIVED_AS, "", f"{document} as") if "as" in keys else ""
        to = keys["to"].texts() if "to" in keys else ()
        if to and meaning != "pass":
            keys["to"].note(f"{document} is passed on only as: pass", "as: pass, or leave to out")
        found[document] = Agreement(document=document, direction="receive", meaning=meaning, to=to)
    return found


def _sent(entry: Entry, kind: str) -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    for document, value in entry.mapping().items():
        keys = value.mapping(("on", "party", "collect", "about"))
        named = keys["on"].items() if "on" in keys else []
        occasions = tuple(one.choice(SENT_ON, "", f"{document} on") for one in named)
        if not named and document in USUAL:
            occasions = (USUAL[document],)
        if "about" in keys and not set(occasions) & set(VERDICTS):
            keys["about"].note("about names sets that are given a verdict", f"on: {' or '.join(VERDICTS)}")
        party = keys["party"].choice(NAMED, "", f"{document} party") if "party" in keys else ""
        if kind == "internal":
            party = party or "any"
        for occasion in occasions:
            _check_party(keys.get("party", value), occasion, party)
        found[document] = Agreement(
            document=document,
            direction="send",
            meaning=occasions[0] if occasions else "",
            occasions=occasions,
            party=party,
            about=keys["about"].texts() if "about" in keys else (),
            collect=_collecting(keys["collect"]) if "collect" in keys else None,
        )
    return found


def _check_party(entry: Entry, occasion: str, party: str) -> None:
    """That an event of this kind names such a party, and that one is meant at all."""
    event = KINDS_OF_EVENTS.get(occasion)
    if event is None:
        return
    named = [name for name in NAMED if name in event.__struct_fields__]
    if party and party != "any" and party not in named:
        entry.note(f"{occasion} names no {party}", f"one of: {', '.join(('any', *named))}")
    if not party and occasion not in SENT_TO:
        entry.note(f"{occasion} goes to nobody by itself", f"party: {' or '.join(('any', *named))}")


def _collecting(entry: Entry) -> Collecting:
    keys = entry.mapping(Collecting.__struct_fields__)
    if not {"at", "every", "minutes"} & set(keys):
        entry.note("what is only counted may wait for ever", "name minutes, every, or times of day with at")
    if "days" in keys and not {"at", "every"} & set(keys):
        keys["days"].note("days are those of at and every", "name one of them")
    for item in keys["at"].items() if "at" in keys else ():
        item.such(lambda v: _TIME.match(v) is not None, "must be a time of day, as 18:00")
    for item in keys["days"].items() if "days" in keys else ():
        item.choice(DAYS, "", "day")
    return Collecting(
        at=keys["at"].texts() if "at" in keys else (),
        every=keys["every"].whole(0, 1, 1_440) if "every" in keys else 0,
        days=keys["days"].texts() if "days" in keys else (),
        minutes=keys["minutes"].whole(0, 1, 10_080) if "minutes" in keys else 0,
        count=keys["count"].whole(0, 1, 1_000) if "count" in keys else 0,
    )


def _expected(entry: Entry, received: Mapping[str, Agreement]) -> Expected:
    keys = entry.mapping(Expected.__struct_fields__)
    document = keys["document"].text() if "document" in keys else ""
    if document not in received:
        keys.get("document", entry).note(
            f'"{document}" is not received from this partner',
            did_you_mean(document, received) or "list it in receive",
        )
    if not {"at", "every"} & set(keys):
        entry.note(f"nothing says by when {document} is expected", "name times of day with at, or every")
    for item in keys["at"].items() if "at" in keys else ():
        item.such(lambda v: _TIME.match(v) is not None, "must be a time of day, as 06:00")
    for item in keys["days"].items() if "days" in keys else ():
        item.choice(DAYS, "", "day")
    return Expected(
        document=document,
        at=keys["at"].texts() if "at" in keys else (),
        every=keys["every"].whole(0, 1, 1_440) if "every" in keys else 0,
        days=keys["days"].texts() if "days" in keys else (),
        calendar=keys["calendar"].text() if "calendar" in keys else "",
        grace_minutes=keys["grace_minutes"].whole(30, 0, 10_080) if "grace_minutes" in keys else 30,
        early_minutes=keys["early_minutes"].whole(0, 1, 10_080) if "early_minutes" in keys else 0,
    )


def _delivery(entry: Entry) -> Delivery:
    keys = entry.mapping(Delivery.__struct_fields__)
    if not keys:
        return Delivery()
    to = keys["to"].choice(DELIVERIES, "mailbox", "delivery") if "to" in keys else "mailbox"
    url = keys["url"].such(is_url, "must begin with https:// or http://") if "url" in keys else ""
    secret = read_reference(keys["secret"]) if "secret" in keys else ""
    if to == "http" and "url" not in keys:
        entry.note("deliver to http needs a url")
    return Delivery(to=cast(Any, to), url=url, secret=secret)


def _terms(entry: Entry) -> Terms:
    keys = entry.mapping()
    found: dict[str, Any] = {}
    if "asn_due_minutes" in keys:
        found["asn_due_minutes"] = keys.pop("asn_due_minutes").whole(30, 0, 100_000)
    if "title_passes" in keys:
        found["title_passes"] = keys.pop("title_passes").choice(TITLE_PASSES, "receipt")
    if "tolerances" in keys:
        tolerances = keys.pop("tolerances")
        tolerances.mapping()
        found["tolerances"] = tolerances.value or {}
    return Terms(**found, other={key: value.value for key, value in keys.items()})
