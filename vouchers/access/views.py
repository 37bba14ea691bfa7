"""Doors of the room: the company's dossier, the boards' decisions, the joint DRB, provision."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.queries import sees_all
from portal.documents import actions as documents
from portal.documents import responses
from portal.kit.access import signed_in
from portal.kit.errors import DomainError, IllegalStep, NotAllowed, Stale
from portal.kit.forms import ReasonForm
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from vouchers.access import actions, forms, queries, rules
from vouchers.access.models import AccessCase, AccessRequest
from vouchers.companies import actions as companies

PER_PAGE = 20


@signed_in
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """Every request that this person may see, with both clocks."""
    found = queries.listed(request.user)
    status = request.GET.get("status", "")
    if status:
        found = found.filter(status=status)
    shown = Pages(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, queries.clocks(row)) for row in shown]
    context = {
        "page": shown, "rows": rows, "status": status, "form": forms.StateFilter(request.GET or None),
        "may_open": request.user.has_perm("vouchers.request_access"),
    }  # fmt: skip
    return page(request, "vouchers/access/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def open_case(request: HttpRequest) -> HttpResponse:
    form = forms.OpenCaseForm(request.POST if request.method == "POST" else None, matches=queries.free_matches(request.user))
    if request.method == "POST" and form.is_valid():
        ids = [match.pk for match in form.cleaned_data["match"]]
        try:
            case = actions.open_case(match_ids=ids, title=form.cleaned_data["title"], by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            return redirect(request, reverse("access:dossier", args=[case.ref]))
    status = 422 if request.method == "POST" else 200
    return page(request, "vouchers/access/open.html", {"form": form}, status=status)


def _case(request: HttpRequest, ref: str) -> AccessCase:
    case = get_object_or_404(AccessCase.objects.visible_to(request.user).select_related("company", "need"), ref=ref)
    companies.saw(case, of=case.company, what="access", by=request.user)
    return case


@signed_in
@require_GET
def case_detail(request: HttpRequest, ref: str) -> HttpResponse:
    case = _case(request, ref)
    rows = list(queries.requests_for(request.user).filter(case=case).order_by("pk"))
    joint = queries.joint_of(case)
    whole = request.user.has_perm("vouchers.request_access", case) or sees_all(request.user)
    missing = actions.missing(case)
    next_steps = queries.next_steps(request.user, rows, joint, ready=not missing)
    context = {
        "case": case, "dossier": queries.dossier_shown(case, rows, whole=whole), "joint": joint, "missing": missing,
        "rows": [(row, queries.clocks(row), STEPS.get(next_steps.get(row.pk, ""))) for row in rows],
        "next": next(((row, STEPS[next_steps[row.pk]]) for row in rows if row.pk in next_steps), None),
        "mine": request.user.has_perm("vouchers.request_access", case), "dossier_open": queries.dossier_is_open(case),
        "leads": joint is not None and queries.leads(request.user, joint),
        "may_propose": queries.may_propose_joint(case), "has_papers": queries.lead_has_papers(joint),
    }  # fmt: skip
    return page(request, "vouchers/access/case.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def dossier(request: HttpRequest, ref: str) -> HttpResponse:
    case = _case(request, ref)
    if not request.user.has_perm("vouchers.request_access", case):
        raise NotAllowed
    taken_over = queries.taken_over(case)
    initial = {"use_from": case.use_from, "use_until": case.use_until, **case.dossier, **taken_over, "version": case.version}
    form = forms.DossierForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.save_dossier(
                case_id=case.pk, dossier={name: data[name] for name in form.TEXTS}, use_from=data["use_from"],
                use_until=data["use_until"], version=data["version"], by=request.user,
            )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale):  # once compared, the next save goes through
                case.refresh_from_db()
                form.data = form.data.copy()
                form.data["version"] = str(case.version)
        else:
            case.refresh_from_db()
            ready = queries.dossier_is_open(case) and not actions.missing(case)
            done = _("The dossier was saved. Submit it to the institution next.") if ready else _("The dossier was saved.")
            messages.success(request, done)
            return redirect(request, reverse("access:case", args=[case.ref]))
    return page(
        request,
        "vouchers/access/dossier.html",
        {"form": form, "case": case, "taken_over": taken_over},
        status=422 if form.errors else 200,
    )


def _request(request: HttpRequest, ref: str) -> AccessRequest:
    row = get_object_or_404(queries.requests_for(request.user), ref=ref)
    companies.saw(row, of=row.case.company, what="access", by=request.user)
    return row


@signed_in
@require_GET
def request_detail(request: HttpRequest, ref: str) -> HttpResponse:
    row = _request(request, ref)
    site = queries.site_of(row)
    context = {
        "row": row, "case": row.case, "clocks": queries.clocks(row), "site": site, "dossier": queries.dossier_received(row),
        "reviews": (("IRB", row.ethics), ("DRB", row.data_review)), "boards": queries.board_words(row, site),
        "not_before": queries.not_before(row) if row.status in {"APPROVED", "PREPARING"} else None,
        "mine": request.user.has_perm("vouchers.request_access", row.case), "use_begins": queries.use_begins([row]),
        **_offered(queries.open_steps(request.user, row, site)),
    }  # fmt: skip
    return page(request, "vouchers/access/request.html", context)


def _offered(names: list[str]) -> dict[str, Any]:
    """The main step, if this person has the ball, and the others in their order."""
    main = queries.main_step(names)
    return {"main": STEPS.get(main), "others": [STEPS[name] for name in names if name != main]}


Run = Callable[[Any, AccessRequest, dict[str, Any]], Any]


@dataclass(frozen=True)
class Step:
    """One verb on a request: its words, its form, its action. Who may take it when is the room's own question (queries).

    done: what happened and what comes next. track: IRB or DRB when that board decides; what comes next depends on both.
    """

    name: str
    title: Any
    form: type[django_forms.Form] | None
    run: Run
    done: Any
    lead: Any = ""
    danger: bool = False
    track: str = ""
    facts: Callable[[AccessRequest], dict[str, Any]] = lambda row: {}  # what the form must know of the row

    @property
    def asks(self) -> bool:
        """Whether there is something to read or to fill in first. Templates ask this: they would call the form's class."""
        return self.form is not None or bool(self.lead)

    def form_for(self, request: HttpRequest, row: AccessRequest) -> django_forms.Form | None:
        """Filled in only by a post that carries its fields: a button that leads here must not show a form full of errors."""
        if self.form is None:
            return None
        sent = request.method == "POST" and any(name in request.POST for name in self.form.base_fields)
        return self.form(*((request.POST, request.FILES) if sent else ()), **self.facts(row))


def _file(user: Any, row: AccessRequest, data: dict[str, Any], kind: str, company: bool = False) -> Any:
    owner = row.case.company.organisation if company else row.board.organisation
    return _upload(data.pop("file", None), kind, owner, user)


def _upload(file: Any, kind: str, owner: Any, user: Any) -> Any:
    return documents.upload(file=file, kind=kind, organisation=owner, by=user) if file else None


def _letter(track: str) -> Run:
    def run(user: Any, row: AccessRequest, data: dict[str, Any]) -> Any:
        document = _file(user, row, data, f"{track.lower()}_letter", company=True)
        return actions.file_letter(request_id=row.pk, track=track, document=document, by=user, **data)

    return run


def _decide_ethics(user: Any, row: AccessRequest, data: dict[str, Any]) -> Any:
    document = _file(user, row, data, "irb_decision")
    return actions.decide_ethics(request_id=row.pk, document=document, by=user, **data)


def _decide_drb(user: Any, row: AccessRequest, data: dict[str, Any]) -> Any:
    document = _file(user, row, data, "drb_decision")
    return actions.decide_drb(request_id=row.pk, document=document, by=user, **data)


def _plain(action: Callable[..., Any], **fixed: Any) -> Run:
    return lambda user, row, data: action(request_id=row.pk, by=user, **fixed, **data)


def _on_site(action: Callable[..., Any], name: str = "reason", **fixed: Any) -> Run:
    def run(user: Any, row: AccessRequest, data: dict[str, Any]) -> Any:
        words = {name: data["reason"]} if "reason" in data else {}
        return action(site_id=row.site.pk, by=user, **fixed, **words)

    return run


_L = gettext_lazy
_IRB_DONE = _L("The IRB's decision was entered and the company was told.")
_DRB_DONE = _L("The DRB's decision was entered and the company was told.")
_AGAIN = _L("The board has your revision and its clock runs again. You are told as soon as it decides.")
_FILED = _L("The letter was handed in. The institution's board checks whether it counts.")
STEPS = {
    step.name: step
    for step in (
        Step("submit", _L("Submit to this institution"), forms.SubmitRequestForm, _plain(actions.submit_request),
             _L("Submitted. The boards' secretary checks the papers next; then both reviews begin."),
             facts=lambda row: {"in_joint": queries.in_joint(row), "initial": queries.chosen_before(row)}),
        Step("supply", _L("Supplement is ready"), None, _plain(actions.supply_supplement),
             _L("Your supplement was handed in. The boards' secretary checks the papers again.")),
        Step("start", _L("Papers complete, start the review"), None, _plain(actions.start_review),
             _L("Both reviews have begun and their clocks run. IRB and DRB each enter their own decision next.")),
        Step("supplement", _L("Ask for a supplement"), ReasonForm,
             lambda u, r, d: actions.request_supplement(request_id=r.pk, wanted=d["reason"], by=u),
             _L("The company was asked for the supplement. No clock runs until it answers.")),
        Step("join-joint", _L("Take part in the joint DRB"), None, _on_site(actions.answer_joint, join=True),
             _L("Your institution takes part. Once the joint committee has decided, you adopt its result or object to it.")),
        Step("leave-joint", _L("Review by ourselves"), ReasonForm, _on_site(actions.answer_joint, join=False),
             _L("Your institution reviews by itself. Its own DRB decides next.")),
        Step("adopt-joint", _L("Adopt the joint result"), forms.OptionalReasonForm,
             _on_site(actions.adopt_joint, "condition"),
             _L("The joint result counts for your institution now."), track="DRB"),
        Step("object-joint", _L("Object to the joint result"), ReasonForm, _on_site(actions.object_joint),
             _L("Your objection is on record. Your own DRB decides next."), danger=True),
        Step("irb", _L("Enter the IRB decision"), forms.EthicsDecisionForm, _decide_ethics, _IRB_DONE, track="IRB"),
        Step("drb", _L("Enter the DRB decision"), forms.DrbDecisionForm, _decide_drb, _DRB_DONE, track="DRB"),
        Step("irb-letter", _L("File an outside IRB letter"), forms.LetterForm, _letter("IRB"), _FILED),
        Step("drb-letter", _L("File an outside DRB letter"), forms.LetterForm, _letter("DRB"), _FILED),
        Step("irb-confirm", _L("Confirm the outside IRB letter"), None,
             _plain(actions.confirm_letter, track="IRB", accept=True),
             _L("The outside IRB letter counts now and the company was told."), track="IRB"),
        Step("irb-refuse", _L("Refuse the outside IRB letter"), ReasonForm,
             _plain(actions.confirm_letter, track="IRB", accept=False),
             _L("The letter does not count and the company was told why. Your IRB decides by itself."), danger=True),
        Step("drb-confirm", _L("Recognise the outside DRB letter"), None,
             _plain(actions.confirm_letter, track="DRB", accept=True),
             _L("The outside DRB letter counts now and the company was told."), track="DRB"),
        Step("drb-refuse", _L("Refuse the outside DRB letter"), ReasonForm,
             _plain(actions.confirm_letter, track="DRB", accept=False),
             _L("The letter does not count and the company was told why. Your DRB decides by itself."), danger=True),
        Step("drb-resubmit", _L("Revised, back to the DRB"), None, _plain(actions.resubmit_drb), _AGAIN),
        Step("irb-resubmit", _L("Revised, back to the IRB"), None, _plain(actions.resubmit_ethics), _AGAIN),
        Step("prepare", _L("Extraction begins"), None, _plain(actions.start_preparation),
             _L("The extraction has begun. Say here when the data stand ready; the company confirms then.")),
        Step("provide", _L("Data are provided"), None, _plain(actions.provide),
             _L("The data are provided and the company was told. It confirms next that it can use them."),
             lead=_L("Confirms that the pseudonymised data stand ready in the agreed environment. The portal holds no data.")),
        Step("receipt", _L("Confirm that the data are there"), None, _plain(actions.confirm_receipt),
             _L("You confirmed that the data are there. They may be used for the approved purpose until the period ends.")),
        Step("withdraw", _L("Withdraw"), ReasonForm, _plain(actions.withdraw),
             _L("The request was withdrawn; no board reviews it any more."), danger=True),
    )
}  # fmt: skip


def _told(step: Step, user: Any, row: AccessRequest) -> str:
    """The sentence after a step; after a board's decision also what follows from both boards together."""
    if not step.track:
        return str(step.done)
    return f"{step.done} {queries.what_follows(queries.requests_for(user).get(pk=row.pk), step.track)}"


@signed_in
@require_http_methods(["GET", "POST"])
def request_step(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """One verb: its form (GET), then its action (POST). A step that is over says so; files are taken in only while open."""
    row = _request(request, ref)
    found, site = STEPS.get(step), queries.site_of(row)
    if found is None:
        raise Http404
    if not queries.may_step(request.user, row, step):
        raise NotAllowed
    if not queries.is_open(row, site, step):
        raise IllegalStep("access_request", row.status, step)
    form = found.form_for(request, row)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            with documents.all_or_nothing():  # a refused decision leaves no stray letter behind
                found.run(request.user, row, dict(form.cleaned_data) if form else {})
        except DomainError as error:
            if form is None:
                raise
            form_errors(form, error)
        else:
            messages.success(request, _told(found, request.user, row))
            return redirect(request, reverse("access:request", args=[row.ref]))
    context = {
        "row": row, "case": row.case, "form": form, "step": found,
        "use_begins": queries.use_begins([row]) if step in {"prepare", "provide", "receipt"} else None,
    }  # fmt: skip
    return page(request, "vouchers/access/step.html", context, status=422 if form is not None and form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def propose_joint(request: HttpRequest, ref: str) -> HttpResponse:
    case = _case(request, ref)
    if not request.user.has_perm("vouchers.request_access", case):
        raise NotAllowed
    if not queries.may_propose_joint(case):
        raise IllegalStep("joint_review", "", "propose")
    boards = [row.board for row in queries.requests_for(request.user).filter(case=case)]
    form = forms.JointLeadForm(request.POST if request.method == "POST" else None, boards=boards)
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose_joint(case_id=case.pk, lead_id=int(form.cleaned_data["lead"]), by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The institutions were asked to take part in a joint DRB."))
            return redirect(request, reverse("access:case", args=[case.ref]))
    context = {"form": form, "case": case}
    return page(request, "vouchers/access/joint.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def start_joint(request: HttpRequest, ref: str) -> HttpResponse:
    case = _case(request, ref)
    joint = queries.joint_of(case)
    if joint is None:
        raise Http404
    actions.start_joint(joint_id=joint.pk, by=request.user)
    return redirect(request, reverse("access:case", args=[case.ref]))


@signed_in
@require_http_methods(["GET", "POST"])
def decide_joint(request: HttpRequest, ref: str) -> HttpResponse:
    case = _case(request, ref)
    joint = queries.joint_of(case)
    if joint is None:
        raise Http404
    if not queries.leads(request.user, joint):
        raise NotAllowed
    rules.JOINT_LIFECYCLE.step(joint.status, "approve")  # an old page is told before anything is typed
    form = forms.JointDecisionForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with documents.all_or_nothing():
                letter = _upload(data["file"], "drb_decision", joint.lead.organisation, request.user)
                actions.decide_joint(
                    joint_id=joint.pk, approve=data["verdict"] == "approve", number=data["number"],
                    decided_on=data["decided_on"], document=letter, reason=data["reason"], by=request.user,
                )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
        else:
            return redirect(request, reverse("access:case", args=[case.ref]))
    context = {"form": form, "case": case, "joint": joint}
    return page(request, "vouchers/access/joint_decide.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def letter(request: HttpRequest, ref: str, track: str) -> HttpResponse:
    """The decision letter of a track, for whoever may see the request."""
    row = _request(request, ref)
    review = row.ethics if track == "irb" else row.data_review
    if review.document is None:
        raise Http404
    return responses.download(review.document, by=request.user, case=row)
