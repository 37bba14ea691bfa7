"""What the operator writes while it looks for data."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea
from vouchers.matching.forms.quotes import says
from vouchers.matching.queries import Found

NoteForm = says(_("Note"), _("For you and your colleagues; the company does not see it."))
UselessForm = says(
    _("Why it is of no use"),
    _("The operator reads this and looks for something that fits better. You can change your mind later."),
)
ResultForm = says(_("What came of it"), _("The company reads this."))


class ProposeForm(forms.Form):
    """found: what the search named; look: the words that were searched with."""

    look = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    found = forms.ChoiceField(label=_("What you propose"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why it may help"),
        max_length=2000,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The company reads this."),
    )

    def __init__(self, *args: Any, choices: Sequence[Found], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["found"].choices = [  # type: ignore[attr-defined]
            (one.value, f"{one.title} · {one.institution}" if one.institution else one.title) for one in choices
        ]
