"""Versions, drafts and variables: what the pages and the actions ask about them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from portal.journal.models import Duty
from providers.catalogue import rules
from providers.catalogue.models import Code, Dataset, DatasetVersion, Draft, Variable


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


def unconfirmed(now: datetime) -> list[int]:
    """Published entries of institutions with people of their own that nobody confirmed for as long as their update frequency
    allows (`confirm_after_days` of its code list, else a year), and that nobody was asked about since. Two queries."""
    days = {code.code: code.more.get("confirm_after_days") for code in Code.objects.filter(code_list__key="update_frequency")}
    asked = Duty.objects.filter(subject_ref=OuterRef("ref"), verb="confirm_dataset", closed_at__isnull=True)
    kept = Dataset.objects.published().filter(institution__organisation__isnull=False, confirmed_at__isnull=False)
    rows = kept.exclude(Exists(asked)).order_by("pk").values_list("pk", "confirmed_at", "update_frequency")
    return [pk for pk, confirmed, how in rows if confirmed and rules.is_stale(confirmed, now, days.get(how))]


def faults() -> Iterator[str]:
    """Published rows whose columns are not what their version says, and versions whose content has another hash."""
    for version in DatasetVersion.objects.select_related("dataset").iterator(chunk_size=500):
        if rules.sha256(version.content) != version.sha256:
            yield f"dataset {version.dataset.key}, version {version.number}: its content has another hash"
        dataset = version.dataset
        if version.number != dataset.published_number or dataset.publication not in rules.SHOWN:
            continue
        if rules.changes(version.content, dataset.content(variables_of(dataset))):
            yield f"dataset {dataset.key}: its entry is not what version {dataset.published_number} says"
