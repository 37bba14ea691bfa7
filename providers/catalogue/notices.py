"""What is told about datasets: one function a message, one template a language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import override

from portal.accounts.rules import Role
from portal.journal.actions import tell
from providers.catalogue.models import Dataset, DatasetSeries, ImportRun, SavedSearch
from providers.catalogue.rules.reading import sentence


def dataset_published(dataset: Dataset) -> None:
    """To those who manage the institution's data: from now on everybody reads this version."""
    title = {"title_ko": dataset.title_ko, "title_en": dataset.title_en}
    _to_institution("dataset_published", dataset, f"/catalogue/{dataset.key}/", number=dataset.published_number, **title)


def dataset_returned(dataset: Dataset, content: Mapping[str, Any], reason: str) -> None:
    """To those who manage the institution's data: what is to be mended. content: of the draft."""
    title = {"title_ko": content["title_ko"], "title_en": content["title_en"] or content["title_ko"]}
    _to_institution("dataset_returned", dataset, f"/providers/datasets/{dataset.key}/", reason=reason, **title)


def release_opened(dataset: Dataset, users: Sequence[Any]) -> None:
    """To those who subscribed to its series: it can be applied for now. Once a release."""
    series = dataset.series
    assert series is not None
    context = {
        "title_ko": dataset.title_ko,
        "title_en": dataset.title_en,
        "series_ko": series.title_ko,
        "series_en": series.title_en,
    }
    tell(
        "release_opened",
        app="providers",
        subject=dataset,
        to=users,
        url=f"/catalogue/{dataset.key}/",
        once=f"{dataset.ref}:opened",
        context=context,
    )


def series_withdrawn(series: DatasetSeries, organisation: Any) -> None:
    """To those who manage the institution's data, when somebody else took the page down."""
    tell(
        "series_withdrawn",
        app="providers",
        subject=series,
        organisation=organisation,
        role=Role.PROVIDER_MANAGER,
        url=f"/providers/series/{series.key}/edit/",
        context={"title_ko": series.title_ko, "title_en": series.title_en, "reason": series.withdrawn_why},
    )


LONGEST_URL = 200  # characters that a notice's address may have


def search_found(search: SavedSearch, new: Sequence[Dataset], count: int) -> None:
    """To whoever keeps the search: what was published since. new: those that are named; count: all of them."""
    address = f"/catalogue/?{search.query}"
    titles = {
        f"titles_{language}": [getattr(one, f"title_{language}") or one.title_ko for one in new] for language in ("ko", "en")
    }
    tell(
        "search_found",
        app="providers",
        subject=new[0],
        to=[search.user],
        url=address if len(address) <= LONGEST_URL else "/catalogue/searches/",
        once=f"search-{search.pk}:{search.told_until.isoformat()}",
        context={**titles, "count": count, "more": count - len(new)},
    )


def _to_institution(template: str, dataset: Dataset, url: str, **context: Any) -> None:
    if dataset.institution.organisation is not None:
        tell(
            template,
            app="providers",
            subject=dataset,
            organisation=dataset.institution.organisation,
            role=Role.PROVIDER_MANAGER,
            url=url,
            context=context,
        )


# ── Imports ──────────────────────────────────────────────────────────────────────────────────────────
def import_finished(run: ImportRun) -> None:
    """To whoever began it; of a scheduled harvest, to those who manage the institution's data, else to the operating agency."""
    counts = {name: getattr(run, name) for name in ("created", "changed", "unchanged", "refused", "gone")}
    _of_run("import_finished", run, counts)


def import_failed(run: ImportRun) -> None:
    """To whoever began it: why it was given up."""
    _of_run("import_failed", run, {name: getattr(run, name) for name in ("created", "changed", "done")})


def harvest_failing(run: ImportRun, failures: int) -> None:
    """To the institution's people and to the operating agency, once: the source was given up several times in a row."""
    _of_run("harvest_failing", run, {"failures": failures})
    if run.institution is not None and run.institution.organisation is not None:
        _to("harvest_failing", run, {"failures": failures}, role=Role.OPERATOR_CASE)


def _of_run(template: str, run: ImportRun, context: dict[str, Any]) -> None:
    organisation = run.institution.organisation if run.institution else None
    if run.started_by is not None:
        _to(template, run, context, to=[run.started_by])
    elif organisation is not None:
        _to(template, run, context, organisation=organisation, role=Role.PROVIDER_MANAGER)
    else:
        _to(template, run, context, role=Role.OPERATOR_CASE)


def _to(template: str, run: ImportRun, context: dict[str, Any], **whom: Any) -> None:
    named = run.source.name if run.source else run.document.name if run.document else ""
    why = {}
    for language in ("ko", "en"):
        with override(language):
            why[f"reason_{language}"] = sentence(run.reason) if run.reason else ""
    told = {**context, **why, "name": named}
    tell(template, app="providers", subject=run, url=f"/providers/imports/{run.ref}/", context=told, **whom)
