"""Browser doors of companies: signing up, one's own facts, certificates, disputes, representatives."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import actions as accounts
from portal.accounts import queries as people
from portal.accounts.models import User
from portal.documents import actions as documents
from portal.documents.responses import download
from portal.journal import actions as journal
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from vouchers.companies import actions, forms, queries
from vouchers.companies.models import Company, OwnershipDispute
from vouchers.companies.rules import brn_words


@signed_in
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My company; without one, the way to register or join."""
    company = queries.company_of(request.user)
    if company is None:
        return redirect(request, reverse("companies:register"))
    return redirect(request, reverse("companies:detail", args=[company.ref]))


@signed_in
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The first of a company registers it; a number that is taken leads to joining or disputing."""
    if queries.company_of(request.user) is not None:
        return redirect(request, reverse("companies:home"))
    form = forms.RegisterForm(request.POST or None, initial={"representative_name": request.user.get_full_name()})
    taken = ""
    if request.method == "POST" and form.is_valid():
        try:
            company = actions.register(by=request.user, is_demo=request.user.is_demo, **form.facts())
        except DomainError as error:
            taken = form.cleaned_data["brn"] if error.code == "brn_taken" else ""
            form_errors(form, error)
        else:
            messages.success(request, _("Your company is registered. We compare it with the tax service now."))
            return redirect(request, reverse("companies:detail", args=[company.ref]))
    status = 422 if request.method == "POST" else 200
    return page(request, "vouchers/companies/register.html", {"form": form, "taken": taken, **_around(request)}, status=status)


def _around(request: HttpRequest) -> dict[str, Any]:
    """What else somebody without a company should know: requests that wait, claims, roles that exclude a company."""
    return {
        "waiting": queries.asked_to_join(request.user),
        "disputes": queries.my_disputes(request.user)[:5],
        "other_role": bool(people.roles_of(request.user)),
    }


@signed_in
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Asks the representative of a registered number to be let in."""
    form = forms.JoinForm(request.POST)
    company = queries.by_brn(form.cleaned_data["brn"]) if form.is_valid() else None
    if company is None:
        words = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(words) or _("No company with this number is registered here yet. Register it."))
        return redirect(request, reverse("companies:register"))
    try:
        accounts.request_membership(organisation=company.organisation, user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Your request was sent. The representative of the company approves it."))
    return redirect(request, reverse("companies:register"))


@signed_in
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest) -> HttpResponse:
    """Claims a number that somebody else registered."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.DisputeForm(data, files, initial={"brn": request.GET.get("brn", "")})
    if request.method == "POST" and form.is_valid():
        company = queries.by_brn(form.cleaned_data["brn"])
        if company is None:
            form.add_error("brn", _("Nobody has registered this number. You can register it yourself."))
        else:
            try:
                filed = _file_dispute(request, company, form)
            except DomainError as error:
                form_errors(form, error)
            else:
                messages.success(request, _("Your claim was filed. An officer decides; you hear the result by e-mail."))
                return redirect(request, reverse("companies:dispute_detail", args=[filed.ref]))
    return page(request, "vouchers/companies/dispute.html", {"form": form}, status=422 if data is not None else 200)


def _file_dispute(request: HttpRequest, company: Company, form: forms.DisputeForm) -> OwnershipDispute:
    with documents.all_or_nothing():  # a refused claim leaves no stray file behind
        document = documents.upload(file=form.cleaned_data["file"], kind="OWNERSHIP_CLAIM", by=request.user)
        return actions.file_dispute(
            company_id=company.pk, statement=form.cleaned_data["statement"], document=document, by=request.user
        )


@signed_in
@require_GET
def dispute_detail(request: HttpRequest, ref: str) -> HttpResponse:
    """What became of my claim."""
    found = get_object_or_404(OwnershipDispute.objects.visible_to(request.user).select_related("company"), ref=ref)
    return page(request, "vouchers/companies/dispute_detail.html", {"dispute": found, "brn": brn_words(found.company.brn)})


@signed_in
@require_GET
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    """The company's facts and how far its verification is. Officers also see restrictions, and that they looked is logged."""
    company = _visible(request, ref)
    context = {**queries.page_of(company), "company": company, "member": _is_member(request, company)}
    context |= {"brn": brn_words(company.brn), "yes_no": _("Yes,No"), "no_service": _("Not chosen; decisions come by post.")}
    if not context["member"]:
        journal.saw(request.user, company, persons=[company.ref, *context["people"]], what="company page")
        context["restrictions"] = queries.restrictions_of(company)
    return page(request, "vouchers/companies/detail.html", context)


@needs("vouchers.edit_company")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Own facts; two colleagues cannot overwrite each other."""
    company = _visible(request, ref)
    initial = {name: getattr(company, name) for name in (*actions.EDITABLE, "version")}
    form = forms.EditForm(request.POST or None, initial=initial, verified=company.verification in {"VERIFIED", "DISPUTED"})
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(company_id=company.pk, by=request.user, **form.cleaned_data)
        except Stale as error:
            form_errors(form, error)
            form.data = form.data.copy()
            form.data["version"] = str(company.version)  # the entries stay; saving again is a decision
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, reverse("companies:detail", args=[ref]))
    status = 422 if request.method == "POST" else 200
    return page(request, "vouchers/companies/edit.html", {"form": form, "company": company}, status=status)


@needs("vouchers.edit_company")
@require_http_methods(["GET", "POST"])
def certificate(request: HttpRequest, ref: str) -> HttpResponse:
    """Adds a size certificate."""
    company = _visible(request, ref)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.CertificateForm(data, files)
    if data is not None and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            with documents.all_or_nothing():
                document = _upload(request, company, facts.pop("file"), "SIZE_CERTIFICATE")
                actions.add_certificate(company_id=company.pk, document=document, by=request.user, **facts)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The certificate was added."))
            return redirect(request, reverse("companies:detail", args=[ref]))
    context = {"form": form, "company": company}
    return page(request, "vouchers/companies/certificate.html", context, status=422 if data is not None else 200)


@needs("vouchers.edit_company")
@require_http_methods(["GET", "POST"])
def registration(request: HttpRequest, ref: str) -> HttpResponse:
    """Uploads the registration certificate for an officer."""
    company = _visible(request, ref)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.RegistrationFileForm(data, files)
    if data is not None and form.is_valid():
        try:
            with documents.all_or_nothing():
                document = _upload(request, company, form.cleaned_data["file"], "BUSINESS_REGISTRATION")
                actions.add_registration_file(company_id=company.pk, document=document, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The certificate was uploaded. An officer looks at it."))
            return redirect(request, reverse("companies:detail", args=[ref]))
    context = {"form": form, "company": company}
    return page(request, "vouchers/companies/registration.html", context, status=422 if data is not None else 200)


@needs("vouchers.edit_company")
@require_http_methods(["GET", "POST"])
def representative(request: HttpRequest, ref: str) -> HttpResponse:
    """Files a change of representative, or a further joint one."""
    company = _visible(request, ref)
    members = list(people.users_of(company.organisation).order_by("pk"))
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.RepresentativeForm(data, files, members=[(m.ref, f"{m.get_full_name()} ({m.email})") for m in members])
    if data is not None and form.is_valid():
        try:
            _file_change(request, company, form, members)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The change was filed. An officer compares it with the register extract."))
            return redirect(request, reverse("companies:detail", args=[ref]))
    context = {"form": form, "company": company, "open_change": queries.open_change(company)}
    return page(request, "vouchers/companies/representative.html", context, status=422 if data is not None else 200)


def _file_change(request: HttpRequest, company: Company, form: forms.RepresentativeForm, members: list[User]) -> None:
    chosen = next(m for m in members if m.ref == form.cleaned_data["new_representative"])
    with documents.all_or_nothing():
        document = _upload(request, company, form.cleaned_data["file"], "REGISTER_EXTRACT")
        actions.file_representative_change(
            company_id=company.pk, new_representative=chosen, former_leaves=form.cleaned_data["former_leaves"],
            statement=form.cleaned_data["statement"], document=document, by=request.user,
        )  # fmt: skip


@signed_in
@require_GET
def file(request: HttpRequest, ref: str, document: str) -> HttpResponseBase:
    """A certificate or another paper of the company, to those who may see the company."""
    company = _visible(request, ref)
    found = queries.document_of(company, document, disputes=people.sees_all(request.user))
    if found is None:
        raise Http404
    return download(found, by=request.user, case=company)


def _visible(request: HttpRequest, ref: str) -> Company:
    return get_object_or_404(Company.objects.visible_to(request.user).select_related("organisation"), ref=ref)


def _is_member(request: HttpRequest, company: Company) -> bool:
    return company.organisation_id in people.organisation_ids_of(request.user)


def _upload(request: HttpRequest, company: Company, file: Any, kind: str) -> Any:
    return documents.upload(file=file, kind=kind, organisation=company.organisation, by=request.user)
