"""What a round tells people. One function a message, one template each in templates/emails/vouchers/."""

from typing import Any

from portal.accounts.rules import Role
from portal.journal import actions as journal
from vouchers.rounds.models import Amendment, Inquiry, Round

WORKERS = (Role.MINISTRY_OFFICER, Role.OPERATOR_CASE)


def _facts(row: Round) -> dict[str, Any]:
    return {
        "title_ko": row.title_ko,
        "title_en": row.title_en,
        "opens_at": row.opens_at and row.opens_at.isoformat(),
        "closes_at": row.closes_at and row.closes_at.isoformat(),
    }


def _page(row: Round) -> str:
    """A rehearsal has no public page."""
    return f"/admin/vouchers/round/{row.pk}/change/" if row.is_rehearsal else f"/rounds/{row.key}/"


def round_sent_back(row: Round, reason: str) -> None:
    """To the author, else to every officer."""
    journal.tell(
        "round_sent_back", app="vouchers", subject=row, to=[row.created_by] if row.created_by else [],
        role=Role.MINISTRY_OFFICER, url=f"/admin/vouchers/round/{row.pk}/change/", context={**_facts(row), "reason": reason},
    )  # fmt: skip


def round_announced(row: Round) -> None:
    """To those who will work on it."""
    _tell_workers("round_announced", row)


def round_amended(amendment: Amendment, organisation: Any = None) -> None:
    """To those who work on the call; with an organisation: to its members, once, as they have a draft or an application."""
    row = amendment.round
    context = {
        **_facts(row), "number": amendment.number, "reason_ko": amendment.reason_ko, "reason_en": amendment.reason_en,
    }  # fmt: skip
    for role in WORKERS if organisation is None else ("",):
        journal.tell(
            "round_amended", app="vouchers", subject=row, role=role, organisation=organisation, context=context,
            url=f"{_page(row)}#amendments", once=amendment.ref,
        )  # fmt: skip


def promotion_declined(row: Round, reason: str, asked_by: Any) -> None:
    """To the officer who asked for the promotion of a rehearsal."""
    journal.tell(
        "promotion_declined",
        app="vouchers",
        subject=row,
        to=[asked_by],
        url=_page(row),
        context={**_facts(row), "reason": reason},
    )


def round_cancelled(row: Round, reason: str) -> None:
    _tell_workers("round_cancelled", row, reason=reason)


def inquiry_answered(inquiry: Inquiry) -> None:
    """To who asked: the answer stands on the call's page, for all."""
    _tell_asker(
        "inquiry_answered",
        inquiry,
        **{name: getattr(inquiry, name) for name in ("question_ko", "question_en", "answer_ko", "answer_en")},
    )


def inquiry_set_aside(inquiry: Inquiry) -> None:
    """To who asked: why it is not answered in public."""
    _tell_asker("inquiry_set_aside", inquiry, asked=inquiry.asked, reason=inquiry.reason)


def _tell_asker(template: str, inquiry: Inquiry, **more: str) -> None:
    journal.tell(
        template, app="vouchers", subject=inquiry, to=[inquiry.asked_by], url=f"/rounds/{inquiry.round.key}/#inquiries",
        context={**_facts(inquiry.round), **more},
    )  # fmt: skip


def _tell_workers(template: str, row: Round, **more: str) -> None:
    for role in WORKERS:
        journal.tell(template, app="vouchers", subject=row, role=role, url=_page(row), context={**_facts(row), **more})
