"""Replay and rehearse, as commands of the desk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gateway.errors import OperatorMistake, PartnerMistake
from gateway.mapping import Configuration
from gateway.pipeline import replay
from gateway.pipeline.desk.results import Replay
from gateway.pipeline.replaying.comparing import Comparer, MapComparison
from gateway.resources import Mistakes

if TYPE_CHECKING:
    from gateway.pipeline.desk.commands import MapsOf, ReplayOf
    from gateway.pipeline.desk.desk import Desk

DOCUMENTS_MAX = 10_000
"""Documents on which two versions of a map are compared at once."""


def replay_message(desk: Desk, given: ReplayOf, now: datetime) -> Replay:
    """Queue what may be read again, and rehearse or replace what is recorded. See `Replay`."""
    if given.confirm and given.dry_run:
        raise PartnerMistake("not_valid", "a dry run confirms nothing: leave one of both out")
    with desk.database.read() as connection:
        plan = replay.plan_replay(connection, given.id)
    if given.which == "original" and (plan.whole or plan.documents) and not given.dry_run:
        raise PartnerMistake(
            "not_supported", "what was never recorded has no original reading: replay it with what is in force now"
        )
    context = desk.context(now)
    replayer = replay.Replayer(desk.database, desk.writer, context, desk.rehearsing)
    if given.dry_run or not given.confirm:
        wanted = plan if given.dry_run else replay.Plan(
            message=plan.message, whole=False, documents=(), compared=plan.compared
        )  # fmt: skip
        found = replayer.rehearse(wanted, which=given.which) if given.dry_run or plan.compared else []
    else:
        found = replayer.redo(plan, which=given.which, by=given.by)
    replayed: tuple[str, ...] = ()
    if not given.dry_run:
        desk.writer.run(lambda connection: replay.queue_replay(connection, plan))
        desk.arrived.set()
        replayed = (plan.message,) if plan.whole else tuple(f"{plan.message}.{n}" for n in plan.documents)
    done = [one for one in found if given.confirm and one.effects]
    if done:
        desk.write_drafts(context)
    status = "rehearsed" if given.dry_run else "queued" if replayed else "replaced" if done else "compared"
    return Replay(
        id=given.id,
        status=status,
        replayed=replayed + tuple(one.document for one in done),
        difference=tuple(line for one in found for line in one.difference),
        documents=tuple(found),
    )


def compare_maps(desk: Desk, given: MapsOf, now: datetime) -> MapComparison:
    """Read stored documents by two versions of a map, and rehearse what the newer would do to the books.

    Raises OperatorMistake with all that is wrong in a version that does not pass its check.
    """
    context = desk.context(now)
    files = context.configuration.files
    old, new = (Configuration.from_files(files | laid, check=False) for laid in (given.before, given.after))
    if given.path not in new.files:
        raise OperatorMistake("is not in force, so that there is nothing to compare with", file=given.path)
    # Where the older has none there, documents are read by the base map.
    for configuration in [one for one in (old, new) if given.path in one.files]:
        if mistakes := configuration.check_map(given.path):
            raise Mistakes(mistakes)
    comparer = Comparer(desk.database, desk.writer, context, desk.rehearsing, old, new)
    return comparer.compare(
        given.path, partner=given.partner, most=min(given.most, DOCUMENTS_MAX), with_books=given.with_books
    )
