"""Shapes of input: scores, declarations, answers to an award, the officer's assignment page."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from portal.accounts.models import User
from portal.kit import clock
from portal.kit.forms import CountedTextarea, DateInput
from portal.kit.words import pick
from vouchers.applications.models import Application
from vouchers.evaluation import queries
from vouchers.evaluation.models import Assignment, PenaltyRecord, PoolMember, SelectionRun
from vouchers.evaluation.queries import presenting
from vouchers.evaluation.queries.pool import Name, taken_up_later
from vouchers.evaluation.rules.conflicts import AffiliationKind, Entered
from vouchers.evaluation.rules.presenting import Standing
from vouchers.rounds.models import Criterion, Round


class ScoreForm(forms.Form):
    """Points and a reason for each criterion, and the overall opinion. Nothing is required while it is only saved.

    version: of the assignment that the evaluator saw. A field that cannot be read keeps what was saved before. waiting, absent:
    criteria of the presentation that have no field, since it is ahead, or was missed and they count 0 points.
    """

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, assignment: Assignment, criteria: list[Criterion], **kwargs: Any) -> None:
        held = {score.criterion_id: score for score in assignment.scores.all()}
        initial: dict[str, Any] = {"comment": assignment.comment, "version": assignment.version}
        for pk, score in held.items():
            initial |= {f"points_{pk}": score.points, f"comment_{pk}": score.comment}
        super().__init__(*args, initial=initial, **kwargs)
        standing = presenting.standings(assignment.application, criteria)
        self.staged = bool(standing)
        self.waiting = [one for one in criteria if standing.get(one.pk) == Standing.WAITS]
        self.absent = [one for one in criteria if standing.get(one.pk) == Standing.ZERO]
        self.criteria = [one for one in criteria if standing.get(one.pk, Standing.OPEN) == Standing.OPEN]
        self.groups = []
        for criterion in self.criteria:
            name = pick(criterion, "name")
            title = _("%(name)s (weight %(weight)d%%)") % {"name": name, "weight": criterion.weight}
            title = f"{criterion.get_stage_display()} · {title}" if self.staged else title
            self.fields[f"points_{criterion.pk}"] = forms.IntegerField(
                label=_("%(name)s: points (0 to 100)") % {"name": name}, min_value=0, max_value=100, required=False,
                error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Give whole points from 0 to 100.")),
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "short"}),
            )  # fmt: skip
            self.fields[f"comment_{criterion.pk}"] = forms.CharField(
                label=_("Reason for the points"), required=False, max_length=1000, widget=CountedTextarea(attrs={"rows": 2}),
                help_text=_("The company reads it in the letter of the result, without your name."),
            )  # fmt: skip
            self.groups.append(
                (title, pick(criterion, "guidance"), [f"points_{criterion.pk}", f"comment_{criterion.pk}"])
            )  # fmt: skip
        self.fields["comment"] = forms.CharField(
            label=_("What speaks for it and what against"), required=False, max_length=3000, widget=CountedTextarea(attrs={"rows": 5}),
            help_text=_("The selection rests on it. It is needed before you hand in."),
        )  # fmt: skip
        self.groups.append((_("Overall opinion"), "", ["comment"]))

    def ask_for_all(self) -> None:
        """Before handing in: what is still empty is named together with what cannot be read."""
        for criterion in self.criteria:
            name = f"points_{criterion.pk}"
            if name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, _("Give whole points from 0 to 100."))
        if "comment" not in self.errors and not self.cleaned_data.get("comment"):
            self.add_error("comment", _("Write your overall opinion: the selection rests on it."))

    def show_version(self, number: int) -> None:
        """After a save the page goes on from the version that the save made."""
        if self.is_bound:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["version"] = number  # type: ignore[index]

    def mark_needed(self) -> None:
        """For the page: points and opinion are needed in the end, though saving works without them."""
        for name, field in self.fields.items():
            field.required = name == "comment" or name.startswith("points_")

    def scores(self) -> dict[int, tuple[int | None, str]]:
        """criterion id → (points or None, reason)."""
        return {c.pk: (self._read(f"points_{c.pk}", None), self._read(f"comment_{c.pk}", "")) for c in self.criteria}

    def opinion(self) -> str:
        return str(self._read("comment", ""))

    def _read(self, name: str, nothing: Any) -> Any:
        return self.cleaned_data.get(name, nothing) if name not in self.errors else self.initial.get(name, nothing)

    def differences(self, assignment: Assignment) -> list[tuple[Any, Any]]:
        """(label, what is saved) of the fields whose saved text differs from what was typed."""
        saved = ScoreForm(assignment=assignment, criteria=[*self.criteria, *self.waiting, *self.absent])
        found = []
        for title, _hint, names in self.groups:
            for name in names:
                kept, typed = saved.initial.get(name), self._read(name, "")
                if ("" if kept is None else kept) != ("" if typed is None else typed):
                    found.append((f"{title}: {self.fields[name].label}", kept))
        return found


class RescoreForm(ScoreForm):
    """Own points and reasons again, in the panel; every one has points. The overall opinion stays as it was handed in."""

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        criteria = list(Criterion.objects.filter(round_id=assignment.application.round_id))
        super().__init__(*args, assignment=assignment, criteria=criteria, **kwargs)
        del self.fields["comment"]
        for criterion in self.criteria:
            self.fields[f"points_{criterion.pk}"].required = True
        self.fields["reason"] = forms.CharField(
            label=_("Why do you change your scores?"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3}),
            help_text=_("What in the discussion or in the file moved you. The panel and the officer read it."),
        )  # fmt: skip
        self.groups[-1] = (_("Reason for the change"), "", ["reason"])


class RecuseForm(forms.Form):
    ground = forms.CharField(
        label=_("What is the conflict?"), max_length=200, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("For example: advised the company in 2025; works at the providing hospital; family."),
    )  # fmt: skip


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("The officer reads it."),
    )  # fmt: skip


class DeclineAwardForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you give up the award?"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("The ministry reads it. It helps to improve the next call."),
    )  # fmt: skip


class PenaltyForm(forms.ModelForm):  # type: ignore[type-arg]
    """In the admin: the application by its receipt number."""

    receipt_no = forms.CharField(label=_("Receipt number"), max_length=24, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = PenaltyRecord
        fields = ("code", "evidence")

    field_order = ("receipt_no", "code", "evidence")

    def clean_receipt_no(self) -> Application:
        found = Application.objects.filter(receipt_no=self.cleaned_data["receipt_no"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("No application has this receipt number."), code="unknown_receipt")
        return found


class PostForm(forms.Form):
    posted_on = forms.DateField(label=_("Posted on"), widget=DateInput)
    tracking_no = forms.CharField(label=_("Number of the registered letter"), max_length=40)


class ServedForm(forms.Form):
    served_on = forms.DateField(
        label=_("Served on"), widget=DateInput, help_text=_("The day that the post's proof of delivery names.")
    )  # fmt: skip


class RoundChoiceForm(forms.Form):
    """Which round's evaluation is worked on. unavailable: the id of one that was asked for and is not among them."""

    offered: Any = _("On this page you work on rounds in evaluation.")
    round = forms.ModelChoiceField(
        label=_("Round"), queryset=Round.objects.filter(status="EVALUATING").order_by("-closes_at", "-pk"),
        empty_label=None, widget=forms.Select(attrs={"class": "border rounded-default p-2 max-w-full"}),
    )  # fmt: skip

    def __init__(self, *args: Any, unavailable: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unavailable = unavailable

    def refusal(self) -> str:
        """Why the round that was asked for is not worked on here; "": none was, or it is."""
        if not self._unavailable:
            return ""
        found = Round.objects.filter(pk=self._unavailable).first() if self._unavailable.isdecimal() else None
        if found is None:
            return _("There is no such round.")
        words = _("“%(round)s” is not available here: its state is “%(state)s”.")
        return f"{words % {'round': found, 'state': found.get_status_display()}} {self.offered}"

    def others(self) -> bool:
        """Whether another round can be chosen."""
        return bool(self.fields["round"].queryset.exists())  # type: ignore[attr-defined]


class RunRoundForm(RoundChoiceForm):
    """Which round's runs are looked at: those in evaluation, and those that have some."""

    offered = _("On this page you see rounds in evaluation, and those that have runs.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        runs = SelectionRun.objects.filter(round=OuterRef("pk"))
        rounds = Round.objects.filter(Q(status="EVALUATING") | Exists(runs)).order_by("-closes_at", "-pk")
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]


class AssignRoundForm(RoundChoiceForm):
    """Which round gets evaluators: those in evaluation, and released ones in which something is evaluated after an objection."""

    offered = _("Evaluators are assigned in rounds in evaluation, and while something is evaluated after an objection.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = Round.objects.filter(Q(status="EVALUATING") | taken_up_later())
        self.fields["round"].queryset = rounds.order_by("-closes_at", "-pk")  # type: ignore[attr-defined]


class RerunRoundForm(RoundChoiceForm):
    """Which round is run again: those whose results are released."""

    offered = _("A run after an objection follows the release of the results.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        runs = SelectionRun.objects.filter(round=OuterRef("pk"), status="CONFIRMED")
        rounds = Round.objects.filter(Exists(runs), status__in=queries.RELEASED).order_by("-closes_at", "-pk")
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]


class ReopenForm(forms.Form):
    """Which application is taken up again, why, and which of its evaluations no longer count. choices: those upheld."""

    application = forms.TypedChoiceField(coerce=int, widget=forms.HiddenInput)
    set_aside = forms.TypedMultipleChoiceField(
        label=_("Evaluations that no longer count"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, help_text=_("The company reads it. Name the objection and what is corrected."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[queries.Upheld], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = str(self.data.get("application") or self.initial.get("application"))
        own = [one for one in choices if str(one.application.pk) == mine]
        self.fields["application"].choices = [(one.application.pk, "") for one in choices]  # type: ignore[attr-defined]
        self.fields["set_aside"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.evaluator.get_full_name()} · {row.total}") for one in own for row in one.evaluations
        ]


class CompareForm(forms.Form):
    """Two runs of one round, each with its record."""

    before = forms.ModelChoiceField(label=_("First run"), queryset=SelectionRun.objects.none())
    after = forms.ModelChoiceField(label=_("Second run"), queryset=SelectionRun.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = SelectionRun.objects.filter(record__isnull=False).select_related("round", "record")
        for field in self.fields.values():
            field.queryset = kept  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        before, after = data.get("before"), data.get("after")
        if before and after and (before == after or before.round_id != after.round_id):
            raise forms.ValidationError(_("Choose two different runs of the same round."), code="not_two")
        return data


class AssignForm(forms.Form):
    """Several applications × several evaluators at once."""

    applications = forms.ModelMultipleChoiceField(
        label=_("Applications"), queryset=Application.objects.none(), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one application.")},
    )  # fmt: skip
    evaluators = forms.ModelMultipleChoiceField(
        label=_("Evaluators"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one evaluator.")},
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Due day"), required=False, widget=DateInput(attrs={"class": "border rounded-default p-2"}),
        help_text=_("Without a day the round's working days for evaluation apply."),
    )  # fmt: skip

    def __init__(self, *args: Any, applications: Any, evaluators: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applications"].queryset = applications  # type: ignore[attr-defined]
        self.fields["evaluators"].queryset = evaluators  # type: ignore[attr-defined]

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day is not None and day < clock.today():
            raise forms.ValidationError(_("The due day lies in the past. Choose a later day."), code="due_past")
        return day


class OpenPanelsForm(forms.Form):
    """For which applications the panel opens."""

    applications = forms.ModelMultipleChoiceField(
        label=_("Applications"), queryset=Application.objects.none(), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one application.")},
    )  # fmt: skip

    def __init__(self, *args: Any, applications: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applications"].queryset = applications  # type: ignore[attr-defined]


class SwapForm(forms.Form):
    """A change of a proposal by hand: who goes, who comes; refs, empty for nobody. version: of the proposal as it was shown."""

    out = forms.CharField(required=False, max_length=30)
    into = forms.CharField(required=False, max_length=30)
    version = forms.IntegerField(required=False)

    def read(self, version: int) -> tuple[str, str, int]:
        """(out, into, version); what cannot be read is nobody, and the version of now."""
        self.is_valid()
        data = self.cleaned_data
        return data.get("out") or "", data.get("into") or "", data.get("version") or version


class AffiliationForm(forms.Form):
    """What binds somebody to an organisation. aliases: separated by commas."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[one for one in AffiliationKind.choices() if one[0] != "DECLARED"])
    name = forms.CharField(
        label=_("Name of the organisation"), max_length=160, help_text=_("As it calls itself; with or without its legal form.")
    )
    aliases = forms.CharField(
        label=_("Other names"), max_length=500, required=False,
        help_text=_("Short names, the English name, an earlier name; separated by commas."),
    )  # fmt: skip
    starts_on = forms.DateField(label=_("From"), required=False, widget=DateInput)
    ends_on = forms.DateField(label=_("Until"), required=False, widget=DateInput, help_text=_("Empty: it lasts."))

    @staticmethod
    def read(data: dict[str, Any]) -> Entered:
        """Cleaned data → what the action takes."""
        aliases = [one for one in data["aliases"].split(",") if one.strip()]
        return Entered(data["kind"], data["name"], aliases, data["starts_on"], data["ends_on"])


class EndForm(forms.Form):
    ends_on = forms.DateField(label=_("Until"), widget=DateInput)


class NamesForm(forms.Form):
    """Which of the names somebody must avoid, and why. None of them is an answer too."""

    names = forms.MultipleChoiceField(
        label=_("I have a conflict of interest with"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Mark nothing if there is none."),
    )  # fmt: skip
    ground = forms.CharField(
        label=_("What is the conflict?"), max_length=200, required=False, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("For example: advised the company in 2025; works at the providing hospital; family."),
    )  # fmt: skip

    def __init__(self, *args: Any, names: list[Name], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["names"].choices = [(one.key, one.shown) for one in names]  # type: ignore[attr-defined]


class ChallengeForm(forms.Form):
    """기피: a member of the pool and why."""

    member = forms.ModelChoiceField(
        label=_("Evaluator"), queryset=PoolMember.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    statement = forms.CharField(
        label=_("Why should this person not evaluate your application?"), max_length=2000,
        widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("An officer reads it. The person concerned never learns who asked."),
    )  # fmt: skip

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
