"""A schedule of presentations as an officer enters it; a move; who attended."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from portal.kit.forms import DateTimeInput
from portal.kit.words import pick
from vouchers.evaluation.models import PresentationSchedule, PresentationSlot
from vouchers.evaluation.queries import presenting as queries
from vouchers.evaluation.rules import presenting as rules
from vouchers.rounds.models import Round


class RoundChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(pick(obj, "title"))


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "border rounded-default p-2"}, format="%H:%M")


def _time(label: Any, *, required: bool = True, initial: str = "", help_text: Any = "") -> forms.TimeField:
    return forms.TimeField(label=label, required=required, initial=initial or None, widget=TimeInput(), help_text=help_text)


def _minutes(label: Any, least: int, initial: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=480, initial=initial, help_text=help_text, widget=UnfoldAdminIntegerFieldWidget
    )


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    """→ arguments of actions.plan_presentations: days as dates, places as lines, pause as a pair or None."""

    round = RoundChoice(
        label=_("Round"), queryset=Round.objects.none(), empty_label=_("Choose"),
        widget=forms.Select(attrs={"class": "border rounded-default p-2 max-w-full"}),
        help_text=_("Rounds in evaluation whose policy has presentations."),
    )  # fmt: skip
    days = forms.CharField(
        label=_("Days"), max_length=400, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("One a line, for example 2027-04-12."),
    )  # fmt: skip
    opens = _time(_("First presentation begins"), initial="10:00", help_text=_("Korean time, on each of the days."))
    closes = _time(_("The last one has ended by"), initial="17:00")
    minutes = _minutes(_("Minutes each"), 5, 30)
    gap = _minutes(_("Minutes between two"), 0, 10)
    pause_from = _time(_("Break from"), required=False)
    pause_to = _time(_("Break until"), required=False)
    places = forms.CharField(
        label=_("Rooms or online addresses"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("One a line. Presentations run side by side in them, as far as nobody is needed twice."),
    )  # fmt: skip

    class Meta:
        model = PresentationSchedule
        fields = ("round", "minutes")

    field_order = ("round", "days", "opens", "closes", "minutes", "gap", "pause_from", "pause_to", "places")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = queries.plannable().order_by("-closes_at", "-pk")
        fitting = [row.pk for row in rows if "PRESENTATION" in row.policy().evaluation_stages]
        self.fields["round"].queryset = rows.filter(pk__in=fitting)  # type: ignore[attr-defined]

    def clean_days(self) -> list[date]:
        found = []
        for line in self.cleaned_data["days"].split():
            try:
                found.append(date.fromisoformat(line))
            except ValueError:
                words = _("“%(line)s” is no day. Write it like 2027-04-12, one a line.")
                raise forms.ValidationError(words, code="bad_day", params={"line": line}) from None
        if len(found) > rules.LONGEST_DAYS:
            raise forms.ValidationError(_("These are too many days for one schedule."), code="many_days")
        return found

    def clean_places(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["places"].splitlines() if line.strip()]
        if len(found) > rules.MOST_PLACES or any(len(line) > 200 for line in found):
            raise forms.ValidationError(_("Name at most 20 rooms, each with at most 200 letters."), code="many_places")
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.pop("pause_from", None), data.pop("pause_to", None)
        if (start is None) != (end is None) or (start and end and start >= end):
            self.add_error("pause_from", _("A break has a beginning and a later end, or neither."))
        if data.get("opens") and data.get("closes") and data["opens"] >= data["closes"]:
            self.add_error("closes", _("The day ends before it begins. Compare the times."))
        data["pause"] = (start, end) if start and end else None
        return data

    def _post_clean(self) -> None:
        """What was entered is judged by the action, not by the model: the row is made there."""


class MoveForm(forms.Form):
    wants_subject = True
    starts_at = forms.DateTimeField(
        label=_("Begins"), widget=DateTimeInput, help_text=_("Korean time. It lasts as long as before.")
    )
    place = forms.CharField(label=_("Room or online address"), max_length=200, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, subject: PresentationSlot, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_at": subject.starts_at, "place": subject.place}, **kwargs)


class AttendanceForm(forms.Form):
    """→ present: bool, evaluators: ids of those of the panel who were there."""

    wants_subject = True
    present = forms.TypedChoiceField(
        label=_("The company"), choices=[("yes", _("Presented")), ("no", _("Absent"))], coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )  # fmt: skip
    evaluators = forms.MultipleChoiceField(
        label=_("Members of the panel who were there"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, subject: PresentationSlot, **kwargs: Any) -> None:
        seats = list(subject.seats.taken().select_related("evaluator").order_by("pk"))
        held = [str(seat.evaluator_id) for seat in seats if seat.present is not False]
        super().__init__(*args, initial={"evaluators": held}, **kwargs)
        self.fields["evaluators"].choices = [  # type: ignore[attr-defined]
            (str(seat.evaluator_id), seat.evaluator.get_full_name()) for seat in seats
        ]

    def clean_evaluators(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["evaluators"]]
