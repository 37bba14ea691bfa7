"""Questions about a call: asked before the close, answered to all in both languages, or set aside with a reason."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.rounds import notices, rules
from vouchers.rounds.models import Inquiry, Round

CLOSED = _("Questions are asked and answered until the call closes: an answer that comes later would help only some.")


@transaction.atomic
def ask(*, round_id: int, text: str, by: User) -> Inquiry:
    """A member of a company asks about an announced call. text: at most INQUIRY_LENGTH letters.

    Writes: Inquiry ASKED, Event, Duty of the officers. Raises: NotAllowed, Refused (closed, empty, too many waiting).
    """
    row = Round.objects.select_for_update(no_key=True).get(pk=round_id)  # applications to it are not held up
    organisation = accounts.organisation_of(by, "COMPANY")
    if organisation is None:
        raise NotAllowed(_("Only members of a company ask about a call."), "no_company")
    require(by, "vouchers.ask_inquiry", organisation)
    _refuse_closed(row)
    asked = text.strip()
    if not asked or len(asked) > rules.INQUIRY_LENGTH:
        raise Refused(_("Write your question in at most 2,000 letters."), "inquiry_length", "text")
    if Inquiry.objects.filter(round=row, organisation=organisation, status="ASKED").count() >= rules.INQUIRIES_WAITING:
        raise Refused(_("Five questions of your company wait for an answer. Ask again once one is answered."), "too_many", "text")
    inquiry = Inquiry(round=row, organisation=organisation, asked=asked, asked_by=by, asked_at=clock.now())
    inquiry.save()
    journal.record("inquiry.asked", inquiry, by=by, to=inquiry.status, organisations=[organisation.pk], data={"round": row.key})
    _owe_answer(inquiry, row, by)
    return inquiry


def _owe_answer(inquiry: Inquiry, row: Round, by: User) -> None:
    journal.open_duty(
        inquiry, "answer_inquiry", title_ko=f"공고 질의 답변: {row.title_ko}", title_en=f"Answer a question about: {row.title_en}",
        url=f"/admin/vouchers/inquiry/{inquiry.pk}/change/", role=Role.MINISTRY_OFFICER, by=by,
        due_at=rules.answer_due(workdays.due_at(clock.now(), row.days("inquiry")), row.closes_at),
    )  # fmt: skip


@transaction.atomic
def answer_inquiry(
    *, inquiry_id: int, question_ko: str, question_en: str, answer_ko: str, answer_en: str, by: User | None
) -> Inquiry:
    """Publishes question and answer in both languages, without who asked; they never change again.

    Writes: Inquiry ANSWERED, Event (which names who asked, so it is not public), Notice to who asked. Raises: Refused when a text is missing or the call is closed.
    """
    inquiry = _locked(inquiry_id)
    require(by, "vouchers.answer_inquiry")
    after = rules.INQUIRY_LIFECYCLE.step(inquiry.status, "answer")
    _refuse_closed(inquiry.round)
    texts = {"question_ko": question_ko, "question_en": question_en, "answer_ko": answer_ko, "answer_en": answer_en}
    for name, text in texts.items():
        if not text.strip():
            raise Refused(_("Question and answer are published in both languages."), "text_missing", name)
        setattr(inquiry, name, text.strip())
    _settle(inquiry, after, "inquiry.answered", by)
    notices.inquiry_answered(inquiry)
    return inquiry


@transaction.atomic
def set_aside_inquiry(*, inquiry_id: int, reason: str, by: User | None) -> Inquiry:
    """Not answered in public (not about the call, answered already, too late). Writes: Inquiry, Event, Notice to who asked."""
    inquiry = _locked(inquiry_id)
    require(by, "vouchers.answer_inquiry")
    after = rules.INQUIRY_LIFECYCLE.step(inquiry.status, "set_aside")
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")
    inquiry.reason = reason.strip()
    _settle(inquiry, after, "inquiry.set_aside", by)
    notices.inquiry_set_aside(inquiry)
    return inquiry


def _settle(inquiry: Inquiry, after: str, event: str, by: User | None) -> None:
    before, inquiry.status = inquiry.status, after
    inquiry.answered_by, inquiry.answered_at = by, clock.now()
    inquiry.save()
    journal.record(
        event, inquiry, by=by, frm=before, to=after, reason=inquiry.reason, organisations=[inquiry.organisation_id],
        data={"round": inquiry.round.key},
    )  # fmt: skip
    journal.close_duty(inquiry, "answer_inquiry", by=by)


def _locked(inquiry_id: int) -> Inquiry:
    return Inquiry.objects.select_for_update(of=("self",)).select_related("round").get(pk=inquiry_id)


def _refuse_closed(row: Round) -> None:
    if row.is_reference or not rules.takes_inquiries(row.phase):
        raise Refused(CLOSED, "round_closed")
