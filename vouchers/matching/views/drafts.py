"""What a person may do about a prepared quote now."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from vouchers.matching import actions, forms
from vouchers.matching.models import QuoteDraft
from vouchers.matching.rules import agreeing
from vouchers.matching.views.panels import Verb

_CONSEQUENCE = _(
    "You agree for your institution. Once every agreement is there, the quote goes to the company and cannot be changed."
)
VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "approve", _("Agree for the institution"), lambda row, by: actions.approve_quote(draft_id=row.pk, by=by),
            _("You agreed to the quote."), kind="primary", consequence=_CONSEQUENCE,
        ),
        Verb(
            "agree", _("Agree as principal investigator"), lambda row, by: actions.agree_as_investigator(draft_id=row.pk, by=by),
            _("You agreed to the quote."), kind="primary",
            consequence=_("You are responsible for this data and agree that it is quoted on these terms."),
        ),
        Verb(
            "return", _("Do not agree"), lambda row, by, text: actions.return_quote(draft_id=row.pk, reason=text, by=by),
            _("Returned. Whoever prepared the quote was told."), forms.ReturnForm, danger=True,
        ),
        Verb(
            "resend", _("Send the investigator a new link"), lambda row, by: actions.resend_link(draft_id=row.pk, by=by)[0],
            _("A new link was sent. The earlier one opens nothing any more."),
        ),
    )
}  # fmt: skip


def verbs_of(draft: QuoteDraft, user: Any) -> list[Verb]:
    """What this person may do about a draft now."""
    waits = draft.status == agreeing.DraftStatus.PREPARED
    approver = user.has_perm("vouchers.approve_quote", draft.request.institution) and draft.prepared_by_id != user.pk
    investigator = draft.investigator_user_id == user.pk
    linked = bool(draft.investigator_email) and draft.investigator_user_id is None
    may = {
        "approve": approver and not investigator and draft.approved_at is None,
        "agree": investigator and draft.investigator_agreed_at is None,
        "return": approver or investigator,
        "resend": linked
        and draft.investigator_agreed_at is None
        and user.has_perm("vouchers.answer_quote", draft.request.institution),
    }
    return [VERBS[name] for name, can in may.items() if waits and can]
