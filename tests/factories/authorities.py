"""People whose authority to sign is on file, through the actions."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.documents import actions as documents
from portal.kit import clock
from tests.factories.providers import person
from vouchers.agreements import actions
from vouchers.agreements.models import Agreement, SigningAuthority

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def filed(user: User, organisation: Any, **changes: Any) -> SigningAuthority:
    """Filed by the person for themselves, valid for a year, not checked yet."""
    today = clock.today()
    paper = documents.upload(
        file=SimpleUploadedFile("authority.pdf", PAPER, content_type="application/pdf"), kind="signing_authority",
        organisation=organisation, by=user,
    )  # fmt: skip
    given = {
        "kind": "SEAL_CERTIFICATE", "document": paper, "valid_from": today - timedelta(days=400), "valid_until": today + timedelta(days=800),
        "person_id": user.pk, **changes,
    }  # fmt: skip
    return actions.file_authority(organisation_id=organisation.pk, by=user, **given)


def on_file(user: User, organisation: Any) -> SigningAuthority:
    """Checked by an officer of the ministry."""
    row = filed(user, organisation)
    officer = User.objects.filter(role_grants__role=Role.MINISTRY_OFFICER).exclude(pk=user.pk).order_by("pk").first()
    return actions.confirm_authority(authority_id=row.pk, by=officer or person(Role.MINISTRY_OFFICER))


def of_parties(agreement: Agreement, *people: User) -> None:
    """Each of these for the party to which they belong."""
    for party in agreement.parties.select_related("organisation"):
        for user in people:
            if user.role_grants.filter(organisation=party.organisation).exists():
                on_file(user, party.organisation)
