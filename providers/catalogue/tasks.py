"""The catalogue's clock."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from urllib.parse import urlsplit

import structlog
from celery import shared_task

from portal.documents import queries as documents
from portal.documents.rules import ScanState
from portal.journal.actions import each
from portal.kit import clock
from portal.kit.errors import NotAllowed, Stale
from providers.catalogue import actions, queries
from providers.catalogue.gateways import fetching, reading
from providers.catalogue.models import HarvestSource, ImportRun
from providers.catalogue.rules.importing import RunState, SourceKind
from providers.catalogue.rules.reaching import search_page
from providers.catalogue.rules.reading import Lookup, Read, Reason, Unreadable

log = structlog.get_logger("catalogue")
SWEEP_SECONDS = 45.0  # one sweep takes up no further run after that
RUN_SECONDS = 120.0  # and gives back the one that it has: others wait too
BATCH = 200  # records of one transaction
ROWS = 1000  # datasets of one page of a CKAN search, the most that a CKAN gives by default
MOST_RECORDS = 200_000  # of one source


@shared_task(name="catalogue.ask_if_right")
def ask_if_right() -> int:
    """Asks institutions whether entries that nobody confirmed for long are still right. Returns: entries asked about."""
    return each("catalogue.ask_if_right", queries.unconfirmed(clock.now()), lambda pk: actions.ask_if_right(dataset_id=pk))


@shared_task(name="catalogue.tell_searches")
def tell_searches() -> int:
    """Tells people what is new in the searches that they keep. Returns: datasets told of."""
    now = clock.now()
    return each("catalogue.tell_searches", queries.untold(now), lambda pk: actions.tell_search(search_id=pk, now=now))


@shared_task(name="catalogue.start_harvests")
def start_harvests() -> int:
    """Begins a run of every source that is due; `go_on_imports` reads it. Returns: runs begun."""
    due = queries.due_sources(clock.now())
    return each("catalogue.start_harvests", due, lambda pk: actions.start_harvest(source_id=pk, by=None) is not None)


@shared_task(name="catalogue.go_on_imports")
def go_on_imports() -> int:
    """Reads what waits, and what a lost worker left: claim, read outside of any transaction, write batch by batch. Returns: runs."""
    taken, end = 0, time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < end and (run := actions.take_up(now=clock.now())) is not None:
        taken += 1
        if run.state == RunState.RUNNING:
            _go_through(run)
    return taken


@dataclass
class Marks:
    """How a source calls what was read; known: it says that nothing changed; cursor: at which of its datasets the page begins that
    is being read."""

    etag: str = ""
    last_modified: str = ""
    known: bool = False
    cursor: int = 0


def _go_through(run: ImportRun) -> None:
    """One run to its end, or until the time is over."""
    marks = Marks()
    try:
        if _take_all(run, marks):
            actions.finish(run_id=run.pk, turn=run.turn, etag=marks.etag, last_modified=marks.last_modified, known=marks.known)
        else:
            actions.give_back(run_id=run.pk, turn=run.turn, cursor=marks.cursor)
    except Stale:  # stopped by a person, or taken up by another worker meanwhile
        log.info("import_left", run=run.ref)
    except Unreadable as unreadable:
        _give_up(run, unreadable.reason)
    except NotAllowed:
        _give_up(run, Reason("not_allowed"))
    except Exception:
        log.exception("import_broke", run=run.ref)
        _give_up(run, Reason("unread"))


def _give_up(run: ImportRun, reason: Reason) -> None:
    try:
        actions.fail(run_id=run.pk, turn=run.turn, reason=reason)
    except Stale:
        log.info("import_left", run=run.ref)
    except (
        Exception
    ):  # the others of this sweep are read all the same; its lease runs out, and it is taken up again as a lost one
        log.exception("import_not_given_up", run=run.ref)


def _take_all(run: ImportRun, marks: Marks) -> bool:
    """Every record that the report does not name yet. False: the time was over first."""
    lookup, end = Lookup(queries.reading_world()), time.monotonic() + RUN_SECONDS
    told = queries.answered(run)
    for reads, total in _pages(run, lookup, marks):
        for batch in batched(queries.not_answered(told, reads), BATCH):
            if time.monotonic() > end:
                return False
            actions.take_records(run_id=run.pk, turn=run.turn, reads=batch, lookup=lookup, total=total)
    return True


def _pages(run: ImportRun, lookup: Lookup, marks: Marks) -> Iterator[tuple[list[Read], int]]:
    """The records with how many there are in all, page by page. Raises Unreadable."""
    if run.source is not None:
        yield from (_searched if run.source.kind == SourceKind.CKAN else _fetched)(run, run.source, lookup, marks)
        return
    assert run.document is not None
    if run.document.scan_state == ScanState.INFECTED:
        raise Unreadable("infected")
    reads = reading.read(documents.content_of(run.document), lookup.world, name=run.document.name)
    yield reads, len(reads)


def _fetched(_run: ImportRun, source: HarvestSource, lookup: Lookup, marks: Marks) -> Iterator[tuple[list[Read], int]]:
    """One document, unless the source says that it is as it was."""
    found = fetching.fetch(source.address, etag=source.etag, last_modified=source.last_modified)
    marks.etag, marks.last_modified, marks.known = found.etag, found.last_modified, found.content is None
    if found.content is not None:
        name = urlsplit(found.address).path
        reads = reading.read(found.content, lookup.world, name=name, media_type=found.media_type, base=found.address)
        yield reads, len(reads)


def _searched(run: ImportRun, source: HarvestSource, lookup: Lookup, marks: Marks) -> Iterator[tuple[list[Read], int]]:
    """A CKAN, page after page. A portal that gives fewer than were asked for is asked for the rest."""
    start, before = run.cursor, ""
    while True:
        marks.cursor = start
        found = fetching.fetch(search_page(source.address, start, ROWS))
        page = reading.read_page(found.content or b"", lookup.world)
        first = page.reads[0].identifier if page.reads else ""
        if first and first == before:
            raise Unreadable("paging")
        start, before, total = start + page.size, first, page.count if page.count is not None else start + page.size
        if total > MOST_RECORDS:
            raise Unreadable("too_many", most=f"{MOST_RECORDS:,}")
        yield page.reads, total
        if not page.size or start >= total:
            return
        fetching.wait(found.delay)
