"""Imports as people see them: which there were, and what became of each record."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from portal.journal import queries as journal
from portal.kit.words import pick
from providers.catalogue.models import HarvestSource, ImportLine, ImportRun
from providers.catalogue.rules import BY_NAME
from providers.catalogue.rules.importing import IMPORT_EVENT_WORDS, LIVE, Outcome, SourceState
from providers.catalogue.rules.reading import sentence
from providers.institutions.models import Institution
from providers.institutions.queries import of_user

COUNTS = ("created", "changed", "unchanged", "refused", "gone")


def runs(user: Any) -> QuerySet[ImportRun]:
    """Those that the person may see, the newest first."""
    return ImportRun.objects.visible_to(user).select_related("institution", "source", "document", "started_by")


def importable(user: Any) -> tuple[list[Institution], bool]:
    """The institutions that the person may import for, and whether a document may name any."""
    if user.has_perm("providers.import_catalogue"):
        return list(Institution.objects.active()), True
    return [row for row in of_user(user) if user.has_perm("providers.import_dataset", row)], False


def name_of(run: ImportRun) -> str:
    return run.source.name if run.source else run.document.name if run.document else run.ref


@dataclass(frozen=True)
class Line:
    """One record in words. about: what changed, why it was refused, what was left out."""

    place: int
    identifier: str
    title: str
    outcome: str
    outcome_word: str
    key: str
    pk: int | None
    about: list[str]


def lines(run: ImportRun, outcome: str = "") -> QuerySet[ImportLine]:
    found = ImportLine.objects.filter(run=run).select_related("dataset").order_by("place")
    found = found.only("place", "identifier", "title", "outcome", "fields", "reasons", "dataset__key")
    return found.filter(outcome=outcome) if outcome in Outcome._value2member_map_ else found


def in_words(found: Iterable[ImportLine]) -> Iterator[Line]:
    for one in found:
        key, pk = (one.dataset.key, one.dataset.pk) if one.dataset else ("", None)
        yield Line(one.place, one.identifier, one.title, one.outcome, str(Outcome.word(one.outcome)), key, pk, _about(one))


def _about(line: ImportLine) -> list[str]:
    said = []
    if line.fields:
        labels = ", ".join(_label(name) for name in line.fields)
        said.append(gettext("Changed: %(fields)s") % {"fields": labels})
    for one in line.reasons:
        label = _label(one.get("field") or "")
        said.append(f"{label}: {sentence(one)}" if label else sentence(one))
    return said


def _label(name: str) -> str:
    return (
        str(BY_NAME[name].label)
        if name in BY_NAME
        else {"profile": gettext("Profile"), "variables": gettext("Variables")}.get(name, "")
    )


def as_rows(run: ImportRun) -> Iterator[Sequence[Any]]:
    """The whole report as a table, read while it is written."""
    yield [
        gettext("Place"),
        gettext("Identifier"),
        gettext("Title"),
        gettext("Outcome"),
        gettext("Dataset"),
        gettext("What and why"),
    ]
    for line in in_words(lines(run).iterator(chunk_size=1000)):
        yield [line.place, line.identifier, line.title, line.outcome, line.key, " / ".join(line.about)]


def is_live(run: ImportRun) -> bool:
    return run.state in LIVE


def whose(run: ImportRun) -> str:
    """The institution in the reader's language, or that the document names it."""
    return pick(run.institution, "name") if run.institution else gettext("As each record says")


# ── Sources ──────────────────────────────────────────────────────────────────────────────────────────
def sources(user: Any) -> QuerySet[HarvestSource]:
    """Those that the person may see, by name; retired ones last."""
    found = HarvestSource.objects.visible_to(user).select_related("institution", "institution__organisation")
    return found.order_by(Case(When(state=SourceState.RETIRED, then=1), default=0), "name", "pk")


def with_last_run(found: Iterable[HarvestSource]) -> list[tuple[HarvestSource, ImportRun | None]]:
    """Each source with its last run. One query."""
    rows = list(found)
    last = ImportRun.objects.filter(source__in=rows).order_by("source_id", "-pk").distinct("source_id")
    by_source = {run.source_id: run for run in last}
    return [(row, by_source.get(row.pk)) for row in rows]


def story(source: HarvestSource) -> list[dict[str, Any]]:
    """What happened to the source, in time order."""
    return [
        {"title": event_word(event.name), "when": event.at, "who": event.by.get_full_name() if event.by else "", "text": event.reason,
         "state": "past"}
        for event in journal.history(source).order_by("seq")
    ]  # fmt: skip


def event_word(name: str) -> str:
    return str(IMPORT_EVENT_WORDS.get(name, name))


def of_source(source: HarvestSource, most: int = 5) -> list[ImportRun]:
    """Its last runs, the newest first."""
    return list(ImportRun.objects.filter(source=source).order_by("-created_at", "-pk")[:most])


def import_faults() -> Iterator[str]:
    """Imports whose counts are not those of their lines. One query."""
    lines = ImportLine.objects.filter(run=OuterRef("pk")).order_by().values("run")
    for run in ImportRun.objects.annotate(**{f"n_{name}": _number(lines, name) for name in COUNTS}).iterator(chunk_size=500):
        for name in COUNTS:
            if getattr(run, name) != (found := getattr(run, f"n_{name}")):
                yield f"import {run.ref}: stores {getattr(run, name)} {name}, its report has {found}"


def _number(lines: Any, name: str) -> Any:
    return Coalesce(Subquery(lines.filter(outcome=name.upper()).annotate(n=Count("pk")).values("n")), 0)
