"""Doors of the parties and of the operating agency."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import second_factor
from portal.documents import responses
from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.won import won
from portal.kit.words import korean
from vouchers.agreements import actions, queries, rules
from vouchers.agreements.forms import AgreementFilter, PeriodForm, ReasonForm, SignForm
from vouchers.agreements.models import Agreement, AgreementChange, Voucher
from vouchers.companies import actions as companies
from vouchers.evaluation import queries as evaluation
from vouchers.evaluation.models import Award
from vouchers.ledger import queries as ledger
from vouchers.matching.rules.stages import LineKind, TaxKind

PER_PAGE = 20
INSTITUTIONS = ("payee", "data_holder", "contracting_party", "reviewing_board")  # that a line names
FIRST_DRAFTS = 3  # of the drafting queue, above the list of agreements
Run = Callable[..., Agreement]
VERBS: dict[str, tuple[Run, Any]] = {
    "send_for_signature": (actions.send_for_signature, gettext_lazy("Every party was asked to sign.")),
    "negotiate": (actions.negotiate, gettext_lazy("The parties may read the draft now and comment on its articles.")),
    "return_to_draft": (actions.return_to_draft, gettext_lazy("The agreement is a draft again.")),
    "complete": (actions.complete, gettext_lazy("The agreement is completed.")),
    "terminate": (actions.terminate, gettext_lazy("The agreement was terminated.")),
}


@signed_in
@require_GET
def agreements(request: HttpRequest) -> HttpResponse:
    """Agreements that somebody is party to, or all of them for those who see all; on top the first of the operator's drafting
    queue, all of which `?show=drafts` lists."""
    drafts = request.user.has_perm("vouchers.draft_agreement")
    if drafts and request.GET.get("show") == "drafts":
        queue = Pages(evaluation.to_draft(), PER_PAGE).get_page(request.GET.get("page"))
        return page(request, "vouchers/agreements/to_draft.html", {"page": queue, "awards": queue.object_list})
    form = AgreementFilter(request.GET or None)
    status = form.cleaned_data["status"] if form.is_valid() else ""
    found = queries.listed(request.user)
    rows = Pages(found.filter(status=status) if status else found, PER_PAGE).get_page(request.GET.get("page"))
    waiting = list(evaluation.to_draft()[: FIRST_DRAFTS + 1]) if drafts else []
    context = {
        "form": form, "page": rows, "total": rows.paginator.count, "status": status,
        "awards": waiting[:FIRST_DRAFTS], "more_drafts": len(waiting) > FIRST_DRAFTS,
    }  # fmt: skip
    return page(request, "vouchers/agreements/list.html", context)


@needs("vouchers.draft_agreement")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """From an accepted award: facts first, then the period."""
    award = get_object_or_404(
        Award.objects.visible_to(request.user).select_related("application__round", "application__track", "application__company"),
        ref=ref,
    )
    programme = award.application.round
    initial = rules.proposed_period(programme.project_start_on, programme.project_end_on, programme.fiscal_year, clock.today())
    form = PeriodForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft(award_id=award.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The agreement is drafted. Read it, then ask the parties to sign."))
            return redirect(request, reverse("agreements:detail", args=[made.ref]))
    lines = queries.lines_for(award)
    context = {
        "award": award, "form": form, "lines": _rows(lines), "money": queries.money_for(award, lines) if lines else None,
        "waits": queries.provisional(programme), "intended": queries.only_intended(lines),
        "existing": Agreement.objects.visible_to(request.user).filter(award=award).first(),
    }  # fmt: skip
    return page(request, "vouchers/agreements/draft.html", context, status=422 if form.errors else 200)


def _rows(lines: Any) -> list[dict[str, Any]]:
    return [
        {"line": line, "kind": LineKind.word(line.kind), "tax": TaxKind.word(line.tax_kind)} for line in lines
    ]  # fmt: skip


def _agreement(request: HttpRequest, ref: str) -> Agreement:
    row = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("company", "round", "award__application__track", "drafted_by"),
        ref=ref,
    )
    companies.saw(row, of=row.company, what="agreement", by=request.user)
    return row


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    row = _agreement(request, ref)
    left = queries.left_by(row, request.user)
    return _show(request, row) if left is None else _left(request, row, left)


def _left(request: HttpRequest, row: Agreement, left: AgreementChange) -> HttpResponse:
    """What who left may still read: the agreement up to the version by which it left."""
    context = {
        "row": row, "left": left, "version": queries.version_for(row, request.user),
        "versions": queries.versions_for(row, request.user),
        "changes": AgreementChange.objects.visible_to(request.user).filter(agreement=row).select_related("asked_for__organisation").order_by("-number"),
    }  # fmt: skip
    return page(request, "vouchers/agreements/left.html", context)


def _show(request: HttpRequest, row: Agreement, status: int = 200, refusal: str = "", **typed: Form) -> HttpResponse:
    """The one page of an agreement. typed: forms that were refused, by verb; what was typed stands in them."""
    signed = queries.signed_version(row)
    parties = queries.signed_parties(signed)
    own = queries.party_of(row, request.user)
    conducts = request.user.has_perm("vouchers.draft_agreement")
    current, waits = row.current(), queries.provisional(row.round) if row.status in rules.UNSIGNED else ""
    context = {
        "row": row,
        "parties": parties,
        "signed": sum(1 for _party, given in parties if given),
        "signed_version": signed,
        "lines": _rows(row.lines.filter(amount_won__gt=0).select_related(*INSTITUTIONS)),
        "version": current,
        "versions": row.versions.select_related("change"),
        "formula": actions.formula(current.body["money"]),
        "intact": queries.intact(row),
        "waits": waits,
        "may_sign": (may_sign := own is not None and own.signed_at is None and rules.LIFECYCLE.can(row.status, "sign")),
        "no_authority": queries.no_authority(own.organisation, request.user) if may_sign and own is not None else "",
        "verbs": _verbs(row, typed, waits) if conducts else [],
        "period_form": typed.get("revise") or PeriodForm(initial={"starts_on": row.starts_on, "ends_on": row.ends_on}),
        "may_revise": conducts and rules.LIFECYCLE.can(row.status, "revise"),
        **_voucher(row),
        **_changes(request, row),
        **_refusal(request, row, typed),
        **_halts(request, row),
        **_carried(request, row),
        "comments": row.comments.count(),
        "refusal": refusal,
        "plans": request.user.has_perm("vouchers.plan_milestones") and journal.owing("plan_milestones", [row.ref]),
    }
    return page(request, "vouchers/agreements/detail.html", context, status=status)


def _changes(request: HttpRequest, row: Agreement) -> dict[str, Any]:
    """What was asked to change, and whether this person may ask."""
    changes = list(row.changes.select_related("asked_for__organisation").order_by("-number"))
    still = not any(change.status in rules.OPEN_CHANGES for change in changes)
    may_ask = row.status in rules.CHANGEABLE and still and queries.own_party(row, request.user) is not None
    return {"changes": changes, "may_ask": may_ask}


def _refusal(request: HttpRequest, row: Agreement, typed: Mapping[str, Form]) -> dict[str, Any]:
    """What becomes of the agreement if this person's organisation refuses."""
    party = queries.refuses_for(row, request.user)
    if party is None:
        return {}
    found = queries.refusal(row, party)
    facts = {
        "dropped": won(found.dropped_won),
        "moved": won(found.moved_won),
        "was": won(row.grant_won),
        "then": won(found.terms.grant_won),
    }
    return {
        "refuse": [{
            "name": "refuse", "label": _("Do not enter this agreement"), "url": reverse("agreements:refuse", args=[row.ref]), "danger": True,
            "reason": True, "hindered": _("Nobody else provides anything under this agreement. Tell the operating agency, which gives the draft up.") if found.alone else "",
            "consequence": _("The others go on without you: of your lines %(moved)s go to other providers, %(dropped)s are dropped, and the grant goes from %(was)s to %(then)s. Everybody is told your reason.") % facts,
            **({"typed": typed["refuse"]["reason"].value(), "error": typed["refuse"].errors["reason"][0]} if "refuse" in typed else {}),
        }]
    }  # fmt: skip


@needs("vouchers.sign_agreement")
@require_POST
def refuse(request: HttpRequest, ref: str) -> HttpResponse:
    """A provider does not enter the agreement, with a reason."""
    row, form = _agreement(request, ref), ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, row, 422, refuse=form)
    try:
        actions.refuse_agreement(agreement_id=row.pk, by=request.user, **form.cleaned_data)
    except DomainError as error:
        if error.status == 403:
            raise
        return _show(request, row, 422, refusal=str(error.message))
    messages.success(request, _("Your refusal was recorded. The others go on without your organisation."))
    return redirect(request, reverse("agreements:list"))


def _carried(request: HttpRequest, row: Agreement) -> dict[str, Any]:
    """What was asked to be paid after the fiscal year, and how much this person may ask for now."""
    asked = list(row.carry_overs.order_by("-created_at", "-id"))
    rests = (
        not any(one.status != rules.CarryOverStatus.REJECTED for one in asked) and row.status != rules.AgreementStatus.TERMINATED
    )
    may_ask = rests and request.user.has_perm("vouchers.request_carry_over")
    return {"carries": asked, "unpaid_won": queries.unpaid_won(row) if may_ask else 0}


def _halts(request: HttpRequest, row: Agreement) -> dict[str, Any]:
    """Suspensions and terminations, and whether this person may ask for one."""
    halts = list(row.halts.select_related("asked_for__organisation").order_by("-number"))
    still = not any(halt.status in rules.OPEN_HALTS for halt in halts)
    may_ask = (
        row.status in rules.CHANGEABLE and still and queries.own_party(row, request.user, "vouchers.request_halt") is not None
    )
    return {"halts": halts, "may_halt": may_ask}


def _voucher(row: Agreement) -> dict[str, Any]:
    """The voucher and its money, whole won. gone_won: of what was issued, neither paid nor to be paid any more."""
    voucher = Voucher.objects.filter(agreement=row).first()
    if voucher is None:
        return {"voucher": None}
    money = ledger.voucher_balance(voucher.ref)
    return {"voucher": voucher, "balance": money, "gone_won": voucher.grant_won - money.paid_won - money.open_won}


def _verbs(row: Agreement, typed: Mapping[str, Form], waits: str) -> list[dict[str, Any]]:
    """Buttons of the operating agency, the usual next step first. typed: by verb, a reason that was refused."""
    words: dict[str, tuple[Any, Any]] = {
        "send_for_signature": (_("Ask the parties to sign"), _("The text is final. Every party gets a mail and a task.")),
        "negotiate": (_("Show the parties the draft"), _("They read it and comment on its articles. Nobody is bound by it.")),
        "return_to_draft": (_("Take back and redraft"), _("Signatures given so far no longer count.")),
        "complete": (
            _("Complete the agreement"),
            _("Every delivery is settled. What was accepted is still paid; settlement follows."),
        ),
        "resume": (_("Resume the agreement"), _("Deliveries and payments go on, and clocks run again.")),
    }
    if row.status in rules.UNSIGNED:
        words["terminate"] = (
            _("Give the draft up"), _("No agreement comes about: the award ends and its money goes back. This cannot be undone.")
        )  # fmt: skip
    elif journal.owing("plan_milestones", [row.ref]):  # nothing was delivered that could be complete
        del words["complete"]
    return [
        {
            "name": verb, "label": label, "url": reverse("payments:resume", args=[row.ref]) if verb == "resume" else reverse("agreements:verb", args=[row.ref, verb]), "consequence": consequence,
            "reason": verb in rules.NEGATIVE, "danger": verb == "terminate",
            "kind": "primary" if verb in {"send_for_signature", "resume"} else "tertiary",
            "hindered": queries.not_yet_complete(row) if verb == "complete" else waits if verb == "send_for_signature" else "",
            **({"typed": typed[verb]["reason"].value(), "error": typed[verb].errors["reason"][0]} if verb in typed else {}),
        }
        for verb, (label, consequence) in words.items()
        if rules.LIFECYCLE.can(row.status, verb)
    ]  # fmt: skip


@needs("vouchers.draft_agreement")
@require_POST
def verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """One verb of the operating agency; negative ones carry a reason."""
    if verb not in VERBS:
        raise Http404
    row, (run, done) = _agreement(request, ref), VERBS[verb]
    data = {}
    if verb in rules.NEGATIVE:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _show(request, row, 422, **{verb: form})
        data = form.cleaned_data
    try:
        run(agreement_id=row.pk, by=request.user, **data)
    except DomainError as error:
        row.refresh_from_db()
        return _show(request, row, 422, refusal=str(error.message))
    messages.success(request, str(done))
    return redirect(request, reverse("agreements:detail", args=[ref]))


@needs("vouchers.draft_agreement")
@require_POST
def revise(request: HttpRequest, ref: str) -> HttpResponse:
    """Another period for a draft: a new version."""
    row, form = _agreement(request, ref), PeriodForm(request.POST)
    if form.is_valid():
        try:
            actions.revise(agreement_id=row.pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("A new version was written."))
            return redirect(request, reverse("agreements:detail", args=[ref]))
    return _show(request, row, 422, revise=form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Exactly what is signed, its hash, and the second factor."""
    row = _agreement(request, ref)
    party, version = queries.party_of(row, request.user), row.current()
    if party is None:
        raise Http404
    if queries.provisional(row.round):
        return redirect(request, reverse("agreements:detail", args=[ref]))  # which says why, and until when
    if party.signed_at is not None or not rules.LIFECYCLE.can(row.status, "sign"):
        return redirect(request, reverse("agreements:detail", args=[ref]))
    form = SignForm(request.POST or None, initial={"content_hash": version.content_hash})
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign(
                agreement_id=row.pk, content_hash=form.cleaned_data["content_hash"],
                second_factor_code=form.cleaned_data["code"], by=request.user,
            )  # fmt: skip
            row.refresh_from_db(fields=["status"])
        except DomainError as error:
            form = _unsigned(form, error, version.content_hash)
        else:
            messages.success(request, _("You signed the agreement."))
            if row.status == rules.AgreementStatus.ACTIVE:
                messages.success(request, _("Everybody has signed: the agreement is in force and the voucher is issued."))
            return redirect(request, reverse("agreements:detail", args=[ref]))
    elif request.method == "POST" and form.cleaned_data.get("code"):  # a missing tick hides no wrong code
        try:
            second_factor.check(request.user, form.cleaned_data["code"], spend=False)
        except DomainError as error:
            form_errors(form, error)
    context = {
        "row": row, "party": party, "version": version, "body": version.body, "form": form,
        "lines": _rows(row.lines.select_related(*INSTITUTIONS)),
        "formula": actions.formula(version.body["money"]), "demo_code": second_factor.demo_code(request.user),
        "last": len(queries.waiting_for(row)) == 1, "factor_missing": not second_factor.is_ready(request.user),
        "no_authority": queries.no_authority(party.organisation, request.user),
    }  # fmt: skip
    return page(request, "vouchers/agreements/sign.html", context, status=422 if form.errors else 200)


def _unsigned(form: SignForm, error: DomainError, content_hash: str) -> SignForm:
    """The form with its refusal. When the text has changed, the next try is for the text on the page and asks to read it."""
    if error.code == "text_changed":
        form = SignForm({"content_hash": content_hash, "code": form.data.get("code", "")})
        form.full_clean()
        form.errors.clear()
    form_errors(form, error)
    return form


@signed_in
@require_GET
def document(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """The Korean PDF of one version, as it was written."""
    row = _agreement(request, ref)
    version = get_object_or_404(queries.versions_for(row, request.user).select_related("document"), number=number)
    return responses.download(version.document, by=request.user, case=row, inline=True)


@signed_in
@require_GET
def reading_copy(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """The same version in English, made from the same body."""
    row = _agreement(request, ref)
    version = get_object_or_404(queries.versions_for(row, request.user), number=number)
    made = actions.paper(body=version.body, content_hash=version.content_hash, demo=row.round.is_demo, lang="en")
    return _pdf(made, f"{row.number}-v{version.number}-en.pdf")


@signed_in
@require_GET
def signatures(request: HttpRequest, ref: str) -> HttpResponse:
    """Who signed which hash and when, in the reader's language."""
    row, lang = _agreement(request, ref), "ko" if korean() else "en"
    left = queries.left_by(row, request.user)
    version = queries.signed_version(row) if left is None else queries.version_for(row, request.user)
    made = actions.signature_record(
        body=version.body, content_hash=version.content_hash, status=row.status, signatures=queries.signatures(version),
        demo=row.round.is_demo, lang=lang,
    )  # fmt: skip
    return _pdf(made, f"{row.number}-signatures-{lang}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
    response["Cache-Control"] = "private, no-store"
    return response
