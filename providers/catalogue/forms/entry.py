"""A section of an entry as a form, built from the table of fields; diseases and distributions are lines of their own."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, Lines, WholeField
from providers.catalogue import rules
from providers.catalogue.queries import choices, code_lists
from providers.catalogue.rules import Kind
from providers.institutions.models import Institution

YES_NO = (("", _("Not published")), ("true", _("Yes")), ("false", _("No")))
OPEN = ("", _("Not published"))
LANGUAGES = (("ko", _("Korean")), ("en", _("English")))
MOST_LINES = 30
DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
PLAN = re.compile(r"20\d\d(-(0[1-9]|1[0-2]|H[12]))?")
DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")  # an entry's identifier
DISEASE_CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.?\d{1,3})?(-[A-Z]\d[0-9A-Z](\.?\d{1,3})?)?")


class ListField(forms.CharField):
    """One entry a line → a list."""

    default_error_messages = {
        "many": _("Enter at most %(n)d lines."),
        "long": _("A line has at most %(n)d characters."),
        "address": _("Enter an address that begins with https:// or http://."),
    }

    def __init__(self, *, most: int, addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)
        self.most, self.addresses = most, addresses

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > self.most:
            raise ValidationError(self.error_messages["many"], params={"n": self.most})
        if any(len(line) > rules.LONGEST_ITEM for line in found):
            raise ValidationError(self.error_messages["long"], params={"n": rules.LONGEST_ITEM})
        if self.addresses and not all(rules.is_address(line) for line in found):
            raise ValidationError(self.error_messages["address"])
        return found


def _matching(pattern: re.Pattern[str], sentence: Any) -> Any:
    def check(value: str) -> None:
        if not pattern.fullmatch(value):
            raise ValidationError(sentence)

    return check


def _address(value: str) -> None:
    if not rules.is_address(value):
        raise ValidationError(_("Enter an address that begins with https:// or http://."))


def systems() -> list[tuple[str, str]]:
    """(`KCD|9`, `KCD-9`): each coding system with each of its versions. One query."""
    items = [item for entry in code_lists("coding_system") for item in entry["items"]]
    values = [f"{item['code']}|{version}" for item in items for version in item.get("versions") or [""]]
    return [(value, _system_word(value)) for value in values]


def _system_word(value: str) -> str:
    code, _bar, version = value.partition("|")
    return f"{code.replace('_', '-')}{'-' + version if version else ''}"


def _made(field: rules.Field, institutions: Iterable[Institution]) -> forms.Field:
    """The form field of a field of the table."""
    more: dict[str, Any] = {"label": field.label, "help_text": field.help, "required": field.name == "title_ko"}
    if field.name in rules.ALWAYS:
        return forms.ChoiceField(choices=choices(field.listed), **{**more, "required": True})
    match field.kind:
        case Kind.TEXT:
            rows = 6 if field.most > 2000 else 3
            return forms.CharField(max_length=field.most, widget=CountedTextarea(attrs={"rows": rows}), **more)
        case Kind.WORDS | Kind.URLS:
            return ListField(most=field.most, addresses=field.kind == Kind.URLS, **more)
        case Kind.NUMBER:
            return WholeField(min_value=0, max_value=field.most, **more)
        case Kind.FLAG:
            return forms.TypedChoiceField(choices=YES_NO, coerce=lambda text: text == "true", empty_value=None, **more)
        case Kind.CODE:
            return forms.ChoiceField(choices=[OPEN, *choices(field.listed)], **more)
        case Kind.CODES:
            options = LANGUAGES if field.name == "language" else choices(field.listed)
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **more)
        case Kind.SYSTEMS:
            return forms.MultipleChoiceField(choices=systems(), widget=forms.CheckboxSelectMultiple, **more)
        case Kind.INSTITUTION:
            return forms.ChoiceField(choices=[OPEN, *((row.key, str(row)) for row in institutions)], **more)
        case Kind.DATE:
            if field.name == "planned_for":
                plan = _("Enter a year, a month or a half year: 2028, 2027-05 or 2026-H2.")
                return forms.CharField(max_length=10, validators=[_matching(PLAN, plan)], **more)
            sentence = _("Enter a year, a month or a day: 2014, 2014-03 or 2014-03-01.")
            return forms.CharField(max_length=10, validators=[_matching(DATE, sentence)], **more)
        case Kind.DURATION:
            sentence = _("Write it as ISO 8601 does: P1D, P1M, PT1S.")
            return forms.CharField(max_length=field.most, validators=[_matching(DURATION, sentence)], **more)
        case Kind.URL:
            return forms.CharField(max_length=field.most, validators=[_address], **more)
        case Kind.EMAIL:
            return forms.EmailField(max_length=field.most, **more)
    return forms.CharField(max_length=field.most, **more)


OWN_LINES = frozenset({Kind.AREAS, Kind.DISTRIBUTIONS})  # forms of their own


class SectionForm(forms.Form):
    """One section. Nothing but the Korean title is required to save: what the profile needs is said beside each label and
    judged when the entry is submitted."""

    def __init__(self, data: Any, *, section: str, content: Mapping[str, Any], version: int = 0) -> None:
        self.section = section
        asked = [f for f in rules.FIELDS if f.section == section and f.asked and f.kind not in OWN_LINES]
        super().__init__(data, initial={**{f.name: _shown(f, content.get(f.name)) for f in asked}, "version": version})
        holders = list(Institution.objects.active()) if any(f.kind == Kind.INSTITUTION for f in asked) else []
        marks = marks_of(content.get("profile") or "")
        for field in asked:
            made = self.fields[field.name] = _made(field, holders)
            if not made.required:
                made.mark = marks.get(field.name)  # type: ignore[attr-defined]
        if section == "what":
            self._add_profile(content)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def _add_profile(self, content: Mapping[str, Any]) -> None:
        made = forms.ChoiceField(
            label=_("Profile"),
            choices=[(one.value, one.label) for one in rules.Profile],
            initial=content.get("profile") or rules.Profile.NON_PUBLIC.value,
            help_text=_("By which list of properties the entry is judged. It has to fit the access rights."),
        )
        first = self.fields.pop("access_rights")
        self.fields = {"access_rights": first, "profile": made, **self.fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rights, profile = data.get("access_rights"), data.get("profile")
        if rights and profile and profile not in rules.profiles_for(rights, rules.Origin.HOLDER):
            self.add_error("profile", _("Choose a profile that fits the access rights."))
        return data

    def values(self) -> dict[str, Any]:
        """What the actions take: fields of the section."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "institution", "key")}
        if "coding_systems" in found:
            pairs = [one.partition("|") for one in found["coding_systems"]]
            found["coding_systems"] = [{"system": system, "version": version} for system, _bar, version in pairs]
        return found


class NewForm(SectionForm):
    """The first section with what is said once: whose it is, and its identifier."""

    def __init__(self, data: Any, *, institutions: list[Institution], content: Mapping[str, Any]) -> None:
        super().__init__(data, section="what", content=content)
        own = forms.ModelChoiceField(
            label=_("Institution"),
            queryset=Institution.objects.filter(pk__in=[row.pk for row in institutions]),
            empty_label=None,
            initial=institutions[0].pk,
        )
        if len(institutions) == 1:
            own.widget = forms.HiddenInput()
        key = forms.SlugField(
            label=_("Identifier"),
            max_length=80,
            required=False,
            help_text=_("Stands in the address for ever: small letters, digits and dashes. Empty: the portal makes one."),
            validators=[_matching(KEY, _("Use small letters, digits and dashes."))],
        )
        self.fields = {"institution": own, **self.fields, "key": key}


def marks_of(profile: str) -> dict[str, Any]:
    """Field → the word beside its label: needed or recommended by the profile."""
    found: dict[str, Any] = {}
    for names, word in (
        (rules.RECOMMENDED.get(profile, ()), _("(recommended)")),
        ((*rules.PORTAL, *rules.MANDATORY.get(profile, ())), _("(needed to publish)")),
    ):
        found |= {field: word for name in names for group in rules.PROPERTIES[name].fields for field in group}
    return found


def _shown(field: rules.Field, value: Any) -> Any:
    """A stored value as the form shows it."""
    match field.kind:
        case Kind.WORDS | Kind.URLS:
            return "\n".join(value or [])
        case Kind.FLAG:
            return {True: "true", False: "false"}.get(value, "")
        case Kind.SYSTEMS:
            return [f"{one['system']}|{one['version']}" for one in value or []]
    return value


class AreaForm(forms.Form):
    """One group of diseases; empty codes and names remove it."""

    system = forms.ChoiceField(label=_("Coding system"))
    codes = forms.CharField(label=_("Codes"), max_length=400, required=False, help_text="C34, J40-J47")
    label_ko = forms.CharField(label=_("Korean name"), max_length=120, required=False)
    label_en = forms.CharField(label=_("English name"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = [pair for pair in systems() if pair[0].split("|")[0] in ("KCD", "ICD_10", "ICD_O_3")]  # type: ignore[attr-defined]
        self.fields["system"].initial = "KCD|9"

    def clean_codes(self) -> list[str]:
        found = [one for one in re.split(r"[,;\s]+", self.cleaned_data["codes"].upper().replace("~", "-")) if one]
        wrong = [one for one in found if not DISEASE_CODE.fullmatch(one)]
        if wrong and not self.data.get(self.add_prefix("system"), "").startswith("ICD_O"):
            raise ValidationError(
                _("“%(code)s” is no code or range of codes: write C34 or J40-J47."), params={"code": wrong[0][:20]}
            )
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("codes") and not data.get("label_ko"):
            self.add_error("label_ko", _("Name the diseases in Korean."))
        if (data.get("label_ko") or data.get("label_en")) and not data.get("codes") and "codes" not in self.errors:
            self.add_error("codes", _("Enter at least one code, or empty the whole line."))
        return data

    def line(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not data.get("codes"):
            return None
        system, _bar, version = data["system"].partition("|")
        label_en = data["label_en"] or data["label_ko"]
        return {"system": system, "version": version, "codes": data["codes"], "label_ko": data["label_ko"], "label_en": label_en}


class DistributionForm(forms.Form):
    """One form in which the data is had; an empty address removes it."""

    access_url = forms.CharField(
        label=_("Address"), max_length=400, required=False, validators=[_address],
        help_text=_("Where it is had or applied for."), widget=forms.TextInput(attrs={"inputmode": "url"}),
    )  # fmt: skip
    title_ko = forms.CharField(label=_("Korean name"), max_length=120, required=False)
    title_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    format = forms.ChoiceField(label=_("Format"), required=False)
    licence = forms.ChoiceField(label=_("Licence"), required=False)
    availability = forms.ChoiceField(label=_("Planned availability"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, listed in (("format", "file_format"), ("licence", "licence"), ("availability", "planned_availability")):
            self.fields[name].choices = [OPEN, *choices(listed)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("title_ko") or data.get("title_en")) and not data.get("access_url") and "access_url" not in self.errors:
            self.add_error("access_url", _("Enter the address, or empty the whole line."))
        return data

    def line(self) -> dict[str, Any] | None:
        names = ("title_ko", "title_en", "access_url", "format", "licence", "availability")
        return {name: self.cleaned_data[name] for name in names} if self.cleaned_data.get("access_url") else None


def _set(form: type[forms.Form], most: int) -> Any:
    return formset_factory(form, formset=Lines, extra=1, max_num=most, absolute_max=most + 5)


# field → its formset, and the section in which it stands
FORMSETS: dict[str, Any] = {"disease_areas": _set(AreaForm, MOST_LINES), "distributions": _set(DistributionForm, 10)}
FORMSETS_OF = {"inside": "disease_areas", "origin": "distributions"}


def initial_lines(name: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stored lines as the formset shows them."""
    stored = content.get(name) or []
    if name == "distributions":
        return [dict(one) for one in stored]
    return [{**one, "system": f"{one['system']}|{one['version']}", "codes": ", ".join(one["codes"])} for one in stored]


def lines_of(formset: Any) -> list[dict[str, Any]]:
    """The filled lines of a valid formset, in order."""
    return [line for form in formset.forms if form.has_changed() or form.initial for line in [form.line()] if line]
