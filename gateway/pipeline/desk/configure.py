"""Configure: check all files that people edit, then put them in force by content hash at once, or keep the old ones.

Guides, maps, partners and code tables are published in one database transaction. Files that do not pass leave what is
in force untouched, and the mistake is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from gateway.errors import OperatorMistake
from gateway.governance import Governance, read_governance
from gateway.governance.rules import cannot_hold
from gateway.mapping import Configuration, compile_alike
from gateway.partners import Partner
from gateway.pipeline.asking.trust import mistakes_in_certificates
from gateway.resources import Mistakes, did_you_mean, read_sources, search_roots, source_files
from gateway.signals import NO_RULES, SignalRules, read_signal_rules
from gateway.store.database import Database
from gateway.store.home import Home
from gateway.store.published import in_force, load_files, publish
from gateway.store.writer import Writer
from ledger.matching.discrepancies import BY_CODE
from ledger.policy import Policy, Terms

log = structlog.get_logger(__name__)

GATEWAY_TERMS = frozenset({"ack_due_minutes", "ack_resends"})
"""Terms that the gateway itself keeps; the ledger is told all others."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")

Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration in force. `mistake` says why newer files were not taken, "" when they were."""

    configuration: Configuration
    policy: Policy
    governance: Governance
    signals: SignalRules = NO_RULES
    signature: Signature = ()
    mistake: str = ""


def roots_of(home: Home, roots: Sequence[Path] | None) -> tuple[Path, ...]:
    """Search roots, strongest first: the home, then `roots` or what the package ships."""
    if roots is None:
        return search_roots(home.path)
    return (home.path, *roots)


def sign_files(home: Home, roots: Sequence[Path] | None) -> Signature:
    """Names, times and sizes of the files in force on disk: differs when somebody has edited."""
    return _sign(source_files(roots_of(home, roots), home.partners))


def _sign(sources: Mapping[str, Path]) -> Signature:
    stated = ((name, path.stat()) for name, path in sorted(sources.items()))
    return tuple((name, facts.st_mtime_ns, facts.st_size) for name, facts in stated)


def load(
    home: Home,
    roots: Sequence[Path] | None,
    *,
    known: str = "",
    checked: Callable[[], Mapping[str, bytes]] = dict,
) -> InForce:
    """Check the files on disk. Raises OperatorMistake with all that is wrong in them.

    `known` is the hash of a configuration that was checked before, `checked` gives its files: every command opens
    one, and compiling dozens of guides and maps for nothing would be most of what it costs.
    """
    sources = source_files(roots_of(home, roots), home.partners)
    signature, files = _sign(sources), read_sources(sources)
    try:
        configuration = Configuration.from_files(files, check=not known)
    except Mistakes:
        # Those of partners alone are not all.
        configuration = Configuration.from_files(files)
    is_new = known and configuration.hash != known and not compile_alike(files, checked())
    mistakes = configuration.check() if is_new else []
    if mistakes or (mistakes := mistakes_in_certificates(configuration.partners)):
        raise Mistakes(mistakes)
    return _in_force(configuration, signature)


def _in_force(configuration: Configuration, signature: Signature, mistake: str = "") -> InForce:
    governance = read_governance(configuration.files)
    signals = read_signal_rules(configuration.files, governance.roles)
    policy = build_policy(configuration, governance)
    return InForce(configuration, policy, governance, signals, signature, mistake)


def open_configuration(
    home: Home, roots: Sequence[Path] | None, database: Database, writer: Writer | None, *, now: int
) -> InForce:
    """Load and publish at start. Faulty files keep the published ones in force, if there are any, and say so.

    Raises OperatorMistake when the files are faulty and nothing was ever published.
    """
    with database.read() as connection:
        known = in_force(connection)

    def published() -> dict[str, bytes]:
        with database.read() as connection:
            return load_files(connection, known) if known else {}

    try:
        loaded = load(home, roots, known=known, checked=published)
    except OperatorMistake as mistake:
        files = published()
        if not files:
            raise
        log.error("configuration.kept", hash=known, reason=str(mistake))
        configuration = Configuration.from_files(files, check=False)
        return _in_force(configuration, sign_files(home, roots), str(mistake))
    if writer is not None:
        publish_configuration(writer, loaded, now=now)
    return loaded


def publish_configuration(writer: Writer, loaded: InForce, *, now: int) -> bool:
    """Put it in force; False: it already was."""
    hash, files = loaded.configuration.hash, loaded.configuration.files
    if done := writer.run(lambda connection: publish(connection, hash, files, now=now)):
        log.info("configuration.published", hash=hash, files=len(files))
    return done


def build_policy(configuration: Configuration, governance: Governance | None = None) -> Policy:
    """The ledger's policy from the partners' terms and the rules of the house.

    Raises OperatorMistake for a term or rule that it does not know.
    """
    governance = read_governance(configuration.files) if governance is None else governance
    terms = {partner.id: _terms(partner) for partner in configuration.partners}

    def told_on(occasion: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(partner.id for partner, _ in configuration.partners.sending_on(occasion)))

    policy = Policy(
        terms=terms, advises_receipts=told_on("receipts"), advises_notices=told_on("notices"),
        advises_documents=told_on("documents"),
    )  # fmt: skip
    return governance.rules.laid_over(policy)


def _terms(partner: Partner) -> Terms:
    stated = partner.terms
    values: dict[str, Any] = {name: value for name, value in stated.other.items() if name not in GATEWAY_TERMS}
    if stated.asn_due_minutes is not None:
        values["asn_due_minutes"] = stated.asn_due_minutes
    if stated.title_passes:
        values["title_passes"] = stated.title_passes
    if stated.tolerances:
        values["tolerances"] = stated.tolerances
        _check_tolerances(partner, stated.tolerances)
    if isinstance(values.get("cumulative"), dict):
        values["cumulative"] = _dated(values["cumulative"], partner.time_zone)
    try:
        return msgspec.convert(values, Terms, strict=False)
    except msgspec.ValidationError as error:
        raise OperatorMistake(f"terms: {error}", file=f"partners/{partner.id}/partner.yaml") from error


def _check_tolerances(partner: Partner, tolerances: Mapping[str, Any]) -> None:
    file = f"partners/{partner.id}/partner.yaml"
    for code, one in tolerances.items():
        if code and code not in BY_CODE:
            mend = did_you_mean(code, BY_CODE) or "docs/reference/discrepancies.md lists them"
            raise OperatorMistake(f'terms: tolerances: unknown class "{code}"', file=file, mend=mend)
        if isinstance(one, dict) and one.get("action") == "hold" and (wrong := cannot_hold(code)):
            raise OperatorMistake(f"terms: tolerances: {wrong[0]}", file=file, mend=wrong[1])


def _dated(cumulative: dict[str, Any], time_zone: str) -> dict[str, Any]:
    """The cumulative agreement with a start that is a plain date as midnight at the partner's."""
    start = str(cumulative.get("start", ""))
    if not _DATE.fullmatch(start):
        return cumulative
    try:
        day = date.fromisoformat(start)
    except ValueError:
        return cumulative
    return cumulative | {"start": datetime.combine(day, time(), ZoneInfo(time_zone))}
