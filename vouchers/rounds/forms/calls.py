"""The shape of what is typed about rounds: list filters, facts, policy, the forms of verbs."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from portal.kit.errors import Stale
from providers.catalogue import queries as catalogue
from vouchers.rounds import rules
from vouchers.rounds.forms.afterwards import AFTERWARDS, afterwards_fields, afterwards_of
from vouchers.rounds.forms.allocating import allocating_fields, allocating_of
from vouchers.rounds.forms.changing import changing_fields, changing_of
from vouchers.rounds.forms.clauses import APART, clause_fields, clauses_of
from vouchers.rounds.forms.parts import policy_parts
from vouchers.rounds.forms.ranking import ranking_fields, ranking_of
from vouchers.rounds.models import Round

PUBLIC_PHASES = [phase for phase in rules.Phase if phase not in {rules.Phase.DRAFT, rules.Phase.REVIEW}]


class RoundFilter(forms.Form):
    """GET filters of the public list; anything unknown is ignored."""

    year = forms.TypedChoiceField(label=_("Fiscal year"), required=False, coerce=int, empty_value=None)
    phase = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("All years")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]
        self.fields["phase"].choices = [  # type: ignore[attr-defined]
            ("", _("All states")), *((phase.value, phase.label) for phase in PUBLIC_PHASES),
        ]  # fmt: skip


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """In the admin: a draft's facts. seen_version: of the page that was open, so that nobody overwrites a colleague."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Round
        fields = (
            "key", "title_ko", "title_en", "summary_ko", "summary_en", "fiscal_year", "match_timing", "opens_at", "closes_at",
            "budget_won", "project_start_on", "project_end_on",
        )  # fmt: skip
        help_texts: ClassVar = {
            "key": _("Part of the address, for ever: letters, digits and hyphens."),
            "opens_at": _("Korean time. Applications open at this very moment."),
            "closes_at": _("Korean time. The call closes at this very moment."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk and data.get("seen_version") != Round.objects.values_list("version", flat=True).get(
            pk=self.instance.pk
        ):
            self.add_error(None, str(Stale().message))
            self.data = self.data.copy()  # the entries stay; saving again is a decision
            self.data[self.add_prefix("seen_version")] = str(self.instance.version)
        return data


class PercentField(forms.DecimalField):
    """Typed in percent, stored as decimal text of the rate: 85 → "0.85"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2,
            widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}), **kwargs,
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else f"{percent / 100:f}"


class BandsField(forms.CharField):
    """Whole numbers with commas or spaces between; none has a comma inside."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{one}" for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        parts = [part for part in re.split(r"[\s,;]+", super().clean(value)) if part]
        if any(not part.isdecimal() or len(part) > 10 for part in parts):
            raise forms.ValidationError(_("Write whole numbers with commas between, for example 30, 100, 300."))
        return [int(part) for part in parts] or None


def _percent(rate: Any) -> str | None:
    """A stored rate as typed: "0.85" → "85"."""
    return None if rate in (None, "") else f"{(Decimal(rate) * 100).normalize():f}"


def _number(label: Any, low: int, high: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, help_text=help_text, widget=UnfoldAdminIntegerFieldWidget
    )


class PolicyForm(forms.Form):
    """PolicyVersion.body as fields: a rate for each company size, shares in percent, target days in working days."""

    wants_subject = True
    min_cash_rate = PercentField(
        label=_("Least own cash share (% of the supply amount)"), help_text=_("The base is the supply amount without VAT.")
    )
    in_kind_max_rate = PercentField(label=_("Largest share in kind (% of the supply amount)"))
    region_bonus = PercentField(
        label=_("Added to the grant rate outside the capital area (percentage points)"), required=False,
        help_text=_("Seoul, Incheon and Gyeonggi are the capital area. Empty: every region has the same rate."),
    )  # fmt: skip
    grant_rate_max = PercentField(label=_("Highest grant rate with the addition (%)"), required=False)
    vat_borne_by = forms.ChoiceField(
        label=_("Value added tax is borne by"), choices=[("COMPANY", _("The company"))], widget=UnfoldAdminSelectWidget
    )
    rounding_unit_won = _number(_("Rounding unit (won)"), 1, 1_000_000, _("Grants are rounded down to this unit."))
    eligible_company_sizes = forms.MultipleChoiceField(
        label=_("Companies that may apply"), choices=rules.CompanySize.choices(), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    eligible_regions = forms.MultipleChoiceField(
        label=_("Regions whose companies may apply"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Of the head office. None ticked: every region."),
    )  # fmt: skip
    eligible_provider_types = forms.MultipleChoiceField(
        label=_("Institutions that may supply"), choices=rules.ProviderType.choices(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )  # fmt: skip
    required_documents = forms.MultipleChoiceField(
        label=_("Required documents"), choices=rules.DocumentKind.choices(), required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )  # fmt: skip
    evaluation_stages = forms.MultipleChoiceField(
        label=_("Stages of the evaluation"), choices=rules.EvaluationStage.choices(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )  # fmt: skip
    presentation_absence = forms.ChoiceField(
        label=_("When a company stays away, its criteria of the presentation"), choices=rules.Absence.choices(),
        initial=rules.Absence.ZERO.value, widget=UnfoldAdminSelectWidget,
        help_text=_("Only where criteria are scored by the presentation. A penalty for an absence counts beside it."),
    )  # fmt: skip
    blind_review = forms.BooleanField(
        label=_("Blind review"), required=False, widget=UnfoldBooleanSwitchWidget,
        help_text=_("Evaluators do not learn who applies; companies upload a blind version of each file. Files that answer the call's own questions are withheld."),
    )  # fmt: skip
    pass_mark = _number(_("Pass mark"), 0, 100)
    min_evaluators = _number(_("Least number of evaluators"), 1, 20)
    reserve_length = _number(_("Length of the reserve list"), 0, 500)
    disclosure_threshold = _number(_("Smallest count that statistics disclose"), 1, 100)
    applications_per_company = _number(_("Applications a company may have"), 1, 10)
    feasibility_threshold = _number(_("Smallest patient count that a hospital answers with"), 1, 1000)
    feasibility_bands = BandsField(
        label=_("Counts of patients at which a further band begins"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget,
        help_text=_("With commas between, for example 30, 100, 300. A band holds as many counts as the smallest one at least; narrower ones are joined."),
    )  # fmt: skip
    demand_threshold = _number(_("Companies of which a group of unmet needs must consist before providers see it"), 3, 100)
    reason = forms.CharField(label=_("What changed and why"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))

    def __init__(self, *args: Any, subject: Round, **kwargs: Any) -> None:
        version = subject.policy_version()
        body = version.body if version else dict(rules.NEW_POLICY)
        body.setdefault("feasibility_bands", list(rules.FEASIBILITY_BANDS))
        body.setdefault("demand_threshold", rules.DEMAND_THRESHOLD)
        body.setdefault("presentation_absence", rules.Absence.ZERO.value)
        body.setdefault("evaluation_stages", [rules.EvaluationStage.DOCUMENT.value])
        self.kept = {name: value for name, value in body.items() if name not in (*_POLICY_FIELDS, *_POLICY_PARTS)}
        initial = {**body, **{name: _percent(body.get(name)) for name in _SHARES}}
        initial |= {f"rate_{size}": _percent(rate) for size, rate in body.get("grant_rates", {}).items()}
        days = {**rules.TARGET_STEPS, **body.get("target_days", {})}
        super().__init__(*args, initial={**initial, **{f"days_{step}": n for step, n in days.items()}}, **kwargs)
        rates = {
            f"rate_{size}": PercentField(label=_("Grant rate, %(size)s (%%)") % {"size": size.label}, required=False)
            for size in rules.CompanySize
        }
        targets = {
            f"days_{step}": _number(_("%(step)s (working days)") % {"step": word}, 0, 400)
            for step, word in rules.STEP_WORDS.items()
        }
        self.fields["eligible_regions"].choices = catalogue.choices("region")  # type: ignore[attr-defined]
        reason = self.fields.pop("reason")
        chosen = _selection_fields(body.get("selection", {}))
        apart = _conflict_fields(body.get("conflicts", {}))
        given = {**_assigning_fields(body.get("assigning", {})), **ranking_fields(body.get("ranking", {}))}
        quoting = {**_quoting_fields(body.get("quoting", {})), **allocating_fields(body.get("allocating", {}))}
        changing = {**changing_fields(body.get("changing", {})), **clause_fields(body.get("clauses", ()))}
        papers = _paper_fields({**rules.PAPER_DAYS, **body.get("paper_days", {})})
        every = {
            **rates, **self.fields, **papers, **chosen, **apart, **given, **quoting, **changing, **afterwards_fields(body), **targets, "reason": reason,
        }  # fmt: skip
        self.fields = {name: every[name] for _title, names in policy_parts() for name in names}
        assert len(self.fields) == len(every), set(every) - set(self.fields)

    def parts(self) -> list[tuple[Any, list[Any]]]:
        """(heading, its fields), in the order of the page."""
        return [(title, [self[name] for name in names]) for title, names in policy_parts()]

    def clean(self) -> dict[str, Any]:
        """→ {"body": rules.Policy as JSON, "reason": text}"""
        data = super().clean() or {}
        if self.errors:
            return data
        body = {name: data[name] for name in _POLICY_FIELDS if data[name] is not None}
        body["grant_rates"] = {size.value: data[f"rate_{size}"] for size in rules.CompanySize if data.get(f"rate_{size}")}
        body["pass_mark"] = str(data["pass_mark"])
        body["target_days"] = {step: data[f"days_{step}"] for step in rules.TARGET_STEPS}
        body["paper_days"] = {kind: data[f"paper_{kind}"] for kind in rules.PAPER_DAYS}
        body["selection"] = _selection_of(data)
        body["conflicts"] = _conflicts_of(data)
        body["assigning"] = {name: data[f"assign_{name}"] for name in rules.ASSIGNING_FIELDS}
        body["quoting"] = _quoting_of(data)
        body["ranking"] = ranking_of(data)
        body["allocating"] = allocating_of(data)
        body["changing"] = changing_of(data)
        body |= afterwards_of(data)
        if (clauses := clauses_of(data)) is None:
            self.add_error("clauses_ko", APART)
        body["clauses"] = clauses or []
        for fault in rules.policy_faults(body):
            self.add_error(None, rules.fault_words(fault))
        return {"body": {**self.kept, **body}, "reason": data["reason"]}


_POLICY_FIELDS = (
    "min_cash_rate", "in_kind_max_rate", "vat_borne_by", "rounding_unit_won", "eligible_company_sizes",
    "eligible_provider_types", "required_documents", "min_evaluators", "reserve_length", "disclosure_threshold",
    "applications_per_company", "feasibility_threshold", "feasibility_bands", "demand_threshold", "evaluation_stages", "presentation_absence", "eligible_regions", "region_bonus", "grant_rate_max", "blind_review",
)  # fmt: skip


_POLICY_PARTS = (
    "grant_rates", "pass_mark", "target_days", "paper_days", "selection", "conflicts", "assigning", "quoting", "ranking",
    "allocating", "changing", "clauses", *AFTERWARDS,
)  # fmt: skip
_SHARES = ("min_cash_rate", "in_kind_max_rate", "region_bonus", "grant_rate_max")


def _paper_fields(held: dict[str, int]) -> dict[str, forms.Field]:
    """`paper_days` of PolicyVersion.body as fields."""
    label = _("A file taken over from another application, from upload to the closing day: %(kind)s (days)")
    found = {kind: _number(label % {"kind": rules.DocumentKind(kind).label}, 1, 1000) for kind in rules.PAPER_DAYS}
    for kind, one in found.items():
        one.initial = held[kind]
    return {f"paper_{kind}": one for kind, one in found.items()}


def _choice(label: Any, codes: type[Any], initial: Any, *, required: bool = True) -> forms.ChoiceField:
    empty = [] if required else [("", "–")]
    return forms.ChoiceField(
        label=label, choices=[*empty, *codes.choices()], initial=initial, required=required, widget=UnfoldAdminSelectWidget
    )


def _points(label: Any, initial: Any) -> forms.DecimalField:
    widget = UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"})
    return forms.DecimalField(
        label=label, min_value=0, max_value=20, max_digits=4, decimal_places=2, required=False, initial=initial, widget=widget
    )


def _selection_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`selection` of PolicyVersion.body as fields: normalisation, bonus, penalty, tie-break, pools."""
    held, breaks = rules.parse_selection(body), rules.TieBreak
    order = [code for code in held.tie_break if code != breaks.RECEIPT_NO]
    shares = {one.pool: str(one.share) for one in held.pools}
    found: dict[str, forms.Field] = {
        "normalisation": _choice(_("Normalisation"), rules.Normalisation, held.normalisation),
        "normalise_from": _number(_("Totals that an evaluator needs for a z-score"), 2, 100),
        "trim": _number(_("Totals dropped at either end of the mean"), 1, 5),
        "pass_mark_counts": _choice(_("What must reach the pass mark"), rules.PassMark, held.pass_mark_counts),
    }
    found["normalise_from"].initial, found["trim"].initial = held.normalise_from, held.trim
    for number in range(len(breaks) - 1):
        label = _("Tie-break %(number)d") % {"number": number + 1}
        initial = order[number] if number < len(order) else ""
        found[f"tie_{number}"] = _choice(label, breaks, initial, required=False)
    for code in rules.Advantage:
        found[f"bonus_{code}"] = _points(_("Bonus: %(what)s") % {"what": code.label}, held.bonus_points.get(code))
    found["bonus_cap"] = _points(_("Highest bonus"), held.bonus_cap or None)
    for code in rules.Penalty:
        found[f"penalty_{code}"] = _points(_("Penalty: %(what)s") % {"what": code.label}, held.penalty_points.get(code))
    found["penalty_cap"] = _points(_("Highest penalty"), held.penalty_cap or None)
    for pool in rules.Pool:
        label = _("Share of the slots kept for: %(pool)s (%%)") % {"pool": pool.label}
        found[f"pool_{pool}"] = PercentField(label=label, required=False, initial=_percent(shares.get(pool)))
    found["objection_days"] = _number(_("Days for an objection, from the service of the letter"), 1, 365)
    found["objection_days"].initial = held.objection_days
    found["extension_days"] = _number(_("Days by which the answer to an objection may be put off, once"), 0, 30)
    found["extension_days"].initial = held.extension_days
    found["provisional"] = forms.BooleanField(
        label=_("Results are provisional until the time to object has run out; agreements wait for it"), required=False,
        initial=held.provisional, widget=UnfoldBooleanSwitchWidget,
    )  # fmt: skip
    found["objection_body_ko"] = _text(_("Objections are filed with (Korean)"), held.objection_body_ko)
    found["objection_body_en"] = _text(_("Objections are filed with (English)"), held.objection_body_en)
    return found


def _text(label: Any, initial: str) -> forms.CharField:
    return forms.CharField(label=label, initial=initial, max_length=100, required=False, widget=UnfoldAdminTextInputWidget)


def _selection_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `selection` of PolicyVersion.body; the receipt number, which always stands last, is left out."""
    ties = [data.get(f"tie_{number}") for number in range(len(rules.TieBreak) - 1)]
    return {
        "normalisation": data["normalisation"],
        "normalise_from": data["normalise_from"],
        "trim": data["trim"],
        "pass_mark_counts": data["pass_mark_counts"],
        "tie_break": [code for code in ties if code and code != rules.TieBreak.RECEIPT_NO],
        "bonus_points": {code.value: str(data[f"bonus_{code}"]) for code in rules.Advantage if data.get(f"bonus_{code}")},
        "bonus_cap": str(data.get("bonus_cap") or 0),
        "penalty_points": {code.value: str(data[f"penalty_{code}"]) for code in rules.Penalty if data.get(f"penalty_{code}")},
        "penalty_cap": str(data.get("penalty_cap") or 0),
        "pools": [
            {"pool": pool.value, "share": data[f"pool_{pool}"]}
            for pool in rules.Pool
            if data.get(f"pool_{pool}") and Decimal(data[f"pool_{pool}"])
        ],
        **{name: data[name] for name in ("objection_days", "objection_body_ko", "objection_body_en", "extension_days")},
        "provisional": bool(data.get("provisional")),
    }


def _conflict_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`conflicts` of PolicyVersion.body as fields: years, shared mail domains, whether applicants see the pool."""
    held = rules.parse_conflicts(body)
    found: dict[str, forms.Field] = {
        "employer_years": _number(_("Years for which an earlier employer counts as a conflict"), 0, 20),
        "advice_years": _number(_("Years for which advice counts as a conflict"), 0, 20),
        "challenge_days": _number(_("Working days for challenging an evaluator"), 1, 60),
        "publishes_pool": forms.BooleanField(
            label=_("Applicants see the pool of evaluators and may challenge its members"), required=False,
            initial=held.publishes_pool, widget=UnfoldBooleanSwitchWidget,
        ),
        "public_domains": forms.CharField(
            label=_("Mail domains that many organisations share"), required=False, initial=", ".join(held.public_domains),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), help_text=_("Separated by commas. The same one is no conflict."),
        ),
    }  # fmt: skip
    for name in ("employer_years", "advice_years", "challenge_days"):
        found[name].initial = getattr(held, name)
    return found


def _conflicts_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `conflicts` of PolicyVersion.body."""
    domains = [one.strip().lower() for one in data["public_domains"].split(",")]
    kept = {name: data[name] for name in ("employer_years", "advice_years", "challenge_days", "publishes_pool")}
    return {**kept, "public_domains": [one for one in domains if one]}


def _assigning_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`assigning` of PolicyVersion.body as fields: what a fit is worth, what unequal load costs, the most for one evaluator."""
    held = rules.parse_assigning(body)
    found: dict[str, forms.Field] = {
        "assign_data": _number(_("Fit of an evaluator: kinds of data (points)"), 0, 100),
        "assign_field": _number(_("Fit of an evaluator: medical field (points)"), 0, 100),
        "assign_language": _number(_("Fit of an evaluator: language (points)"), 0, 100, _("The three add up to 100.")),
        "assign_load": _number(
            _("What unequal load costs (points)"),
            0,
            50,
            _("0: only the fit counts. The square of each evaluator's load costs so much."),
        ),
        "assign_max_load": _number(_("Most applications for one evaluator"), 1, 500),
    }
    for name in rules.ASSIGNING_FIELDS:
        found[f"assign_{name}"].initial = getattr(held, name)
    return found


def _quoting_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """`quoting` of PolicyVersion.body as fields."""
    held = rules.parse_quoting(body)
    found: dict[str, forms.Field] = {
        "quote_investigator_agrees": forms.BooleanField(
            label=_("The principal investigator agrees before a quote leaves"), required=False,
            initial=held.investigator_agrees, widget=UnfoldBooleanSwitchWidget,
            help_text=_("Somebody of the institution other than who prepared the quote agrees in any case."),
        ),
        "quote_letters": forms.BooleanField(
            label=_("A letter of intent with a price band suffices until the award"), required=False,
            initial=held.letters, widget=UnfoldBooleanSwitchWidget,
            help_text=_("Applications reckon with the upper bound. After the award the provider owes a final quote within the band."),
        ),
        "quote_award_on": forms.DateField(
            label=_("Planned day of the award"), required=False, initial=held.award_on, widget=UnfoldAdminSingleDateWidget,
            help_text=_("Quotes must be valid until then. Empty: reckoned from the target days between the closing and the award."),
        ),
    }  # fmt: skip
    return found


def _quoting_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → `quoting` of PolicyVersion.body."""
    agrees = bool(data.get("quote_investigator_agrees"))
    day = data["quote_award_on"]
    return {
        "investigator_agrees": agrees, "award_on": day.isoformat() if day else None, "letters": bool(data.get("quote_letters")),
    }  # fmt: skip


class RehearseForm(forms.Form):
    """The address of the round that is made."""

    key = forms.SlugField(
        label=_("Key of the new round"), max_length=60, widget=UnfoldAdminTextInputWidget,
        help_text=_("Part of the address, for ever: letters, digits and hyphens."),
    )  # fmt: skip


class CopyForm(forms.Form):
    key = forms.SlugField(
        label=_("Key of the new round"), max_length=60, widget=UnfoldAdminTextInputWidget,
        help_text=_("Part of the address, for ever: letters, digits and hyphens."),
    )  # fmt: skip
    as_child = forms.BooleanField(label=_("A further call of the same round (additional or repeated call)"), required=False)
