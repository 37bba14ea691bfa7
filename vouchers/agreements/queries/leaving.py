"""Who left an agreement by a change: what stays given up, and up to where such a party reads."""

from typing import Any

from django.db.models import Q, QuerySet

from portal.accounts import queries as accounts
from vouchers.agreements.models import Agreement, AgreementChange, AgreementParty, AgreementVersion
from vouchers.agreements.models.agreeing import TAKES_PART


def given_up(agreement: Agreement) -> dict[int, str]:
    """Position of a line → the party of it that left the agreement by a change. One query while nobody left, else two."""
    gone = {
        party.organisation_id: str(party)
        for party in agreement.parties.select_related("organisation").exclude(TAKES_PART | Q(joined_by__status="APPROVED"))
    }
    if not gone:
        return {}
    return {
        line.position: gone[institution.organisation_id]
        for line in agreement.lines.select_related("contracting_party", "payee")
        for institution in (line.contracting_party, line.payee)
        if institution.organisation_id in gone
    }


def left_by(agreement: Agreement, user: Any) -> AgreementChange | None:
    """The change by which somebody's organisation left; None for who takes part or sees every case."""
    if accounts.sees_all(user):
        return None
    mine = agreement.parties.filter(organisation_id__in=accounts.organisation_ids_of(user)).select_related("left_by")
    changes = [party.left_by for party in mine]
    gone = [change for change in changes if change is not None]
    return max(gone, key=lambda change: change.number) if gone and len(gone) == len(changes) else None


def versions_for(agreement: Agreement, user: Any) -> QuerySet[AgreementVersion]:
    """The versions that somebody may read: of who left, those up to the one by which it left."""
    rows, left = agreement.versions.select_related("change"), left_by(agreement, user)
    return rows if left is None else rows.filter(Q(change__isnull=True) | Q(change__number__lte=left.number))


def version_for(agreement: Agreement, user: Any) -> AgreementVersion:
    """The version that holds for somebody: for who left, the one by which it left."""
    left = left_by(agreement, user)
    return agreement.current() if left is None else agreement.versions.get(change=left)


def told(agreement: Agreement, leaving: AgreementChange | None = None) -> QuerySet[AgreementParty]:
    """The parties that take part, and those that leave by this very change."""
    here = TAKES_PART
    return agreement.parties.select_related("organisation").filter(here if leaving is None else here | Q(left_by=leaving))
