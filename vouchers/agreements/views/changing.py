"""A party asks to change an agreement in force. What becomes of it stands at /milestones/changes/."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import queries as accounts
from portal.kit.access import needs
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.won import won
from portal.kit.words import pick
from vouchers.agreements import actions, queries, rules
from vouchers.agreements.forms import ChangeForm
from vouchers.agreements.models import Agreement, AgreementParty
from vouchers.companies import actions as companies
from vouchers.matching.models import Match


@needs("vouchers.request_change")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """A form filled with what the agreement says; first shown what would differ, then asked."""
    row = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("company", "round", "award__application__track"), ref=ref
    )
    companies.saw(row, of=row.company, what="agreement", by=request.user)
    party = queries.own_party(row, request.user)
    if party is None:
        raise Http404
    if row.status not in rules.CHANGEABLE or queries.open_change(row):
        return redirect(request, reverse("agreements:detail", args=[ref]))
    form, preview = _form(request, row, party), None
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = queries.preview(row, party, **form.wanted())
        else:
            given = {name: form.cleaned_data[name] for name in ("base", "reason")}
            try:
                made = actions.request_change(agreement_id=row.pk, by=request.user, **given, **form.wanted())
            except DomainError as error:
                form_errors(form, error)
            else:
                messages.success(request, _("The change was requested. The operating agency reviews it."))
                return redirect(request, made.get_absolute_url())
    context = {"row": row, "party": party, "form": form, "preview": preview, "policy": row.round.policy().changing}
    return page(request, "vouchers/agreements/change.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, row: Agreement, party: AgreementParty) -> ChangeForm:
    terms = queries.terms(row)
    people = [(user.ref, user.get_full_name()) for user in accounts.users_of(party.organisation)]
    initial = {
        "base": row.current().content_hash, "starts_on": terms.starts_on, "ends_on": terms.ends_on, "goal": terms.goal,
        "data_scope": terms.data_scope, "contact": terms.contacts[party.ref],
    }  # fmt: skip
    joining = [(one.ref, f"{pick(one.institution, 'name')} · {won(_quoted(one))}") for one in queries.addable(row)]
    return ChangeForm(
        request.POST or None, initial=initial, terms=terms, given_up=queries.given_up(row), people=people, joining=joining
    )


def _quoted(match: Match) -> int:
    """Supply amount of what would join, whole won."""
    return sum(line.amount_won for line in queries.lines_of_match(match))
