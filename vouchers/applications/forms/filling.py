"""The shape of what a company types; what is still missing is said by rules.missing, never refused while saving."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.documents.forms import UploadField
from portal.documents.models import Document
from portal.kit.forms import CountedTextarea, WonFormField, too_long
from providers.catalogue import queries as catalogue
from vouchers.applications import queries, rules
from vouchers.applications.forms.asking import FileAnswer, PlainText, blind_field, question_field
from vouchers.applications.models import Application
from vouchers.applications.rules import fit
from vouchers.rounds.models import Round, Track
from vouchers.rounds.rules import MOST_COMPANIES, CompanySize, Question

TOO_LARGE = _("Enter a whole number up to %(limit_value)s.")


def _form_field(field: rules.Field) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "help_text": field.hint, "required": field.required}
    if field.kind == "line":
        return PlainText(max_length=field.limit, error_messages={"max_length": too_long(field.limit)}, **common)
    if field.kind == "text":
        widget = CountedTextarea(attrs={"rows": field.rows})
        return PlainText(max_length=field.limit, widget=widget, error_messages={"max_length": too_long(field.limit)}, **common)
    if field.kind == "choice":
        return forms.ChoiceField(choices=[("", _("Choose one")), *field.choices], **common)
    if field.kind == "check":
        return forms.BooleanField(**common)
    if field.kind == "number":
        return forms.IntegerField(min_value=0, max_value=field.limit, error_messages={"max_value": TOO_LARGE}, **common)
    return WonFormField(max_value=field.limit, **common)


class SectionForm(forms.Form):
    """One section's questions. Saving half an answer is right: `required` only marks what the check will miss.

    without: names of questions, fixed or the call's own, that do not apply now. asked: the call's own questions, of this section and others.
    blind: those whose file has a blind version beside it.
    """

    use_required_attribute = False

    def __init__(
        self, key: str, *args: Any, without: frozenset[str] = frozenset(), asked: Sequence[Question] = (),
        blind: Collection[str] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.key, self.asked = key, rules.asked_in(asked, key)
        for field in rules.FIELDS[rules.SectionKey(key)]:
            if field.name not in without:
                self.fields[field.name] = _form_field(field)
        for one in (one for one in self.asked if one.key not in without):
            self.fields[one.key] = question_field(one, self.asked)
            if one.key in blind:
                self.fields[rules.BLIND + one.key] = blind_field(one, self.asked)
        self.marks: dict[str, str] = {n.removeprefix(SEEN): self.data[n] for n in self.data if n.startswith(SEEN)}

    @property
    def seen(self) -> list[tuple[str, str]]:
        """(hidden input, mark of the answer that was seen), sent along with what is typed."""
        return [(SEEN + name, self.marks[name]) for name in self.fields if name in self.marks]

    def full_clean(self) -> None:
        needed = [field for field in self.fields.values() if field.required]
        for field in needed:
            field.required = False
        try:
            super().full_clean()
        finally:
            for field in needed:
                field.required = True

    def answers(self) -> dict[str, Any]:
        """What may be stored: the fields that were sent and are well formed; files are stored apart."""
        return {name: value for name, value in self.cleaned_data.items() if self._sent(name)}

    def _sent(self, name: str) -> bool:
        field = self.fields[name]
        return not self.asks_file(name) and not field.widget.value_omitted_from_data(self.data, self.files, name)

    def asks_file(self, name: str) -> bool:
        return isinstance(self.fields[name], forms.FileField)

    def files_sent(self) -> dict[str, Any]:
        """Question → its well-formed file."""
        return {n: f for n, f in self.cleaned_data.items() if f and self.asks_file(n)}

    def show_files(self, held: Mapping[str, Document], link: Callable[[Document], Any]) -> None:
        """Beside each question that asks for a file stands the one that counts. held: by question."""
        for name, document in held.items():
            widget = self.fields[name].widget if name in self.fields else None
            if isinstance(widget, FileAnswer):
                widget.document, widget.link = document, link(document)

    def show(self, stored: Mapping[str, Any], names: Iterable[str]) -> None:
        """From now on these fields show what is stored instead of what was sent."""
        self.data = self.data.copy()
        for name in names:
            self._forget(name)
            widget = self.fields[name].widget
            if hasattr(widget, "sent"):
                for part, values in widget.sent(name, stored.get(name)).items():
                    self.data.setlist(part, values)
            elif not _empty(value := stored.get(name)):
                self.data[name] = "on" if value is True else str(value)
        self.full_clean()

    def parts(self, name: str, value: Any) -> list[tuple[str, str]]:
        """(name of a control, its value): how the page's own controls say a stored answer; those that are empty are left out."""
        widget = self.fields[name].widget
        if hasattr(widget, "sent"):
            return [(part, one) for part, values in widget.sent(name, value).items() for one in values]
        if _empty(value):
            return []
        shown = widget.format_value(value) if isinstance(widget, forms.TextInput) else value
        return [(name, "on" if value is True else str(shown))]

    def _forget(self, name: str) -> None:
        """What was sent into a field, and into its cells."""
        for part in [one for one in self.data if one == name or one.startswith(f"{name}-")]:
            del self.data[part]

    def shown(self, name: str, value: Any) -> Any:
        """A stored answer to one of the form's own questions in words."""
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("Yes") if value else _("No")
        if isinstance(field, forms.ChoiceField):
            return dict(field.widget.choices).get(value, value)  # type: ignore[attr-defined]
        return f"{value:,}" if isinstance(value, int) else value


def _empty(value: Any) -> bool:
    return value is None or value is False or value == ""  # a typed 0 is an answer


SEEN = "seen_"  # before a question's name: the mark of its answer as this page first showed it


class CommentForm(forms.Form):
    """What one says to one's colleagues."""

    text = forms.CharField(
        label=_("Comment for your colleagues"), help_text=_("Only people of your company can read it."), max_length=1000,
        widget=CountedTextarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the comment first."), "max_length": too_long(1000)},
    )  # fmt: skip


class WriterForm(forms.Form):
    """What a writer's page knew: the section's version, the mark of each answer, and what was chosen where two wrote."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)

    def seen(self) -> dict[str, str]:
        return {name.removeprefix(SEEN): self.data[name] for name in self.data if name.startswith(SEEN)}

    def keep(self) -> dict[str, str]:
        """Field → mark of the colleague's text that the writer read, and wants to replace by the own one."""
        return dict(one.partition(":")[::2] for one in self.data.getlist("keep"))

    def drop(self) -> frozenset[str]:
        """Fields in which the writer takes the colleague's text."""
        return frozenset(self.data.getlist("take"))


class TrackForm(forms.Form):
    """Which track of the round."""

    track = forms.ModelChoiceField(
        queryset=Track.objects.none(), label=_("Track"), widget=forms.RadioSelect, empty_label=None,
        error_messages={"invalid_choice": _("Choose one of this call's tracks."), "required": _("Choose a track.")},
    )  # fmt: skip

    source = forms.ModelChoiceField(
        queryset=Application.objects.none(), label=_("Start from"), widget=forms.RadioSelect, required=False,
        empty_label=_("An empty form"), error_messages={"invalid_choice": _("Choose an application of your own company.")},
    )  # fmt: skip

    def __init__(self, *args: Any, round_: Any, wanted: str = "", sources: Any = None, **kwargs: Any) -> None:
        """wanted: the key of the track that is ticked at first. sources: applications that may be copied."""
        super().__init__(*args, **kwargs)
        if sources is not None:
            self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        field = self.fields["track"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Track.objects.filter(round=round_)
        field.initial = field.queryset.filter(key=wanted).values_list("pk", flat=True).first() if wanted else None


class FitForm(forms.Form):
    """Six questions before anything else; the answers stand in the address."""

    size = forms.ChoiceField(
        label=_("How large is your company?"), choices=CompanySize.choices(), widget=forms.RadioSelect,
        help_text=_("As on the SME (micro enterprise) certificate."),
    )  # fmt: skip
    region = forms.ChoiceField(label=_("Where is its head office?"))
    standing = forms.ChoiceField(
        label=_("Tax arrears, a closed or suspended business, or a restriction of participation?"),
        choices=fit.Standing.choices(), widget=forms.RadioSelect,
    )  # fmt: skip
    modality = forms.ChoiceField(label=_("Which kind of data do you need?"))
    area = forms.ChoiceField(label=_("About which disease?"), choices=fit.Area.choices())
    budget = WonFormField(
        label=_("What may the data work cost? (won)"), min_value=1_000_000, max_value=10**11,
        help_text=_("Supply amount without VAT, for example 100,000,000."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("region", catalogue.choices("region")), ("modality", catalogue.choices("modality"))):
            self.fields[name].choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]

    def answers(self) -> fit.Answers:
        v = self.cleaned_data
        return fit.Answers(v["size"], v["region"], v["standing"], v["modality"], v["area"], v["budget"])

    def carried(self) -> dict[str, Any]:
        """For the address of the pages that go on with it (`matching.forms.CarriedForm`)."""
        v = self.cleaned_data
        codes = ",".join(fit.AREA_CODES[fit.Area(v["area"])])
        return {"modality": v["modality"], "budget": v["budget"], **({"diseases": codes} if codes else {})}


class UploadForm(forms.Form):
    """One file of one kind."""

    file = UploadField(label=_("File"))


class WithdrawForm(forms.Form):
    """Why the company withdraws."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=CountedTextarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why you withdraw."), "max_length": too_long(1000)},
    )  # fmt: skip

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed


class SubmitForm(forms.Form):
    """The representative's last yes. content: hash of what the page showed."""

    content = forms.CharField(widget=forms.HiddenInput, max_length=64)
    declaration = forms.BooleanField(
        label=_("I have read this application and certify it for the company."),
        error_messages={"required": _("Confirm the declaration before you submit.")},
    )


class JudgeForm(forms.Form):
    """An officer's verdict on one rule."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=[(v.value, v.label) for v in (rules.Verdict.MET, rules.Verdict.NOT_MET)],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), help_text=_("The company reads it."), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip


class SupplementForm(forms.Form):
    """What is asked for: sentences about single questions, which alone can then be changed, or whole sections with a request."""

    wants_subject = True
    ROWS = 6
    further_label = _("Ask about another question")

    request = forms.CharField(
        label=_("What must be supplied"), max_length=2000, required=False,
        help_text=_("The company reads it. Needed where a whole section opens."),
        widget=forms.Textarea(attrs={"rows": 5, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip
    sections = forms.MultipleChoiceField(
        label=_("Sections that the company may change"), choices=rules.SectionKey.choices(),
        widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Whole sections. Where a few questions are enough, name them below instead."),
    )  # fmt: skip

    def __init__(self, *args: Any, subject: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = queries.askable(subject, tuple(queries.policy_of(subject).required_documents))
        choices: list[Any] = [("", _("No question"))]
        for key, questions in known.items():
            named = [(f"{key}.{name}", label) for name, label in questions.items()]
            choices += [(rules.SectionKey(key).label, named)] if named else []
        for n in range(1, self.ROWS + 1):
            self.fields[f"question_{n}"] = forms.ChoiceField(
                label=_("Question %(n)d") % {"n": n}, choices=choices, required=False,
                widget=forms.Select(attrs={"class": "border rounded-default w-full p-3"}),
            )  # fmt: skip
            self.fields[f"sentence_{n}"] = forms.CharField(
                label=_("What is asked about it (%(n)d)") % {"n": n}, max_length=500, required=False,
                widget=forms.Textarea(attrs={"rows": 2, "class": "border rounded-default w-full p-3"}),
            )  # fmt: skip

    def shown(self) -> list[forms.BoundField]:
        """What the page shows at once: the request, the sections, and one question."""
        return [self[name] for name in ("request", "sections", "question_1", "sentence_1")]

    def further(self) -> list[tuple[list[forms.BoundField], bool]]:
        """(a further question with its sentence, whether it is unfolded), each behind the one before."""
        pairs = [[self[f"question_{n}"], self[f"sentence_{n}"]] for n in range(2, self.ROWS + 1)]
        used = [any(field.value() or field.errors for field in pair) for pair in pairs]
        return [(pair, any(used[at:])) for at, pair in enumerate(pairs)]

    def clean(self) -> dict[str, Any]:
        """request, sections, and questions: `section.question` → sentence; a question that was chosen twice has both."""
        found: dict[str, str] = {}
        for n in range(1, self.ROWS + 1):
            name, sentence = self.cleaned_data.get(f"question_{n}", ""), self.cleaned_data.get(f"sentence_{n}", "").strip()
            if name and sentence:
                found[name] = f"{found[name]}\n{sentence}" if name in found else sentence
            elif sentence:
                self.add_error(f"question_{n}", _("Choose the question that this sentence is about."))
            elif name:
                self.add_error(f"sentence_{n}", _("Write what is asked about this question."))
        return {
            "request": self.cleaned_data.get("request", ""),
            "sections": self.cleaned_data.get("sections", []),
            "questions": found,
        }


class RoundInCheckForm(forms.Form):
    """Which round's eligibility is worked on; without a choice the newest."""

    round = forms.ModelChoiceField(
        label=_("Round"), queryset=Round.objects.none(), empty_label=None,
        widget=forms.Select(attrs={"class": "border rounded-default p-2 max-w-full"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rounds = Round.objects.filter(status__in=["ANNOUNCED", "EVALUATING"], is_reference=False).order_by(
            "-closes_at", "-pk"
        )
        self.fields["round"].queryset = self.rounds  # type: ignore[attr-defined]

    def chosen(self) -> Round | None:
        """The round of the address, else the newest one."""
        if self.is_bound and self.is_valid():
            found: Round = self.cleaned_data["round"]
            return found
        return self.rounds.first()


class BatchForm(forms.Form):
    """What is done for all."""

    kind = forms.ChoiceField(choices=rules.BatchKind.choices())


class RehearsalForm(forms.Form):
    """How many new test companies apply."""

    companies_wanted = forms.IntegerField(
        label=_("New test companies"), min_value=1, max_value=MOST_COMPANIES, initial=5,
        widget=forms.NumberInput(attrs={"class": "border rounded-default p-2"}),
    )  # fmt: skip
