"""Questions about calls: officers publish the answer, or set a question aside."""

from typing import Any

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from portal.kit.admin import ReasonForm, Verb, VerbAdmin
from portal.templatetags.portal import kst_text
from vouchers.rounds import actions, rules
from vouchers.rounds.forms import AnswerForm
from vouchers.rounds.models import Inquiry

ANSWER = "vouchers.answer_inquiry"


def _can(verb: str) -> Any:
    return lambda row: rules.INQUIRY_LIFECYCLE.can(row.status, verb)


def _facts(row: Inquiry) -> list[tuple[Any, Any]]:
    return [(_("Round"), row.round), (_("Question as asked"), row.asked), (_("Call closes"), kst_text(row.round.closes_at))]


@admin.register(Inquiry)
class InquiryAdmin(VerbAdmin):
    list_display = ("beginning", "round", "status", "asked_at", "answered_at")
    list_filter = ("status", "round")
    list_select_related = ("round",)
    search_fields = ("asked", "question_ko", "question_en")
    ordering = ("-asked_at", "-id")
    fields = readonly_fields = (
        "round", "organisation", "asked", "asked_by", "asked_at", "question_ko", "question_en", "answer_ko", "answer_en", "reason",
        "answered_by", "answered_at",
    )  # fmt: skip
    verbs = (
        Verb("answer", _("Answer in public"), lambda pk, by, **data: actions.answer_inquiry(inquiry_id=pk, by=by, **data), ANSWER,
             lambda row: _can("answer")(row) and rules.takes_inquiries(row.round.phase), form=AnswerForm, facts=_facts,
             consequence=lambda row: _("Everybody reads question and answer on the call's page, without who asked. "
                                       "They do not change any more.")),
        Verb("set_aside", _("Set aside"), lambda pk, by, reason: actions.set_aside_inquiry(inquiry_id=pk, reason=reason, by=by),
             ANSWER, _can("set_aside"), form=ReasonForm, facts=_facts, danger=True),
    )  # fmt: skip

    def headline(self, obj: Inquiry) -> str:
        return self.beginning(obj)

    @admin.display(description=_("Question as asked"))
    def beginning(self, row: Inquiry) -> str:
        return Truncator(row.asked).chars(60)
