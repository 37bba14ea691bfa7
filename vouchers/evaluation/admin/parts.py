"""What the admin's pages of this room share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.journal.memory import remembered
from portal.kit.admin import in_words
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

    def _round(self, request: HttpRequest, chooser: type[RoundChoiceForm] = RoundChoiceForm) -> tuple[forms.Form, Round | None]:
        """The round of the address, else the newest one that the chooser offers."""
        form = chooser(request.GET if "round" in request.GET else None)
        if form.is_bound and form.is_valid():
            return form, form.cleaned_data["round"]
        first = form.fields["round"].queryset.first()  # type: ignore[attr-defined]
        return chooser(initial={"round": first}), first
