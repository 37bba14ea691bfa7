"""What is delivered when, what was delivered, and what stands in its way."""

from vouchers.milestones.models.delivering import Deliverable, Figure, Indicator, Milestone
from vouchers.milestones.models.planning import PlanWarning

__all__ = ["Deliverable", "Figure", "Indicator", "Milestone", "PlanWarning"]
