"""The shape of an amendment: what may still change in an announced call, filled with what stands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from portal.kit.forms import DateInput, DateTimeInput, WonFormField
from vouchers.rounds import rules
from vouchers.rounds.models import Round


def _long(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=4000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class AmendForm(forms.Form):
    """→ {"facts": of rules.AMENDABLE, "target_days": step → days, "reason_ko", "reason_en"}: only what was changed."""

    wants_subject = True
    closes_at = forms.DateTimeField(
        label=_("New closing time"), help_text=_("Korean time. The call closes at this very moment, never earlier than before."),
        widget=DateTimeInput,
    )  # fmt: skip
    budget_won = WonFormField(label=_("Budget of the call"))
    summary_ko = _long(_("Summary (Korean)"), required=False)
    summary_en = _long(_("Summary (English)"), required=False)
    project_start_on = forms.DateField(label=_("Projects start"), required=False, widget=DateInput)
    project_end_on = forms.DateField(label=_("Projects end"), required=False, widget=DateInput)
    reason_ko = _long(_("Reason (Korean)"))
    reason_en = _long(_("Reason (English)"))

    def __init__(self, *args: Any, subject: Round, **kwargs: Any) -> None:
        facts = {name: getattr(subject, name) for name in rules.AMENDABLE}
        days = subject.policy().target_days
        super().__init__(*args, initial={**facts, **{f"days_{step}": n for step, n in days.items()}}, **kwargs)
        reasons = {name: self.fields.pop(name) for name in ("reason_ko", "reason_en")}
        for step, word in rules.STEP_WORDS.items():
            self.fields[f"days_{step}"] = forms.IntegerField(
                label=_("%(step)s (working days)") % {"step": word},
                min_value=0,
                max_value=400,
                widget=UnfoldAdminIntegerFieldWidget,
            )
        self.fields |= reasons

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        changed = set(self.changed_data)
        return {
            "facts": {name: data[name] for name in rules.AMENDABLE if name in changed},
            "target_days": {step: data[f"days_{step}"] for step in rules.STEP_WORDS if f"days_{step}" in changed},
            "reason_ko": data["reason_ko"],
            "reason_en": data["reason_en"],
        }
