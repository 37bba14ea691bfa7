"""Sources that are harvested on a schedule: registered, changed, paused, retired by the registrar of the catalogue."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from providers.catalogue.models import HarvestSource, ImportRun
from providers.catalogue.rules import importing as rules
from providers.catalogue.rules.reaching import check_source
from providers.institutions.models import Institution

COLUMNS = ("institution", "name", "kind", "address", "every_hours")


@transaction.atomic
def register_source(*, institution: Institution, name: str, kind: str, address: str, every_hours: int, by: Any) -> HarvestSource:
    """An address whose records are the institution's. It is harvested at once, then every so many hours.

    Writes: HarvestSource (ACTIVE), Event harvest_source.registered. Raises: Refused for an address that is not public or taken.
    """
    require(by, "providers.manage_source")
    check_source(address)
    source = HarvestSource(
        institution=institution, name=name, kind=kind, address=address, every_hours=every_hours,
        state=rules.SOURCE_LIFECYCLE.initial, next_at=clock.now(),
    )  # fmt: skip
    _saved(source)
    _journal("harvest_source.registered", source, by, to=source.state, data={"address": address, "kind": kind})
    return source


@transaction.atomic
def change_source(*, source_id: int, version: int, by: Any, **values: Any) -> HarvestSource:
    """values: any of COLUMNS. What was known of the old address (its mark, what it named) is asked anew.

    Writes: HarvestSource, Event harvest_source.changed. Raises: Stale when somebody saved first; Refused as register_source.
    """
    source = locked(source_id)
    require(by, "providers.manage_source")
    if source.version != version:
        raise Stale()
    if source.state == rules.SourceState.RETIRED:
        raise Refused(_("This source was retired."), "retired")
    changed = sorted(name for name in COLUMNS if name in values and getattr(source, name) != values[name])
    if not changed:
        return source
    check_source(values.get("address") or source.address)
    for name in changed:
        setattr(source, name, values[name])
    if {"address", "kind", "institution"} & set(changed):
        source.etag = source.last_modified = ""
        source.failures, source.next_at = 0, clock.now()
        _stop_runs(source, by=by)  # what it reads and the marks of it belong to what the source was before
    _saved(source)
    _journal("harvest_source.changed", source, by, data={"fields": changed, "address": source.address})
    return source


def pause_source(*, source_id: int, by: Any) -> HarvestSource:
    return _step(source_id, "pause", by)


@transaction.atomic
def resume_source(*, source_id: int, by: Any) -> HarvestSource:
    """It is harvested again, at once."""
    source = _step(source_id, "resume", by)
    source.next_at = clock.now()
    source.save()
    return source


def retire_source(*, source_id: int, reason: str, by: Any) -> HarvestSource:
    """Never harvested again; its entries stay. A run that goes on is stopped."""
    return _step(source_id, "retire", by, reason)


_EVENTS = {"pause": "harvest_source.paused", "resume": "harvest_source.resumed", "retire": "harvest_source.retired"}


@transaction.atomic
def _step(source_id: int, verb: str, by: Any, reason: str = "") -> HarvestSource:
    source = locked(source_id)
    require(by, "providers.manage_source")
    if verb == "retire" and not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")
    before, source.state = source.state, rules.SOURCE_LIFECYCLE.step(source.state, verb)
    source.save()
    if verb != "resume":
        _stop_runs(source, by=by, reason=reason)
    _journal(_EVENTS[verb], source, by, frm=before, to=source.state, reason=reason)
    return source


def _stop_runs(source: HarvestSource, *, by: Any, reason: str = "") -> None:
    """Inside the source's lock. Writes: ImportRun STOPPED, Events."""
    for run in ImportRun.objects.select_for_update().filter(source=source, state__in=rules.LIVE):
        run.state, run.ended_at, run.leased_until = rules.RUN_LIFECYCLE.step(run.state, "stop"), clock.now(), None
        run.save()
        journal("import_run.stopped", run, by=by, to=run.state, reason=reason, organisations=source.organisation_ids())


def locked(source_id: int) -> HarvestSource:
    """Before any of its runs is. Not its key, to which the lines and names point that a run writes meanwhile."""
    rows = HarvestSource.objects.select_for_update(no_key=True, of=("self",)).select_related("institution")
    return rows.get(pk=source_id)


def _saved(source: HarvestSource) -> None:
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        raise Refused(_("This address is registered already."), "taken", "address") from None


def _journal(event: str, source: HarvestSource, by: Any, **more: Any) -> None:
    journal(event, source, by=by, organisations=source.organisation_ids(), **more)
