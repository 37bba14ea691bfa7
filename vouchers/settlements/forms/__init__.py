"""The shape of input."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from portal.documents.forms import UploadField
from portal.kit.forms import CountedTextarea, DateInput, WonFormField
from portal.kit.won import won
from portal.kit.words import pick
from vouchers.settlements import queries, rules
from vouchers.settlements.models import Clawback, Debt, Settlement, SettlementLine

PARTS = {"grant": _("Used of the grant"), "own_cash": _("Own cash used"), "vat": _("VAT paid beside it")}


def _won(label: Any, initial: int = 0, help_text: Any = "") -> WonFormField:
    return WonFormField(label=label, initial=initial, required=False, help_text=help_text)


class StatementForm(forms.Form):
    """A block for each line; what was handed in before stands in it and stays where nothing new is chosen."""

    def __init__(self, *args: Any, row: Settlement, lines: Sequence[SettlementLine], paid: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.lines, self.paid, self.groups = row, lines, paid, list[tuple[Any, Any, list[str]]]()
        self.known = queries.known(row, lines) if row.submitted_at is None else {}
        for line in lines:
            self._block(line, paid)
        self.fields["interest_won"] = _won(_("Interest earned on the grant"), row.interest_won, _("All of it is paid back."))
        self.fields["interest_proof"] = UploadField(label=_("Proof of the interest"), required=False)
        names = ["interest_won", "interest_proof"]
        if row.needs_verification:
            self.fields["verification"] = UploadField(
                label=_("External verification report"), required=row.verification is None,
                hint=_("Of an auditor whom the company does not employ."),
            )  # fmt: skip
            names.append("verification")
        self.fields["note"] = forms.CharField(
            label=_("Note of the company"),
            required=False,
            max_length=2000,
            initial=row.note,
            widget=CountedTextarea(attrs={"rows": 3}),
        )
        self.groups.append((_("Interest, verification, remarks"), "", [*names, "note"]))

    def _block(self, line: SettlementLine, paid: dict[int, int]) -> None:
        n, kept = line.position, _("Only when it changed.") if line.proof_id else ""
        if line.agreement_line_id is None:
            names = {f"in_kind_{n}": _won(_("Own contribution in kind"), line.in_kind_won)}
            title, hint = (
                _("Own contribution in kind"),
                _("What your own people and equipment were worth; nothing of it is paid."),
            )
        else:
            first = self.known.get(n) or tuple(getattr(line, f"{part}_won") for part in PARTS)
            names = {f"{part}_{n}": _won(words, won_) for (part, words), won_ in zip(PARTS.items(), first, strict=True)}
            title = f"{n}. {line.description}"
            hint = _("Agreed with %(payee)s: %(agreed)s without VAT. The voucher paid it %(paid)s over all its lines.") % {
                "payee": pick(line.payee, "name"), "agreed": won(line.agreed_won), "paid": won(paid.get(line.payee_id or 0, 0)),
            }  # fmt: skip
        self.fields |= names
        self.fields[f"proof_{n}"] = UploadField(label=_("Evidence"), required=False, hint=kept)
        self.groups.append((title, hint, [*names, f"proof_{n}"]))

    def clean(self) -> dict[str, Any]:
        """As the action judges it, but all at once: a refusal loses every file that was chosen."""
        data = super().clean() or {}
        for line in self.lines:
            name = f"proof_{line.position}"
            if any(self.amounts(line).values()) and not data.get(name) and not line.proof_id and name not in self.errors:
                self.add_error(name, _("Line %(line)s: attach the evidence of what was used.") % {"line": line.position})
        has_proof = data.get("interest_proof") or self.row.interest_proof_id or "interest_proof" in self.errors
        if data.get("interest_won") and not has_proof:
            self.add_error("interest_proof", _("Attach the proof of the interest, such as the bank's statement."))
        self._check_paid(data)
        return data

    def _check_paid(self, data: dict[str, Any]) -> None:
        for payee_id in {line.payee_id for line in self.lines if line.payee_id}:
            its = [line for line in self.lines if line.payee_id == payee_id]
            most = self.paid.get(payee_id or 0, 0)
            if sum(data.get(f"grant_{line.position}") or 0 for line in its) > most:
                line = next(one for one in its if data.get(f"grant_{one.position}"))
                self.add_error(f"grant_{line.position}", queries.more_than_paid(line, most))

    def amounts(self, line: SettlementLine) -> dict[str, int]:
        """What was typed of one line, whole won."""
        parts = ("in_kind",) if line.agreement_line_id is None else tuple(PARTS)
        return {f"{part}_won": self.cleaned_data.get(f"{part}_{line.position}") or 0 for part in parts}


class ReceiptForm(forms.Form):
    amount_won = WonFormField(label=_("Amount that was paid"), min_value=1)
    received_on = forms.DateField(label=_("Paid on"), widget=DateInput())
    file = UploadField(label=_("Proof of the transfer"))

    def __init__(self, *args: Any, debt: Debt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.debt = debt

    def clean(self) -> dict[str, Any]:
        """As the action judges it, but all at once: a refusal loses the file."""
        data = super().clean() or {}
        day, amount_won = data.get("received_on"), data.get("amount_won")
        if day and (fault := queries.day_fault(self.debt, day)):
            self.add_error("received_on", fault)
        elif day and amount_won and (fault := queries.amount_fault(self.debt, amount_won, day)):
            self.add_error("amount_won", fault)
        return data


class RepaymentForm(forms.Form):
    received_on = forms.DateField(label=_("Paid on"), widget=DateInput())
    file = UploadField(label=_("Proof of the transfer"))


class LowerForm(forms.Form):
    """Of each line of which something is disallowed: how much stays so."""

    def __init__(self, *args: Any, lines: Sequence[SettlementLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.disallowed_won]
        for line in self.lines:
            self.fields[f"line_{line.position}"] = WonFormField(
                label=str(line), initial=line.disallowed_won, max_value=line.disallowed_won,
                help_text=_("%(won)s are disallowed. Enter how much stays so.") % {"won": won(line.disallowed_won)},
            )  # fmt: skip
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), help_text=_("The company reads this."), max_length=2000, widget=CountedTextarea(attrs={"rows": 4})
        )

    def disallowed(self) -> dict[int, int]:
        """Position → what stays disallowed, of the lines that change."""
        typed = {line: self.cleaned_data[f"line_{line.position}"] for line in self.lines}
        return {line.position: amount for line, amount in typed.items() if amount != line.disallowed_won}


_BOX = {"class": "border rounded-default w-full p-3"}


class DisallowForm(forms.Form):
    """In the admin: how much of a line, why, and who pays it back."""

    disallowed_won = WonFormField(label=_("Disallowed of grant and own cash together (won)"), min_value=1)
    ground = forms.ChoiceField(label=_("Why disallowed"), choices=[("", "—"), *rules.DisallowedFor.choices()])
    owed_by = forms.ChoiceField(
        label=_("Who pays the grant's share of it back"), choices=rules.OwedBy.choices(), initial=rules.OwedBy.COMPANY
    )
    note = forms.CharField(
        label=_("What is wrong with it"), help_text=_("The company reads this."), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, **_BOX}),
    )  # fmt: skip


class OpinionForm(forms.Form):
    opinion = forms.CharField(label=_("Your opinion"), max_length=5000, widget=CountedTextarea(attrs={"rows": 8}))
    file = UploadField(label=_("File of the opinion"), required=False)


class LowerClawbackForm(forms.Form):
    """What stays of an order. row: the clawback."""

    def __init__(self, *args: Any, row: Clawback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_won"] = WonFormField(
            label=_("Ordered back from now on"), initial=row.ordered_won, max_value=row.ordered_won,
            help_text=_("%(won)s are ordered. 0 cancels the order.") % {"won": won(row.ordered_won)},
        )  # fmt: skip
        self.fields["surcharge_times"] = forms.IntegerField(
            label=_("Surcharge, times the amount"), initial=row.surcharge_times, min_value=0, max_value=row.surcharge_times
        )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), help_text=_("The company reads this."), max_length=2000, widget=CountedTextarea(attrs={"rows": 4})
        )


class RulingForm(forms.Form):
    """What a court or an appeal body left of an order. row: the clawback."""

    number = forms.CharField(label=_("Number of the ruling"), max_length=60)
    ruled_on = forms.DateField(label=_("Ruled on"), widget=DateInput())
    file = UploadField(label=_("Ruling"))

    def __init__(self, *args: Any, row: Clawback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_won"] = WonFormField(
            label=_("Ordered back after the ruling"), max_value=row.ordered_won,
            help_text=_("%(won)s are ordered. 0 cancels the order.") % {"won": won(row.ordered_won)},
        )  # fmt: skip
        self.fields["surcharge_times"] = forms.IntegerField(
            label=_("Surcharge, times the amount"), initial=row.surcharge_times, min_value=0, max_value=row.surcharge_times
        )


class OrderForm(forms.Form):
    """In the admin: how much of the notice, how many times as a surcharge, and why."""

    wants_subject = True

    amount_won = WonFormField(label=_("Amount that is ordered back (won)"), min_value=0)
    surcharge_times = forms.IntegerField(
        label=_("Surcharge, times the amount"), min_value=0, widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the order."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, **_BOX}),
    )

    def __init__(self, *args: Any, subject: Clawback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        times = subject.round.policy().settling.surcharge[subject.ground]
        self.fields["amount_won"].initial = subject.noticed_won
        if subject.base_won:
            self.fields["amount_won"].help_text = _(
                "0: the termination takes %(won)s back already; the surcharge is of that."
            ) % {"won": won(subject.base_won)}
        self.fields["surcharge_times"].initial = times
        self.fields["surcharge_times"].help_text = _("0 to %(times)s for this ground.") % {"times": times}


class ReportForm(forms.Form):
    """In the admin: the letter by which the ministry was told."""

    number = forms.CharField(label=_("Number of the report to the ministry"), max_length=60, widget=UnfoldAdminTextInputWidget)
    reported_on = forms.DateField(
        label=_("Reported to the ministry on"), widget=DateInput({"class": "border rounded-default p-2"})
    )


class ClawbackForm(forms.ModelForm):  # type: ignore[type-arg]
    """In the admin: a ground that was found."""

    noticed_won = WonFormField(
        label=_("Amount to take back (won)"), min_value=0,
        help_text=_("0 where a termination takes all of it back already: surcharge, restriction and report then rest on that."),
    )  # fmt: skip

    class Meta:
        model = Clawback
        fields = ("agreement", "organisation", "ground", "facts", "noticed_won")
        help_texts = {"facts": _("What happened, with its evidence; it stands in the prior notice.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Of agreements under which something was paid, and of those that may owe it."""
        super().__init__(*args, **kwargs)
        paid = queries.paid_agreements()
        self.fields["agreement"].queryset = paid  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = queries.may_owe(paid)  # type: ignore[attr-defined]


class VerifyForm(forms.Form):
    """A file to be compared; nothing of it is kept."""

    file = forms.FileField(
        label=_("SHA256SUMS, or the whole archive"),
        help_text=_("SHA256SUMS lies in the archive and names the fingerprint of every file in it, so it suffices."),
    )
