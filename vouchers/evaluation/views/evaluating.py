"""Doors of evaluators (assignments, scores) and of companies (result, award)."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import responses
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError, Refused, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.templatetags.portal import due, kst, tone_of
from vouchers.applications import queries as applications
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.evaluation import actions, queries, rules
from vouchers.evaluation.forms import DeclineAwardForm, DeclineForm, RecuseForm, ScoreForm
from vouchers.evaluation.models import Assignment, Award, Score
from vouchers.evaluation.queries import pool, presenting
from vouchers.evaluation.queries.beside import Beside, beside
from vouchers.evaluation.views.cases import content_of, document_of, own_assignment, reading_of
from vouchers.evaluation.views.panels import show_handed_in
from vouchers.rounds import queries as rounds
from vouchers.rounds.models import Criterion
from vouchers.rounds.rules import Advantage, Normalisation, Penalty

PER_PAGE = 20


# ── Evaluators ───────────────────────────────────────────────────────────────────────────────────────
@needs("vouchers.score_application")
@require_GET
def assignments(request: HttpRequest) -> HttpResponse:
    """My assignments, by due day."""
    own = queries.assignments_of(request.user)
    done = request.GET.get("show") == "done"
    ended = own.rows.exclude(status__in=rules.PENDING).order_by("-updated_at", "-id")
    pages = Pages(ended if done else own.rows.filter(status__in=rules.PENDING), PER_PAGE)
    pages.count = own.ended if done else own.waiting
    shown = pages.get_page(request.GET.get("page"))
    shown.object_list = list(shown.object_list)
    tabs = [
        {"label": _("To do"), "url": "?", "count": own.waiting, "current": not done},
        {"label": _("Done and ended"), "url": "?show=done", "count": own.ended, "current": done},
    ]
    there = Beside() if done else beside(request.user, own.closed)
    named = [*shown.object_list, *there.talks]
    if blind := [row.application_id for row in named if row.blind]:
        titles = applications.blind_titles(blind)
        for row in named:
            row.application.title = titles.get(row.application_id, row.application.title)
    pools = pool.memberships_of(request.user).only("ref", "declared_at", "round__title_ko", "round__title_en")
    places, here = rounds.track_names(), reverse("evaluation:list")
    items = [_assignment_item(row, done, f"{here}{row.ref}/", places) for row in shown.object_list]
    talks = [_talk_item(row, f"{here}{row.ref}/", places) for row in there.talks]
    context = {"page": shown, "items": items, "tabs": tabs, "done": done, "pools": pools, "seats": there.seats, "talks": talks}
    return page(request, "vouchers/evaluation/assignments.html", context)


def _assignment_item(row: Assignment, done: bool, address: str, places: dict[int, str]) -> dict[str, Any]:
    """A line of the list: what is evaluated, until when, and the next step."""
    application = row.application
    facts = [{"label": _("Receipt number"), "value": application.receipt_no}]
    if row.total is not None:
        facts.append({"label": _("Your total"), "value": str(row.total)})
    if not done:
        facts.append({"label": _("Due"), "value": due(row.due_at)})
    elif row.submitted_at:
        facts.append({"label": _("Handed in"), "value": kst(row.submitted_at)})
    item = {
        "title": application.title or application.receipt_no, "url": address, "badge": row.get_status_display(),
        "tone": tone_of(row.status), "kicker": places.get(application.track_id, ""),
        "facts": facts,
    }  # fmt: skip
    if not done:
        action = _("Say whether you may") if row.status == "INVITED" else _("Go on scoring")
        item |= {"action": action, "action_url": address}
    return item


def _talk_item(row: Assignment, address: str, places: dict[int, str]) -> dict[str, Any]:
    """A line of a panel that is open: the own total, and the way to the others' scores."""
    item = _assignment_item(row, True, address, places)
    return item | {"badge": _("Panel is open"), "tone": "warning", "action": _("Read the others' scores"), "action_url": address}


@needs("vouchers.score_application")
@require_GET
def assignment(request: HttpRequest, ref: str) -> HttpResponse:
    """Before the declaration: who is behind it. After it: the file and the score form."""
    row = own_assignment(request, ref)
    if row.status not in rules.FILE_OPEN:
        return _declaration(request, row)
    return _file(request, row) if row.status == "ACCEPTED" else show_handed_in(request, row)


def _declaration(request: HttpRequest, row: Assignment, status: int = 200, **forms: Form) -> HttpResponse:
    matches = applications.chosen_matches(row.application)
    context = {
        "row": row,
        "blind": applications.is_blind(row.application),
        "providers": [match.institution for match in matches],
        "recuse_form": forms.get("recuse_form") or RecuseForm(),
        "decline_form": forms.get("decline_form") or DeclineForm(),
    }
    return page(request, "vouchers/evaluation/declaration.html", context, status=status)


def _file(request: HttpRequest, row: Assignment, form: ScoreForm | None = None, status: int = 200) -> HttpResponse:
    criteria = list(Criterion.objects.filter(round_id=row.application.round_id))
    journal.saw(request.user, row.application, persons=[row.application.company.ref], what="evaluation.file")
    form = form or ScoreForm(assignment=row, criteria=criteria)
    form.mark_needed()
    context = {
        "row": row,
        **content_of(row),
        "form": form,
        "sums": _sums(row, criteria, form),
        **reading_of(row),
        "seat": presenting.seat_in(row),
        "recuse_form": RecuseForm(),
        **(_conflict(row, form) if status == 409 else {}),
    }
    return page(request, "vouchers/evaluation/scoring.html", context, status=status)


def _sums(row: Assignment, criteria: list[Criterion], form: ScoreForm) -> rules.Partial:
    """What is scored so far, as saved; what an absent company gets no points for counts already."""
    points = {c: n for c, n in Score.objects.filter(assignment=row).values_list("criterion_id", "points") if n is not None}
    points |= {c.pk: 0 for c in form.absent}
    return rules.partial_total(points, {c.pk: c.weight for c in criteria})


@needs("vouchers.score_application")
@require_POST
def accept(request: HttpRequest, ref: str) -> HttpResponse:
    """No conflict: the file opens."""
    row = own_assignment(request, ref)
    try:
        actions.accept(assignment_id=row.pk, by=request.user)
    except Refused as error:
        messages.error(request, str(error.message))
        return redirect(request, reverse("evaluation:list"))
    messages.success(request, _("Thank you. The file is open; please score it by the due day."))
    return redirect(request, reverse("evaluation:assignment", args=[ref]))


@needs("vouchers.score_application")
@require_POST
def recuse(request: HttpRequest, ref: str) -> HttpResponse:
    """A conflict: the file stays, or is, closed."""
    row, form = own_assignment(request, ref), RecuseForm(request.POST)
    if form.is_valid():
        try:
            actions.recuse(assignment_id=row.pk, ground=form.cleaned_data["ground"], by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("You stepped aside. The officer will ask somebody else."))
            return redirect(request, reverse("evaluation:list"))
    return _declaration(request, row, 422, recuse_form=form)


@needs("vouchers.score_application")
@require_POST
def decline(request: HttpRequest, ref: str) -> HttpResponse:
    """No conflict, but no time."""
    row, form = own_assignment(request, ref), DeclineForm(request.POST)
    if form.is_valid():
        try:
            actions.decline(assignment_id=row.pk, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("You declined. The officer will ask somebody else."))
            return redirect(request, reverse("evaluation:list"))
    return _declaration(request, row, 422, decline_form=form)


@needs("vouchers.score_application")
@require_POST
def scores(request: HttpRequest, ref: str) -> HttpResponse:
    """Keeps what was typed (also while typing, by htmx), or hands in."""
    row = own_assignment(request, ref)
    if row.status in rules.HANDED_IN and getattr(request, "htmx", False):  # typed on in a window that was left open
        return page(request, "vouchers/evaluation/scoring.html", {"row": row, "handed_in": True}, part="saved")
    criteria = list(Criterion.objects.filter(round_id=row.application.round_id))
    form = ScoreForm(_typed(request), assignment=row, criteria=criteria)
    status = _keep(row, form, request)
    row = own_assignment(request, ref)
    form.show_version(row.version)
    if getattr(request, "htmx", False):
        more = _conflict(row, form) if status == 409 else {}
        context = {"row": row, "form": form, "saved_at": clock.now(), "sums": _sums(row, criteria, form), **more}
        return page(request, "vouchers/evaluation/scoring.html", context, part="saved", status=status)
    if status == 200:
        kept, handed_in = (
            _("Saved. You can go on later; nothing is handed in yet."),
            _("Your evaluation is handed in. Thank you."),
        )
        messages.success(request, kept if row.status == "ACCEPTED" else handed_in)
    if status == 200 or row.status != "ACCEPTED":
        return redirect(request, reverse("evaluation:assignment", args=[ref]))
    return _file(request, row, form, status)


def _typed(request: HttpRequest) -> Any:
    """What was sent; `over` says: save mine over the version that I was shown."""
    data = request.POST.copy()
    if data.get("over"):
        data["version"] = data["over"]
    return data


def _keep(row: Assignment, form: ScoreForm, request: HttpRequest) -> int:
    """Saves, and hands in when asked; the status of the answer. A refusal stands in the form."""
    form.is_valid()
    if "version" in form.errors:
        del form.errors["version"]
        return 409
    try:
        actions.save_scores(
            assignment_id=row.pk, scores=form.scores(), comment=form.opinion(), version=form.cleaned_data["version"],
            by=request.user,
        )  # fmt: skip
        if "hand_in" in request.POST:
            form.ask_for_all()
        if not form.errors and "hand_in" in request.POST:
            actions.submit_scores(assignment_id=row.pk, by=request.user)
    except Stale:
        return 409
    except DomainError as error:
        form_errors(form, error)
        return 422
    return 422 if form.errors else 200


def _conflict(row: Assignment, form: ScoreForm) -> dict[str, Any]:
    """For the page that says: another window saved since; which of the two?"""
    return {"stale": True, "others": form.differences(row)}


@needs("vouchers.score_application")
@require_GET
def document(request: HttpRequest, ref: str, document_ref: str) -> HttpResponse:
    """A file that counts in the application, once the conflict was declared."""
    row = own_assignment(request, ref)
    found = document_of(row, document_ref) if row.status in rules.FILE_OPEN else None
    if found is None:
        raise Http404
    return responses.download(found.document, by=request.user, case=row.application)


# ── Companies ────────────────────────────────────────────────────────────────────────────────────────
@signed_in
@require_GET
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """The released outcome of an application, with its reason."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("round", "track", "company"), ref=ref
    )
    companies.saw(application, of=application.company, what="outcome", by=request.user)
    context = {
        "application": application,
        "line": queries.result_of(application),
        "place": queries.reserve_place(application),
        "award": queries.award_of(application),
        "body": queries.objection_body(application.round),
        "provisional": queries.provisional_words(application.round),
    }
    return page(request, "vouchers/evaluation/result.html", context)


@signed_in
@require_GET
def letter(request: HttpRequest, ref: str, lang: str) -> HttpResponse:
    """The letter of a released result as a PDF; Korean binds, English is a reading copy."""
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("company"), ref=ref)
    companies.saw(application, of=application.company, what="outcome", by=request.user)
    line = queries.result_of(application)
    if line is None or lang not in {"ko", "en"}:
        raise Http404
    response = HttpResponse(actions.letter_paper(line, lang=lang), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{application.receipt_no}-{lang}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
@require_GET
def verify_list(request: HttpRequest) -> HttpResponse:
    """Released results that this person may check."""
    pages = Pages(queries.released_to(request.user), PER_PAGE)
    return page(request, "vouchers/evaluation/verify_list.html", {"page": pages.get_page(request.GET.get("page"))})


@signed_in
@require_GET
def verify(request: HttpRequest, ref: str) -> HttpResponse:
    """Own scores, normalisation and rank, computed again against the signed run; nobody else's."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("round", "track", "company"), ref=ref
    )
    companies.saw(application, of=application.company, what="outcome", by=request.user)
    found = queries.verified(application)
    context: dict[str, Any] = {"application": application, "found": found, "place": queries.reserve_place(application)}
    if found is not None:
        anew = found.line.run.previous_id is not None
        context |= _worked(found) | {"cause": applications.verdict_behind(application) if anew else None}
    return page(request, "vouchers/evaluation/verify.html", context)


def _worked(found: queries.Verified) -> dict[str, Any]:
    """The numbers of the check in the order in which a person would compute them."""
    explained, policy = found.explained, found.inputs.policy
    return {
        "run": found.line.run,
        "rows": [(name, weight, [step.points[key] for step in explained.steps]) for name, weight, key in found.criteria],
        "normalisation": Normalisation.word(policy.normalisation),
        "scaled": policy.normalisation == Normalisation.Z_SCORE,
        "bonus": [(Advantage.word(code), points) for code, points in explained.bonus],
        "penalty": [(Penalty.word(code), points) for code, points in explained.penalty],
        "policy": policy,
        "inputs": found.inputs,
    }


def _award(request: HttpRequest, ref: str) -> Award:
    row = get_object_or_404(
        Award.objects.visible_to(request.user).select_related(
            "application__round", "application__track", "application__company", "decided_by"
        ),
        ref=ref,
    )
    companies.saw(row, of=row.application.company, what="outcome", by=request.user)
    return row


@signed_in
@require_http_methods(["GET", "HEAD"])
def award(request: HttpRequest, ref: str) -> HttpResponse:
    """The award: amount, what accepting and declining mean, until when."""
    return _show_award(request, _award(request, ref))


def _show_award(request: HttpRequest, row: Award, form: Any = None, status: int = 200, refusal: str = "") -> HttpResponse:
    late = row.status == "NOTIFIED" and clock.now() >= row.due_at
    may = request.user.has_perm("vouchers.accept_award", row)
    context = {
        "row": row,
        "why": queries.selected_because(row),
        "reason": queries.reason_of(row),
        "late": late,
        "may_accept": may and not late and rules.AWARD_LIFECYCLE.can(row.status, "accept_award"),
        "reserve_waits": may and bool(queries.reserves(row.application.round, row.application.track_id)),
        "may_decline": may and rules.AWARD_LIFECYCLE.can(row.status, "decline_award"),
        "form": form or DeclineAwardForm(),
        "refusal": refusal,
        "formula": applications.content(row.application).formula,
    }
    return page(request, "vouchers/evaluation/award.html", context, status=status)


@signed_in
@require_POST
def accept_award(request: HttpRequest, ref: str) -> HttpResponse:
    row = _award(request, ref)
    try:
        actions.accept_award(award_id=row.pk, by=request.user)
    except DomainError as error:
        return _show_award(request, row, status=422, refusal=str(error.message))
    messages.success(request, _("You accepted the award. The operating agency now drafts the agreement."))
    return redirect(request, reverse("evaluation:award", args=[ref]))


@signed_in
@require_POST
def decline_award(request: HttpRequest, ref: str) -> HttpResponse:
    row, form = _award(request, ref), DeclineAwardForm(request.POST)
    if form.is_valid():
        try:
            actions.decline_award(award_id=row.pk, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("You gave the award up. Its money went back to the call."))
            return redirect(request, reverse("evaluation:award", args=[ref]))
    return _show_award(request, row, form, 422)
