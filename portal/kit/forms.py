"""How forms look and how money is typed: the KRDS renderer and the few fields Django does not have.

The templates stand in `templates/django/forms/`. A form may carry `groups = [(title, hint, ["field", …]), …]`; the
fields are then rendered in these groups, in this order, and what is in no group comes last.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.kit.won import parse_won

# What browsers and password managers may fill in by themselves (HTML autocomplete tokens), by field name.
AUTOCOMPLETE = {
    "email": "email",
    "login": "username",
    "password": "current-password",
    "password1": "new-password",
    "password2": "new-password",
    "oldpassword": "current-password",
    "code": "one-time-code",
    "phone": "tel",
    "mobile": "tel",
    "full_name": "name",
    "person_name": "name",
    "representative_name": "name",
    "company_name": "organization",
    "name_ko": "organization",
    "address": "street-address",
    "postal_code": "postal-code",
    "website": "url",
    "opened_on": "off",
    "business_number": "off",
}
TEXT_TYPES = {"text", "email", "password", "number", "url", "tel", "search", "date", "datetime-local", "month", "time"}


class PortalRenderer(TemplatesSetting):
    """Renders every form, field and widget with KRDS class names; widgets keep classes of their own."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
    formset_template_name = "django/forms/formset.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        widget = context.get("widget")
        if isinstance(widget, dict) and "attrs" in widget:
            _dress(widget)
            plain = _PLAIN.get(template_name)
            if plain is not None:
                return plain(widget)
        return super().render(template_name, context, request)


def _dress(widget: dict[str, Any]) -> None:
    attrs = widget["attrs"] = dict(widget["attrs"])
    kind = widget.get("type") or ""
    if kind in TEXT_TYPES or "textarea" in widget.get("template_name", ""):
        attrs["class"] = f"krds-input {attrs.get('class', '')}".strip()
        if attrs.get("rows") == "10":  # Django's own default, which nobody chose
            attrs["rows"] = "5"
        if "maxlength" in attrs:  # else browsers cut what is pasted, without a word; the server refuses it and keeps it
            attrs["data-limit"] = widget["limit"] = attrs.pop("maxlength")
        known = AUTOCOMPLETE.get(str(widget.get("name", "")).rsplit("-", 1)[-1])
        if known:
            attrs.setdefault("autocomplete", known)
    if widget.get("template_name", "").endswith("/select.html"):
        attrs["class"] = f"krds-form-select {attrs.get('class', '')}".strip()


# ── Widgets without a template: Django includes three templates an option, and every list has its filters ──
def _select(widget: dict[str, Any]) -> SafeString:
    """The mark-up of Django's select.html."""
    lines = [f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            lines.append(f'<optgroup label="{conditional_escape(group)}">')
        lines += [
            f'<option value="{conditional_escape(str(one["value"]))}"{_attrs(one["attrs"])}>{conditional_escape(one["label"])}</option>'
            for one in options
        ]
        if group:
            lines.append("</optgroup>")
    lines.append("</select>")
    return mark_safe("\n".join(lines))


def _input(widget: dict[str, Any]) -> SafeString:
    """The mark-up of Django's input.html."""
    value = widget["value"]
    said = "" if value is None else f' value="{conditional_escape(str(value))}"'
    return mark_safe(
        f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"{said}{_attrs(widget["attrs"])}>'
    )


def _attrs(attrs: dict[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


_PLAIN: dict[str, Callable[[dict[str, Any]], SafeString]] = {
    "django/forms/widgets/select.html": _select,
    **{f"django/forms/widgets/{name}.html": _input for name in ("input", "text", "number", "email", "hidden", "search", "date")},
}


GROUPED = re.compile(r"\d{1,3}(,\d{3})+")


class WonInput(forms.TextInput):
    """Whole won: digits are grouped while typing (portal.js); without JavaScript commas may be typed or left out."""

    template_name = "django/forms/widgets/won.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "class": "won", "data-won": "", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if value in (None, ""):
            return None
        try:
            return f"{parse_won(value):,}"
        except ValueError:
            return str(value)  # what was typed comes back, so that it can be mended


class WholeField(forms.IntegerField):
    """`1,450` as `1450`: numbers are shown in groups, so they may be typed so; so are the limits that a number exceeds.

    A box for text: a number box takes no comma.
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        self.validators = [_grouped(one) for one in self.validators]

    def to_python(self, value: Any) -> int | None:
        grouped = isinstance(value, str) and GROUPED.fullmatch(value.strip())
        return super().to_python(value.replace(",", "") if grouped else value)


def _grouped(validator: Any) -> Any:
    """The same check, with its limit said in groups."""
    if not isinstance(validator, MinValueValidator | MaxValueValidator):
        return validator

    def check(value: int) -> None:
        try:
            validator(value)
        except ValidationError as fault:
            limit = f"{validator.limit_value:,}"
            raise ValidationError(fault.message, code=fault.code, params={**(fault.params or {}), "limit_value": limit}) from None

    return check


class WonFormField(forms.Field):
    """`320,000,000원`, `320000000` → 320000000."""

    widget = WonInput
    default_error_messages = {
        "invalid": _("Enter whole won in digits, for example 320,000,000."),
        "min": _("Enter %(limit)s won or more."),
        "max": _("Enter %(limit)s won or less."),
    }

    def __init__(self, *, min_value: int = 0, max_value: int = 10**15, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            amount = parse_won(value)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if amount < self.min_value:
            raise ValidationError(self.error_messages["min"], code="min", params={"limit": f"{self.min_value:,}"})
        if amount > self.max_value:
            raise ValidationError(self.error_messages["max"], code="max", params={"limit": f"{self.max_value:,}"})
        return amount


class DateInput(forms.DateInput):
    """The browser's own date picker; the field's hint says the format for those who type."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """Date and time in Korea (the settings' time zone)."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class CountedTextarea(forms.Textarea):
    """A text area whose characters are counted against its limit (portal.js); the limit is also said in words."""

    template_name = "django/forms/widgets/textarea_counted.html"


def too_long(limit: int) -> Any:
    """The sentence for a text that is too long."""
    return ngettext_lazy("Enter %(limit)d character or less.", "Enter %(limit)d characters or less.", limit) % {"limit": limit}


class Lines(forms.BaseFormSet):  # type: ignore[type-arg]
    """Several lines in one form; a post that arrived cut off or tampered with is answered with a sentence."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": _("The lines did not arrive completely. Load the page again and enter them once more."),
    }


class DecisionForm(forms.Form):
    """A first question whose answer makes some of the others required.

    needed: field → (answers that need it, words in brackets beside its label). The room's action refuses what is missing;
    here the page says it beforehand: in the label, and as `required` for the answer that was sent (portal.js follows the
    answer that is chosen).
    """

    decides = "verdict"
    needed: ClassVar[dict[str, tuple[tuple[str, ...], Any]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = self.data.get(self.add_prefix(self.decides)) if self.is_bound else self.initial.get(self.decides)
        for name, (answers, words) in self.needed.items():
            field = self.fields[name]
            field.mark = format_lazy("({})", words)  # type: ignore[attr-defined]
            field.widget.attrs["data-needed-for"] = " ".join(answers)
            if answer in answers:
                field.widget.attrs["required"] = True

    def clean(self) -> dict[str, Any]:
        """Beside other errors also what the answer needs and lacks, so that all of it is mended at once."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            for name, (answers, _words) in self.needed.items():
                if data.get(self.decides) in answers and name not in self.errors and not data.get(name):
                    self.add_error(name, self.fields[name].error_messages["required"])
        return data


class ReasonForm(forms.Form):
    """Why something is refused, returned or taken back; whoever it concerns reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=CountedTextarea(attrs={"rows": 3}))
