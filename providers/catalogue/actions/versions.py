"""What every publication writes: the version itself, the published row's columns, its variables and its search text."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.kit import clock
from providers.catalogue import queries, rules
from providers.catalogue.models import Dataset, DatasetVersion, Variable
from providers.institutions.models import Institution


def write_version(dataset: Dataset, content: Mapping[str, Any], by: Any) -> DatasetVersion:
    """One immutable row for what the dataset's row already names. Writes: DatasetVersion."""
    assert dataset.published_number is not None and dataset.published_sha256 is not None
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=dataset.published_number,
        profile=content["profile"],
        content=dict(content),
        sha256=dataset.published_sha256,
        published_at=clock.now(),
        published_by=by,
    )


def apply_content(dataset: Dataset, content: Mapping[str, Any], by: Any) -> None:
    """Makes a content the published one: columns, variables, next version. Writes: Dataset, DatasetVersion, Variable."""
    for name in rules.CONTENT:
        setattr(dataset, name, content.get(name, rules.nothing(rules.BY_NAME[name].kind)))
    dataset.profile, dataset.origin = content["profile"], content["origin"]
    variables = content.get("variables") or []
    for name, value in looked_at(content, dataset.institution, variables).items():
        setattr(dataset, name, value)
    whole = dataset.content(variables)
    dataset.published_number, dataset.published_sha256 = (dataset.published_number or 0) + 1, rules.sha256(whole)
    dataset.confirmed_at = clock.now()
    dataset.save()
    write_version(dataset, whole, by)
    Variable.objects.filter(dataset=dataset).delete()
    Variable.objects.bulk_create(
        [Variable(dataset=dataset, position=place, **facts) for place, facts in enumerate(variables, start=1)]
    )


LOOKED_AT = frozenset({"search_title", "search_text", "disease_spans", "disease_chapters", "diseases_comparable"})


def looked_at(values: Mapping[str, Any], institution: Institution, variables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The columns that a search asks: everything that a reader may type, in both languages, and the named diseases."""
    words = queries.modality_words()
    parts: list[str] = [values[name] for name in ("description_ko", "description_en", "annotation")]
    parts += [institution.key, institution.name_ko, institution.name_en, *institution.aliases]
    parts += [text for code in values["modality"] if code in words for text in (code, *words[code])] + list(values["standard"])
    for area in values["disease_areas"]:
        parts += [area["label_ko"], area["label_en"], *area["codes"]]
    parts += [*values["keywords_ko"], *values["keywords_en"]]
    for one in variables[:300]:
        parts += [one["name"], one["label_ko"], one["label_en"]]
    return {
        "search_title": rules.looked_at([values["title_ko"], values["title_en"]]),
        "search_text": rules.looked_at(parts),
        "disease_spans": rules.spans(values["disease_areas"]),
        "disease_chapters": rules.chapters(values["disease_areas"]),
        "diseases_comparable": rules.comparable(values["disease_areas"]),
    }
