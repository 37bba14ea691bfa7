"""What is told about datasets: one function a message, one template a language."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.accounts.rules import Role
from portal.journal.actions import tell
from providers.catalogue.models import Dataset


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
