"""What a call asks, before anybody may answer: for the officers who write it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from portal.kit.access import needs
from portal.kit.htmx import page
from vouchers.applications import rules
from vouchers.applications.forms import SectionForm
from vouchers.applications.views.fetch import section_key
from vouchers.rounds.models import Round
from vouchers.rounds.rules import QuestionSection, parse_policy, parse_questions


@needs("vouchers.manage_round")
@require_GET
def asked(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """A section's form as applicants see it, empty; nothing that is entered here is kept."""
    round_ = get_object_or_404(Round, key=key, is_reference=False)
    if section not in set(QuestionSection):
        raise Http404
    version, which = round_.policy_version(), section_key(section)
    questions = parse_questions(version.body.get("questions", ())) if version else ()
    blind = version is not None and parse_policy(version.body).blind_review
    context = {
        "round": round_,
        "key": which,
        "form": SectionForm(which, asked=questions, blind=[one.key for one in questions if blind and rules.answered_blind(one)]),
        "sections": [rules.SectionKey(one.value) for one in QuestionSection],
    }
    return page(request, "vouchers/applications/asked.html", context)
