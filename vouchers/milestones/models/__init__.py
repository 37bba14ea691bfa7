"""What is delivered when, what was delivered, what stands in its way, what was seen on the way, and how it is graded at the end."""

from vouchers.milestones.models.delivering import Deliverable, Figure, Indicator, Milestone
from vouchers.milestones.models.grading import FinalEvaluation, FinalScore
from vouchers.milestones.models.inspecting import Finding, Inspection
from vouchers.milestones.models.planning import PlanWarning

__all__ = [
    "Deliverable", "Figure", "FinalEvaluation", "FinalScore", "Finding", "Indicator", "Inspection", "Milestone", "PlanWarning",
]  # fmt: skip
