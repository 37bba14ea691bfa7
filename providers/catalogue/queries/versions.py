"""Versions, drafts and variables: what the pages and the actions ask about them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from providers.catalogue import rules
from providers.catalogue.models import Dataset, DatasetVersion, Draft, Variable


def variables_of(dataset: Dataset) -> list[dict[str, Any]]:
    """The published variables as a version keeps them. One query."""
    return list(Variable.objects.filter(dataset=dataset).order_by("position").values(*rules.COLUMNS))


def shown_variables(rows: Iterable[Variable | dict[str, Any]]) -> list[dict[str, Any]]:
    """Variables for a table, with the word of their datatype."""
    facts = [row.facts() if isinstance(row, Variable) else row for row in rows]
    return [{**one, "datatype_word": rules.Datatype.word(one["datatype"])} for one in facts]


def found_variables(dataset: Dataset, text: str) -> QuerySet[Variable]:
    """Published variables whose name or label has every word, in their order."""
    rows = Variable.objects.filter(dataset=dataset).order_by("position")
    for word in text.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(label_ko__icontains=word) | Q(label_en__icontains=word))
    return rows


def versions_of(dataset: Dataset) -> list[DatasetVersion]:
    """All published versions, newest first, each with its content."""
    return list(DatasetVersion.objects.filter(dataset=dataset).select_related("published_by").order_by("-number"))


def draft_of(dataset: Dataset, user: Any) -> Draft | None:
    """What is being written, for those who may see it."""
    return Draft.objects.visible_to(user).filter(dataset=dataset).first()


def draft_state() -> Subquery:
    """An annotation for rows of datasets: where the next version stands; None when there is none."""
    return Subquery(Draft.objects.filter(dataset=OuterRef("pk")).values("state")[:1])


def faults() -> Iterator[str]:
    """Published rows whose columns are not what their version says, and versions whose content has another hash."""
    for version in DatasetVersion.objects.select_related("dataset").iterator(chunk_size=500):
        if rules.sha256(version.content) != version.sha256:
            yield f"dataset {version.dataset.key}, version {version.number}: its content has another hash"
    for dataset in Dataset.objects.filter(publication__in=rules.SHOWN).iterator(chunk_size=500):
        if rules.sha256(dataset.content(variables_of(dataset))) != dataset.published_sha256:
            yield f"dataset {dataset.key}: its entry is not what version {dataset.published_number} says"
