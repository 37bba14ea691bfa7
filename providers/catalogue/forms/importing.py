"""A catalogue document to be imported, and whose records it holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.documents.rules import CATALOGUES
from providers.catalogue.rules.importing import SourceKind
from providers.institutions.models import Institution


class ImportForm(forms.Form):
    """institutions: those that the person may name; anybody: the document may name them itself."""

    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())
    file = UploadField(
        label=_("Catalogue document"), kinds=tuple(CATALOGUES),
        hint=_("DCAT as Turtle, JSON-LD or RDF/XML; schema.org or Croissant JSON-LD; the answer of a CKAN search as JSON."),
    )  # fmt: skip

    def __init__(self, *args: Any, institutions: list[Institution], anybody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields["institution"]
        own.queryset = Institution.objects.filter(pk__in=[row.pk for row in institutions])
        if anybody:
            own.required, own.empty_label = False, _("As each record says")
            own.help_text = _("Choose one only where the records do not name their publisher.")
        else:
            own.empty_label = None
            own.initial = institutions[0].pk if institutions else None
            if len(institutions) == 1:
                own.widget = forms.HiddenInput()


HOURS = ((6, _("Every 6 hours")), (24, _("Every day")), (168, _("Every week")), (720, _("Every 30 days")))


class SourceForm(forms.Form):
    """A source as it is registered or changed."""

    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.active(), help_text=_("Whose records they are.")
    )
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As people of the institution call this catalogue."))
    kind = forms.ChoiceField(label=_("Kind of source"), choices=SourceKind.choices())
    address = forms.CharField(
        label=_("Address"), max_length=500, widget=forms.TextInput(attrs={"inputmode": "url"}),
        help_text=_("Of the document, or of the CKAN portal. Only public addresses are asked, and only what their robots.txt allows."),
    )  # fmt: skip
    every_hours = forms.TypedChoiceField(label=_("How often"), choices=HOURS, coerce=int, initial=24)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
