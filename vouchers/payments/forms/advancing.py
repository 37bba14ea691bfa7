"""The shape of an advance: an invoice, and the guarantee against which it is paid."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.kit.forms import DateInput, WonFormField
from vouchers.payments.forms.disbursing import RequestForm


class AdvanceForm(RequestForm):
    """guaranteed: whether the round asks for a guarantee; without it the fields of one stay away."""

    issuer = forms.CharField(label=_("Guarantee issued by"), max_length=120)
    number = forms.CharField(label=_("Number of the guarantee"), max_length=60)
    guarantee_won = WonFormField(label=_("Amount guaranteed (won)"))
    valid_until = forms.DateField(label=_("Guarantee valid until"), widget=DateInput())
    guarantee_file = UploadField(label=_("Guarantee"))

    def __init__(self, *args: Any, guaranteed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not guaranteed:
            for name in ("issuer", "number", "guarantee_won", "valid_until", "guarantee_file"):
                del self.fields[name]
