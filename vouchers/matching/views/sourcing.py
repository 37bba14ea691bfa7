"""When nothing fits: the operator's desk, and the same case as the company follows it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import page, redirect
from portal.kit.pages import Pages
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import SourcingCase, SourcingProposal
from vouchers.matching.rules import sourcing as rules
from vouchers.matching.views.needs import need_or_404
from vouchers.matching.views.panels import Verb, panels, perform

PAGE_SIZE = 20
BOXES = {"open": _("Waiting"), "progress": _("Being looked for"), "ended": _("Ended")}
STEPS = {"take_up": "take_up_sourcing", "found": "close_as_found", "not_found": "close_as_not_found"}
VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "take_up", _("Take up the case"), lambda row, by: actions.take_up_sourcing(case_id=row.pk, by=by),
            _("You look for data now."), kind="primary",
        ),
        Verb(
            "note", _("Write a note"), lambda row, by, text: actions.note_sourcing(case_id=row.pk, text=text, by=by),
            _("Noted."), forms.NoteForm,
        ),
        Verb(
            "found", _("Close: data found"), lambda row, by, text: actions.close_sourcing(case_id=row.pk, found=True, result=text, by=by),
            _("Closed. The company was told."), forms.ResultForm,
        ),
        Verb(
            "not_found", _("Close: no data found"),
            lambda row, by, text: actions.close_sourcing(case_id=row.pk, found=False, result=text, by=by),
            _("Closed. The company was told."), forms.ResultForm, danger=True,
        ),
    )
}  # fmt: skip


@needs("vouchers.handle_sourcing")
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Needs that nothing fits, by due day; the tabs are kept in the address."""
    box = request.GET.get("box", "open")
    box = box if box in BOXES else "open"
    counts = queries.cases_in_boxes(request.user)
    tabs = [{"label": word, "url": f"?box={name}", "count": counts[name], "current": name == box} for name, word in BOXES.items()]
    pages = Pages(queries.cases_in(request.user, box), PAGE_SIZE)
    pages.count = counts[box]  # already asked for the tabs
    found = pages.get_page(request.GET.get("page"))
    return page(request, "vouchers/matching/cases.html", {"page": found, "tabs": tabs, "box": box})


def case_or_404(request: HttpRequest, ref: str) -> SourcingCase:
    """The case, if the person may see it; that it was looked at is written down."""
    row = get_object_or_404(queries.cases_for(request.user), ref=ref)
    companies.saw(row, of=row.need.company, what="need", by=request.user)
    return row


@signed_in
@require_safe
def case_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, case_or_404(request, ref))


@needs("vouchers.handle_sourcing")
@require_POST
def case_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    row, back = case_or_404(request, ref), reverse("matching:case", args=[ref])
    return perform(request, VERBS, verb, row, lambda **more: _show(request, case_or_404(request, ref), **more), back)


@needs("vouchers.handle_sourcing")
@require_POST
def case_propose(request: HttpRequest, ref: str) -> HttpResponse:
    """Proposes what was chosen among what the search named."""
    row = case_or_404(request, ref)
    look = request.POST.get("look", "")
    form = forms.ProposeForm(request.POST, choices=queries.meant_by(look, row.need.round, request.user))
    if form.is_valid() and (picked := queries.chosen(form.cleaned_data["found"])):
        try:
            actions.propose_data(
                case_id=row.pk,
                institution_id=picked[0],
                dataset_id=picked[1],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
            messages.success(request, str(_("Proposed. The company was told.")))
            return redirect(request, reverse("matching:case", args=[ref]))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
    return _show(request, row, form=form, status=422)


@needs("vouchers.edit_need")
@require_POST
def case_ask(request: HttpRequest, ref: str) -> HttpResponse:
    """The company asks the operator to look; ref: of the need."""
    need = need_or_404(request, ref)
    try:
        case = actions.ask_sourcing(need_id=need.pk, by=request.user)
        messages.success(request, str(_("The operator was told. You follow here what it finds.")))
        return redirect(request, reverse("matching:case", args=[case.ref]))
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect(request, reverse("matching:need", args=[ref]))


@needs("vouchers.edit_need")
@require_POST
def proposal_answer(request: HttpRequest, ref: str, proposal: str, verb: str) -> HttpResponse:
    """The company says whether a proposal is of use; where it is not, why."""
    row = case_or_404(request, ref)
    found = get_object_or_404(row.proposals.all(), ref=proposal)
    if verb not in ("useful", "not_useful"):
        raise Http404
    form = forms.UselessForm(request.POST, prefix=found.ref) if verb == "not_useful" else None
    if form is not None and not form.is_valid() and request.user.has_perm("vouchers.edit_need", row.need.company):
        return _show(request, row, refused=(found.ref, form), status=422)
    try:
        reason = form.cleaned_data.get("text", "") if form is not None else ""
        actions.answer_proposal(proposal_id=found.pk, useful=verb == "useful", reason=reason, by=request.user)
        messages.success(request, str(_("Thank you. The operator was told.")))
    except DomainError as error:
        if error.status == 403:
            raise PermissionDenied from None
        return _show(request, row, problem=str(error.message), status=error.status)
    return redirect(request, reverse("matching:case", args=[ref]))


def _show(
    request: HttpRequest, row: SourcingCase, *, form: Any = None, bound: Any = None, refused: Any = None, problem: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    handles, company = (
        request.user.has_perm("vouchers.handle_sourcing"),
        request.user.has_perm("vouchers.edit_need", row.need.company),
    )
    open_ = row.status in rules.OPEN
    can = {name: rules.SOURCING_LIFECYCLE.can(row.status, step) for name, step in STEPS.items()} | {"note": open_}
    can["take_up"] = can["take_up"] and row.handler != request.user
    shown = [VERBS[name] for name in VERBS if handles and can[name]]
    if bound and all(verb.name != bound[0] for verb in shown):
        bound, problem = None, problem or " ".join(bound[1].non_field_errors())
    look = request.GET.get("look", request.POST.get("look", ""))
    if handles and open_ and form is None and look.strip():
        form = forms.ProposeForm(initial={"look": look}, choices=queries.meant_by(look, row.need.round, request.user))
    context = {
        "row": row, "need": row.need, "problem": problem, "handles": handles, "of_company": company, "open": open_, "look": look,
        "form": form if handles and open_ else None, "proposals": _proposed(row, company, refused),
        "notes": queries.notes_of(row) if not company else [], "sections": queries.need_facts(row.need),
        "panels": panels(shown, lambda name: reverse("matching:case_verb", args=[row.ref, name]), bound),
        "timeline": queries.timeline(row),
    }  # fmt: skip
    return page(request, "vouchers/matching/case.html", context, status=status)


def _proposed(row: SourcingCase, company: bool, refused: Any) -> list[tuple[SourcingProposal, Any]]:
    """Each proposal with the form in which the company says why it is of no use; refused: the one that came back with its faults."""

    def form(one: SourcingProposal) -> Any:
        if not company or one.status != rules.ProposalStatus.PROPOSED:
            return None
        return (
            refused[1] if refused and refused[0] == one.ref else forms.UselessForm(prefix=one.ref, use_required_attribute=False)
        )

    return [(one, form(one)) for one in queries.proposals_of(row)]
