"""The only code that writes the catalogue."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.models import make_ref
from providers.catalogue import queries, rules
from providers.catalogue.models import Code, CodeList, Dataset
from providers.institutions.models import Institution

_PLAIN = (
    "title_ko", "title_en", "description_ko", "description_en", "status", "disease_scope", "temporal_start", "temporal_end",
    "update_frequency", "access_rights", "linkage_note", "annotation", "landing_page", "commercial_use_note", "notes",
    "source", "certainty",
)  # fmt: skip
_LISTS = (
    "holders", "health_category", "modality", "access_mode", "exits", "standard", "language", "legal_basis",
    "recalled_fields", "derived_fields", "disease_areas",
)  # fmt: skip
_MAYBE = ("min_age", "max_age", "linkage_possible", "commercial_use_allowed", "fee")


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
        transaction.on_commit(partial(cache.delete_many, [queries.WORDS_PLACE.format(language) for language in ("ko", "en")]))
        journal("code_list.registered" if created else "code_list.revised", code_list, by=by, data={"key": code_list.key})
    return code_list


@transaction.atomic
def register_reference(
    *,
    record: Mapping[str, Any],
    by: Any = None,
    part_of: Dataset | None = None,
    publication: str = rules.Publication.PUBLISHED,
) -> Dataset:
    """Creates or updates the dataset of a reference record (seeds/reference/datasets.json); idempotent.

    Writes: Dataset (with `publication` when new), Event dataset.registered or dataset.revised when something changed.
    Raises Refused when the institution is unknown or required metadata is missing.
    """
    require(by, "providers.register_dataset")
    missing = rules.missing_metadata(record)
    if missing:
        raise Refused(
            _("The entry lacks what it needs to be published: %(fields)s.") % {"fields": ", ".join(missing)}, "metadata"
        )
    institution = Institution.objects.filter(key=record["institution"]).first()
    if institution is None:
        raise Refused(_("No institution has the key %(key)s.") % {"key": record["institution"]}, "unknown_institution")
    values = _values(record, institution, part_of)
    dataset = Dataset.objects.select_for_update().filter(key=record["key"]).first()
    if dataset is None:
        dataset = Dataset(key=record["key"], publication=publication, **values)
        dataset.save()
        journal(
            "dataset.registered",
            dataset,
            by=by,
            to=publication,
            public=True,
            organisations=institution.organisation_ids(),
        )
        return dataset
    changed = sorted(name for name, value in values.items() if getattr(dataset, name) != value)
    if changed:
        for name in changed:
            setattr(dataset, name, values[name])
        dataset.save()
        journal("dataset.revised", dataset, by=by, data={"fields": changed}, organisations=institution.organisation_ids())
    return dataset


def _values(record: Mapping[str, Any], institution: Institution, part_of: Dataset | None) -> dict[str, Any]:
    population = record.get("population") or {}
    values: dict[str, Any] = {name: record.get(name) or "" for name in _PLAIN}
    values |= {name: list(record.get(name) or ()) for name in _LISTS}
    values |= {name: record.get(name) for name in _MAYBE}
    values |= {
        "institution": institution,
        "part_of": part_of,
        "edition": record.get("version") or "",
        "individuals": population.get("individuals"),
        "records": population.get("records"),
        "record_unit": population.get("record_unit") or "",
        "population_note": population.get("note") or "",
    }
    values["search_text"] = search_text(values, institution)
    return values


def search_text(values: Mapping[str, Any], institution: Institution) -> str:
    """Everything that a reader may type, lower case, both languages."""
    names = Code.objects.filter(code_list__key="modality", code__in=values["modality"]).values_list("code", "name_ko", "name_en")
    parts: list[str] = [values[name] for name in ("title_ko", "title_en", "description_ko", "description_en", "annotation")]
    parts += [institution.key, institution.name_ko, institution.name_en, *institution.aliases]
    parts += [text for row in names for text in row] + list(values["standard"])
    for area in values["disease_areas"]:
        parts += [area["label_ko"], area["label_en"], *area["codes"]]
    return " ".join(part for part in parts if part).lower()


def submit(*, dataset_id: int, by: Any) -> Dataset:
    return _step(dataset_id, "submit", "dataset.submitted", by)


def start_check(*, dataset_id: int, by: Any) -> Dataset:
    return _step(dataset_id, "start_check", "dataset.check_started", by)


def publish(*, dataset_id: int, by: Any) -> Dataset:
    """Refused while required metadata is missing."""
    return _step(dataset_id, "publish", "dataset.published", by)


def return_dataset(*, dataset_id: int, reason: str, by: Any) -> Dataset:
    return _step(dataset_id, "return", "dataset.returned", by, reason)


def pause(*, dataset_id: int, by: Any) -> Dataset:
    """Takes the entry out of the public catalogue and of matching until it is resumed."""
    return _step(dataset_id, "pause", "dataset.paused", by)


def resume(*, dataset_id: int, by: Any) -> Dataset:
    return _step(dataset_id, "resume", "dataset.resumed", by)


def retire(*, dataset_id: int, reason: str, by: Any) -> Dataset:
    return _step(dataset_id, "retire", "dataset.retired", by, reason)


PERMISSIONS = {
    "submit": "providers.edit_dataset",
    "start_check": "providers.check_dataset",
    "publish": "providers.check_dataset",
    "return": "providers.check_dataset",
    "pause": "providers.pause_dataset",
    "resume": "providers.pause_dataset",
    "retire": "providers.pause_dataset",
}
REASONED: Iterable[str] = frozenset({"return", "retire"})


@transaction.atomic
def _step(dataset_id: int, verb: str, event: str, by: Any, reason: str = "") -> Dataset:
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("institution").get(pk=dataset_id)
    require(by, PERMISSIONS[verb], dataset)
    if verb in REASONED and not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")
    if verb == "publish":
        missing = rules.missing_metadata({name: getattr(dataset, name) for name in rules.REQUIRED})
        if missing:
            raise Refused(
                _("The entry lacks what it needs to be published: %(fields)s.") % {"fields": ", ".join(missing)},
                "metadata",
            )
    before, dataset.publication = dataset.publication, rules.LIFECYCLE.step(dataset.publication, verb)
    dataset.save()
    journal(
        event,
        dataset,
        by=by,
        frm=before,
        to=dataset.publication,
        reason=reason,
        public=True,
        organisations=dataset.organisation_ids(),
    )
    return dataset
