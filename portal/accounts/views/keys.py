"""The API keys of an organisation: made with a second factor, shown once, revoked at any time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import actions, forms, queries, second_factor
from portal.accounts.models import ApiKey, Organisation
from portal.kit.access import needs
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect


@needs("accounts.manage_keys")
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """What keys there are, and a new one; its token stands on the answer alone."""
    organisation = _organisation(request, request.GET.get("org", ""))
    offered = queries.scopes_for(request.user, organisation)
    form = forms.KeyForm(request.POST or None, scopes=offered, user=request.user)
    made: tuple[ApiKey, str] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_key(organisation=organisation, **form.values(), by=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            form_errors(form, error)
        else:
            form = forms.KeyForm(scopes=offered, user=request.user)
    context = {
        "organisation": organisation,
        "others": [one for one in _mine(request) if one != organisation],
        "keys": _shown(organisation),
        "form": form,
        "made": made[0] if made else None,
        "token": made[1] if made else "",
        "factor_missing": not second_factor.is_ready(request.user),
    }
    response = page(request, "accounts/keys.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@needs("accounts.manage_keys")
@require_POST
def revoke_key(request: HttpRequest, ref: str) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.select_related("organisation"), ref=ref, organisation__in=_mine(request))
    try:
        actions.revoke_key(key_id=key.pk, by=request.user)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The key “%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect(request, f"{reverse('people:keys')}?org={key.organisation.ref}")


def _mine(request: HttpRequest) -> list[Organisation]:
    """The organisations whose keys this person manages."""
    return [one for one in queries.organisations_of(request.user) if request.user.has_perm("accounts.manage_keys", one)]


def _organisation(request: HttpRequest, ref: str) -> Organisation:
    for one in _mine(request):
        if not ref or one.ref == ref:
            return one
    raise Http404


def _shown(organisation: Organisation) -> list[dict[str, Any]]:
    words = {scope: told for scope, (told, _permissions) in queries.scopes().items()}
    return [
        {"row": key, "state": key.state, "scopes": [(scope, words.get(scope, "")) for scope in key.scopes]}
        for key in queries.keys_of(organisation)
    ]
