"""One application as a whole: task list or status page, preview, receipt, reasons, files."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.documents.responses import download
from portal.kit import pdf
from portal.kit.access import signed_in
from portal.kit.htmx import page
from vouchers.applications import queries, rules
from vouchers.applications.models import Application
from vouchers.applications.views.fetch import application_or_404
from vouchers.applications.views.shape import money_rows
from vouchers.applications.views.story import outcome_title, outcome_words, timeline, what_next
from vouchers.companies.rules import brn_words

STATES = {"NOT_STARTED": "todo", "IN_PROGRESS": "draft", "COMPLETE": "done", "NEEDS_WORK": "fix"}


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    """While it is written: the task list. Afterwards: where it stands, who has the ball, what happened."""
    application = application_or_404(request, ref)
    writing = application.status in rules.EDITABLE
    context: dict[str, Any] = {
        "application": application,
        "may_submit": request.user.has_perm("vouchers.submit_application", application),
        "may_withdraw": request.user.has_perm("vouchers.withdraw_application", application)
        and rules.LIFECYCLE.can(application.status, "withdraw"),
        "open": queries.is_open_for(application),
        "closes_at": queries.closes_at(application),
        "duty": queries.ball(application),
    }
    if writing:
        overview = queries.progress(application)
        asked = [one for one in queries.asked(application) if one.open] if application.submitted_at else []
        waits = application.status == rules.ApplicationStatus.DRAFT and not context["open"]
        context["awaited"] = queries.awaited_code(request.user, application.round) if waits else None
        context["not_taken"] = [] if application.submitted_at else queries.not_taken(application)
        context |= {
            "progress": overview,
            "tasks": _tasks(application, overview, queries.open_comments(application, request.user)),
            "asked": asked,
            "all_answered": queries.all_answered(application, asked),
        }
        return page(request, "vouchers/applications/task_list.html", context)
    context |= {
        "entries": timeline(application),
        "asked": queries.asked(application),
        "outcome": outcome_words(application),
        "outcome_title": outcome_title(application),
        "money_rows": money_rows(queries.stored_money(application)) if queries.stored_money(application) else [],
        "matches": queries.chosen_matches(application),
        "documents": queries.files_of(application),
        "has_checks": application.eligibility_checks.exists(),
        "matches_open": queries.may_match(application),
    }
    return page(request, "vouchers/applications/status.html", context)


def _tasks(application: Application, overview: queries.Progress, comments: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "title": view.key.label,
            "url": reverse("applications:section", args=[application.ref, view.key]),
            "state": STATES[view.state],
            "label": view.state.label,
            "hint": " ".join(_hints(view, comments.get(view.key, 0))),
        }
        for view in overview.sections
    ]


def _hints(view: queries.SectionView, comments: int) -> list[str]:
    """What is missing in a section that was begun, and how many comments of colleagues are open."""
    words = [str(m.sentence) for m in view.missing[:2]] if view.state != rules.SectionState.NOT_STARTED else []
    if words and len(view.missing) > 2:
        words.append(_("and %(count)d more") % {"count": len(view.missing) - 2})
    if comments:
        words.append(ngettext("%(n)d open comment.", "%(n)d open comments.", comments) % {"n": comments})
    return words


@signed_in
@require_GET
def preview(request: HttpRequest, ref: str) -> HttpResponse:
    """Exactly what evaluators read."""
    application = application_or_404(request, ref)
    blind = queries.is_blind(application)
    found = queries.blind_content(application) if blind else queries.content(application)
    title = queries.shown_title(application) if blind else application.title
    context = {
        "application": application,
        "blind": blind,
        "shown_title": title,
        "content": found,
        "money_rows": queries.amount_rows(found.money),
    }
    return page(request, "vouchers/applications/preview.html", context)


@signed_in
@require_GET
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """The confirmation: number, time, files with their hashes, what happens next and by when."""
    application = application_or_404(request, ref)
    if not application.receipt_no:
        raise Http404
    context = {
        "application": application,
        "next": what_next(application),
        "documents": queries.files_of(application),
        "pdf_url": reverse("applications:receipt_pdf", args=[ref]),
        "home_url": reverse("applications:detail", args=[ref]),
    }
    return page(request, "vouchers/applications/receipt.html", context)


@signed_in
@require_GET
def receipt_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """The receipt as a PDF in the reader's language."""
    application = application_or_404(request, ref)
    if not application.receipt_no:
        raise Http404
    source = get_template("vouchers/applications/receipt.typ").template.source  # type: ignore[attr-defined]
    title = _("Receipt %(number)s") % {"number": application.receipt_no}
    demo, rehearsal = settings.DEMO and application.round.is_demo, application.round.is_rehearsal
    made = pdf.render(source, _receipt_words(application), title, demo, rehearsal=rehearsal)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{application.receipt_no}-{get_language()}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _receipt_words(application: Application) -> dict[str, Any]:
    """Words of the PDF, already in the reader's language."""
    from portal.templatetags.portal import kst_text, pick, won

    snapshot = application.company_snapshot
    return {
        "heading": _("Receipt of an application"),
        "rows": [
            [_("Receipt number"), application.receipt_no],
            [_("Received"), kst_text(application.submitted_at)],
            [_("Call"), pick(application.round, "title")],
            [_("Track"), pick(application.track, "name")],
            [_("Company"), pick(snapshot, "name")],
            [_("Business registration number"), brn_words(snapshot.get("brn", ""))],
            [_("Project title"), application.title],
            [_("Supply amount (VAT excluded)"), won(application.supply_amount_won)],
            [_("Grant applied for"), won(application.grant_won)],
            [_("Submitted by"), str(application.submitted_by or "")],
        ],
        "files_heading": _("Files handed in (SHA-256)"),
        "files": [[row.label, row.document.name, row.document.sha256]
                  for row in queries.files_of(application)],
        "next_heading": _("What happens next"),
        "next": [str(step) for step in what_next(application)],
    }  # fmt: skip


@signed_in
@require_GET
def why(request: HttpRequest, ref: str) -> HttpResponse:
    """Every rule with its verdict, the fact it looked at, and what would change it."""
    application = application_or_404(request, ref)
    found = queries.why(application)
    counts = {verdict.value: sum(reason.check.verdict == verdict for reason in found) for verdict in rules.Verdict}
    forecast = bool(found) and found[0].check.pk is None
    context = {"application": application, "reasons": found, "counts": counts, "forecast": forecast}
    return page(request, "vouchers/applications/why.html", context)


@signed_in
@require_GET
def download_document(request: HttpRequest, ref: str, document_ref: str) -> HttpResponseBase:
    """A file of this application."""
    application = application_or_404(request, ref)
    row = queries.document_of(application, document_ref)
    if row is None:
        raise Http404
    return download(row.document, by=request.user, case=application)
