"""Questions about a call, as everybody reads them and as those who asked follow them."""

from typing import Any

from django.db.models import QuerySet

from portal.accounts import queries as accounts
from vouchers.rounds import rules
from vouchers.rounds.models import Inquiry, Round

PUBLIC = ("ref", "question_ko", "question_en", "answer_ko", "answer_en", "answered_at")


def answered(round: Round) -> list[dict[str, Any]]:
    """Answered questions of a call, the newest first, without who asked: PUBLIC columns only."""
    return list(Inquiry.objects.filter(round=round).answered().order_by("-answered_at", "-id").values(*PUBLIC))


def own_waiting(round: Round, user: Any) -> QuerySet[Inquiry]:
    """What the reader's own company asked and nobody has answered in public, the newest first."""
    own = Inquiry.objects.filter(round=round, organisation_id__in=accounts.organisation_ids_of(user))
    return own.exclude(status=rules.InquiryStatus.ANSWERED).order_by("-asked_at", "-id")


def may_ask(round: Round, user: Any) -> bool:
    """A member of a company, between announcement and close."""
    organisation = accounts.organisation_of(user, "COMPANY")
    open_now = not round.is_reference and rules.takes_inquiries(round.phase)
    return open_now and organisation is not None and bool(user.has_perm("vouchers.ask_inquiry", organisation))
