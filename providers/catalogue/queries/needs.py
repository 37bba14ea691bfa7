"""What the matching engine reads of datasets."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.expressions import RawSQL

from providers.catalogue.models import Dataset


def for_needs(*, demo: bool, kinds: Sequence[str] = (), named: Sequence[str] = ()) -> QuerySet[Dataset]:
    """Published datasets that a need may be matched with. kinds: only those that hold one of them, say nothing about it, or
    are named, by their own key or their institution's."""
    found = Dataset.objects.published()
    if not demo:
        found = found.filter(institution__is_demo=False)
    if kinds:
        asked = Q(modality__overlap=list(kinds)) | Q(modality=[])
        if named:
            asked |= Q(key__in=list(named)) | Q(institution__key__in=list(named))
        found = found.filter(asked)
    return found


type Marked = tuple[int, int, str]  # dataset id, institution id, mark


def marks(datasets: QuerySet[Dataset]) -> list[Marked]:
    """The datasets by key, each with a mark that changes with every write of its row, whoever wrote it. One query."""
    mark = RawSQL('"providers_dataset".xmin::text || "providers_dataset".ctid::text', (), output_field=TextField())
    return list(datasets.annotate(mark=mark).order_by("key").values_list("pk", "institution_id", "mark"))


def dataset_facts(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Dataset id → facts as the engine reads them. One query, none for none."""
    rows = Dataset.objects.filter(pk__in=ids).only(*Dataset.MATCHED) if ids else ()
    return {row.pk: row.facts() for row in rows}
