"""Imports from their beginning to their report: taken up by one worker at a time, written batch by batch (docs/adr/0013)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.documents import actions as documents
from portal.documents.rules import CATALOGUES, ScanState
from portal.journal.actions import record as journal
from portal.kit import clock, prepared
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused, Stale
from providers.catalogue import notices
from providers.catalogue.actions.harvesting import locked
from providers.catalogue.actions.taking import take
from providers.catalogue.models import HarvestSource, ImportedRecord, ImportLine, ImportRun
from providers.catalogue.rules import importing as rules
from providers.catalogue.rules.importing import Importer, Outcome, RunState
from providers.catalogue.rules.reading import Lookup, Read, Reason
from providers.institutions.models import Institution

LEASE = timedelta(minutes=10)  # a worker that is not heard of for so long is dead
MOST_DEATHS = 3  # a document that kills its worker so often, without going on in between, is given up
WORST_FAILURES = 3  # in a row, before people are told
TAKING = 7_310_013  # the advisory lock of the claim
COUNTED = ("created", "changed", "unchanged", "refused")


@documents.all_or_nothing()
def start_import(*, file: Any, institution: Institution | None, by: Any) -> ImportRun:
    """Takes a catalogue document, to be read by a worker. institution: whose records they are; None: the document names it, which
    only the registrar of the catalogue may ask for.

    Writes: Document, ImportRun (WAITING), Event import_run.started. Raises: Refused for a file that is no catalogue.
    """
    registrar = by is None or by.has_perm("providers.import_catalogue")
    require(by, "providers.import_catalogue" if institution is None else "providers.import_dataset", institution)
    organisation = institution.organisation if institution is not None and not registrar else None
    document = documents.upload(file=file, kind="CATALOGUE", organisation=organisation, by=by, types=CATALOGUES)
    importer = Importer.REGISTRAR if registrar else Importer.PEOPLE
    return _started(ImportRun(importer=importer, institution=institution, document=document, started_by=by))


@transaction.atomic
def start_harvest(*, source_id: int, by: Any) -> ImportRun | None:
    """Begins a run of a source: because it is due (by None), or because somebody asked. None: it is no longer due, or is running.

    Writes: HarvestSource.next_at, ImportRun (WAITING), Event import_run.started.
    """
    source = locked(source_id)
    require(by, "providers.manage_source")
    now = clock.now()
    if by is None and (source.state != rules.SourceState.ACTIVE or source.next_at > now):
        return None
    if source.state == rules.SourceState.RETIRED:
        raise Refused(_("This source was retired."), "retired")
    if ImportRun.objects.filter(source=source, state__in=rules.LIVE).exists():
        if by is None:
            return None
        raise Refused(_("This source is being harvested already."), "running")
    source.next_at = now + timedelta(hours=source.every_hours)
    source.save()
    return _started(ImportRun(importer=Importer.SOURCE, institution=source.institution, source=source, started_by=by))


def _started(run: ImportRun) -> ImportRun:
    run.state = rules.RUN_LIFECYCLE.initial
    run.save()
    _journal("import_run.started", run, run.started_by, to=run.state)
    return run


@transaction.atomic
def take_up(*, now: datetime) -> ImportRun | None:
    """The claim: a run that waits, or whose worker is no longer heard of; those that had fewer turns first, then the older ones.
    Only one at a time, so that imports never hold all workers of the portal. Writes: ImportRun (RUNNING, turn, lease).

    A run that killed MOST_DEATHS workers is given up here. None: there is nothing to do; a document that waits for the virus scan waits.
    """
    with connection.cursor() as cursor:  # two workers that ask at the same moment
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TAKING])
    if ImportRun.objects.filter(state=RunState.RUNNING, leased_until__gte=now).exists():
        return None
    dead = Q(state=RunState.RUNNING, leased_until__lt=now)
    waiting = ImportRun.objects.filter(Q(state=RunState.WAITING) | dead).exclude(document__scan_state=ScanState.QUARANTINED)
    for pk in waiting.order_by("turn", "created_at", "pk").values_list("pk", flat=True):
        _source_first(pk)  # which is written where the run is given up
        rows = waiting.filter(pk=pk).select_for_update(skip_locked=True, of=("self",))
        run = rows.select_related("institution", "source", "document", "started_by").first()
        if run is not None:
            return _taken(run, now)
    return None


def _taken(run: ImportRun, now: datetime) -> ImportRun:
    """A locked run, for the worker that asks; or given up."""
    run.deaths += run.state == RunState.RUNNING
    if run.deaths >= MOST_DEATHS:
        return _ended(run, "fail", None, Reason("died", {"times": run.deaths}))
    run.state = rules.RUN_LIFECYCLE.step(run.state, "take_up")
    run.turn, run.leased_until = run.turn + 1, now + LEASE
    run.save()
    return run


@transaction.atomic
def take_records(*, run_id: int, turn: int, reads: Sequence[Read], lookup: Lookup, total: int | None = None) -> ImportRun:
    """One batch: what becomes of each record, and the next lease. total: records in all, where that is known by now.

    Writes: what `taking.take` writes, ImportLine, ImportRun. Raises: Stale for a worker that was given up for dead or a run that
    was stopped; NotAllowed when whoever started it may no longer do so.
    """
    run = _held(run_id, turn)
    _require_still(run)
    lines = take(run, reads, lookup, run.done + 1, run.started_by)
    prepared.insert(lines)
    run.total = total if total is not None else run.total
    run.done += len(lines)
    for line in lines:
        setattr(run, line.outcome.lower(), getattr(run, line.outcome.lower()) + 1)
    run.leased_until, run.deaths = clock.now() + LEASE, 0
    run.save()
    return run


@transaction.atomic
def give_back(*, run_id: int, turn: int, cursor: int = 0) -> ImportRun:
    """A worker that had it long enough lets another one go on. cursor: at which dataset of a CKAN. Writes: ImportRun (WAITING)."""
    run = _held(run_id, turn)
    run.cursor = cursor
    run.state, run.leased_until = rules.RUN_LIFECYCLE.step(run.state, "give_back"), None
    run.save()
    return run


@transaction.atomic
def finish(*, run_id: int, turn: int, etag: str = "", last_modified: str = "", known: bool = False) -> ImportRun:
    """Everything was read; known: the source said that nothing changed. What a source no longer names is gone from
    it; nothing is unpublished for that. etag, last_modified: as the source calls what was read; forgotten when a record was refused,
    so that it is read again.

    Writes: ImportRun (DONE), ImportLine and ImportedRecord of what is gone, HarvestSource, Event import_run.finished, Notice.
    """
    source = _source_first(run_id)
    run = _held(run_id, turn)
    if source is not None:
        run.gone = 0 if known else _miss(run)
        if not known:
            source.etag, source.last_modified = ("", "") if run.refused else (etag[:200], last_modified[:60])
        source.failures = 0
        source.save()
    _ended(run, "finish", None, Reason("not_modified") if known else None)
    if run.source is None or run.created or run.changed or run.gone:
        notices.import_finished(run)
    return run


@transaction.atomic
def fail(*, run_id: int, turn: int, reason: Reason) -> ImportRun:
    """Given up: what was written until then stays, with its lines. Writes: ImportRun (FAILED), HarvestSource.failures, Event, Notice."""
    _source_first(run_id)
    return _ended(_held(run_id, turn), "fail", None, reason)


@transaction.atomic
def stop(*, run_id: int, by: Any) -> ImportRun:
    """A person ends a run; what it wrote until then stays. Writes: ImportRun (STOPPED), Event."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("institution", "source").get(pk=run_id)
    require(by, "providers.import_dataset" if run.institution else "providers.import_catalogue", run.institution)
    return _ended(run, "stop", by)


# ── Details ──────────────────────────────────────────────────────────────────────────────────────────
def _source_first(run_id: int) -> HarvestSource | None:
    """The run's source, locked before the run itself: so do all who write both (docs/adr/0013), or they would wait for each other."""
    source_id = ImportRun.objects.values_list("source_id", flat=True).get(pk=run_id)
    return None if source_id is None else locked(source_id)


def _held(run_id: int, turn: int) -> ImportRun:
    """The run, locked, for the worker that holds it. Raises Stale for any other."""
    rows = ImportRun.objects.select_for_update(of=("self",)).select_related("institution", "source", "document", "started_by")
    run = rows.get(pk=run_id)
    if run.state != RunState.RUNNING or run.turn != turn:
        raise Stale()
    return run


def _require_still(run: ImportRun) -> None:
    """Roles end: a run that waited goes on only in the name of somebody who still may."""
    if run.importer == Importer.SOURCE:
        return
    needed = "providers.import_catalogue" if run.importer == Importer.REGISTRAR else "providers.import_dataset"
    require(run.started_by, needed, run.institution if run.importer == Importer.PEOPLE else None)
    if run.started_by is not None and not run.started_by.is_active:
        raise NotAllowed()


def _miss(run: ImportRun) -> int:
    """What the source named once and no longer does, told once."""
    named = ImportLine.objects.filter(run=run, identifier=OuterRef("identifier"))
    missed = ImportedRecord.objects.filter(~Exists(named), source=run.source, gone_at=None).select_related("dataset")
    gone = list(missed.order_by("identifier"))
    lines = [
        ImportLine(
            run=run, place=run.done + number, identifier=one.identifier, title=one.dataset.title_ko or one.dataset.title_en,
            outcome=Outcome.GONE, dataset=one.dataset,
        )
        for number, one in enumerate(gone, start=1)
    ]  # fmt: skip
    ImportLine.objects.bulk_create(lines)
    ImportedRecord.objects.filter(pk__in=[one.pk for one in gone]).update(gone_at=clock.now())
    return len(gone)


def _ended(run: ImportRun, verb: str, by: Any, reason: Reason | None = None) -> ImportRun:
    before, run.state = run.state, rules.RUN_LIFECYCLE.step(run.state, verb)
    run.ended_at, run.leased_until = clock.now(), None
    run.reason = reason.kept() if reason else {}
    run.save()
    _journal(_EVENTS[verb], run, by, frm=before, to=run.state, data={name: getattr(run, name) for name in (*COUNTED, "gone")})
    if verb == "fail":
        _tell_failure(run)
    return run


_EVENTS = {"finish": "import_run.finished", "fail": "import_run.failed", "stop": "import_run.stopped"}


def _tell_failure(run: ImportRun) -> None:
    """Whoever uploaded is told at once; a source's people once it failed several times in a row."""
    if run.source is None:
        notices.import_failed(run)
        return
    source = locked(run.source.pk)
    source.failures += 1
    source.save()
    if source.failures == WORST_FAILURES:
        notices.harvest_failing(run, source.failures)


def _journal(event: str, run: ImportRun, by: Any, **more: Any) -> None:
    journal(event, run, by=by, organisations=run.organisation_ids(), **more)
