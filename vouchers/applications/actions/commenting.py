"""Colleagues talk about a section among themselves."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import notices, rules
from vouchers.applications.actions.drafting import locked
from vouchers.applications.models import Application, SectionComment

LONGEST_COMMENT = 1000  # characters


@transaction.atomic
def write_comment(*, application_id: int, key: str, text: str, by: User) -> SectionComment:
    """Writes: SectionComment, Event without the text, notice to the colleagues. Raises: NotAllowed, Refused when it is empty,
    too long, or the draft was erased."""
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    _refuse_strangers(application, by)
    words = text.strip()
    if not words:
        raise Refused(_("Write the comment first."), "comment_empty", "text")
    if len(words) > LONGEST_COMMENT:
        raise Refused(_("A comment may have %(n)d characters.") % {"n": LONGEST_COMMENT}, "comment_too_long", "text")
    if application.forgotten_at:
        raise Refused(_("This draft was erased."), "forgotten", "text")
    comment = SectionComment(application=application, section=rules.SectionKey(key), text=words, written_by=by)
    comment.save()
    _record(comment, "comment.written", by)
    notices.application_commented(application, comment, accounts.users_of(application.company.organisation).exclude(pk=by.pk))
    return comment


@transaction.atomic
def resolve_comment(*, comment_id: int, resolved: bool, by: User) -> SectionComment:
    """Marks it as dealt with, or as open again. Idempotent. Writes: SectionComment, Event."""
    comment = SectionComment.objects.select_for_update(of=("self",)).select_related("application").get(pk=comment_id)
    require(by, "vouchers.edit_application", comment.application)
    _refuse_strangers(comment.application, by)
    if (comment.resolved_at is not None) == resolved:
        return comment
    comment.resolved_at, comment.resolved_by = (clock.now(), by) if resolved else (None, None)
    comment.save()
    _record(comment, "comment.resolved" if resolved else "comment.reopened", by)
    return comment


def _refuse_strangers(application: Application, by: User) -> None:
    """Whatever else somebody may do with an application, only its company's people talk here."""
    if application.company.organisation_id not in accounts.organisation_ids_of(by):
        raise Refused(_("Only people of this company comment on its application."), "not_a_colleague")


def _record(comment: SectionComment, event: str, by: User) -> None:
    """On the comment, not on the application: officials read the application's history."""
    application = comment.application
    journal.record(event, comment, by=by, organisations=application.organisation_ids(), data={"key": comment.section})
