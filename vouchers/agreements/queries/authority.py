"""Whose authority to sign is on file."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation, User
from portal.kit import clock
from portal.kit.words import pick
from vouchers.agreements import rules
from vouchers.agreements.models import SigningAuthority


def authority_of(organisation: Organisation, user: Any, day: date | None = None) -> SigningAuthority | None:
    """On what somebody's signature for an organisation rests on a day (None: today), the paper that lasts longest. One query."""
    found = SigningAuthority.objects.filter(organisation=organisation, person=user).holding(day or clock.today())
    return found.order_by("-valid_until", "-id").first()


def no_authority(organisation: Organisation, user: Any) -> str:
    """Why somebody cannot sign for an organisation today, and where it is mended; empty: they can."""
    if authority_of(organisation, user):
        return ""
    return str(rules.NO_AUTHORITY) % {"name": pick(organisation, "name")}


def authorities_for(user: Any) -> QuerySet[SigningAuthority]:
    """What this person may see, what waits for a check first."""
    rows = SigningAuthority.objects.visible_to(user).select_related(
        "organisation", "person", "document", "filed_by", "checked_by"
    )
    return rows.order_by("-created_at", "-id")


def files_for(user: Any) -> list[Organisation]:
    """Organisations for which somebody may file."""
    rows = Organisation.objects.filter(pk__in=accounts.organisation_ids_of(user)).order_by("pk")
    return [one for one in rows if user.has_perm("vouchers.file_authority", one)]


def signers_of(organisation: Organisation) -> list[User]:
    """Its people who may sign agreements at all."""
    return [
        user for user in accounts.users_of(organisation).order_by("pk") if user.has_perm("vouchers.sign_agreement", organisation)
    ]
