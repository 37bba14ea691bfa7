"""Questions about institutions."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Replace

from portal.accounts.queries import organisation_ids_of
from providers.institutions import rules
from providers.institutions.models import Institution

FILTERS = {"region": "region", "kind": "institution_type", "consortium": "consortium"}  # parameter → column


def listed(
    user: Any, *, text: str = "", chosen: Mapping[str, str] | None = None, suppliers: bool = False
) -> QuerySet[Institution]:
    """Institutions that the reader may see and that fit; suppliers of the voucher first, then by name."""
    rows = Institution.objects.visible_to(user)
    for word in text.split()[:8]:
        rows = rows.filter(
            Q(name_ko__icontains=word) | Q(name_en__icontains=word) | Q(key__icontains=word) | Q(aliases__icontains=word)
        )
    for name, code in (chosen or {}).items():
        if code and name in FILTERS:
            rows = rows.filter(**{FILTERS[name]: code})
    if suppliers:
        rows = rows.filter(voucher_supplier=True)
    return rows.order_by("-voucher_supplier", "name_ko", "key")


def counts(rows: QuerySet[Institution], name: str) -> dict[str, int]:
    """Code → how many of the rows carry it. One query."""
    column = FILTERS[name]
    return dict(rows.order_by().exclude(**{column: ""}).values_list(column).annotate(n=Count("pk")))


def of_user(user: Any) -> list[Institution]:
    """The institutions for whose organisation the person acts."""
    return list(Institution.objects.filter(organisation_id__in=organisation_ids_of(user)).order_by("pk"))


def match_facts() -> dict[int, dict[str, Any]]:
    """Institution id → its facts as the matching engine reads them. One query."""
    return {row.pk: row.facts() for row in Institution.objects.order_by("pk")}


def in_list(name_ko: str, is_demo: bool) -> bool:
    """Whether an institution of that Korean name, spaces aside, stands in the public list."""
    return _named(name_ko, is_demo).filter(status__in=rules.SEEN).exists()


def applied_for(name_ko: str, is_demo: bool) -> bool:
    """Whether an institution of that Korean name, spaces aside, is being applied for."""
    return _named(name_ko, is_demo).filter(status__in=rules.APPLYING).exists()


def _named(name_ko: str, is_demo: bool) -> QuerySet[Institution]:
    squashed = Institution.objects.filter(is_demo=is_demo).annotate(squashed=Replace("name_ko", Value(" "), Value("")))
    return squashed.filter(squashed="".join(name_ko.split()))


def unclaimed(is_demo: bool) -> QuerySet[Institution]:
    """Of the public list those for which nobody acts and nobody asked to, by name."""
    rows = Institution.objects.filter(status__in=rules.SEEN, is_demo=is_demo, organisation=None, claimant=None)
    return rows.order_by("name_ko", "key")


def applied_by(user: Any) -> Institution | None:
    """The institution for which the person acts, applied or asked to act; the newest when one was refused before."""
    mine = organisation_ids_of(user)
    rows = Institution.objects.filter(Q(organisation_id__in=mine) | Q(claimant_id__in=mine)).order_by("-created_at", "-pk")
    live = [row for row in rows if row.status != rules.InstitutionStatus.RETIRED]
    return next(iter(live or rows), None)
