"""Questions about institutions."""

from typing import Any

from portal.accounts.queries import organisation_ids_of
from providers.institutions.models import Institution


def of_user(user: Any) -> list[Institution]:
    """The institutions for whose organisation the person acts."""
    return list(Institution.objects.filter(organisation_id__in=organisation_ids_of(user)).order_by("pk"))


def by_key(key: str) -> Institution | None:
    return Institution.objects.filter(key=key).first()
