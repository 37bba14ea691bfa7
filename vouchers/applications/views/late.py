"""The representative enters the code of a late entry."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.kit.access import needs
from portal.kit.errors import DomainError, NotAllowed
from portal.kit.htmx import form_errors, page, redirect
from vouchers.applications import actions, queries
from vouchers.applications.forms import LateCodeForm
from vouchers.companies import queries as companies
from vouchers.rounds.models import Round
from vouchers.rounds.rules import Phase


@needs("vouchers.edit_application")
@require_http_methods(["GET", "POST"])
def late(request: HttpRequest, key: str) -> HttpResponse:
    """One question: the code. Then to the draft of that track, or to its start."""
    round_ = Round.objects.announced().exclude(kind="REHEARSAL").filter(key=key, is_reference=False).first()
    if round_ is None:
        raise Http404
    form = LateCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            entered = actions.enter_late_code(round_id=round_.pk, code=form.cleaned_data["code"], by=request.user)
        except NotAllowed:
            raise
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The code is right. Your company may write and hand in until the time below."))
            draft = queries.live_of(entered.company, round_).filter(track_id=entered.track_id, status="DRAFT").first()
            start = f"{reverse('applications:start', args=[key])}?track={entered.track.key}"
            return redirect(request, reverse("applications:detail", args=[draft.ref]) if draft else start)
    company = companies.company_of(request.user)
    context = {
        "round": round_, "form": form, "company": company, "possible": round_.phase == Phase.CLOSED,
        "may_enter": request.user.has_perm("vouchers.submit_application", company),
    }  # fmt: skip
    return page(request, "vouchers/applications/late.html", context, status=422 if form.errors else 200)
