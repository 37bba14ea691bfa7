"""What the admin's pages of this room share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.journal.memory import remembered
from portal.kit.admin import in_words
from portal.kit.errors import DomainError
from vouchers.evaluation.forms import RoundChoiceForm
from vouchers.rounds import queries as rounds
from vouchers.rounds.models import Round


def can(lifecycle: Any, verb: str) -> Callable[[Any], bool]:
    return lambda obj: lifecycle.can(obj.status, verb)


# Lists of applications' rows by kind of track, each kind once, whatever the call.
OF_TRACK = in_words("application__track__key", _("Track"), lambda: remembered("tracks", rounds.track_words).items())
PER_PAGE = 50  # applications on the page that assigns


class RoundPages:
    """Pages beside the list that work on one round: /admin/vouchers/<model>/<name>/?round=<id>."""

    admin_site: Any
    opts: Any
    _change_url: Callable[[int], str]

    def _round(self, request: HttpRequest, chooser: type[RoundChoiceForm] = RoundChoiceForm) -> tuple[forms.Form, Round | None]:
        """The round of the address; without one, the newest that the chooser offers. None, with the reason in the chooser, for one
        that it does not offer: never another round in its place."""
        form = chooser(request.GET if "round" in request.GET else None)
        if form.is_bound:
            if form.is_valid():
                return form, form.cleaned_data["round"]
            return chooser(unavailable=form.data["round"]), None
        first = form.fields["round"].queryset.first()  # type: ignore[attr-defined]
        return chooser(initial={"round": first}), first

    def _made(
        self, request: HttpRequest, programme: Round | None, make: Callable[..., Any], done: Any
    ) -> tuple[HttpResponse | None, str]:
        """The button of such a page was pressed: makes something of the round. (to its page with the word that it is done, "")
        or (None, why it was refused); (None, "") while the page is only read."""
        if request.method != "POST" or programme is None:
            return None, ""
        try:
            row = make(round_id=programme.pk, by=request.user)
        except DomainError as error:
            return None, str(error.message)
        messages.success(request, done)
        return HttpResponseRedirect(self._change_url(row.pk)), ""

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """templates/vouchers/evaluation/admin_<name>.html, with the way back to the list."""
        back = reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "back": back, **context}
        return TemplateResponse(request, f"vouchers/evaluation/admin_{name}.html", whole, status=status)
