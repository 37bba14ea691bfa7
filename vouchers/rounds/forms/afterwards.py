"""The parts of a policy's form about what comes once a project is under way: paid, watched, audited, graded, settled, reminded of."""

from typing import Any

from django import forms

from vouchers.rounds import rules
from vouchers.rounds.forms.grading import grading_fields, grading_of
from vouchers.rounds.forms.outcomes import outcome_fields, outcome_of
from vouchers.rounds.forms.paying import paying_fields, paying_of
from vouchers.rounds.forms.reminding import reminding_fields, reminding_of
from vouchers.rounds.forms.sampling import sampling_fields, sampling_of
from vouchers.rounds.forms.settling import settling_fields, settling_of
from vouchers.rounds.forms.signalling import signalling_fields, signalling_of

_PARTS = {
    "paying": (paying_fields, paying_of), "settling": (settling_fields, settling_of), "grading": (grading_fields, grading_of),
    "sampling": (sampling_fields, sampling_of), "signalling": (signalling_fields, signalling_of), "outcomes": (outcome_fields, outcome_of),
}  # fmt: skip
AFTERWARDS = (*_PARTS, "reminding")


def afterwards_fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    """Those parts of PolicyVersion.body as fields."""
    found = {name: one for part, (fields, _of) in _PARTS.items() for name, one in fields(body.get(part, {})).items()}
    return found | reminding_fields(body.get("reminding", {}), body.get("reminder_days", rules.USUAL_REMINDERS))


def afterwards_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed → those parts of PolicyVersion.body."""
    return {**{part: of(data) for part, (_fields, of) in _PARTS.items()}, "reminding": reminding_of(data)}
