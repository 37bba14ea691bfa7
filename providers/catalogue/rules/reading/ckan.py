"""Datasets of a CKAN action API (package_search, package_show, current_package_list_with_resources) as fields of an entry. Pure.

Names of fields as ckanext-dcat and its HealthDCAT-AP scheme write them, on the package itself or under `extras`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from providers.catalogue.rules.fields import BY_NAME
from providers.catalogue.rules.reading.files import MOST_FILES, file_code, titled
from providers.catalogue.rules.reading.graph import clean
from providers.catalogue.rules.reading.reasons import Reason, Unreadable
from providers.catalogue.rules.reading.shape import Lookup, Read, codes, day, mail, number, pair, script, words
from providers.catalogue.rules.world import address_of

CODED = {
    "access_rights": "access_rights", "theme": "theme", "dcat_type": "dataset_type", "language": "language",
    "health_category": "health_category", "health_theme": "health_theme", "conforms_to": "standard", "frequency": "update_frequency",
    "spatial_uri": "spatial", "personal_data": "personal_data", "purpose": "purposes", "legal_basis": "legal_basis",
    "applicable_legislation": "applicable_legislation",
}  # fmt: skip
NUMBERS = {"number_of_records": "records", "number_of_unique_individuals": "individuals", "min_typical_age": "min_age",
           "max_typical_age": "max_age"}  # fmt: skip
DAYS = {"temporal_start": "temporal_start", "temporal_end": "temporal_end", "retention_start": "retention_start",
        "retention_end": "retention_end"}  # fmt: skip
PAIRS = {"title": "title", "notes": "description", "population_coverage": "population_coverage", "provenance": "provenance",
         "contact_name": "contact_name"}  # fmt: skip
ADDRESSES = {"url": "landing_page", "documentation": "documentation_url", "contact_url": "contact_page"}


def is_answer(document: Any) -> bool:
    """Whether this JSON speaks as a CKAN does."""
    return isinstance(document, Mapping) and "@context" not in document and ("result" in document or "packages" in document)


def packages(document: Any) -> list[Mapping[str, Any]]:
    """The datasets of an answer. Raises Unreadable where it is none, or says that something failed."""
    found = document.get("packages", document.get("result")) if isinstance(document, Mapping) else None
    if isinstance(found, Mapping):
        found = found["results"] if isinstance(found.get("results"), list) else [found] if "name" in found else None
    if not isinstance(found, list) or (isinstance(document, Mapping) and document.get("success") is False):
        raise Unreadable("not_ckan")
    return [one for one in found if isinstance(one, Mapping)]


def count(document: Any) -> int | None:
    """How many a search found in all; None where the answer does not say it."""
    found = document.get("result") if isinstance(document, Mapping) else None
    total = found.get("count") if isinstance(found, Mapping) else None
    return total if isinstance(total, int) and total >= 0 else None


def records(document: Any, known: Lookup) -> Iterator[Read]:
    for package in packages(document):
        if package.get("state", "active") == "active" and not package.get("private"):
            yield record(package, known)


def record(package: Mapping[str, Any], known: Lookup) -> Read:
    read, said = Read(), _flat(package)
    _named(read, package, said, known)
    for name, field in PAIRS.items():
        pair(read, field, _texts(said, name))
    for name, field in CODED.items():
        if every := _list(said.get(name)):
            codes(read, field, every, known)
    for name, field in NUMBERS.items():
        if (value := said.get(name)) not in (None, "", []):
            number(read, field, value)
    for name, field in DAYS.items():
        day(read, field, _text(said.get(name)))
    for name, field in ADDRESSES.items():
        read.say(field, address_of((_list(said.get(name)) or [""])[0]))
    read.say("edition", _text(said.get("version"))[: BY_NAME["edition"].most])
    mail(read, _text(said.get("contact_email")))
    _keywords(read, package)
    _files(read, package, known)
    if not read.title:
        read.refusal = Reason("no_title")
    elif not read.identifier:
        read.refusal = Reason("no_identifier")
    return read


def _flat(package: Mapping[str, Any]) -> dict[str, Any]:
    """The package with its extras beside its own fields; what is inside of one contact, period or the like stands for itself."""
    found = dict(package)
    extras = package.get("extras")
    for one in extras if isinstance(extras, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("key"), str):
            found.setdefault(one["key"], one.get("value"))
    for name, inside in (("contact", {"name": "contact_name", "email": "contact_email", "url": "contact_url"}),
                         ("temporal_coverage", {"start": "temporal_start", "end": "temporal_end"}),
                         ("retention_period", {"start": "retention_start", "end": "retention_end"}),
                         ("spatial_coverage", {"uri": "spatial_uri"})):  # fmt: skip
        every = found.get(name)
        if isinstance(every, list) and every and isinstance(every[0], Mapping):
            for key, place in inside.items():
                found.setdefault(place, every[0].get(key))
    return found


def _named(read: Read, package: Mapping[str, Any], said: Mapping[str, Any], known: Lookup) -> None:
    given = [one for name in ("identifier", "id", "name", "uri", "guid") if (one := _text(said.get(name)))]
    read.identifier = (given[0] if given else "")[:500]
    read.names = tuple(dict.fromkeys(one[:500] for one in given))
    alternate = _list(said.get("alternate_identifier"))
    words(read, "other_identifiers", [*given[:1], *alternate] if given else alternate)
    organisation = package.get("organization")
    names = [_text(said.get("publisher_uri")), _text(said.get("publisher_name"))]
    if isinstance(organisation, Mapping):
        names += [_text(organisation.get("title")), _text(organisation.get("name"))]
    names = [one for one in names if one]
    read.publisher = known.agent(*names)
    read.publisher_name = next((one for one in names if "://" not in one), "")[:200]


def _texts(said: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """(words, language): of `<name>_translated` where the scheme has it, else of the plain field by its script."""
    translated = said.get(f"{name}_translated")
    if isinstance(translated, Mapping):
        return [(_text(words), language.split("-")[0]) for language, words in translated.items() if _text(words)]
    text = _text(said.get(name))
    return [(text, script(text))] if text else []


def _keywords(read: Read, package: Mapping[str, Any]) -> None:
    found: dict[str, list[str]] = {"ko": [], "en": []}
    tags = package.get("tags")
    for one in tags if isinstance(tags, list) else ():
        text = _text(one.get("display_name") or one.get("name")) if isinstance(one, Mapping) else _text(one)
        found[script(text)].append(text)
    for language, every in found.items():
        words(read, f"keywords_{language}", every)


def _files(read: Read, package: Mapping[str, Any], known: Lookup) -> None:
    licence_said = [one for name in ("license_url", "license_id", "license_title") if (one := _text(package.get(name)))]
    licence = next((code for one in licence_said if (code := file_code("licence", one, known))), "")
    if licence_said and not licence:
        read.notes.append(Reason("unknown_code", {"value": licence_said[-1][:200]}, "distributions"))
    found, resources = [], package.get("resources")
    for one in resources if isinstance(resources, list) else ():
        if not isinstance(one, Mapping) or not (address := address_of(_text(one.get("access_url")) or _text(one.get("url")))):
            continue
        form = _text(one.get("format")) or _text(one.get("mimetype"))
        code = file_code("file_format", form, known) if form else ""
        if form and not code:
            read.notes.append(Reason("unknown_code", {"value": form[:200]}, "distributions"))
        titles = titled([(text, script(text))] if (text := _text(one.get("name"))) else [])
        found.append({**titles, "access_url": address, "format": code, "licence": licence, "availability": ""})
    read.say("distributions", found[:MOST_FILES])


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return clean(str(value)).strip() if isinstance(value, str | int | float) else ""


def _list(value: Any) -> list[str]:
    """Extras write lists as JSON text."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
    every = value if isinstance(value, list) else [value]
    return [text for one in every if (text := _text(one))]
