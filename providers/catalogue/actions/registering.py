"""Reference data: code lists, and entries that the portal takes over from public sources."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.models import make_ref
from providers.catalogue import queries, rules
from providers.catalogue.actions.series import tell_opened
from providers.catalogue.actions.versions import LOOKED_AT, looked_at, write_version
from providers.catalogue.models import Code, CodeList, Dataset
from providers.institutions.models import Institution

PLACES = [
    queries.EXPORT_PLACE,
    queries.MODALITY_PLACE,
    queries.VOCABULARY_PLACE,
    *(queries.WORDS_PLACE.format(language) for language in ("ko", "en")),
]


@transaction.atomic
def register_code_list(*, record: Mapping[str, Any], by: Any = None) -> CodeList:
    """Creates or updates a code list of seeds/reference/code_lists.json; idempotent. Codes are never deleted.

    Writes: CodeList, Code, Event code_list.registered or code_list.revised when something changed.
    """
    require(by, "providers.register_dataset")
    head = {name: record.get(name) or "" for name in ("title_ko", "title_en", "note", "source", "certainty")}
    code_list, created = CodeList.objects.select_for_update().get_or_create(key=record["key"], defaults=head)
    changed = not created and any(getattr(code_list, name) != value for name, value in head.items())
    if changed:
        for name, value in head.items():
            setattr(code_list, name, value)
        code_list.save()
    present = {row.code: row for row in code_list.codes.all()}
    fresh: list[Code] = []
    for position, item in enumerate(record["items"]):
        more = {name: value for name, value in item.items() if name not in ("code", "name_ko", "name_en")}
        values = {"name_ko": item["name_ko"], "name_en": item["name_en"], "position": position, "more": more}
        row = present.get(item["code"])
        if row is None:
            ref = make_ref(Code.REF_PREFIX)
            fresh.append(Code(ref=ref, version=1, code_list=code_list, code=item["code"], **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
            changed = True
    Code.objects.bulk_create(fresh)
    changed = changed or bool(fresh)
    if created or changed:
        transaction.on_commit(partial(cache.delete_many, PLACES))
        journal("code_list.registered" if created else "code_list.revised", code_list, by=by, data={"key": code_list.key})
    return code_list


def record_offered(found: Mapping[int, tuple[int | None, int | None]]) -> int:
    """Dataset id → (least working days to the data, least price of an order in whole won) of the offers that stand; a dataset that is
    not named has none. Idempotent.

    Told by the offers; no part of any version. Writes: Dataset.lead_days, from_won. Returns: datasets that changed.
    """
    told = Q(lead_days__isnull=False) | Q(from_won__isnull=False) | Q(pk__in=found)
    known = {pk: (days, won) for pk, days, won in Dataset.objects.filter(told).values_list("pk", "lead_days", "from_won")}
    changed = {pk: found.get(pk, (None, None)) for pk, held in known.items() if held != found.get(pk, (None, None))}
    for pk, (days, won) in changed.items():
        Dataset.objects.filter(pk=pk).update(lead_days=days, from_won=won)
    return len(changed)


@transaction.atomic
def register_reference(
    *,
    record: Mapping[str, Any],
    by: Any = None,
    part_of: Dataset | None = None,
    publication: str = rules.Publication.PUBLISHED,
) -> Dataset:
    """Creates or updates the dataset of a reference record (seeds/reference/datasets.json); idempotent.

    It stands under the profile that the record names, else DCAT-AP, "as published by the source": what other profiles want
    besides is shown as a gap. What follows from published facts by rule is filled in and marked in derived_fields. An entry
    that its institution has taken over is left alone.

    Writes: Dataset (with `publication` when new), DatasetVersion when published, Event dataset.registered or dataset.revised
    when something changed. Raises Refused when the institution is unknown or the profile lacks something.
    """
    require(by, "providers.register_dataset")
    institution = Institution.objects.filter(key=record["institution"]).first()
    if institution is None:
        raise Refused(_("No institution has the key %(key)s.") % {"key": record["institution"]}, "unknown_institution")
    values = _values(record, institution, part_of)
    dataset = Dataset.objects.select_for_update().filter(key=record["key"]).first()
    if dataset is not None and dataset.origin == rules.Origin.HOLDER:
        return dataset
    new = dataset is None
    dataset = dataset or Dataset(key=record["key"], publication=publication)
    differs = [name for name, value in values.items() if getattr(dataset, name, None) != value]
    changed = sorted(set(differs) - LOOKED_AT)
    if not new and not changed:
        if differs:  # only what a search looks at: the same facts
            Dataset.objects.filter(pk=dataset.pk).update(**{name: values[name] for name in differs})
        return dataset
    was_open = dataset.is_open() if dataset.pk else False
    for name, value in values.items():
        setattr(dataset, name, value)
    shown = dataset.publication in rules.SHOWN
    content = dataset.content(queries.variables_of(dataset) if dataset.pk else [])
    rules.check_publishable(dataset.judged(content), dataset.profile, dataset.origin, queries.known_codes_kept())
    if shown:
        dataset.confirmed_at = clock.now()
        dataset.published_number, dataset.published_sha256 = (dataset.published_number or 0) + 1, rules.sha256(content)
    dataset.save()
    if shown:
        write_version(dataset, content, by)
        tell_opened(dataset, was_open)
    told = {"to": publication, "public": True} if new else {"data": {"fields": changed}}
    event = "dataset.registered" if new else "dataset.revised"
    journal(event, dataset, by=by, organisations=institution.organisation_ids(), **told)
    return dataset


def _values(record: Mapping[str, Any], institution: Institution, part_of: Dataset | None) -> dict[str, Any]:
    """The columns of a record, what follows from it by rule included."""
    population = record.get("population") or {}
    more = rules.derived(record, queries.modality_words())
    given = {**record, **more}
    values: dict[str, Any] = {}
    for field in rules.FIELDS:
        value = given.get(field.name)
        values[field.name] = list(value) if isinstance(value, list | tuple) else value
        if value is None:
            values[field.name] = rules.nothing(field.kind)
    values |= {
        "institution": institution,
        "part_of": part_of,
        "profile": record.get("profile") or rules.Profile.DCAT_AP.value,
        "origin": rules.Origin.SOURCE.value,
        "edition": record.get("version") or "",
        "individuals": population.get("individuals"),
        "records": population.get("records"),
        "record_unit": population.get("record_unit") or "",
        "population_note": population.get("note") or "",
    }
    marks = values["derived_fields"]
    values["derived_fields"] = marks if "*" in marks else [*marks, *(name for name in more if name not in marks)]
    return {**values, **looked_at(values, institution, [])}
