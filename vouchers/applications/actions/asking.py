"""The single questions of a supplement request: asked, answered in place, closed. Called by the actions that move the case."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.kit import clock
from portal.kit.errors import Refused
from vouchers.applications import queries, rules
from vouchers.applications.models import Application, SupplementItem


def ask(application: Application, questions: Mapping[str, str], whole: Collection[str], by: User) -> list[SupplementItem]:
    """questions: `section.question` → a sentence. whole: sections that open as a whole. Writes: SupplementItem with the answer
    that stands. Raises: Refused for a question that there is not, or without a sentence."""
    known = queries.askable(application, tuple(queries.policy_of(application).required_documents))
    now = queries.answers_now(application)
    made = []
    for name, sentence in questions.items():
        section, _dot, field = name.partition(".")
        if field not in known.get(section, {}):
            raise Refused(_("This question is not part of the application."), "bad_question")
        if not sentence.strip():
            raise Refused(_("Write what is asked about “%(question)s”.") % {"question": known[section][field]}, "no_sentence")
        item = SupplementItem(
            application=application, section=section, field=field, sentence=sentence.strip(), alone=section not in whole,
            before=now.get((section, field)), asked_by=by,
        )  # fmt: skip
        item.save()
        made.append(item)
    return made


def close_items(application: Application, *, supplied: bool) -> list[dict[str, object]]:
    """The answers of now stand beside those of then; without `supplied` the check goes on without them.

    Writes: SupplementItem. Returns: for the journal, each question with whether its answer changed.
    """
    now, moment = queries.answers_now(application), clock.now()
    told: list[dict[str, object]] = []
    for item in application.supplement_items.select_for_update().filter(closed_at__isnull=True).order_by("pk"):
        if supplied:
            item.after, item.supplied_at = now.get((item.section, item.field)), moment
        item.closed_at = moment
        item.save()
        told.append({"question": f"{item.section}.{item.field}", "changed": rules.mark(item.before) != rules.mark(item.after)})
    return told
