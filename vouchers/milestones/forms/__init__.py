"""The shape of input."""

from vouchers.milestones.forms.delivering import IndicatorForm, PartForm, PlanItemForm, StateFilter, SubmitForm
from vouchers.milestones.forms.grading import DecideForm, GradeForm, JudgeForm, OpenFinalForm, RegradeForm, ReplaceForm
from vouchers.milestones.forms.inspecting import AnswerForm, FindingForm, MoveInspectionForm, PlanInspectionForm, ReportForm

__all__ = [
    "AnswerForm", "DecideForm", "FindingForm", "GradeForm", "IndicatorForm", "JudgeForm", "MoveInspectionForm", "OpenFinalForm",
    "PartForm", "PlanInspectionForm", "PlanItemForm", "RegradeForm", "ReplaceForm", "ReportForm", "StateFilter", "SubmitForm",
]  # fmt: skip
