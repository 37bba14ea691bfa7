"""Comments on articles, and what versions word differently."""

from typing import Any

from django.db.models import QuerySet

from portal.accounts import queries as accounts
from portal.kit.words import korean
from vouchers.agreements import rules
from vouchers.agreements.models import Agreement, AgreementParty, AgreementVersion, ClauseComment


def comments_for(agreement: Agreement, user: Any) -> AgreementParty | None:
    """The party for which somebody may comment; the operating agency answers instead."""
    mine = accounts.organisation_ids_of(user)
    for party in agreement.taking_part().select_related("organisation").exclude(role=rules.PartyRole.OPERATOR):
        if party.organisation_id in mine and user.has_perm("vouchers.comment_clause", party):
            return party
    return None


def open_comments(agreement: Agreement) -> int:
    """How many wait for an answer."""
    return agreement.comments.filter(status=rules.CommentStatus.OPEN).count()


def comments_of(agreement: Agreement) -> QuerySet[ClauseComment]:
    return agreement.comments.select_related("party__organisation", "author", "on_version", "made_version")


def worded_differently(version: AgreementVersion) -> list[rules.Difference]:
    """What a version words otherwise than the text that the parties were shown first, in the reader's language: articles are reworded
    by accepted comments alone, so that is the text of the first draft. One query."""
    before = (
        AgreementVersion.objects.filter(agreement_id=version.agreement_id, number__lt=version.number).order_by("number").first()
    )
    if before is None:
        return []
    return rules.clause_differences(before.body["clauses"], version.body["clauses"], "ko" if korean() else "en")
