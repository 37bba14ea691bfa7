"""Letters of results: written at the release, served electronically or by post; the remedy's days run from the service."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.evaluation import notices, rules
from vouchers.evaluation.actions.paper import said_of
from vouchers.evaluation.models import SelectionLetter, SelectionLine


def write_letter(line: SelectionLine, *, by: Any) -> SelectionLetter | None:
    """For an adverse line, inside the release's transaction. Writes: SelectionLetter, Event letter.written, and a mail to the
    address for electronic service, or a duty for the officers to post it."""
    company = line.application.company
    if line.outcome not in rules.ADVERSE:
        return None
    how = rules.service(company.service_email)
    address = company.service_email if how == rules.Service.ELECTRONIC else company.address
    letter = SelectionLetter(line=line, how=how, address=address, content=said_of(line.application))
    letter.save()
    _record("letter.written", letter, by=by, how=how)
    if how == rules.Service.ELECTRONIC:
        notices.selection_letter(letter)
    else:
        _owe_posting(letter, by)
    return letter


def _owe_posting(letter: SelectionLetter, by: Any) -> None:
    named = letter.line.application.receipt_no or letter.line.application.ref
    journal.open_duty(
        letter, "post_letter", title_ko=f"결과통지서 우편 발송: {named}", title_en=f"Post the letter of the result: {named}",
        url=f"/admin/vouchers/selectionletter/{letter.pk}/change/", due_in=letter.line.application.round.days("letter_posting"),
        role="MINISTRY_OFFICER", by=by,
    )  # fmt: skip


@transaction.atomic
def turn_to_post(*, letter_id: int, reason: str, by: Any) -> SelectionLetter:
    """The mail of a letter cannot be delivered: it goes by post, since else its days to object would never begin, and agreements
    of a round with provisional results would wait for ever. Writes: SelectionLetter POST, Event letter.turned_to_post, Duty.

    Raises: Refused for a letter by post, for one that was served or whose mail left, and without a reason.
    """
    letter = _lock(letter_id)
    require(by, "vouchers.serve_letter")
    applications.require_apart(letter.line.application, by)
    if letter.how != rules.Service.ELECTRONIC or letter.served_on or journal_queries.sent_at("selection_letter", [letter.ref]):
        raise Refused(_("Only a letter whose e-mail did not leave is sent by post instead."), "not_undelivered")
    if not reason.strip():
        raise Refused(_("Give a reason."), "reason_missing", "reason")
    letter.how, letter.address = rules.Service.POST, letter.line.application.company.address
    letter.save()
    journal.record(
        "letter.turned_to_post", letter, by=by, reason=reason.strip(), organisations=letter.organisation_ids(),
        data={"application": letter.line.application.ref},
    )  # fmt: skip
    _owe_posting(letter, by)
    return letter


@transaction.atomic
def post_letter(*, letter_id: int, posted_on: date, tracking_no: str, by: Any) -> SelectionLetter:
    """The letter went to the post. Writes: SelectionLetter, Event letter.posted; a duty to record the delivery.

    Raises: Refused for a letter that is not sent by post, was served, or a day before its release or in the future.
    """
    letter = _lock(letter_id)
    require(by, "vouchers.serve_letter")
    applications.require_apart(letter.line.application, by)
    _check_by_post(letter)
    _check_day(posted_on, clock.to_kst(letter.created_at).date(), "posted_on")
    if not tracking_no.strip():
        raise Refused(_("Enter the number of the registered letter: it proves the delivery."), "no_tracking", "tracking_no")
    letter.posted_on, letter.tracking_no = posted_on, tracking_no.strip()
    letter.save()
    _record("letter.posted", letter, by=by, posted_on=posted_on.isoformat(), tracking_no=letter.tracking_no)
    journal.close_duty(letter, "post_letter", by=by)
    named = letter.line.application.receipt_no or letter.line.application.ref
    if not journal_queries.owing("record_service", [letter.ref]):
        journal.open_duty(
            letter, "record_service", title_ko=f"결과통지서 송달일 입력: {named}",
            title_en=f"Record the delivery of the letter: {named}",
            url=f"/admin/vouchers/selectionletter/{letter.pk}/change/", due_in=letter.line.application.round.days("letter_service"),
            role="MINISTRY_OFFICER", by=by,
        )  # fmt: skip
    return letter


@transaction.atomic
def record_service(*, letter_id: int, served_on: date, by: Any) -> SelectionLetter:
    """The post delivered the letter; the remedy's days run. Writes: SelectionLetter, Event letter.served.

    Raises: Refused before it was posted, when it was served already, or for a day before its posting or in the future.
    """
    letter = _lock(letter_id)
    require(by, "vouchers.serve_letter")
    applications.require_apart(letter.line.application, by)
    _check_by_post(letter)
    if letter.posted_on is None:
        raise Refused(_("This letter was not posted yet. Enter its posting first."), "not_posted")
    _check_day(served_on, letter.posted_on, "served_on")
    letter.recorded_by = by
    return _serve(letter, served_on, by)


def serve_letters() -> int:
    """The sweep: a letter is served electronically on the day on which its mail left. Returns how many were."""
    waiting = SelectionLetter.objects.filter(how="ELECTRONIC", served_on__isnull=True).values_list("pk", "ref")
    sent = journal_queries.sent_at("selection_letter", [ref for _pk, ref in waiting])
    moments = {pk: sent[ref] for pk, ref in waiting if ref in sent}
    return journal.each("evaluation.serve_letters", moments, lambda pk: _serve_electronically(pk, moments[pk]))


@transaction.atomic
def _serve_electronically(letter_id: int, moment: Any) -> bool:
    letter = _lock(letter_id)
    if letter.served_on is not None:
        return False
    _serve(letter, clock.to_kst(moment).date(), None)
    return True


def _serve(letter: SelectionLetter, served_on: date, by: Any) -> SelectionLetter:
    days = letter.line.run.round.policy().selection.objection_days
    letter.served_on, letter.open_until = served_on, rules.open_until(served_on, days)
    letter.save()
    days_said = {"served_on": served_on.isoformat(), "open_until": letter.open_until.isoformat()}
    _record("letter.served", letter, by=by, how=letter.how, **days_said)
    journal.close_duties(letter, by=by)
    return letter


def _check_by_post(letter: SelectionLetter) -> None:
    if letter.how != rules.Service.POST:
        raise Refused(_("This letter is served electronically; the portal records it by itself."), "electronic")
    if letter.served_on is not None:
        raise Refused(_("The service of this letter is recorded already."), "served_already")


def _check_day(day: date, first: date, field: str) -> None:
    if day < first or day > clock.today():
        raise Refused(_("The day lies before the step before it, or in the future."), "wrong_day", field)


def _lock(letter_id: int) -> SelectionLetter:
    return (
        SelectionLetter.objects.select_for_update(of=("self",))
        .select_related("line__application__company", "line__run__round")
        .get(pk=letter_id)
    )


def _record(name: str, letter: SelectionLetter, *, by: Any, **data: Any) -> None:
    journal.record(
        name, letter, by=by, organisations=letter.organisation_ids(), data={"application": letter.line.application.ref, **data}
    )
