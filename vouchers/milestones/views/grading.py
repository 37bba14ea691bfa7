"""The final evaluation in the browser: opened, graded, decided, read with its letter, objected to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import queries as accounts
from portal.documents import actions as documents
from portal.documents import responses
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.words import korean
from vouchers.agreements.models import Agreement
from vouchers.companies import actions as companies
from vouchers.milestones import actions, forms, queries, rules
from vouchers.milestones.actions.letter import grade_letter
from vouchers.milestones.models import Deliverable, FinalEvaluation
from vouchers.objections.forms import ObjectionForm
from vouchers.rounds.rules import Grade

FILES = Deliverable.objects.select_related("document").order_by("-submission", "id")


def _final(request: HttpRequest, ref: str) -> FinalEvaluation:
    row = get_object_or_404(queries.finals_for(request.user), ref=ref)
    companies.saw(row, of=row.agreement.company, what="final_evaluation", by=request.user)
    return row


@needs("vouchers.conduct_final_evaluation")
@require_http_methods(["GET", "HEAD", "POST"])
def open_final(request: HttpRequest, agreement_ref: str) -> HttpResponse:
    found = Agreement.objects.visible_to(request.user).select_related("company", "round", "award__application__company")
    agreement = get_object_or_404(found, ref=agreement_ref)
    begun = queries.final_of(agreement)
    if begun is not None:
        return redirect(request, begun.get_absolute_url())
    least = agreement.round.policy().grading.graders
    form = forms.OpenFinalForm(request.POST or None, pool=queries.may_grade_pool(agreement), least=least)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.open_final_evaluation(
                agreement_id=agreement.pk, grader_ids=form.cleaned_data["graders"], by=request.user
            )
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The final evaluation has begun. Each evaluator was told."))
            return redirect(request, row.get_absolute_url())
    context = {"agreement": agreement, "form": form, "least": least}
    return page(request, "vouchers/milestones/final_open.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def final(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _final(request, ref))


def _show(request: HttpRequest, row: FinalEvaluation, **bound: Form) -> HttpResponse:
    """The one page of a final evaluation. bound: forms that were refused, by verb."""
    may, decision = queries.may_final(request.user, row), queries.decision(row)
    context = {
        "row": row, "may": may, "forms": _forms(row, may) | bound, "decision": decision,
        "meaning": queries.meaning(queries.policy_of(row), row.grade) if row.grade else None, "objection": queries.objection_of(row),
        "scores": queries.opinions(row), "sees_names": accounts.sees_all(request.user),
        "milestones": _delivered(row, request.user), "handed": row.scores.filter(handed_in_at__isnull=False).count(), "graders": row.scores.count(),
        "expected": _expected(row) if may["decide"] else None,
    }  # fmt: skip
    return page(request, "vouchers/milestones/final.html", context, status=422 if bound else 200)


def _expected(row: FinalEvaluation) -> Any:
    """The grade that follows from the points, before it is decided."""
    scores, policy = list(row.scores.all()), queries.policy_of(row)
    points = [one.points for one in scores if one.points is not None]
    return rules.grade_of(
        points, [bool(one.good_faith) for one in scores], marks=policy.marks, allows_good_faith=policy.good_faith
    )


def _forms(row: FinalEvaluation, may: Mapping[str, bool]) -> dict[str, Form]:
    found: dict[str, Form] = {}
    if may["decide"]:
        found["decide"] = forms.DecideForm(auto_id="id_decide_%s", conditional=_expected(row) == Grade.CONDITIONAL)
    if may["regrade"]:
        found["regrade"] = forms.RegradeForm(auto_id="id_regrade_%s", grades=rules.better_than(row.grade))
    if may["judge"]:
        found["judge"] = forms.JudgeForm(auto_id="id_judge_%s")
    waiting = [one.grader for one in queries.opinions(row) if one.handed_in_at is None]
    if may["replace"] and waiting:
        found["replace"] = forms.ReplaceForm(auto_id="id_replace_%s", waiting=waiting, pool=queries.may_grade_pool(row.agreement))
    return found


def _delivered(row: FinalEvaluation, user: Any) -> list[dict[str, Any]]:
    """What was delivered, with the figures and files of each milestone. As many queries for thirty as for one."""
    rows = list(queries.delivered(row, user).prefetch_related(Prefetch("deliverables", FILES, to_attr="files")))
    measures = queries.measures(rows)
    return [{"row": one, "measure": measures[one.pk], "files": getattr(one, "files", [])} for one in rows]


@dataclass(frozen=True)
class Verb:
    """run takes evaluation_id, by and what the form holds."""

    run: Callable[..., Any]
    make: Callable[[FinalEvaluation, Any], Form] | None
    done: Any


VERBS: Mapping[str, Verb] = {
    "decide": Verb(actions.decide_grade, lambda row, sent: forms.DecideForm(sent, auto_id="id_decide_%s", conditional=_expected(row) == Grade.CONDITIONAL),
                   gettext_lazy("Decided. Company and providers were told, with the ways against it.")),
    "regrade": Verb(actions.regrade, lambda row, sent: forms.RegradeForm(sent, auto_id="id_regrade_%s", grades=rules.better_than(row.grade or Grade.EXCELLENT)),
                    gettext_lazy("The grade was made better. Company and providers were told; the ministry records that it was acted on.")),
    "judge": Verb(actions.judge_condition, lambda row, sent: forms.JudgeForm(sent, auto_id="id_judge_%s"), gettext_lazy("Judged. Company and providers were told.")),
    "bar": Verb(actions.bar_company, None, gettext_lazy("Entered. A second officer puts it in force.")),
}  # fmt: skip


@signed_in
@require_POST
def final_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """decide, regrade, judge (operating agency), bar (ministry), replace."""
    row = _final(request, ref)
    if verb == "replace":
        return _replace(request, row)
    if verb not in VERBS:
        raise Http404
    one, given, form = VERBS[verb], {}, None
    if one.make is not None and queries.may_final(request.user, row)[verb]:
        form = one.make(row, request.POST)
        if not form.is_valid():
            return _show(request, row, **{verb: form})
        given = form.cleaned_data
    elif one.make is not None:
        given = {"judge": {"met": False, "reason": ""}, "regrade": {"grade": "", "reason": ""}, "decide": {"reason": ""}}[verb]
    try:
        one.run(evaluation_id=row.pk, by=request.user, **given)
    except DomainError as error:
        if form is None or error.status == 403:
            raise
        form_errors(form, error)
        return _show(request, row, **{verb: form})
    messages.success(request, str(one.done))
    return redirect(request, row.get_absolute_url())


def _replace(request: HttpRequest, row: FinalEvaluation) -> HttpResponse:
    waiting = [one.grader for one in queries.opinions(row) if one.handed_in_at is None]
    form = forms.ReplaceForm(request.POST, auto_id="id_replace_%s", waiting=waiting, pool=queries.may_grade_pool(row.agreement))
    may = queries.may_final(request.user, row)["replace"]
    if may and not form.is_valid():
        return _show(request, row, replace=form)
    given = form.cleaned_data if may else {"grader": 0, "new": 0}
    try:
        actions.replace_grader(evaluation_id=row.pk, grader_id=given["grader"], new_id=given["new"], by=request.user)
    except DomainError as error:
        if not may or error.status == 403:
            raise
        form_errors(form, error)
        return _show(request, row, replace=form)
    messages.success(request, _("Replaced. The new evaluator was told."))
    return redirect(request, row.get_absolute_url())


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def grade(request: HttpRequest, ref: str) -> HttpResponse:
    """An evaluator's own grade, once."""
    row = _final(request, ref)
    if not queries.may_final(request.user, row)["grade"]:
        return redirect(request, row.get_absolute_url())
    form = forms.GradeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_in_grade(evaluation_id=row.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Handed in. What you wrote stays as it is."))
            return redirect(request, row.get_absolute_url())
    context = {"row": row, "form": form, "milestones": _delivered(row, request.user)}
    return page(request, "vouchers/milestones/final_grade.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, ref: str) -> HttpResponse:
    """An objection against the grade; one that was filed is shown instead."""
    row = _final(request, ref)
    filed, decision = queries.objection_of(row), queries.decision(row)
    if filed is not None:
        return redirect(request, reverse("objections:detail", args=[filed.ref]))
    organisation = row.agreement.company.organisation
    if decision is None or not request.user.has_perm("vouchers.file_objection", organisation):
        raise Http404
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with documents.all_or_nothing():  # a refused objection leaves no stray file behind
                files = [
                    documents.upload(file=one, kind="objection", organisation=organisation, by=request.user)
                    for one in form.uploads()
                ]
                filed = actions.object_to_grade(
                    evaluation_id=row.pk, ground=form.cleaned_data["ground"], statement=form.cleaned_data["statement"],
                    documents=files, by=request.user,
                )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Your objection is filed. You hear the decision by the due day."))
            return redirect(request, reverse("objections:detail", args=[filed.ref]))
    context = {"row": row, "form": form, "decision": decision}
    return page(request, "vouchers/milestones/final_object.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def letter(request: HttpRequest, ref: str) -> HttpResponse:
    """The letter of the newest decision, in the reader's language."""
    row, lang = _final(request, ref), "ko" if korean() else "en"
    if not row.grade:
        raise Http404
    answer = HttpResponse(grade_letter(row, lang), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.agreement.number}-final-{lang}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@signed_in
@require_GET
def final_file(request: HttpRequest, ref: str, deliverable_ref: str) -> HttpResponseBase:
    """A deliverable, for those who grade it."""
    row = _final(request, ref)
    seen = Deliverable.objects.filter(milestone__in=queries.delivered(row, request.user).values("pk")).select_related("document")
    found = get_object_or_404(seen, ref=deliverable_ref)
    return responses.download(found.document, by=request.user, case=row)
