"""Datasets with what is offered of them, by marks: a reader that has seen a mark before knows what it says without reading it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, QuerySet, TextField
from django.db.models.expressions import RawSQL

from portal.kit import clock
from providers.catalogue.models import Dataset
from providers.catalogue.queries import marked, reaching
from providers.catalogue.rules import AVAILABLE, drawn_from
from providers.offers.models import Offer

type Marked = tuple[int, str, int, str, int | None, str | None]  # dataset, mark, institution, mark, offer or None, mark


class Listed(NamedTuple):
    """A dataset of the market, once an offer. number: of the version that is published; above: key of the entry that it is part of;
    near: among those that were named."""

    marked: Marked
    key: str
    number: int
    above: str | None
    near: bool


def marks(datasets: QuerySet[Dataset], *, demo: bool) -> list[Marked]:
    """Published datasets, each once an offer that stands, or once without any. A mark changes with every write of its row, whoever
    wrote it; an offer's also with its lines (trigger). One query."""
    return [unwritten(line) for line in mark_lines(datasets, demo=demo)]


def mark_lines(datasets: QuerySet[Dataset], *, demo: bool) -> list[str]:
    """As `marks`, each `written`: what a reader that has seen nearly all of them before looks up fastest. One query, one value."""
    return (_beside_offers(marked(datasets), demo=demo, one=True)[0][0] or "").splitlines()


def written(row: Marked) -> str:
    """As the database writes it in `mark_lines`."""
    return BAR.join(str(part) for part in row if part is not None)


def unwritten(line: str) -> Marked:
    dataset, mark, institution, its, *offer = line.split(BAR)
    return (int(dataset), mark, int(institution), its, *((int(offer[0]), offer[1]) if offer else (None, None)))


def listed(near: QuerySet[Dataset], *, demo: bool) -> list[Listed]:
    """All that needs may be matched with, by key and offer, as of one moment. One query, which reads nothing else of them."""
    rows = reaching(near, demo=demo).annotate(above=F("part_of__key"))
    found = _beside_offers(rows, "key", "published_number", "above", "near", demo=demo)
    return [
        Listed(row[:6], row[6], row[7], row[8] or drawn_from(row[6]), row[9])
        for row in sorted(found, key=lambda row: (row[6], row[4] or 0))
    ]


def facts_of(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Offer id → facts as the engine reads them. Two queries, none for none."""
    rows = Offer.objects.filter(pk__in=ids).prefetch_related("lines") if ids else ()
    return {row.pk: row.facts(list(row.lines.all())) for row in rows}


BAR = "|"  # in no mark
_OFFER = '"providers_offer".xmin::text || "providers_offer".ctid::text'


def _beside_offers(datasets: QuerySet[Dataset], *more: str, demo: bool, one: bool = False) -> list[Any]:
    """As `offered` has it: a dataset that is not open has none. one: all of it in one text, a line each."""
    standing = Offer.objects.standing(clock.now()).filter(dataset__isnull=False).order_by()
    standing = standing if demo else standing.for_demo(False)
    written = standing.annotate(mark=RawSQL(_OFFER, (), output_field=TextField()))
    names = ("pk", "mark", "institution_id", "institution_mark")
    own, own_values = datasets.order_by().values_list(*names, *more, "status").query.sql_with_params()
    offers, offer_values = written.values_list("dataset_id", "pk", "mark").query.sql_with_params()
    columns = ", ".join(f'd."{name}"' for name in names) + ", o.pk, o.mark" + "".join(f', d."{name}"' for name in more)
    columns = f"string_agg(concat_ws('{BAR}', {columns}), E'\\n')" if one else columns
    statement = f"SELECT {columns} FROM ({own}) d LEFT JOIN ({offers}) o ON o.dataset_id = d.pk AND d.status = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, (*own_values, *offer_values, AVAILABLE))
        return list(cursor.fetchall())
