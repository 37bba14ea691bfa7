"""Authority to sign: the one place where an organisation files it, and where it is checked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions as documents
from portal.documents import responses
from portal.documents.queries import not_taken_because
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from vouchers.agreements import actions, queries, rules
from vouchers.agreements.forms import AuthorityForm, ReasonForm
from vouchers.agreements.models import SigningAuthority

PER_PAGE = 20


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def authorities(request: HttpRequest) -> HttpResponse:
    """What is on file for one's organisations, and the form to file; an office sees those that it checks."""
    own = queries.files_for(request.user)
    rows = Pages(queries.authorities_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    if not own and not rows.object_list and not request.user.has_perm("vouchers.check_authority"):
        raise Http404
    form = AuthorityForm(request.POST or None, request.FILES or None, organisations=own) if own else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            row = _file(request, form)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Filed. The operating agency checks it."))
            return redirect(request, reverse("agreements:authority", args=[row.ref]))
    context = {"page": rows, "rows": rows.object_list, "form": form, "today": clock.today()}
    return page(request, "vouchers/agreements/authorities.html", context, status=422 if form is not None and form.errors else 200)


def _file(request: HttpRequest, form: AuthorityForm) -> SigningAuthority:
    organisation, person = form.whose()
    document = documents.upload(
        file=form.cleaned_data["file"], kind="signing_authority", organisation=organisation, by=request.user
    )  # fmt: skip
    given = {name: form.cleaned_data[name] for name in ("kind", "valid_from", "valid_until")}
    return actions.file_authority(
        organisation_id=organisation.pk, person_id=person.pk, document=document, by=request.user, **given
    )  # fmt: skip


def _authority(request: HttpRequest, ref: str) -> SigningAuthority:
    row = get_object_or_404(queries.authorities_for(request.user), ref=ref)
    journal.saw(request.user, row, persons=[row.person.ref], what="authority to sign", whose=[row.organisation_id])
    return row


@signed_in
@require_GET
def authority(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, _authority(request, ref))


def _show(request: HttpRequest, row: SigningAuthority, status: int = 200, refusal: str = "", **typed: Any) -> HttpResponse:
    held = not_taken_because([row.document]) if row.status == rules.AuthorityStatus.FILED else ""
    context = {
        "row": row, "refusal": refusal, "verbs": _verbs(request, row, typed, held), "held": held,
        "holds": rules.authority_holds(row.status, row.valid_from, row.valid_until, clock.today()),
    }  # fmt: skip
    return page(request, "vouchers/agreements/authority.html", context, status=status)


VERBS = {
    "confirm": (actions.confirm_authority, False),
    "refuse": (actions.refuse_authority, True),
    "revoke": (actions.revoke_authority, True),
}


def _verbs(request: HttpRequest, row: SigningAuthority, typed: dict[str, Any], held: str) -> list[dict[str, Any]]:
    user, checks = request.user, request.user.has_perm("vouchers.check_authority")
    own = (
        ""
        if rules.may_check(user.pk, {row.filed_by_id, row.person_id})
        else _("Somebody else checks what you filed, or by what you sign.")
    )
    offered = (
        ("confirm", _("It is in order"), _("From now on this person signs by it, until its last day."), "primary", checks, own or held),
        ("refuse", _("Do not accept it"), _("The person reads your reason and files it again."), "tertiary", checks, own),
        ("revoke", _("Take it back"), _("Nobody signs by it from now on. Signatures that were given stay."), "tertiary", user.has_perm("vouchers.file_authority", row.organisation), ""),
    )  # fmt: skip
    return [
        {
            "name": verb, "label": label, "consequence": words, "kind": kind, "hindered": hindered, "reason": VERBS[verb][1],
            "danger": verb == "revoke", "url": reverse("agreements:authority_verb", args=[row.ref, verb]),
            **({"typed": typed[verb]["reason"].value(), "error": typed[verb].errors["reason"][0]} if verb in typed else {}),
        }
        for verb, label, words, kind, allowed, hindered in offered
        if allowed and rules.AUTHORITY_LIFECYCLE.can(row.status, f"{verb}_authority")
    ]  # fmt: skip


@signed_in
@require_POST
def authority_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    """Checked, refused, taken back; the action asks who may."""
    if verb not in VERBS:
        raise Http404
    row, (run, reasoned), data = _authority(request, ref), VERBS[verb], {}
    if reasoned:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _show(request, row, 422, **{verb: form})
        data = form.cleaned_data
    try:
        run(authority_id=row.pk, by=request.user, **data)
    except DomainError as error:
        if error.status == 403:
            raise
        return _show(request, _authority(request, ref), 422, refusal=str(error.message))
    messages.success(request, _("Done."))
    return redirect(request, reverse("agreements:authority", args=[ref]))


@signed_in
@require_GET
def authority_document(request: HttpRequest, ref: str) -> HttpResponse:
    """The certificate or power of attorney itself."""
    row = _authority(request, ref)
    return responses.download(row.document, by=request.user, case=row)
