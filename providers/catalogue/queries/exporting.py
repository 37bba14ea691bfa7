"""What the exports say of the published versions, read with as many queries for thirty entries as for one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache as once_only
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import translation

from portal.kit.words import korean
from providers.catalogue import rules
from providers.catalogue.models import Code, CodeList, Dataset, DatasetSeries, DatasetVersion, Variable
from providers.catalogue.queries.codes import EXPORT_PLACE
from providers.catalogue.queries.series import public_series
from providers.catalogue.rules import collection, dcat, schema_org, world
from providers.catalogue.rules.rdf import Node, kept
from providers.institutions.models import Institution
from providers.institutions.rules import SEEN

AT_ONCE = 500  # entries whose variables are read together
WORDS_OF = ("institution_type", *sorted({one.listed for one in rules.FIELDS if one.listed}), "file_format", "licence",
            "planned_availability")  # fmt: skip
LISTED = (*WORDS_OF, "profile", "origin")
PLAIN = "dcat-ap"  # without what only HealthDCAT-AP and the portal have words for
FORMS = (("ttl", "text/turtle", "Turtle"), ("jsonld", "application/ld+json", "JSON-LD"))  # ending, media type, name
PROFILES = ("healthdcat-ap", PLAIN)  # the first one, which is valid DCAT-AP too, unless another is asked for


@dataclass(frozen=True)
class Stamp:
    """tag: changes with every row, word and line of code that an export of the whole catalogue is made of."""

    tag: str
    changed: datetime | None


def stamp() -> Stamp:
    """One query a kind of row."""
    parts: list[Any] = [settings.BASE_URL, settings.OPERATOR_NAME_KO, settings.OPERATOR_NAME_EN, settings.OPERATOR_CONTACT]
    changed = []
    for model in (Dataset, Institution, DatasetSeries, CodeList, Code):
        row = model._default_manager.aggregate(n=Count("pk"), saved=Sum("version"), last=Max("updated_at"))
        parts += row.values()
        changed.append(row["last"])
    text = "|".join(str(part) for part in (*parts, _code()))
    return Stamp(sha256(text.encode()).hexdigest()[:32], max(filter(None, changed), default=None))


@once_only
def _code() -> str:
    """A hash of the code that writes the exports: another release says the same things in another way."""
    here = Path(__file__).parent
    sources = [*sorted((here.parent / "rules").glob("*.py")), *sorted((here.parent / "views").glob("*.py")), Path(__file__)]
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


# ── One entry ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Exported:
    """A published entry with the world that its description refers to. changed: when any of it changed last."""

    one: world.Published
    world: world.World
    changed: datetime


def exported(key: str) -> Exported | None:
    """None unless an entry of that name is published. At most six queries."""
    row = _published().filter(key=key).first()
    return described(row) if row else None


def described(row: Dataset) -> Exported:
    """A row of `_published` in its world."""
    one = _facts(row, _variables([row.pk]).get(row.pk, []))
    keys = {*one.content["holders"], one.content["access_body"], one.content["custodian"]} - {"", one.institution}
    series = [row.series] if row.series and row.series.is_up else []
    own = [row.institution, *(each.institution for each in series)]
    named = [*(_seen().filter(key__in=keys) if keys else ()), *own]
    changed = max(row.updated_at, *(each.updated_at for each in (*named, *series)))
    return Exported(one, _world(named, series), changed)


def _variables(dataset_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Dataset id → its published variables in order, as a version keeps them. One query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Variable.objects.filter(dataset_id__in=dataset_ids).order_by("dataset_id", "position")
    for values in rows.values("dataset_id", *rules.COLUMNS):
        found[values.pop("dataset_id")].append(values)
    return found


def dataset_nodes(found: Exported, profile: str) -> list[Node]:
    """One dataset and what it needs, with no catalogue around it, as validators of HealthDCAT-AP want it."""
    nodes = dcat.dataset(found.one, found.world)
    return kept(nodes, nodes[0].address, _without(profile))


def in_page(dataset: Dataset, variables: list[dict[str, Any]]) -> tuple[dict[str, Any], bool]:
    """What the page of a published dataset says to search engines, in the reader's language, and whether it has a Croissant
    document. One query for other holders, and one now and then for the words, which are kept like those of the page."""
    codes = cache.get_or_set(EXPORT_PLACE, _coded, 60) or {}
    one = _facts(dataset, variables)
    others = set(one.content["holders"]) - {one.institution}
    named = [dataset.institution, *(_seen().filter(key__in=others) if others else ())]
    whole = world.World(base=settings.BASE_URL, codes=codes, agents={row.key: _agent(row) for row in named})
    language = "ko" if korean() else "en"
    return schema_org.schema_org(one, whole, language), schema_org.croissant(one, whole, language) is not None


def _seen() -> QuerySet[Institution]:
    return Institution.objects.filter(status__in=SEEN)


def _without(profile: str) -> frozenset[str]:
    return dcat.ONLY_HEALTH if profile == PLAIN else frozenset()


def schema_org_of(found: Exported, language: str) -> dict[str, Any]:
    return schema_org.schema_org(found.one, found.world, language)


def croissant_of(found: Exported, language: str) -> dict[str, Any] | None:
    """None unless anybody may download the data or a sample of it."""
    return schema_org.croissant(found.one, found.world, language)


# ── All entries ──────────────────────────────────────────────────────────────────────────────────────
def catalogue_nodes(profile: str, changed: datetime) -> Iterator[Node]:
    """The whole catalogue, entry after entry, each thing said once; what belongs to an entry alone is not remembered."""
    whole, without = _world(_shown(), list(public_series().select_related("institution"))), _without(profile)
    rows = list(Dataset.objects.published().order_by("key").values_list("key", "applicable_legislation"))
    acts = sorted({code for _key, codes in rows for code in codes})
    keeper = collection.Keeper(settings.OPERATOR_NAME_KO, settings.OPERATOR_NAME_EN, settings.OPERATOR_CONTACT)
    head = collection.catalogue(whole, [key for key, _codes in rows], acts, keeper, changed)
    seen: set[str] = set()
    yield from _fresh(kept(head, whole.catalogue, without), seen, "")
    for batch in batched(_published().order_by("key").iterator(chunk_size=AT_ONCE), AT_ONCE):
        variables = _variables([row.pk for row in batch])
        for row in batch:
            one, own = _facts(row, variables.get(row.pk, [])), whole.entry(row.key)
            for nodes in (collection.record(one, whole), dcat.dataset(one, whole)):
                yield from _fresh(kept(nodes, nodes[0].address, without), seen, own)


def _shown() -> QuerySet[Institution]:
    """Those that everybody sees, and those of published entries, whatever became of them."""
    return Institution.objects.filter(Q(status__in=SEEN) | Exists(Dataset.objects.published().filter(institution=OuterRef("pk"))))


def _fresh(nodes: Iterable[Node], seen: set[str], own: str) -> Iterator[Node]:
    for node in nodes:
        if node.address not in seen:
            if not own or not node.address.startswith(own):
                seen.add(node.address)
            yield node


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────
def word_nodes(listed: str) -> list[Node] | None:
    """A code list, or the portal's own terms (`terms`); None for a list that no entry uses. Two queries."""
    if listed == "terms":
        ko, en = (_in(language, lambda: {one.name: str(one.label) for one in rules.FIELDS}) for language in ("ko", "en"))
        return collection.terms(_world([], []), {name: (ko[name], en[name]) for name in ko})
    return collection.code_list(listed, _world([], [])) if listed in LISTED else None


def _in(language: str, said: Any) -> Any:
    with translation.override(language):
        return said()


def _published() -> QuerySet[Dataset]:
    versions = DatasetVersion.objects.filter(dataset=OuterRef("pk"))
    rows = Dataset.objects.published().select_related("institution", "part_of", "series__institution")
    return rows.defer("search_title", "search_text", "search_vector", "disease_spans").annotate(
        issued=Subquery(versions.order_by("number").values("published_at")[:1]),
        modified=Subquery(versions.filter(number=OuterRef("published_number")).values("published_at")[:1]),
    )


def _facts(row: Any, variables: list[dict[str, Any]]) -> world.Published:
    above = row.part_of if row.part_of and row.part_of.publication == rules.Publication.PUBLISHED else None
    return world.Published(
        key=row.key,
        institution=row.institution.key,
        content=row.content(variables),
        number=row.published_number,
        sha256=row.published_sha256,
        issued=getattr(row, "issued", None),
        modified=getattr(row, "modified", None),
        above=above.key if above else "",
        series=row.series.key if row.series and row.series.is_up else "",
    )


def _world(institutions: Iterable[Institution], series: list[DatasetSeries]) -> world.World:
    """Three queries at most: code lists, codes, the legislation of the series' releases."""
    acts: dict[str, set[str]] = defaultdict(set)
    if series:
        releases = Dataset.objects.published().filter(series__in=series)
        for key, legislation in releases.values_list("series__key", "applicable_legislation"):
            acts[key] |= set(legislation)
    titles = {key: (ko, en) for key, ko, en in CodeList.objects.values_list("key", "title_ko", "title_en")}
    return world.World(
        base=settings.BASE_URL,
        codes=_coded(),
        titles=titles | {"profile": ("기술 규격", "Profiles"), "origin": ("작성 주체", "Entered by")},
        agents={row.key: _agent(row) for row in institutions},
        series={
            row.key: world.Series(
                row.key, row.institution.key, row.title_ko, row.title_en, row.description_ko, row.description_en,
                tuple(sorted(acts[row.key])),
            )
            for row in series
        },
    )  # fmt: skip


def _coded() -> dict[str, dict[str, world.Coded]]:
    """List → code → words. One query."""
    codes: dict[str, dict[str, world.Coded]] = {key: {} for key in WORDS_OF}
    rows = Code.objects.filter(code_list__key__in=WORDS_OF).order_by("code_list__key", "position")
    for listed, code, ko, en, more in rows.values_list("code_list__key", "code", "name_ko", "name_en", "more"):
        codes[listed][code] = world.Coded(ko, en, more.get("uri") or "", more.get("iso_3166_2") or "")
    kinds: dict[str, Any] = {"profile": rules.Profile, "origin": rules.Origin}
    for listed, kind in kinds.items():
        ko, en = (_in(language, lambda kind=kind: {str(one): str(kind.word(one)) for one in kind}) for language in ("ko", "en"))
        codes[listed] = {code: world.Coded(ko[code], en[code]) for code in ko}
    return codes


def _agent(row: Institution) -> world.Agent:
    return world.Agent(row.key, row.name_ko, row.name_en, row.institution_type, row.site, row.is_demo)
